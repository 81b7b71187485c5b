"""Connections: memory of an idle one, a thousand held, and how many open a second."""

from __future__ import annotations

import socket
import struct
import time

import psycopg

from benchmarks.servers import Server

_IDLE = 1_000
_OPENED = 100


def report(ours: Server, theirs: Server) -> None:
    for server in (ours, theirs):
        rate = _open_rate(server)
        before = server.memory_bytes()
        held = [_open(server) for _ in range(_IDLE)]
        time.sleep(1)
        each = (server.memory_bytes() - before) / _IDLE
        answering = psycopg.connect(
            host="127.0.0.1", port=server.port, user=server.user, dbname="postgres", sslmode="disable"
        )
        assert answering.execute("SELECT 1").fetchone() == (1,)
        answering.close()
        for connection in held:
            connection.close()
        print(
            f"{server.name}: {_IDLE:,} idle connections held, {each / 1024:.1f} KB each; {rate:.0f} opened a second",
            flush=True,
        )


def _open(server: Server) -> socket.socket:
    """Connect and wait for ReadyForQuery, with no client library's memory or time in the way."""
    body = b"user\0" + server.user.encode() + b"\0database\0postgres\0\0"
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(struct.pack("!ii", len(body) + 8, 196_608) + body)
    received = b""
    while not received.endswith(b"Z\0\0\0\x05I"):
        data = connection.recv(4_096)
        if not data:
            raise RuntimeError(f"{server.name} closed the connection: {received!r}")
        received += data
    return connection


def _open_rate(server: Server) -> float:
    started = time.perf_counter()
    for _ in range(_OPENED):
        _open(server).close()
    return _OPENED / (time.perf_counter() - started)
