"""DROP TABLE."""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Table
from borealis.catalog.rows import Object
from borealis.errors import (
    DependentObjectsStillExist,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidSchemaName,
    UndefinedTable,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_table
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.sequences.drop_sequence import owned_sequences
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
    children = _without_references(context, tables, cascade=node.get("behavior") == "DROP_CASCADE")
    sequences = [one for table in tables for one in owned_sequences(context, table)]
    before: list[Object] = [*tables, *sequences, *(old for old, _ in children)]
    after = [new for _, new in children]
    return Ddl.replacing("DROP TABLE", before, after, tuple(notices))


def _without_references(
    context: BindContext, dropped: list[Table], *, cascade: bool
) -> list[tuple[Table, Table]]:
    """Return the tables left that refer to those dropped, as they are and without those foreign keys.

    Raises: DependentObjectsStillExist 2BP01, unless cascading.
    """
    oids = {table.oid for table in dropped}
    lost = [(table, one) for table in dropped for one in table.referenced_by if one.table not in oids]
    tables = context.catalog.tables_by_oid
    if lost and not cascade:
        raise DependentObjectsStillExist(
            f"cannot drop table {lost[0][0].name} because other objects depend on it",
            detail="\n".join(
                f"constraint {one.name} on table {tables[one.table].name} depends on table {table.name}"
                for table, one in lost
            ),
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
        )
    gone = {one.oid for _, one in lost}
    return [
        (
            tables[oid],
            replace(
                tables[oid], foreign_keys=tuple(k for k in tables[oid].foreign_keys if k.oid not in gone)
            ),
        )
        for oid in dict.fromkeys(one.table for _, one in lost)
    ]


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
