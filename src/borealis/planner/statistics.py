"""What the planner asks of statistics. The catalog's (ANALYZE writes them) fulfil it; a table without any has None.

Values stand as in storage; most_common goes down by frequency, histogram up by value, its bounds equally many rows apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from borealis.catalog.statistics import ExtendedStatistics
from borealis.types.base import Oid, Value


class ColumnStatistics(Protocol):
    @property
    def null_fraction(self) -> float: ...
    @property
    def width(self) -> int: ...
    @property
    def distinct(self) -> float:
        """Different values; below 0: minus their number for each row, as pg_stats has it."""

    @property
    def most_common(self) -> Sequence[Value]: ...
    @property
    def frequencies(self) -> Sequence[float]: ...
    @property
    def histogram(self) -> Sequence[Value]: ...
    @property
    def correlation(self) -> float | None: ...


class TableStatistics(Protocol):
    @property
    def rows(self) -> float: ...
    @property
    def columns(self) -> Mapping[int, ColumnStatistics]: ...
    @property
    def expressions(self) -> Mapping[tuple[int, int], ColumnStatistics]:
        """Return what is known of expressions, by the index and the key's place, or the statistics object and -1, -2 and so on."""

    @property
    def extended(self) -> Sequence[ExtendedStatistics]: ...


class Statistics(Protocol):
    def of(self, table: Oid) -> TableStatistics | None:
        """Return a table's statistics; None: it has never been analysed."""


class NoStatistics:
    """No table has been analysed."""

    def of(self, table: Oid) -> TableStatistics | None:
        return None


NO_STATISTICS = NoStatistics()
