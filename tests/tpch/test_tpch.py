"""TPC-H's 22 queries over a small load give what PostgreSQL 16 gives.

The answers in answers.json are PostgreSQL 16's: `python -m tools.record_tpch` records them. The data is benchmarks/tpch's, at a scale
of 0.01: 1,500 customers, 60,000 line items.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import psycopg
import pytest
from benchmarks.tpch.data import TABLES, Data
from benchmarks.tpch.load import create, index, load
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
        index(connection, asynchronously=True)
        connection.execute("ANALYZE")
        yield connection


@pytest.mark.parametrize("number", NUMBERS)
def test_query(connection, number):
    rows = connection.execute(query(number)).fetchall()
    assert [[None if value is None else str(value) for value in row] for row in rows] == ANSWERS[str(number)]


def joins(node):
    """Yield what a plan's joins were thought to give, and what they gave."""
    if ("Join" in node["Node Type"] or node["Node Type"] == "Nested Loop") and node["Actual Loops"]:
        yield max(node["Plan Rows"], 1), max(node["Actual Rows"], 1)
    for part in node.get("Plans", ()):
        yield from joins(part)


def test_estimates_of_joins_are_near(connection):
    """The q-error is how many times too many or too few rows were expected: at most 4 in the middle (issue 5)."""
    errors = []
    for number in NUMBERS:
        (explained,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query(number)}").fetchone()
        plan = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
        errors += [max(thought / real, real / thought) for thought, real in joins(plan)]
    assert len(errors) > 30
    assert statistics.median(errors) <= 4
