"""Loading TPC-H's tables through psycopg, into Borealis and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from itertools import islice

import psycopg

FOREIGN_KEYS = (
    ("nation", "n_regionkey"),
    ("supplier", "s_nationkey"),
    ("partsupp", "ps_suppkey"),
    ("customer", "c_nationkey"),
    ("orders", "o_custkey"),
    ("lineitem", "l_partkey, l_suppkey"),
    ("lineitem", "l_suppkey"),
)
"""Of those that no primary key begins with."""

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


def index(connection: psycopg.Connection, *, asynchronously: bool) -> None:
    """Create the indexes of the foreign keys: DSQL builds them by jobs, which are awaited; PostgreSQL at once."""
    for table, columns in FOREIGN_KEYS:
        created = f"CREATE INDEX {'ASYNC ' if asynchronously else ''}ON {table} ({columns})"
        answer = connection.execute(created.encode())
        if asynchronously:
            (job,) = answer.fetchone() or ("",)
            connection.execute(f"CALL sys.wait_for_job('{job}')".encode())
