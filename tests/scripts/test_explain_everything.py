"""EXPLAIN explains every query and DML statement of the golden scripts, in every format, and ANALYZE runs them as they run.

And parameters: a plan is made for their values, as PostgreSQL makes it; GENERIC_PLAN wants none.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pytest

from .script import read_script

HERE = Path(__file__).parent
SCRIPTS = sorted(path for folder in ("queries", "writes") for path in (HERE / folder).glob("*.script"))
EXPLAINED = ("SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "TABLE")


@pytest.fixture
def connection(node_conninfo):
    with psycopg.connect(node_conninfo, autocommit=True) as made:
        yield made


def answer(connection: psycopg.Connection, sql: str) -> tuple[list[object], str | None]:
    """Return the first column of the rows, and the SQLSTATE of an error."""
    try:
        cursor = connection.execute(sql.encode())
        return [row[0] for row in cursor.fetchall()] if cursor.description else [], None
    except psycopg.Error as error:
        return [], error.sqlstate


@pytest.mark.slow
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_runs_is_explained(connection, path):
    script = read_script(path)
    for table in script.tables:
        answer(connection, f"DROP TABLE IF EXISTS {table}")
    for command in (each for block in script.blocks for each in block.commands if ";" not in each.sql):
        sql = command.sql.strip()
        if sql.split(None, 1)[0].upper() in EXPLAINED:
            texts, states = [], []
            for options in ("FORMAT JSON, VERBOSE", "ANALYZE, VERBOSE", "ANALYZE, FORMAT XML, TIMING OFF"):
                answer(connection, "BEGIN")
                rows, state = answer(connection, f"EXPLAIN ({options}) {sql}")
                answer(connection, "ROLLBACK")
                texts.append(rows)
                states.append(state)
            _, own = answer(connection, sql)
            assert "XX000" not in states, sql
            if own is None:
                assert states == [None, None, None], sql
                assert json.loads(json.dumps(texts[0][0]))[0]["Plan"]["Node Type"]
                assert any("Execution Time" in line for line in texts[1])
                assert ET.fromstring(texts[2][0]).tag.endswith("explain")
        else:
            answer(connection, sql)
    for table in reversed(script.tables):
        answer(connection, f"DROP TABLE IF EXISTS {table}")


def test_parameters_are_shown_by_their_values(connection):
    sql = "EXPLAIN (COSTS OFF) SELECT * FROM generate_series(1, 9) g WHERE g > %s"
    for value in (40_000, 50_000):
        rows = connection.execute(sql, (value,), prepare=True).fetchall()
        assert rows[1] == (f"  Filter: (g > {value})",)


def test_a_generic_plan_takes_no_parameters(connection):
    rows = connection.execute(
        "EXPLAIN (GENERIC_PLAN, COSTS OFF) SELECT * FROM generate_series(1, 9) g WHERE g > $1"
    )
    assert rows.fetchall()[1] == ("  Filter: (g > $1)",)


@pytest.mark.parametrize(("format_", "oid"), [("TEXT", 25), ("YAML", 25), ("JSON", 114), ("XML", 142)])
def test_the_column_has_the_formats_type(connection, format_, oid):
    cursor = connection.execute(f"EXPLAIN (FORMAT {format_}) SELECT 1")
    assert [(column.name, column.type_code) for column in cursor.description] == [("QUERY PLAN", oid)]


def test_analyze_runs_with_parameters(connection):
    sql = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM generate_series(1, 9) g WHERE g > %s"
    assert connection.execute(sql, (7,)).fetchall()[0] == (
        "Function Scan on generate_series g (actual rows=2 loops=1)",
    )
