"""ALTER TABLE SET SCHEMA: a relation moves with its indexes, its constraints and the sequences its columns own.

Source: PostgreSQL 16, AlterTableNamespace (tablecmds.c), as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Index, Sequence, Table
from borealis.catalog.rows import Object
from borealis.catalog.schema import Schema
from borealis.errors import DuplicateObject, DuplicateTable, FeatureNotSupported, WrongObjectType
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import TAG
from borealis.sql.utility.alter_table.relation_names import (
    find_altered,
    refuse_async,
    relation_exists,
    skipped,
)
from borealis.sql.utility.alter_table.renamed_trees import renamed_statistics, renamed_table
from borealis.sql.utility.alter_view import target_schema
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid


def set_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    refuse_async(node)
    tag = "ALTER SEQUENCE" if node["objectType"] == "OBJECT_SEQUENCE" else TAG
    found = find_altered(context, node)
    if found is None:
        return skipped(node, tag)
    if isinstance(found, tuple):
        raise WrongObjectType(
            f'cannot change schema of index "{found[1].name}"',
            hint="Change the schema of the table instead.",
        )
    if isinstance(found, Sequence) and found.owned_by is not None:
        table = context.catalog.tables_by_oid[found.owned_by[0]]
        raise FeatureNotSupported(
            "cannot move an owned sequence into another schema",
            detail=f'Sequence "{found.name}" is linked to table "{table.name}".',
        )
    schema = target_schema(context, node["newschema"])
    if schema == found.schema:
        return Ddl(tag)
    if not isinstance(found, Table):
        _refuse_taken(context, schema, found.name)
        return Ddl.replacing(tag, (found,), (replace(found, schema=schema),))
    return _moved(context, found, schema)


def _moved(context: BindContext, table: Table, schema: Schema) -> Ddl:
    sequences = [
        one for one in context.catalog.sequences if one.owned_by is not None and one.owned_by[0] == table.oid
    ]
    parts: list[Index | Sequence] = [*table.indexes, *sequences]
    for name in (table.name, *(one.name for one in parts)):
        _refuse_taken(context, schema, name)
    after = replace(table, schema=schema)
    statistics = list(renamed_statistics(context, table, after))
    before_all: list[Object] = [table, *sequences, *(one for one, _ in statistics)]
    after_all: list[Object] = [
        renamed_table(context, table, after),
        *(replace(one, schema=schema) for one in sequences),
        *(one for _, one in statistics),
    ]
    return Ddl.replacing(TAG, before_all, after_all)


def _refuse_taken(context: BindContext, schema: Schema, name: str) -> None:
    if relation_exists(context.catalog, schema.name, name):
        raise DuplicateTable(f'relation "{name}" already exists in schema "{schema.name}"')
    if context.catalog.domain(schema.name, name) is not None:
        raise DuplicateObject(f'type "{name}" already exists in schema "{schema.name}"')
