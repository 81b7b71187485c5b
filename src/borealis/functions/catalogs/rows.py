"""The system tables as table-valued functions: pg_system_<name>(), rows of the catalog the statement's snapshot stands at."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.system import SystemTable, rows_of, system_tables
from borealis.functions.implementation import Context, set_returning
from borealis.types.base import Value


def _register(table: SystemTable) -> None:
    @set_returning(f"system_{table.name}", columns=len(table.columns), context=True, arguments=0)
    def rows(context: Context) -> Iterator[tuple[Value, ...]]:
        return rows_of(table, context.catalog)


for _table in system_tables().values():
    _register(_table)
