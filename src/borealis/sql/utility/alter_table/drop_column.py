"""DROP COLUMN: the attribute stays, dropped, and its number with it; what is made of the column alone goes along.

    with the column     indexes, CHECKs, foreign keys of the table and statistics that name it, sequences it owns, comments
    only by CASCADE     foreign keys of others, generated columns, views and functions that read it, views over those

A row keeps the old value's bytes until it is written again (docs/storage-format.md).
Source: dsql-facts.md §4.5; PostgreSQL 16, ATExecDropColumn (tablecmds.c) and dependency.c, as observed.
"""

from __future__ import annotations

from borealis.catalog.relations import Column
from borealis.errors import FeatureNotSupported, UndefinedColumn
from borealis.sql.dependencies.address import column_of
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.column_types import SYSTEM_COLUMNS


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
    address = column_of(table.oid, column.attnum)
    alteration.drop(address, is_cascade=command.get("behavior") == "DROP_CASCADE")


def _refuse_key_column(alteration: Alteration, column: Column) -> None:
    key = alteration.table.primary_key
    if key is not None and column.attnum in key.columns:
        raise FeatureNotSupported(f"cannot drop primary key column {column.name}")
