"""A PostgreSQL from the pgserver wheel and a proxy before it that keeps what passes, for the recording tools."""

from __future__ import annotations

import multiprocessing
import socket
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pgserver

DATA = Path("/tmp/pg-wire")
PASSWORD_USER = "wire_password"
PASSWORD = "open sesame"

Chunk = tuple[str, bytes]
"""'>' from the client or '<' from the server, and the bytes as they came."""


def start_postgres() -> str:
    """Return the path of a socket; the user wire_password has to send its password in clear."""
    server = pgserver.get_server(str(DATA))
    hba = DATA / "pg_hba.conf"
    rule = f"local all {PASSWORD_USER} password\n"
    if rule not in hba.read_text():
        hba.write_text(rule + hba.read_text())
        server.psql(
            f"CREATE ROLE {PASSWORD_USER} LOGIN SUPERUSER PASSWORD '{PASSWORD}'; SELECT pg_reload_conf();"
        )
    return str(DATA / ".s.PGSQL.5432")


class Proxy:
    """Listens on a free port of 127.0.0.1 and records; a process of its own, since libpq may block with the GIL held."""

    def __init__(self, target: str) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_record, args=(listener, target, theirs), daemon=True)
        self._process.start()
        listener.close()

    def close(self) -> list[Chunk]:
        """Wait for what is on its way, and return all of the last connection (pgbench makes one before, to ask)."""
        self._ours.send("close")
        connections: list[list[Chunk]] = self._ours.recv()
        self._process.join()
        return connections[-1]


def _record(listener: socket.socket, target: str, pipe: Connection) -> None:
    connections: list[list[Chunk]] = []
    lock = threading.Lock()
    pumps: list[threading.Thread] = []

    def pump(source: socket.socket, sink: socket.socket, mark: str, chunks: list[Chunk]) -> None:
        try:
            while data := source.recv(65536):
                with lock:
                    chunks.append((mark, data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def accept() -> None:
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(target)
            connections.append([])
            for source, sink, mark in ((client, server, ">"), (server, client, "<")):
                pumps.append(
                    threading.Thread(target=pump, args=(source, sink, mark, connections[-1]), daemon=True)
                )
                pumps[-1].start()

    threading.Thread(target=accept, daemon=True).start()
    pipe.recv()
    for thread in pumps:
        thread.join(timeout=5)
    pipe.send(connections)
