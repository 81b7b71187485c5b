"""What one statement costs a query processor, without sockets: bytes in, bytes out, in one thread.

    .venv/bin/python -m benchmarks.micro_statement

Times groups of Bind, Describe, Execute, Sync as libpq sends them for a prepared statement; the least of several rounds.
"""

from __future__ import annotations

import asyncio
import struct
import tempfile
import time
from collections.abc import Awaitable, Callable

from borealis.node import Node
from borealis.server.connection import Connection

ROUNDS = 7
REPEATS = 4_000
ROWS = 3_000
INSERTS = 2_000


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def group(statement: str, *parameters: bytes) -> bytes:
    """Return the bytes of one execution of a prepared statement."""
    values = b"".join(struct.pack("!i", len(value)) + value for value in parameters)
    bind = b"\0" + statement.encode() + b"\0\0\0" + struct.pack("!h", len(parameters)) + values + b"\0\1\0\0"
    return message(b"B", bind) + message(b"D", b"P\0") + message(b"E", b"\0\0\0\0\0") + message(b"S", b"")


def parse(name: str, sql: str) -> bytes:
    return message(b"P", name.encode() + b"\0" + sql.encode() + b"\0\0\0") + message(b"S", b"")


class FakeTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written = data

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name == "peername" else default

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


class Keeper:
    def opened(self, connection: Connection) -> None: ...
    def started(self, connection: Connection) -> None: ...
    def closed(self, connection: Connection) -> None: ...


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with Node.embedded(directory) as node:
            connection, transport = Connection(node.services, Keeper()), FakeTransport()
            connection.connection_made(transport)
            body = b"user\0admin\0database\0postgres\0\0"
            connection.data_received(struct.pack("!ii", len(body) + 8, 196_608) + body)

            async def send(data: bytes) -> bytes:
                transport.written = b""
                connection.data_received(data)
                while not transport.written.endswith((b"Z\0\0\0\5I", b"Z\0\0\0\5T")):
                    await asyncio.sleep(0.001)
                return transport.written

            for sql in (
                "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)",
                "CREATE TABLE transactions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), payer_id int NOT NULL, "
                "payee_id int NOT NULL, amount int NOT NULL, created_at timestamptz NOT NULL DEFAULT now())",
                f"INSERT INTO accounts SELECT n, 1000 FROM generate_series(1, {ROWS}) AS n",
            ):
                await send(message(b"Q", sql.encode() + b"\0"))
            for name, sql in STATEMENTS.items():
                await send(parse(name, sql))
            await report(connection, send)


STATEMENTS = {
    "select": "SELECT balance FROM accounts WHERE id = $1",
    "update": "UPDATE accounts SET balance = balance - 1 WHERE id = $1",
    "insert": "INSERT INTO transactions (payer_id, payee_id, amount) VALUES ($1, $2, 1)",
    "begin": "BEGIN",
    "rollback": "ROLLBACK",
}


async def report(connection: Connection, send: Callable[[bytes], Awaitable[bytes]]) -> None:
    received = connection.data_received
    selects = [group("select", b"%d" % (n % ROWS + 1)) for n in range(REPEATS)]
    print(f"select by key: {best(lambda: [received(data) for data in selects]):.1f} us")
    await send(group("begin"))
    print(f"select by key in a block: {best(lambda: [received(data) for data in selects]):.1f} us")
    updates = [group("update", b"%d" % (n % 1_000 + 1)) for n in range(REPEATS)]
    print(f"update by key in a block: {best(lambda: [received(data) for data in updates]):.1f} us")
    await send(group("rollback"))
    inserts = [group("insert", b"%d" % n, b"%d" % n) for n in range(INSERTS)]

    def insert() -> None:
        received(group("begin"))
        for data in inserts:
            received(data)
        received(group("rollback"))

    print(f"insert with defaults in a block: {best(insert) * REPEATS / INSERTS:.1f} us")
    blocks = [group("begin"), group("rollback")] * (REPEATS // 2)
    print(f"begin, rollback: {best(lambda: [received(data) for data in blocks]):.1f} us each")


def best(action: Callable[[], object]) -> float:
    """Return microseconds a repeat, in the fastest round."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times) / REPEATS * 1e6


if __name__ == "__main__":
    asyncio.run(main())
