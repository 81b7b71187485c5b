"""Relation names: which table or view a name means under the search path."""

from __future__ import annotations

from borealis.catalog.relations import Relation, Table, View
from borealis.catalog.schema import SYSTEM_SCHEMAS, Schema
from borealis.catalog.system import SystemTable, system_table
from borealis.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidSchemaName,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext, Reading
from borealis.sql.parse import Node
from borealis.sql.registered.relations import is_system_relation

__all__ = [
    "SYSTEM_SCHEMAS",
    "creation_schema",
    "find_defining_table",
    "find_relation",
    "find_system_table",
    "find_table",
    "lookup_relation",
    "lookup_table",
    "qualified",
]


def find_table(context: BindContext, range_var: Node) -> Table:
    """Return the table a RangeVar names.

    Raises: UndefinedTable 42P01; WrongObjectType 42809 for a view; FeatureNotSupported for the system catalogs.
    """
    relation = find_relation(context, range_var)
    if not isinstance(relation, Table):
        raise WrongObjectType(f'"{relation.name}" is not a table', position=context.position(range_var))
    return relation


def find_defining_table(context: BindContext, range_var: Node, action: str) -> Table:
    """Return the table that a statement defines something on; errors have no position. action: `create index on`.

    Raises: InvalidSchemaName 3F000, UndefinedTable 42P01, WrongObjectType 42809 and what find_table raises.
    """
    relation = lookup_relation(context, range_var)
    if relation is not None and not isinstance(relation, Table):
        raise WrongObjectType(
            f'cannot {action} relation "{relation.name}"',
            detail=f"This operation is not supported for {type(relation).__name__.lower()}s.",
        )
    schema = range_var.get("schemaname")
    if schema is not None and schema not in context.catalog.schemas_by_name and schema not in SYSTEM_SCHEMAS:
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    return find_table(context, {**range_var, "location": -1})


def find_system_table(context: BindContext, range_var: Node) -> SystemTable | None:
    """Return the table of pg_catalog that a RangeVar names; pg_catalog comes first unless the search path names it."""
    schema, name = range_var.get("schemaname"), range_var["relname"]
    table = system_table(schema or "pg_catalog", name)
    if table is None or "relation" in range_var:
        return None
    if schema is None and "pg_catalog" in context.search_path:
        before = context.search_path[: context.search_path.index("pg_catalog")]
        if any(context.catalog.relation(path, name) is not None for path in before):
            return None
    return table


def find_relation(
    context: BindContext, range_var: Node, later_ctes: frozenset[str] = frozenset()
) -> Table | View:
    """Return what rows are read from, or written to, under the name of a RangeVar.

    Raises: UndefinedTable 42P01; WrongObjectType 42809 for a sequence, which nothing is written to; FeatureNotSupported for the system catalogs.
    """
    system = find_system_table(context, range_var)
    if system is not None:
        raise InsufficientPrivilege(f'permission denied: "{system.name}" is a system catalog')
    if "relation" in range_var:
        kept = context.catalog.relations_by_oid.get(range_var["relation"]["oid"])
        if isinstance(kept, Table | View):
            _note_inside(context, kept, range_var)
            return kept
        raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')
    relation = lookup_relation(context, range_var)
    if isinstance(relation, Table | View):
        context.named[id(range_var)] = (range_var, relation)
        if not _note_inside(context, relation, range_var):
            context.resolved[id(range_var)] = (range_var, relation)
        return relation
    if relation is not None:
        raise WrongObjectType(f'cannot change sequence "{relation.name}"')
    name, schema = range_var["relname"], range_var.get("schemaname")
    position = context.position(range_var)
    if is_system_relation(schema or "pg_catalog", name):
        raise FeatureNotSupported(
            f"system catalog {schema or 'pg_catalog'}.{name} not supported", position=position
        )
    error = UndefinedTable(f'relation "{qualified(range_var)}" does not exist', position=position)
    if schema is None and name in later_ctes:
        error.detail = (
            f'There is a WITH item named "{name}", but it cannot be referenced from this part of the query.'
        )
        error.hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references."
    raise error


def _note_inside(context: BindContext, relation: Table | View, range_var: Node) -> bool:
    """Note what views and bodies of functions read, as whom; tell whether one is being bound."""
    if context.arguments is not None:
        context.called.append(Reading(relation, context.reader, id(range_var)))
    elif context.reader is not None:
        context.read_as.append(Reading(relation, context.reader, id(range_var)))
    return context.arguments is not None or context.reader is not None


def lookup_table(context: BindContext, range_var: Node) -> Table | None:
    found = lookup_relation(context, range_var)
    return found if isinstance(found, Table) else None


def lookup_relation(context: BindContext, range_var: Node) -> Relation | None:
    database = range_var.get("catalogname")
    if database is not None and database != "postgres":
        raise FeatureNotSupported(
            "cross-database references are not implemented: "
            f'"{database}.{range_var.get("schemaname")}.{range_var["relname"]}"',
            position=context.position(range_var),
        )
    name, schema = range_var["relname"], range_var.get("schemaname")
    if schema is not None:
        context.check_usage(schema, context.position(range_var))
    for path in (schema,) if schema is not None else context.search_path:
        relation = context.catalog.relation(path, name)
        if relation is not None:
            return relation
    return None


def creation_schema(context: BindContext, range_var: Node) -> Schema:
    """Return the schema a new relation goes into: the one named, or the first of the search path that exists.

    Raises: InvalidSchemaName 3F000.
    """
    schemas = context.catalog.schemas_by_name
    name = range_var.get("schemaname")
    if name is not None:
        if name not in schemas:
            raise InvalidSchemaName(f'schema "{name}" does not exist', position=context.position(range_var))
        return schemas[name]
    for path in context.search_path:
        if path in schemas and path not in SYSTEM_SCHEMAS:
            return schemas[path]
    raise InvalidSchemaName("no schema has been selected to create in", position=context.position(range_var))


def qualified(range_var: Node) -> str:
    schema = range_var.get("schemaname")
    return f"{schema}.{range_var['relname']}" if schema else str(range_var["relname"])
