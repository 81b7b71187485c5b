"""The mix on both servers: transactions a second, those tried again, and whether the data is whole."""

from __future__ import annotations

import asyncio

import asyncpg

from benchmarks.measure import Measurement
from benchmarks.servers import Server
from benchmarks.tpcc.run import Outcome, broken, load, run
from benchmarks.tpcc.transactions import Size

_CLIENTS = 8


def report(ours: Server, theirs: Server, seconds: float) -> None:
    outcomes = [asyncio.run(_on(server, seconds)) for server in (ours, theirs)]
    rates = Measurement(f"TPC-C-like mix, {_CLIENTS} clients", "tps", None)
    rates.ours, rates.theirs = ([outcome.per_second] for outcome in outcomes)
    print(rates.line(), flush=True)
    tried = [outcome.retries / outcome.committed.total() for outcome in outcomes]
    print(f"  tried again, of each committed: {tried[0]:.2f}, PostgreSQL {tried[1]:.2f}")


async def _on(server: Server, seconds: float) -> Outcome:
    url = f"postgresql://{server.user}@127.0.0.1:{server.port}/postgres?sslmode=disable"
    size, connection = Size(), await asyncpg.connect(url)
    await load(connection, size)
    outcome = await run(url, size, _CLIENTS, seconds=seconds)
    if found := await broken(connection):
        raise RuntimeError(f"{server.name}: {found}")
    await connection.close()
    return outcome
