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
class Combination:
    """How many different values some columns have together."""

    attnums: tuple[int, ...]
    distinct: float


@dataclass(frozen=True, slots=True)
class Dependency:
    """For what part of the rows a column's value follows from those of others."""

    determining: tuple[int, ...]
    implied: int
    degree: float


@dataclass(frozen=True, slots=True)
class MostCommon:
    """Values of an object's columns, in their order, that often come together."""

    values: tuple[Value, ...]
    frequency: float
    base_frequency: float  # if the columns were independent


@dataclass(frozen=True, slots=True)
class ExtendedStatistics:
    """What is known of several columns together: one object of CREATE STATISTICS.

    Expressions are -1, -2 …
    """

    object: int
    attnums: tuple[int, ...]
    combinations: tuple[Combination, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    most_common: tuple[MostCommon, ...] = ()


@dataclass(frozen=True, slots=True)
class TableStatistics:
    rows: float
    columns: dict[int, ColumnStatistics] = field(default_factory=dict)
    expressions: dict[tuple[int, int], ColumnStatistics] = field(default_factory=dict)
    """By the index and the place of its key, or by the statistics object and -1, -2 …"""
    extended: tuple[ExtendedStatistics, ...] = ()


class Connection(Protocol):
    def execute(self, statements: str, bindings: tuple[Value, ...]) -> Iterable[tuple[Any, ...]]: ...


_ROWS = "SELECT row_count FROM relation_statistics WHERE relation=?"
_COLUMNS = (
    "SELECT relation,attnum,null_fraction,width,distinct_count,most_common,frequencies,histogram,correlation "
    "FROM column_statistics WHERE relation=?1 OR relation IN (SELECT indexrelid FROM pg_index WHERE indrelid=?1) "
    "OR relation IN (SELECT oid FROM pg_statistic_ext WHERE stxrelid=?1)"
)
_EXTENDED = "SELECT found FROM extended_statistics WHERE relation=? AND statistics IN (SELECT oid FROM pg_statistic_ext)"


def load_statistics(connection: Connection, table: Oid) -> TableStatistics | None:
    """Read what the last ANALYZE found of a table; None: there was none."""
    counted = list(connection.execute(_ROWS, (table,)))
    if not counted:
        return None
    columns: dict[int, ColumnStatistics] = {}
    expressions: dict[tuple[int, int], ColumnStatistics] = {}
    for (
        relation,
        attnum,
        null_fraction,
        width,
        distinct,
        common,
        frequencies,
        histogram,
        correlation,
    ) in connection.execute(_COLUMNS, (table,)):
        one = ColumnStatistics(
            null_fraction,
            width,
            distinct,
            unpack(common),
            unpack(frequencies),
            unpack(histogram),
            correlation,
        )
        if relation == table:
            columns[attnum] = one
        else:
            expressions[relation, attnum] = one
    extended = tuple(unpack_extended(found) for (found,) in connection.execute(_EXTENDED, (table,)))
    return TableStatistics(float(counted[0][0]), columns, expressions, extended)


def pack_extended(found: ExtendedStatistics) -> bytes:
    return msgspec.msgpack.encode(found)


def unpack_extended(data: bytes) -> ExtendedStatistics:
    found = msgspec.msgpack.decode(data)
    return ExtendedStatistics(
        found["object"],
        tuple(found["attnums"]),
        tuple(Combination(tuple(one["attnums"]), one["distinct"]) for one in found["combinations"]),
        tuple(
            Dependency(tuple(one["determining"]), one["implied"], one["degree"])
            for one in found["dependencies"]
        ),
        tuple(
            MostCommon(tuple(one["values"]), one["frequency"], one["base_frequency"])
            for one in found["most_common"]
        ),
    )


def pack(values: tuple[Any, ...]) -> bytes:
    return msgspec.msgpack.encode(values)


def unpack(data: bytes) -> tuple[Any, ...]:
    return tuple(msgspec.msgpack.decode(data))
