"""A mix like TPC-C's over contended warehouses: every transaction commits in the end, and the data is whole."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from benchmarks.tpcc.run import broken, load, run
from benchmarks.tpcc.transactions import Size

pytestmark = pytest.mark.slow

SIZE = Size(warehouses=2, customers=20, items=60)
CLIENTS, TRANSACTIONS = 4, 25


def test_the_data_is_whole_after_the_mix(start_node):
    node = start_node(None, "--tls", "prefer", "--workers", 2)
    url = f"postgresql://admin@127.0.0.1:{node.port}/postgres?sslmode=disable"

    async def script():
        connection = await asyncpg.connect(url)
        await load(connection, SIZE)
        outcome = await run(url, SIZE, CLIENTS, count=TRANSACTIONS)
        assert outcome.committed.total() == CLIENTS * TRANSACTIONS
        assert outcome.retries > 0  # or it would prove little
        assert await broken(connection) == []
        await connection.execute(
            "UPDATE order_line SET ol_delivery_d = NULL WHERE ol_w_id = 1 AND ol_d_id = 1"
        )
        await connection.execute("UPDATE district SET d_ytd = d_ytd + 1 WHERE d_w_id = 1 AND d_id = 1")
        assert len(await broken(connection)) >= 1  # the conditions can fail
        await connection.close()

    asyncio.run(script())
