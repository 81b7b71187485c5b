"""TPC-H's 22 queries over a small load give what PostgreSQL 16 gives.

The answers in answers.json are PostgreSQL 16's: `python -m tools.record_tpch` records them. The data is benchmarks/tpch's, at a scale
of 0.01: 1,500 customers, 60,000 line items.
"""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from benchmarks.tpch.data import TABLES, Data
from benchmarks.tpch.load import create, load
from benchmarks.tpch.queries import NUMBERS, query

pytestmark = pytest.mark.slow

SCALE = 0.01
ANSWERS = json.loads((Path(__file__).parent / "answers.json").read_text())


@pytest.fixture(scope="module")
def connection(tmp_path_factory, run_node):
    flags = ("--tls", "prefer", "--workers", 1, "--limits", "lifted")
    with (
        run_node(tmp_path_factory.mktemp("tpch") / "data", *flags) as node,
        psycopg.connect(node.conninfo(sslmode="disable"), autocommit=True) as connection,
    ):
        create(connection)
        data = Data(SCALE)
        for table in TABLES:
            load(connection, table, data.lines(table))
        connection.execute("ANALYZE")
        yield connection


@pytest.mark.parametrize("number", NUMBERS)
def test_query(connection, number):
    rows = connection.execute(query(number)).fetchall()
    assert [[None if value is None else str(value) for value in row] for row in rows] == ANSWERS[str(number)]
