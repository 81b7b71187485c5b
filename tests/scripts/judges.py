"""Who runs a script: a node, or a real PostgreSQL 16 that its expectations are recorded from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import pq

UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


def connect_to(conninfo: str) -> Callable[..., pq.PGconn]:
    """Return what connects as a role, or as the one of the conninfo."""

    def connect(role: str | None = None) -> pq.PGconn:
        connection = pq.PGconn.connect(f"{conninfo} user={role}".encode() if role else conninfo.encode())
        assert connection.status == pq.ConnStatus.OK, connection.error_message.decode()
        return connection

    return connect


@contextmanager
def running_postgresql() -> Iterator[Callable[..., pq.PGconn]]:
    """Run a PostgreSQL 16 of one's own; needs the pgserver wheel."""
    import pgserver

    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        yield connect_to(f"host={directory} user=postgres dbname=postgres")
        server.cleanup()
