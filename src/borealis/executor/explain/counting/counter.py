"""Counter: rows, bytes and times of one run, by point.

A point is a place in the statement where a row passes. Time between two passages is counted for the later one: it is what
producing that row took. Inside a nested loop a point has a driver, the outer side's: when that has moved on, a new loop has
begun, and the time to the loop's first row is counted besides.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from time import perf_counter_ns


class Counter:
    __slots__ = (
        "at_first_ns",
        "at_ns",
        "bytes",
        "clock_ns",
        "drivers",
        "last_ns",
        "number",
        "rows",
        "seen",
        "spent_ns",
        "to_first_ns",
    )

    def __init__(self, number: int, drivers: list[int | None], clock_ns: Callable[[], int] | None) -> None:
        """drivers has one a point. clock_ns None: rows only (TIMING OFF)."""
        points = len(drivers)
        self.number = number
        self.clock_ns = clock_ns
        self.drivers = drivers
        self.rows = [0] * points
        self.bytes = [0] * points
        self.spent_ns = [0] * points
        self.at_ns = [0] * points
        """When a row last passed."""
        self.at_first_ns: list[list[int] | None] = [None] * points
        """What all points had spent when the first row passed."""
        self.to_first_ns = [0] * points
        self.seen = [0] * points
        """The driver's rows when one last passed here."""
        self.last_ns = 0

    def begin(self) -> None:
        _running[self.number] = self
        if self.clock_ns is not None:
            self.last_ns = self.clock_ns()

    def end(self) -> None:
        _running.pop(self.number, None)

    def tick(self, point: int, size: int) -> None:
        self.rows[point] += 1
        self.bytes[point] += size
        clock_ns = self.clock_ns
        if clock_ns is None:
            return
        now = clock_ns()
        self.spent_ns[point] += now - self.last_ns
        self.last_ns = self.at_ns[point] = now
        driver = self.drivers[point]
        if driver is not None:
            loop = self.rows[driver]
            if self.seen[point] != loop:
                self.seen[point] = loop
                self.to_first_ns[point] += now - self.at_ns[driver]
        elif self.at_first_ns[point] is None:
            self.at_first_ns[point] = self.spent_ns.copy()


def new_run() -> int:
    return next(_numbers)


_numbers = itertools.count(1)
_running: dict[int, Counter] = {}
"""Of this process; a connection's functions outlive any run, so they find the run by its number."""


def count(run: int, point: int, size: int | None) -> int:
    """Count a row; always true."""
    counter = _running.get(run)
    if counter is not None:
        counter.tick(point, size or 0)
    return 1


now_ns = perf_counter_ns
