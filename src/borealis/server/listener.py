"""Listener: accepts connections, and keeps those it has: how long they start, how long they live, how they end.

A sweep once a second cuts what takes longer than 60 s to start, ends transactions older than their five minutes, and ends what
has lived for 60 minutes, as soon as it is outside a transaction. A flood of connections that never start is held to `starting_max`: the oldest goes first, so honest
clients, who need milliseconds, get through.

Source: dsql-facts.md §2.6; DESIGN §6.
"""

from __future__ import annotations

import asyncio
import socket

from borealis.errors import AdminShutdown
from borealis.server.connection import Connection
from borealis.server.services import Services

BACKLOG = 4_096
_SWEEP_S = 1.0
_LOOK_AGAIN_S = 0.005


class Listener:
    """The connections of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._servers: list[asyncio.Server] = []
        self._starting: dict[Connection, float] = {}
        """When each came, oldest first; likewise below."""
        self._open: dict[Connection, float] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Event = asyncio.Event()

    @property
    def connections(self) -> int:
        return len(self._starting) + len(self._open)

    async def listen(self, listening: socket.socket) -> None:
        """Accept connections from a bound socket."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._accept, sock=listening, backlog=BACKLOG)
        self._servers.append(server)
        if self._sweeper is None:
            self._sweeper = loop.call_later(_SWEEP_S, self._sweep)

    async def close(self, patience_s: float = 5.0) -> None:
        """Stop accepting, tell every client that it is over, and wait for the statements that still run."""
        for server in self._servers:
            server.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in [*self._starting, *self._open]:
            connection.terminate(terminating())
        try:
            async with asyncio.timeout(patience_s):
                while self.connections:
                    self._emptied.clear()
                    await self._emptied.wait()
        except TimeoutError:
            for connection in [*self._starting, *self._open]:
                connection.abort()

    async def end_cluster(self, cluster_id: str, patience_s: float = 5.0) -> None:
        """Tell every client of a cluster that it is over, and wait for the statements that still run."""
        ending = [connection for connection in self._open if connection.cluster_id == cluster_id]
        for connection in ending:
            connection.terminate(terminating())
        give_up_s = self._services.clock.monotonic_s() + patience_s
        while any(connection in self._open for connection in ending):
            if self._services.clock.monotonic_s() > give_up_s:
                for connection in ending:
                    connection.abort()
                give_up_s += patience_s
            await asyncio.sleep(_LOOK_AGAIN_S)

    # What connections tell.

    def opened(self, connection: Connection) -> None:
        self._starting[connection] = self._services.clock.monotonic_s()
        if len(self._starting) > self._services.starting_max:
            next(iter(self._starting)).abort()

    def started(self, connection: Connection) -> None:
        self._open[connection] = self._starting.pop(connection)

    def closed(self, connection: Connection) -> None:
        self._starting.pop(connection, None)
        self._open.pop(connection, None)
        if not self.connections:
            self._emptied.set()

    def _accept(self) -> Connection:
        return Connection(self._services, self)

    def _sweep(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)
        self.sweep()

    def sweep(self) -> None:
        """End the connections whose time is over."""
        now = self._services.clock.monotonic_s()
        timeouts = self._services.timeouts
        for connection in self._open:
            connection.expire(now)
        for connection in _older_than(self._starting, now - timeouts.startup_s):
            connection.abort()
        for connection in _older_than(self._open, now - timeouts.lifetime_s):
            is_overdue = self._open[connection] < now - timeouts.lifetime_s - timeouts.last_transaction_s
            if is_overdue or not connection.is_in_transaction:
                connection.terminate(terminating())


def terminating() -> AdminShutdown:
    return AdminShutdown("terminating connection due to administrator command")


def _older_than(connections: dict[Connection, float], time: float) -> list[Connection]:
    older: list[Connection] = []
    for connection, came in connections.items():
        if came > time:
            break  # those behind came later
        older.append(connection)
    return older
