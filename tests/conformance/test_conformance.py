"""Runs every conformance case against Borealis; see case.py.

Each runs by the simple protocol and, in `make test`, by the extended one too, as drivers do.
A case that is a known gap must fail: one that passes has to lose its mark, so that the list only shrinks.
UPDATE_GOLDEN=1 records the cases that are PostgreSQL's from a real PostgreSQL 16; no other is ever rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import pq
from tests.scripts.judges import UPDATE, connect_to, running_postgresql
from tests.scripts.script import Runner, Script, rewrite

from .case import FILES, Case, read_cases

CASES = read_cases()

# What a case may leave behind, as statements that take it away; the order is that of dependence.
_LEFT_BEHIND = """
    SELECT format('DROP %s IF EXISTS %s CASCADE', what, name) FROM (
        SELECT 1 AS rank, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS what,
               oid::regclass::text AS name
          FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
        UNION ALL SELECT 2, 'SCHEMA', quote_ident(nspname)
          FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'sys', 'information_schema')
        UNION ALL SELECT 3, 'FUNCTION', oid::regprocedure::text
          FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS one
    UNION ALL SELECT format('DROP DOMAIN IF EXISTS %s', oid::regtype)
      FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace
    UNION ALL SELECT format('REVOKE ALL ON SCHEMA public FROM %I', rolname)
      FROM pg_roles WHERE rolname LIKE 'cr%'
    UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname LIKE 'cr%'
"""


@pytest.fixture(scope="module")
def node(run_node: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node of these cases' own: they count schemas and take away what is in public."""
    with run_node(
        tmp_path_factory.mktemp("conformance") / "data", "--tls", "prefer", "--workers", 1
    ) as started:
        yield started.conninfo(sslmode="disable")


@pytest.fixture
def empty(node: str) -> Iterator[str]:
    """The node, with nothing in it when the test ends."""
    yield node
    connection = connect_to(node)()
    statements = connection.exec_(_LEFT_BEHIND.encode())
    assert statements.status == pq.ExecStatus.TUPLES_OK, statements.error_message
    for row in range(statements.ntuples):
        _take_away(connection, statements.get_value(row, 0))
    connection.finish()


def _take_away(connection: pq.PGconn, statement: bytes, attempts: int = 12) -> None:
    """A build that is going on may win over a DROP, as any other transaction."""
    for _ in range(attempts):
        dropped = connection.exec_(statement)
        if dropped.error_field(pq.DiagnosticField.SQLSTATE) != b"40001":
            break
    assert dropped.status == pq.ExecStatus.COMMAND_OK, (statement, dropped.error_message)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("protocol", ["simple", pytest.param("extended", marks=pytest.mark.slow)])
def test_case(case: Case, protocol: str, empty: str) -> None:
    if protocol == "extended" and case.group == "multi_statement":
        pytest.skip("a Parse message holds one statement")
    try:
        found = case.differences(
            Runner(connect_to(empty), extended=protocol == "extended").run(case.script)[0]
        )
    except AssertionError as error:
        found = [str(error)]
    if case.known_gap:
        assert found, f"{case.title} is no gap any more: take the mark away"
    else:
        assert not found, "\n".join([case.title, *found])


@pytest.mark.skipif(not UPDATE, reason="records PostgreSQL's answers anew")
def test_record() -> None:
    with running_postgresql() as postgresql:
        for path in FILES:
            cases = [case for case in CASES if case.group == path.stem]
            outputs = [
                Runner(postgresql).run(case.script)[0] if case.script.is_shared else case.block.expected
                for case in cases
            ]
            path.write_text(rewrite(Script(path, [case.block for case in cases]), outputs))


def test_every_case_says_what_it_is_and_from_where() -> None:
    silent = [case.name for case in CASES if not case.title.endswith(".") or not case.source]
    assert not silent


def test_no_two_cases_have_one_name() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
