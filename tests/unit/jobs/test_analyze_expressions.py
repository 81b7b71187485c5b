"""What ANALYZE finds of the expressions that indexes keep, and what it leaves of what goes meanwhile.

The figures are PostgreSQL 16.2's for the same rows.
"""

import random

import pytest

from borealis.catalog.statistics import load_statistics
from borealis.executor.testing import EmbeddedEngine
from borealis.jobs.analyze import Analysis
from borealis.jobs.change_counts import NAP_S
from borealis.jobs.rows import OpenJob, submit
from borealis.jobs.tables import Tables


@pytest.fixture
def analysed(engine, jobs):
    """The session of a table whose indexes are built, and which was analysed after its rows came."""
    session = engine.session()
    session.run("CREATE TABLE e (id int PRIMARY KEY, name text, n int)")
    session.run("CREATE INDEX ASYNC e_lower ON e (lower(name), id)")
    session.run("CREATE INDEX ASYNC e_part ON e ((n % 7)) WHERE n > 300")
    jobs()
    session.run(
        "INSERT INTO e SELECT n, CASE n % 3 WHEN 0 THEN 'Name ' ELSE 'NAME ' END || n % 40, n "
        "FROM generate_series(1, 400) AS n"
    )
    engine.clock.advance(NAP_S)
    jobs()
    return session


def test_an_expression_has_statistics_under_its_index(analysed):
    found = analysed.run(
        "SELECT tablename, attname, null_frac, avg_width, n_distinct, array_length(most_common_freqs, 1), "
        "round(correlation::numeric, 4) FROM pg_stats WHERE tablename LIKE 'e\\_%' ORDER BY 1"
    )
    assert found.rows == [
        ("e_lower", "lower", "0", "10", "40", "40", "0.0408"),
        ("e_part", "expr", "0", "4", "7", "7", "0.1675"),
    ]


def test_a_partial_index_is_counted_apart(analysed):
    found = analysed.run("SELECT relname, reltuples FROM pg_class WHERE relname LIKE 'e%' ORDER BY 1")
    assert [row for row in found.rows if row[0] in ("e", "e_lower", "e_part", "e_pkey")] == [
        ("e", "400"),
        ("e_lower", "400"),
        ("e_part", "100"),
        ("e_pkey", "400"),
    ]


def test_a_dropped_index_leaves_no_statistics(analysed):
    analysed.run("DROP INDEX e_lower")
    assert analysed.run("SELECT count(*) FROM pg_stats WHERE tablename = 'e_lower'").rows == [("0",)]


def test_a_column_dropped_while_the_others_are_described_leaves_no_statistics():
    """Commits go between two columns, each of them up to 30,000 values to sort."""
    with EmbeddedEngine() as engine:
        session = engine.session()
        session.run("CREATE TABLE t (a int PRIMARY KEY, b int, c int)")
        session.run("INSERT INTO t SELECT n, n, n FROM generate_series(1, 60) AS n")
        oid = next(table.oid for table in engine.engine.catalog.tables if table.name == "t")
        job = OpenJob("j", "ANALYZE", oid, "public.t")
        analysis = Analysis(job, Tables(engine.database, random.Random(1)))

        def between(work):
            return engine.loop.run_until_complete(engine.journal.between_batches(work))

        def step():
            return between(analysis.step)

        between(lambda committer: committer.write(lambda writer: submit(writer, job, 0)))
        for _ in range(4):  # rows counted, rows read, a, b
            assert step() is None
        session.run("ALTER TABLE t DROP COLUMN b")
        while (outcome := step()) is None:
            pass
        assert outcome.status == "completed"
        assert sorted(load_statistics(engine.database.writer, oid).columns) == [1, 3]
