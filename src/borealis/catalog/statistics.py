"""Statistics of tables and columns, as ANALYZE finds them and the planner reads them.

They are no part of the Catalog: no transaction depends on them. Values stand as in storage, so they compare as the columns do.
Source: PostgreSQL 16 documentation, pg_stats.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from borealis.types.base import Oid, Value


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    null_fraction: float
    width: int  # bytes of a value in PostgreSQL's form, on average
    distinct: float
    """Different values; below 0: minus their number for each row, where it grows with the table."""
    most_common: tuple[Value, ...] = ()
    """By frequency, the highest first."""
    frequencies: tuple[float, ...] = ()
    histogram: tuple[Value, ...] = ()
    """Bounds of parts that hold as many of the other values each."""
    correlation: float | None = None
    """Between the values' order and the rows'; None where the type has no order."""


@dataclass(frozen=True, slots=True)
class TableStatistics:
    rows: float
    columns: dict[int, ColumnStatistics] = field(default_factory=dict)


class Connection(Protocol):
    def execute(self, statements: str, bindings: tuple[Value, ...]) -> Iterable[tuple[Any, ...]]: ...


_ROWS = "SELECT row_count FROM relation_statistics WHERE relation=?"
_COLUMNS = (
    "SELECT attnum,null_fraction,width,distinct_count,most_common,frequencies,histogram,correlation "
    "FROM column_statistics WHERE relation=?"
)


def load_statistics(connection: Connection, table: Oid) -> TableStatistics | None:
    """Read what the last ANALYZE found of a table; None: there was none."""
    counted = list(connection.execute(_ROWS, (table,)))
    if not counted:
        return None
    columns = {
        attnum: ColumnStatistics(
            null_fraction,
            width,
            distinct,
            unpack(common),
            unpack(frequencies),
            unpack(histogram),
            correlation,
        )
        for attnum, null_fraction, width, distinct, common, frequencies, histogram, correlation in connection.execute(
            _COLUMNS, (table,)
        )
    }
    return TableStatistics(float(counted[0][0]), columns)


def pack(values: tuple[Any, ...]) -> bytes:
    return msgspec.msgpack.encode(values)


def unpack(data: bytes) -> tuple[Any, ...]:
    return tuple(msgspec.msgpack.decode(data))
