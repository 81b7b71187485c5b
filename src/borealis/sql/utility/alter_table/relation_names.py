"""Which relation an ALTER TABLE or ALTER INDEX names; indexes share their names with tables, views and sequences."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Index, Relation, Table
from borealis.errors import FeatureNotSupported, InsufficientPrivilege, InvalidSchemaName, UndefinedTable
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_system_table, lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.registered.relations import is_system_relation
from borealis.sql.utility.ddl import Ddl

Altered = Relation | tuple[Table, Index]


def relation_exists(catalog: Catalog, schema: str, name: str) -> bool:
    return catalog.relation(schema, name) is not None or catalog.index(schema, name) is not None


def find_altered(context: BindContext, node: Node) -> Altered | None:
    """Return the relation a statement names, an index with its table; None where it may be missing and is.

    Raises: UndefinedTable 42P01, InvalidSchemaName 3F000, InsufficientPrivilege 42501 for a system catalog.
    """
    range_var = node["relation"]
    found: Altered | None = lookup_relation(context, range_var) or _find_index(context, range_var)
    if found is not None:
        return found
    name = range_var["relname"]
    if find_system_table(context, range_var) is not None or is_system_relation(
        range_var.get("schemaname", "pg_catalog"), name
    ):
        raise InsufficientPrivilege(f'permission denied: "{name}" is a system catalog')
    if node.get("missing_ok"):
        return None
    schema = range_var.get("schemaname")
    if schema is not None and schema not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')


def _find_index(context: BindContext, range_var: Node) -> tuple[Table, Index] | None:
    schema = range_var.get("schemaname")
    for path in (schema,) if schema is not None else context.search_path:
        found = context.catalog.index(path, range_var["relname"])
        if found is not None:
            return found
    return None


def skipped(node: Node, tag: str = "ALTER TABLE") -> Ddl:
    text = f'relation "{node["relation"]["relname"]}" does not exist, skipping'
    return Ddl(tag, (), (("00000", text),))


def refuse_async(node: Node) -> None:
    """Refuse ASYNC before anything but VALIDATE CONSTRAINT."""
    if node.get("async"):
        raise FeatureNotSupported("ALTER TABLE ASYNC is supported for VALIDATE CONSTRAINT only")
