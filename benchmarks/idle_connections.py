"""Idle connections: what one costs the server, with TLS and without, and that a thousand are held.

    python -m benchmarks.idle_connections [count]

Starts a node of one worker, opens connections that have each answered a query inside a transaction of their own, and reads
the worker's resident memory before and after. No client library takes part, so the figure is the server's alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GOAL_KB = 60
WARM_UP = 100
_READY = b"Z\0\0\0\x05I"


@contextlib.contextmanager
def node() -> Iterator[dict[str, Any]]:
    """Start a node with one worker; gives its line of JSON."""
    with tempfile.TemporaryDirectory(prefix="borealis-idle-") as directory:
        command = [sys.executable, "-m", "borealis", "start", "--data", directory, "--port", "0", "--json"]
        flags = ["--workers", "1", "--tls", "prefer", "--auth", "trust", "--connection-rate", "0"]
        process = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait()


def worker_pid(supervisor: int) -> int:
    """Return the second child's pid: the storage process is forked before the worker, the control process after it."""
    return int(Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[1])


def resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} has no VmRSS")


def open_connection(port: int, context: ssl.SSLContext | None) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if context is not None:
        connection = context.wrap_socket(connection, server_hostname="localhost")
    body = b"user\0admin\0database\0postgres\0application_name\0idle\0\0"
    _ask(connection, struct.pack("!ii", len(body) + 8, 196_608) + body)
    _ask(connection, _query(b"BEGIN; SELECT 1; COMMIT"))
    return connection


def _query(text: bytes) -> bytes:
    return b"Q" + struct.pack("!i", len(text) + 5) + text + b"\0"


def _ask(connection: socket.socket, message: bytes) -> None:
    connection.sendall(message)
    received = b""
    while not received.endswith(_READY):
        data = connection.recv(65_536)
        if not data:
            raise RuntimeError(f"closed: {received!r}")
        received += data


def measure(said: dict[str, Any], count: int, *, tls: bool) -> float:
    """Return KB a connection."""
    context = None
    if tls:
        context = ssl.create_default_context(cafile=said["ca_file"])
        context.set_alpn_protocols(["postgresql"])  # direct TLS
    worker = worker_pid(said["pid"])
    held = [open_connection(said["port"], context) for _ in range(WARM_UP)]
    before, started = resident_kb(worker), time.perf_counter()
    held += [open_connection(said["port"], context) for _ in range(count)]
    seconds = time.perf_counter() - started
    each = (resident_kb(worker) - before) / count
    for connection in held:  # all of them still answer
        _ask(connection, _query(b"SELECT 1"))
        connection.close()
    name = "TLS" if tls else "plain"
    print(
        f"{name}: {count:,} idle connections held, {each:.1f} KB each; {count / seconds:.0f} opened a second"
    )
    return each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=1_000)
    count = parser.parse_args().count
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    worst = 0.0
    for tls in (False, True):
        with node() as said:
            worst = max(worst, measure(said, count, tls=tls))
    return 0 if worst <= GOAL_KB else 1


if __name__ == "__main__":
    sys.exit(main())
