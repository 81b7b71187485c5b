"""Each statement with each subset of the privileges it might need: allowed where PostgreSQL 16 allows it, else refused in its words.

UPDATE_GOLDEN=1 records matrix.jsonl from a PostgreSQL of the pgserver wheel; nothing else writes it.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

from borealis.errors import SqlError
from borealis.executor.scope import PlainScope
from borealis.executor.testing import EmbeddedEngine

from .cases import CASES, SETUP, grants, held, role_of

RECORDED = Path(__file__).with_name("matrix.jsonl")
ALLOWED = ""


def test_the_matrix_is_recorded_anew() -> None:
    if os.environ.get("UPDATE_GOLDEN") != "1":
        known = [json.loads(line)["statement"] for line in RECORDED.read_text().splitlines()]
        assert known == [case.statement for case in CASES]
        return
    pgserver = pytest.importorskip("pgserver")
    import psycopg

    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        with psycopg.connect(server.get_uri(), autocommit=True, prepare_threshold=None) as connection:
            for statement in (*SETUP, *grants()):
                connection.execute(statement)
            lines = []
            for case in CASES:
                told = {}
                for subset in case.subsets():
                    connection.execute("BEGIN")
                    connection.execute(f"SET LOCAL ROLE {role_of(held(case, subset))}")
                    try:
                        connection.execute(case.statement)
                        told[" ".join(subset)] = ALLOWED
                    except psycopg.Error as error:
                        told[" ".join(subset)] = f"{error.sqlstate} {error.diag.message_primary}"
                    connection.execute("ROLLBACK")
                lines.append(json.dumps({"statement": case.statement, "told": told}))
        server.cleanup()
    RECORDED.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def engine():
    with EmbeddedEngine() as engine:
        session = engine.session()
        for statement in (*SETUP, *grants()):
            session.run(statement)
        yield engine


@pytest.mark.parametrize(
    ("number", "line"), list(enumerate(RECORDED.read_text().splitlines() if RECORDED.exists() else []))
)
def test_a_statement_needs_what_postgresql_wants(engine, number, line):
    case, told = CASES[number], json.loads(line)["told"]
    found = {}
    for subset in case.subsets():
        engine.scope = PlainScope(user=role_of(held(case, subset)))
        session = engine.session()
        session.run("BEGIN")
        try:
            session.run(case.statement)
            found[" ".join(subset)] = ALLOWED
        except SqlError as error:
            found[" ".join(subset)] = f"{error.sqlstate} {error.message}"
        if session.transaction is not None:
            session.run("ROLLBACK")
    engine.scope = PlainScope()
    assert found == told
    assert ALLOWED in told.values(), "a case that nobody may run shows nothing"
