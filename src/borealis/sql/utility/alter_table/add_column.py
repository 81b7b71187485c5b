"""ADD COLUMN: the table's next attribute. Rows that are there read as NULL in it, and are not written.

So nothing may be said of it that a NULL might break: constraints and defaults are refused (refusals.py), and a domain's
constraints are tried with a NULL. PostgreSQL tries them only where the table has rows; here rows may be committed until the
DDL is.
Source: dsql-facts.md §4.5; PostgreSQL 16, ATExecAddColumn (tablecmds.c), as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis import limits
from borealis.catalog.relations import Column
from borealis.errors import DuplicateColumn, FeatureNotSupported
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.column_types import SYSTEM_COLUMNS, column_type, storage_of
from borealis.types.base import Oid


def add_column(alteration: Alteration, command: Node) -> None:
    node = command["def"]["ColumnDef"]
    table, name = alteration.table, node["colname"]
    oid, typmod, domain = column_type(alteration.context, node["typeName"])
    if name in SYSTEM_COLUMNS:
        raise DuplicateColumn(f'column name "{name}" conflicts with a system column name')
    if alteration.find_column(name) is not None:
        text = f'column "{name}" of relation "{table.name}" already exists'
        if not command.get("missing_ok"):
            raise DuplicateColumn(text)
        alteration.notice("42701", f"{text}, skipping")
        return
    if len(table.live_columns) >= limits.TABLE_COLUMNS_MAX:
        raise limits.too_many_columns()
    if len(table.columns) >= limits.VIEW_COLUMNS_MAX:
        raise limits.too_many_view_columns()
    if domain:
        _check_domain(alteration, domain, node["typeName"])
    column = Column(len(table.columns) + 1, name, oid, typmod, False, None, domain=domain)
    if "storage_name" in node:
        column = replace(column, storage=storage_of(column.type, node["storage_name"]))
    alteration.table = replace(table, columns=(*table.columns, column))


def _check_domain(alteration: Alteration, oid: Oid, type_name: Node) -> None:
    domains = alteration.context.catalog.domains_by_oid
    seen = domains.get(oid)
    while seen is not None:
        if seen.default is not None:
            raise FeatureNotSupported("ALTER TABLE ADD COLUMN with constraint not supported")
        if (seen.not_null or seen.checks) and type_name not in alteration.null_casts:
            alteration.null_casts.append(type_name)
        seen = domains.get(seen.base_type)
