"""The load: clients that take transfers from one list, with or without the talk's retry loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from uuid import UUID

import asyncpg

from borealis.cli.demo import bank
from borealis.cli.demo.counters import Counters
from borealis.clock import Clock

_BACKOFF_S = 0.002
_BACKOFF_S_MAX = 0.2


class Load:
    """One phase of the run: `clients` tasks over a pool, until the transfers are through."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        transfers: Iterator[bank.Transfer],
        chance: random.Random,
        clock: Clock,
        *,
        retry: bool,
    ) -> None:
        self._pool = pool
        self._transfers = transfers
        self._chance = chance
        self._clock = clock
        self._retry = retry
        self.counters = Counters()
        self.acknowledged: set[UUID] = set()
        self.last_error: Exception | None = None

    async def run(self, clients: int) -> None:
        started = self._clock.monotonic_s()
        tasks = [asyncio.create_task(self._client()) for _ in range(clients)]
        try:
            while True:
                _, running = await asyncio.wait(tasks, timeout=0.05)
                self.counters.elapsed_s = self._clock.monotonic_s() - started
                if not running:
                    break
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks)

    async def _client(self) -> None:
        for transfer in self._transfers:
            self.counters.in_flight += 1
            started = self._clock.monotonic_s()
            try:
                await self._transfer(transfer)
            except (asyncpg.PostgresError, OSError) as error:
                self.counters.errors += 1
                self.last_error = error
            finally:
                self.counters.in_flight -= 1
            self.counters.latencies.add(self._clock.monotonic_s() - started)

    async def _transfer(self, transfer: bank.Transfer) -> None:
        """Move the money; a conflict is tried again on a new connection out of the pool, after a pause that grows."""
        backoff_s = _BACKOFF_S
        while True:
            try:
                async with self._pool.acquire() as connection:
                    self.acknowledged.add(await bank.move(connection, transfer))
            except asyncpg.SerializationError:
                self.counters.occ_conflicts += 1
                if not self._retry:
                    return
                self.counters.retries += 1
                await asyncio.sleep(backoff_s * self._chance.random())
                backoff_s = min(backoff_s * 2, _BACKOFF_S_MAX)
            else:
                self.counters.committed += 1
                return
