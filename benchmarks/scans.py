"""Scans and aggregates over all accounts, best of three in one session."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Measurement, alternate, query_ms
from benchmarks.servers import Server

_QUERIES = {
    "count(*)": "SELECT count(*) FROM accounts",
    "filtered sum": "SELECT sum(balance) FROM accounts WHERE balance > 0",
    "GROUP BY": "SELECT id % 100, count(*), sum(balance) FROM accounts GROUP BY id % 100",
}
_GOAL = 0.7


def measure(ours: Server, theirs: Server, rounds: int) -> Iterator[Measurement]:
    for name, sql in _QUERIES.items():
        measurement = Measurement(f"{name} over accounts", "ms", _GOAL, higher_is_better=False)
        yield alternate(measurement, lambda server, sql=sql: query_ms(server, sql), ours, theirs, rounds)
