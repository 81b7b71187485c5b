"""One hot row, with and without a client that stalls inside a transaction that has written it.

PostgreSQL's others wait for the stalled client's lock; here the stalled client is the one that loses, at its COMMIT.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg

from benchmarks.measure import SCRIPTS, Measurement
from benchmarks.servers import Server, pgbench_binary

_CLIENTS = 8


def measure(ours: Server, theirs: Server, seconds: float) -> Iterator[Measurement]:
    for server in (ours, theirs):
        server.psql("CREATE TABLE hot (id int PRIMARY KEY, v int NOT NULL)")
        server.psql("INSERT INTO hot VALUES (1, 0)")
    alone = Measurement(f"hot row, {_CLIENTS} clients", "tps", None)
    stalled = Measurement("hot row, one more client stalled on it", "tps", None)
    for server, plain, with_stall in (
        (ours, alone.ours, stalled.ours),
        (theirs, alone.theirs, stalled.theirs),
    ):
        plain.append(_committed_tps(server, seconds))
        with _connect(server) as connection:
            connection.execute("BEGIN")
            connection.execute("UPDATE hot SET v = v + 1 WHERE id = 1")
            with_stall.append(_committed_tps(server, seconds))
            try:
                connection.execute("COMMIT")
            except psycopg.errors.SerializationFailure:
                pass
    yield alone
    yield stalled


def _connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user=server.user,
        dbname="postgres",
        sslmode="disable",
        autocommit=True,
    )


def _committed_tps(server: Server, seconds: float) -> float:
    """Count what really changed: pgbench's own figure has no meaning when every client hangs."""
    before = int(server.psql("SELECT v FROM hot"))
    process = subprocess.Popen(
        [pgbench_binary(), "-n", "-M", "prepared", "-c", str(_CLIENTS), "-T", str(round(seconds)),
         "--max-tries=0", "-f", str(SCRIPTS / "hot.sql")],
        env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(seconds + 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return max((int(server.psql("SELECT v FROM hot")) - before) / seconds, 0.01)
