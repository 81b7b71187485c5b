"""DROP TABLE and DROP VIEW: the relations named, and what depends on them (sql/dependencies).

Source: PostgreSQL 16, DROP TABLE and DROP VIEW, as observed.
"""

from __future__ import annotations

from borealis.catalog.relations import Sequence, Table, View
from borealis.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidSchemaName,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.create_index import find_index
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop_holders
from borealis.types.base import Oid

_CLASSES: dict[str, type[Table] | type[View]] = {"table": Table, "view": View}
_KINDS = {Table: "table", View: "view", Sequence: "sequence"}


def drop_table(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if node["removeType"] != "OBJECT_TABLE":
        raise FeatureNotSupported("unsupported object in DROP statement")
    return _drop(context, node, "table")


def drop_view(context: BindContext, node: Node, owner: Oid) -> Ddl:
    return _drop(context, node, "view")


def _drop(context: BindContext, node: Node, kind: str) -> Ddl:
    found: dict[Oid, Table | View] = {}
    notices: list[tuple[str, ...]] = []
    for item in node["objects"]:
        names = [part["String"]["sval"] for part in item["List"]["items"]]
        try:
            relation = _named(context, names, kind)
        except (UndefinedTable, InvalidSchemaName) as error:
            if not node.get("missing_ok"):
                raise
            notices.append(("00000", f"{error.message}, skipping"))
            continue
        found[relation.oid] = relation
    return drop_holders(context, f"DROP {kind.upper()}", found.values(), notices)


def _named(context: BindContext, names: list[str], kind: str) -> Table | View:
    """Return the relation of a name.

    Raises: UndefinedTable 42P01, InvalidSchemaName 3F000, WrongObjectType 42809, InsufficientPrivilege 42501.
    """
    range_var = {"relname": names[-1]}
    if len(names) > 1:
        schema = names[-2]
        if schema in SYSTEM_SCHEMAS:
            raise InsufficientPrivilege(f'permission denied: "{names[-1]}" is a system catalog')
        if schema not in context.catalog.schemas_by_name:
            raise InvalidSchemaName(f'schema "{schema}" does not exist')
        range_var["schemaname"] = schema
    relation = lookup_relation(context, range_var)
    if isinstance(relation, Table | View) and isinstance(relation, _CLASSES[kind]):
        return relation
    other = None if relation is None else _KINDS.get(type(relation))
    if relation is None and find_index(context, names) is not None:
        other = "index"
    if other is None:
        raise UndefinedTable(f'{kind} "{names[-1]}" does not exist')
    article = "an" if other == "index" else "a"
    raise WrongObjectType(
        f'"{names[-1]}" is not a {kind}', hint=f"Use DROP {other.upper()} to remove {article} {other}."
    )
