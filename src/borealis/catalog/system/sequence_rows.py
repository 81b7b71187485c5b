"""A sequence in FROM: one row, which tells where it stands. Source: PostgreSQL 16, sequence.c (last_value, log_cnt, is_called)."""

from __future__ import annotations

from borealis.catalog.relations import Sequence
from borealis.catalog.system.tables import SystemColumn, SystemTable
from borealis.types import oids

_COLUMNS = (
    SystemColumn(1, "last_value", oids.INT8, not_null=True),
    SystemColumn(2, "log_cnt", oids.INT8, not_null=True),
    SystemColumn(3, "is_called", oids.BOOL, not_null=True),
)


def sequence_table(sequence: Sequence) -> SystemTable:
    """Return a sequence as a table of one row; before its first number it stands at its start, not called."""
    start = sequence.start if sequence.restart is None else sequence.restart
    noted = f"FROM sequence_value WHERE sequence = {sequence.oid} AND generation = {sequence.generation}"
    row = (
        f"SELECT coalesce((SELECT last_value {noted}), {start}) AS last_value, 0 AS log_cnt, "
        f"coalesce((SELECT is_called {noted}), 0) AS is_called"
    )
    return SystemTable(sequence.oid, sequence.name, _COLUMNS, f"({row})")
