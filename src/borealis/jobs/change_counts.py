"""ChangeCounts: how many rows of each table have changed since it was last analysed, and which tables are due for it again.

A table is due after 50 changes and a tenth of its rows, and looked at once a minute at most. The counts are kept in memory: a restart
begins them anew, and a table that was never analysed is due after its first 50 changes.
Source: dsql-facts.md §5.4; PostgreSQL 16, autovacuum_analyze_threshold and its siblings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from borealis.clock import Clock
from borealis.transaction.intent import Change

CHANGES = 50
SHARE = 0.1
NAP_S = 60.0


class ChangeCounts:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: defaultdict[int, int] = defaultdict(int)
        self._thresholds: dict[int, float] = {}
        self._over: set[int] = set()
        self._next_s = clock.monotonic_s() + NAP_S

    def note(self, changes: Iterable[Change]) -> None:
        """Count the rows of a commit."""
        counts, thresholds = self._counts, self._thresholds
        for change in changes:
            table = change.table
            counts[table] = count = counts[table] + 1
            if count > thresholds.get(table, CHANGES):
                self._over.add(table)

    @property
    def is_due(self) -> bool:
        return bool(self._over) and self._clock.monotonic_s() >= self._next_s

    def take_due(self) -> list[int]:
        """Return the tables that may be due: `is_over` is to follow for each, and `analysed` once it was."""
        self._next_s = self._clock.monotonic_s() + NAP_S
        due, self._over = sorted(self._over), set()
        return due

    def is_over(self, table: int, rows: float) -> bool:
        """Return whether a table of this many rows has changed enough; keep in mind how much that is."""
        self._thresholds[table] = CHANGES + SHARE * rows
        return self._counts[table] > self._thresholds[table]

    def analysed(self, table: int, rows: float) -> None:
        """Begin a table's count anew."""
        self._counts[table] = 0
        self._thresholds[table] = CHANGES + SHARE * rows
        self._over.discard(table)
