"""TPC-H on both servers: each query's best of three, in one session each, and the totals."""

from __future__ import annotations

import psycopg

from benchmarks.measure import Measurement, timed_s
from benchmarks.servers import Server
from benchmarks.tpch.data import TABLES, Data
from benchmarks.tpch.load import create, index, load
from benchmarks.tpch.queries import NUMBERS, query

SCALE = 0.1
TOTAL_GOAL, WORST_GOAL = 0.5, 0.2
"""At most twice PostgreSQL's time in all, and five times for any query."""

_RUNS = 3


def report(ours: Server, theirs: Server) -> None:
    connections = [_connect(server) for server in (ours, theirs)]
    for connection in connections:
        create(connection)
    data = Data(SCALE)
    for table in TABLES:
        lines = list(data.lines(table))
        for connection in connections:
            load(connection, table, lines)
    for connection, server in zip(connections, (ours, theirs), strict=True):
        index(connection, asynchronously=server is ours)
        connection.execute("ANALYZE")
    total = Measurement(f"TPC-H, scale {SCALE}: 22 queries", "ms", TOTAL_GOAL, higher_is_better=False)
    total.ours, total.theirs = [0.0], [0.0]
    for number in NUMBERS:
        one = Measurement(f"  query {number}", "ms", WORST_GOAL, higher_is_better=False)
        one.ours.append(_best_ms(connections[0], number))
        one.theirs.append(_best_ms(connections[1], number))
        total.ours[0] += one.ours[0]
        total.theirs[0] += one.theirs[0]
        print(one.line(), flush=True)
    print(total.line(), flush=True)
    for connection in connections:
        connection.close()


def _connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user=server.user,
        dbname="postgres",
        sslmode="disable",
        autocommit=True,
    )


def _best_ms(connection: psycopg.Connection, number: int) -> float:
    text = query(number).encode()
    return min(timed_s(lambda: connection.execute(text).fetchall()) for _ in range(_RUNS)) * 1e3
