"""Loading, running and checking the mix: clients in one event loop, each a connection, that try a refused transaction again.

python -m benchmarks.tpcc.run CONNINFO-URL [clients] [seconds]
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import asyncpg

from benchmarks.tpcc.transactions import DISTRICTS, MIX, Size, UnknownItemError, last_name

_ROWS = 500


@dataclass
class Outcome:
    committed: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.committed.total() / self.seconds


async def load(connection: asyncpg.Connection[Any], size: Size, seed: int = 1) -> None:
    """Create the tables and fill them."""
    chance = random.Random(seed)
    for statement in (
        resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8").split(";")
    ):
        if statement.strip():
            await connection.execute(statement)
    warehouses, districts = range(1, size.warehouses + 1), range(1, DISTRICTS + 1)
    await _fill(connection, "warehouse", [(w, f"w{w}", "0.1000", "300000.00") for w in warehouses])
    await _fill(
        connection,
        "district",
        [(w, d, "0.0500", f"{300_000 / DISTRICTS:.2f}", 1) for w in warehouses for d in districts],
    )
    await _fill(
        connection,
        "customer",
        [
            (w, d, c, last_name(c), "GC", f"0.{chance.randint(0, 5000):04d}", "-10.00", "10.00", 1, 0)
            for w in warehouses
            for d in districts
            for c in range(1, size.customers + 1)
        ],
    )
    items = range(1, size.items + 1)
    await _fill(
        connection, "item", [(i, f"item {i}", f"{chance.randint(100, 9_999) / 100:.2f}") for i in items]
    )
    await _fill(
        connection, "stock", [(w, i, chance.randint(10, 100), 0, 0) for w in warehouses for i in items]
    )


async def _fill(connection: asyncpg.Connection[Any], table: str, rows: list[tuple[object, ...]]) -> None:
    for first in range(0, len(rows), _ROWS):
        values = ", ".join(
            "(" + ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row) + ")"
            for row in rows[first : first + _ROWS]
        )
        await connection.execute(f"INSERT INTO {table} VALUES {values}")


async def run(
    url: str, size: Size, clients: int, *, seconds: float = 0.0, count: int = 0, seed: int = 1
) -> Outcome:
    """Run the mix for some seconds, or this many transactions by each client."""
    outcome, end = Outcome(), time.monotonic() + seconds
    started = time.monotonic()
    await asyncio.gather(
        *(_client(url, size, random.Random(seed * 1_000 + n), outcome, end, count) for n in range(clients))
    )
    outcome.seconds = time.monotonic() - started
    return outcome


async def _client(
    url: str, size: Size, chance: random.Random, outcome: Outcome, end: float, count: int
) -> None:
    connection = await asyncpg.connect(url)
    kinds, weights = zip(*MIX, strict=True)
    done = 0
    try:
        while done < count if count else time.monotonic() < end:
            (work,) = chance.choices(kinds, weights)
            state = chance.getstate()
            while True:
                chance.setstate(state)  # a transaction tried again is the same one
                try:
                    async with connection.transaction(isolation="repeatable_read"):
                        await work(connection, chance, size)
                except asyncpg.SerializationError:
                    outcome.retries += 1
                    await asyncio.sleep(random.random() * 0.005)  # noqa: TID251
                except UnknownItemError:
                    break
                else:
                    break
            outcome.committed[work.__name__] += 1
            done += 1
    finally:
        await connection.close()


CONDITIONS = {
    "a warehouse's payments are its districts'": (
        "SELECT count(*) FROM warehouse JOIN (SELECT d_w_id, sum(d_ytd) AS ytd FROM district GROUP BY d_w_id) d "
        "ON d_w_id = w_id WHERE w_ytd <> ytd"
    ),
    "no order's number is missing or taken twice": (
        "SELECT count(*) FROM district LEFT JOIN (SELECT o_w_id, o_d_id, max(o_id) AS last, count(*) AS orders FROM orders "
        "GROUP BY o_w_id, o_d_id) o ON o_w_id = d_w_id AND o_d_id = d_id "
        "WHERE d_next_o_id - 1 <> coalesce(last, 0) OR coalesce(last, 0) <> coalesce(orders, 0)"
    ),
    "every order has its lines": (
        "SELECT count(*) FROM orders LEFT JOIN (SELECT ol_w_id, ol_d_id, ol_o_id, count(*) AS lines FROM order_line "
        "GROUP BY ol_w_id, ol_d_id, ol_o_id) l ON ol_w_id = o_w_id AND ol_d_id = o_d_id AND ol_o_id = o_id "
        "WHERE o_ol_cnt <> coalesce(lines, 0)"
    ),
    "what is not delivered is new, and nothing else": (
        "SELECT count(*) FROM orders LEFT JOIN new_order ON no_w_id = o_w_id AND no_d_id = o_d_id AND no_o_id = o_id "
        "WHERE (o_carrier_id IS NULL) <> (no_o_id IS NOT NULL)"
    ),
    "lines are delivered with their order": (
        "SELECT count(*) FROM order_line JOIN orders ON o_w_id = ol_w_id AND o_d_id = ol_d_id AND o_id = ol_o_id "
        "WHERE (ol_delivery_d IS NULL) <> (o_carrier_id IS NULL)"
    ),
    "payments are in the history": (
        "SELECT count(*) FROM (SELECT sum(w_ytd - 300000) AS paid FROM warehouse) w, "
        "(SELECT coalesce(sum(h_amount), 0) AS noted FROM history) h WHERE paid <> noted"
    ),
}
"""What counts nothing while the data is whole. Source: TPC-C specification §3.3.2."""


async def broken(connection: asyncpg.Connection[Any]) -> list[str]:
    """Return the conditions that do not hold."""
    return [name for name, sql in CONDITIONS.items() if await connection.fetchval(sql) != 0]


async def _main(url: str, clients: int, seconds: float) -> None:
    size = Size()
    connection = await asyncpg.connect(url)
    await load(connection, size)
    outcome = await run(url, size, clients, seconds=seconds)
    print(
        f"{outcome.per_second:.0f} transactions a second, {outcome.retries} tried again; {dict(outcome.committed)}"
    )
    print("broken:", await broken(connection) or "nothing")
    await connection.close()


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "8", "10"]
    asyncio.run(_main(arguments[0], int(arguments[1]), float(arguments[2])))
