"""DROP COLUMN: the attribute stays, dropped, and its number with it; what is made of the column alone goes along.

    with the column     indexes, CHECKs, foreign keys of the table and statistics that name it, sequences it owns, comments
    only by CASCADE     foreign keys of others, generated columns, views and functions that read it, views over those

A row keeps the old value's bytes until it is written again (docs/storage-format.md).
Source: dsql-facts.md §4.5; PostgreSQL 16, ATExecDropColumn (tablecmds.c) and dependency.c, as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.named_columns import named_columns
from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Column, Sequence
from borealis.errors import DependentObjectsStillExist, FeatureNotSupported, UndefinedColumn
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.column_dependents import dependents_of_column
from borealis.sql.utility.alter_table.column_uses import index_columns
from borealis.sql.utility.cascades import CASCADE_HINT
from borealis.sql.utility.column_types import SYSTEM_COLUMNS
from borealis.types.base import Oid


def drop_column(alteration: Alteration, command: Node) -> None:
    name, table = command["name"], alteration.table
    if name in SYSTEM_COLUMNS:
        raise FeatureNotSupported(f'cannot drop system column "{name}"')
    column = alteration.find_column(name)
    if column is None:
        text = f'column "{name}" of relation "{table.name}" does not exist'
        if not command.get("missing_ok"):
            raise UndefinedColumn(text)
        alteration.notice("00000", f"{text}, skipping")
        return
    _refuse_key_column(alteration, column)
    dependents = dependents_of_column(alteration, column)
    if dependents and command.get("behavior") != "DROP_CASCADE":
        raise DependentObjectsStillExist(
            f"cannot drop column {name} of table {alteration.shown(table)} because other objects depend on it",
            detail="\n".join(f"{one.description} depends on {one.of}" for one in dependents),
            hint=CASCADE_HINT,
        )
    alteration.notice_cascades([one.description for one in dependents])
    for one in dependents:
        one.drop(alteration)
    take_column(alteration, column)


def _refuse_key_column(alteration: Alteration, column: Column) -> None:
    key = alteration.table.primary_key
    if key is not None and column.attnum in key.columns:
        raise FeatureNotSupported(f"cannot drop primary key column {column.name}")


def take_column(alteration: Alteration, column: Column) -> None:
    """Mark a column dropped, and drop what goes with it."""
    _drop_with(alteration, column.attnum)
    alteration.replace_column(
        replace(
            column,
            name=f"........pg.dropped.{column.attnum}........",
            not_null=False,
            default=None,
            is_dropped=True,
            domain=Oid(0),
            identity="",
            generated="",
        )
    )
    alteration.forget_comments(alteration.table.oid, column.attnum)


def _drop_with(alteration: Alteration, attnum: int) -> None:
    """Drop what is the column's own."""
    context, table = alteration.context, alteration.table
    for index in table.secondary_indexes:
        if attnum in index_columns(table, index):
            alteration.drop_index(index)
    gone: list[Check | ForeignKey] = [
        *(one for one in table.checks if attnum in named_columns(table, one.expression)),
        *(one for one in table.foreign_keys if attnum in one.columns),
    ]
    for one in gone:
        alteration.forget_comments(one.oid)
    alteration.table = replace(
        alteration.table,
        checks=tuple(one for one in table.checks if one not in gone),
        foreign_keys=tuple(one for one in table.foreign_keys if one not in gone),
    )
    for sequence in context.catalog.sequences:
        if sequence.owned_by == (table.oid, attnum) and not alteration.is_dropped(Sequence, sequence.oid):
            alteration.change(sequence, None)
    for statistics in context.catalog.statistics:
        if statistics.table == table.oid and not alteration.is_dropped(Statistics, statistics.oid):
            used = set(statistics.columns).union(
                *(named_columns(table, source) for source in statistics.expressions)
            )
            if attnum in used:
                alteration.change(statistics, None)
