"""A real PostgreSQL 16 to compare with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest
from psycopg import pq


@pytest.fixture(scope="module")
def postgresql() -> Iterator[pq.PGconn]:
    pgserver = pytest.importorskip("pgserver")
    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        # Aurora DSQL's collation and character classes.
        made = pq.PGconn.connect(server.get_uri().encode()).exec_(
            b"CREATE DATABASE c_locale TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        assert made.status == pq.ExecStatus.COMMAND_OK, made.error_message
        yield pq.PGconn.connect(server.get_uri("c_locale").encode())
        server.cleanup()
