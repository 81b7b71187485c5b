"""Loading TPC-H's tables through psycopg, into Borealis and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from itertools import islice

import psycopg

_ROWS = 1_000


def create(connection: psycopg.Connection) -> None:
    """Create the tables, one statement a transaction."""
    for statement in (
        resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8").split(";")
    ):
        if statement.strip():
            connection.execute(statement.encode())


def load(connection: psycopg.Connection, table: str, rows: Iterable[str]) -> None:
    """Fill a table with rows in COPY's text format."""
    lines = iter(rows)
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        while block := "".join(islice(lines, _ROWS)):
            copy.write(block)
