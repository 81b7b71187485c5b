"""DROP TABLE."""

from __future__ import annotations

from borealis.catalog.relations import Table
from borealis.errors import FeatureNotSupported, InsufficientPrivilege, InvalidSchemaName, UndefinedTable
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_table
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid


def drop_table(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if node["removeType"] != "OBJECT_TABLE":
        if node["removeType"] == "OBJECT_TYPE":
            raise FeatureNotSupported("unsupported object in DROP statement")
        kind = node["removeType"].removeprefix("OBJECT_").replace("_", " ")
        raise FeatureNotSupported(f"DROP {kind} not supported")
    tables: list[Table] = []
    notices: list[tuple[str, str]] = []
    for item in node["objects"]:
        names = [part["String"]["sval"] for part in item["List"]["items"]]
        table = _find(context, names)
        if table is not None:
            if table not in tables:
                tables.append(table)
        elif node.get("missing_ok"):
            notices.append(("00000", f'table "{names[-1]}" does not exist, skipping'))
        else:
            raise UndefinedTable(f'table "{names[-1]}" does not exist')
    return Ddl.replacing("DROP TABLE", before=tables, notices=tuple(notices))


def _find(context: BindContext, names: list[str]) -> Table | None:
    range_var = {"relname": names[-1]}
    if len(names) > 1:
        schema = names[-2]
        if schema in SYSTEM_SCHEMAS:
            raise InsufficientPrivilege(f'permission denied: "{names[-1]}" is a system catalog')
        if schema not in context.catalog.schemas_by_name:
            raise InvalidSchemaName(f'schema "{schema}" does not exist')
        range_var["schemaname"] = schema
    return lookup_table(context, range_var)
