"""ALTER TABLE RENAME TO, RENAME COLUMN, RENAME CONSTRAINT, and the same for indexes.

ALTER TABLE renames every kind of relation, as in PostgreSQL; what else refers to one keeps its oid or attnum, but for the
trees kept of the table itself (renamed_trees.py).
Source: PostgreSQL 16, RenameRelation, renameatt and RenameConstraint (tablecmds.c), as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Index, Sequence, Table, View
from borealis.catalog.rows import Object
from borealis.errors import (
    DuplicateColumn,
    DuplicateObject,
    DuplicateTable,
    FeatureNotSupported,
    SqlError,
    UndefinedColumn,
    UndefinedObject,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import TAG, Alteration
from borealis.sql.utility.alter_table.relation_names import (
    find_altered,
    refuse_async,
    relation_exists,
    skipped,
)
from borealis.sql.utility.alter_table.renamed_trees import renamed_statistics, renamed_table
from borealis.sql.utility.column_types import SYSTEM_COLUMNS
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.object_names import constraint_names
from borealis.types.base import Oid


def rename_relation(context: BindContext, node: Node, owner: Oid) -> Ddl:
    """ALTER TABLE … RENAME TO; ALTER INDEX … RENAME TO."""
    refuse_async(node)
    tag = _TAGS.get(node["renameType"], TAG)
    found = find_altered(context, node)
    if found is None:
        return skipped(node, tag)
    name = node["newname"]
    schema = found[0].schema.name if isinstance(found, tuple) else found.schema.name
    if relation_exists(context.catalog, schema, name):
        raise DuplicateTable(f'relation "{name}" already exists')
    if isinstance(found, tuple):
        return _renamed_index(tag, *found, name)
    if isinstance(found, Table | View) and context.catalog.domain(schema, name) is not None:
        raise DuplicateObject(f'type "{name}" already exists')
    if isinstance(found, Table):
        return _renamed(context, tag, found, replace(found, name=name))
    return Ddl.replacing(tag, (found,), (replace(found, name=name),))


_TAGS = {"OBJECT_INDEX": "ALTER INDEX", "OBJECT_SEQUENCE": "ALTER SEQUENCE"}


def _renamed_index(tag: str, table: Table, index: Index, name: str) -> Ddl:
    indexes = tuple(replace(one, name=name) if one.oid == index.oid else one for one in table.indexes)
    return Ddl.replacing(tag, (table,), (replace(table, indexes=indexes),))


def _renamed(context: BindContext, tag: str, before: Table, after: Table) -> Ddl:
    statistics = list(renamed_statistics(context, before, after))
    old: list[Object] = [before, *(one for one, _ in statistics)]
    new: list[Object] = [renamed_table(context, before, after), *(one for _, one in statistics)]
    return Ddl.replacing(tag, old, new)


def rename_column(context: BindContext, node: Node, owner: Oid) -> Ddl:
    refuse_async(node)
    found = find_altered(context, node)
    if found is None:
        return skipped(node)
    if not isinstance(found, Table | View):
        raise _no_columns(found)
    name, new = node["subname"], node["newname"]
    if name in SYSTEM_COLUMNS:
        raise FeatureNotSupported(f'cannot rename system column "{name}"')
    column = next((one for one in found.live_columns if one.name == name), None)
    if column is None:
        raise UndefinedColumn(f'column "{name}" does not exist')
    if new in SYSTEM_COLUMNS:
        raise DuplicateColumn(f'column name "{new}" conflicts with a system column name')
    if any(one.name == new for one in found.live_columns):
        raise DuplicateColumn(f'column "{new}" of relation "{found.name}" already exists')
    columns = tuple(replace(one, name=new) if one.attnum == column.attnum else one for one in found.columns)
    after = replace(found, columns=columns)
    if isinstance(found, Table) and isinstance(after, Table):
        return _renamed(context, TAG, found, after)
    return Ddl.replacing(TAG, (found,), (after,))


def _no_columns(found: Sequence | tuple[Table, Index]) -> SqlError:
    if isinstance(found, tuple):
        return FeatureNotSupported("RENAME COLUMN of an index not supported")
    return WrongObjectType(
        f'cannot rename columns of relation "{found.name}"',
        detail="This operation is not supported for sequences.",
    )


def rename_constraint(context: BindContext, node: Node, owner: Oid) -> Ddl:
    refuse_async(node)
    table = find_altered(context, node)
    if table is None:
        return skipped(node)
    if not isinstance(table, Table):
        name = table[1].name if isinstance(table, tuple) else table.name
        raise UndefinedObject(f'constraint "{node["subname"]}" for table "{name}" does not exist')
    old, new = node["subname"], node["newname"]
    if old not in constraint_names(table):
        raise UndefinedObject(f'constraint "{old}" for table "{table.name}" does not exist')
    alteration = Alteration(context, table, owner)
    if any(index.constraint and index.name == old for index in table.indexes):
        if relation_exists(context.catalog, table.schema.name, new):
            raise DuplicateTable(f'relation "{new}" already exists')
    if new in constraint_names(table):
        raise DuplicateObject(f'constraint "{new}" for relation "{table.name}" already exists')
    alteration.table = replace(
        table,
        checks=tuple(replace(one, name=new) if one.name == old else one for one in table.checks),
        foreign_keys=tuple(replace(one, name=new) if one.name == old else one for one in table.foreign_keys),
        indexes=tuple(
            replace(one, name=new) if one.constraint and one.name == old else one for one in table.indexes
        ),
    )
    return alteration.ddl()
