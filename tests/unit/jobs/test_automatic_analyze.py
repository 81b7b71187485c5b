"""ANALYZE that nobody asks for, its sample of a large table, and plans that are remade by what it found."""

import pytest

from borealis.catalog.statistics import load_statistics
from borealis.jobs.change_counts import NAP_S


def analyses(engine):
    return int(engine.run("SELECT count(*) FROM sys.jobs WHERE job_type = 'ANALYZE'").rows[0][0])


def statistics(engine, name):
    snapshot = engine.engine.snapshots.begin()
    try:
        oid = next(table.oid for table in engine.engine.catalog.tables if table.name == name)
        return load_statistics(snapshot.reader.connection, oid)
    finally:
        snapshot.close()


def test_a_table_is_analysed_once_enough_of_it_has_changed(engine, jobs):
    engine.run("CREATE TABLE t (a int PRIMARY KEY, b int)")
    engine.run("INSERT INTO t SELECT n, n % 3 FROM generate_series(1, 50) AS n")
    engine.clock.advance(NAP_S)
    jobs()
    assert statistics(engine, "t") is None  # fifty changes are not yet enough
    engine.run("INSERT INTO t VALUES (51, 0)")
    jobs()
    assert statistics(engine, "t").rows == 51
    engine.run("UPDATE t SET b = 1")
    engine.clock.advance(NAP_S)
    jobs()
    assert analyses(engine) == 1  # fifty-one are, less than fifty and a tenth
    engine.run("UPDATE t SET b = 1")
    jobs()
    assert analyses(engine) == 2
    engine.run("UPDATE t SET b = 1")
    engine.run("UPDATE t SET b = 1")
    jobs()
    assert analyses(engine) == 2  # looked at a minute after the last time
    engine.clock.advance(NAP_S)
    jobs()
    assert analyses(engine) == 3


def test_a_dropped_table_is_not_analysed(engine, jobs):
    engine.run("CREATE TABLE t (a int PRIMARY KEY)")
    engine.run("INSERT INTO t SELECT * FROM generate_series(1, 60)")
    engine.run("DROP TABLE t")
    engine.clock.advance(NAP_S)
    jobs()
    assert analyses(engine) == 0


@pytest.mark.slow
def test_a_large_table_is_sampled(engine, jobs):
    """A tenth of the rows is 7, the others are all different: the sample's estimates are near that."""
    engine.run("CREATE TABLE t (a int PRIMARY KEY, b int)")
    for first in range(0, 90_000, 3_000):
        engine.run(
            "INSERT INTO t SELECT n, CASE WHEN n % 10 = 0 THEN 7 ELSE n END "
            f"FROM generate_series({first + 1}, {first + 3_000}) AS n"
        )
    engine.clock.advance(NAP_S)
    jobs()
    found = statistics(engine, "t")
    assert found.rows == 90_000
    assert found.columns[1].distinct == -1.0
    assert found.columns[2].most_common == (7,)
    assert found.columns[2].frequencies[0] == pytest.approx(0.1, rel=0.1)
    assert found.columns[2].distinct == pytest.approx(
        -0.75, rel=0.05
    )  # Haas and Stokes know nothing of the 7s
    middle = found.columns[1].histogram[len(found.columns[1].histogram) // 2]
    assert middle == pytest.approx(45_000, rel=0.05)
    assert found.columns[1].correlation == pytest.approx(1.0)


def test_a_plan_is_remade_by_what_was_found(engine, jobs):
    engine.run("CREATE TABLE t (a int PRIMARY KEY, b int)")
    engine.run("INSERT INTO t SELECT n, n % 3 FROM generate_series(1, 100) AS n")
    session = engine.session()
    text = "SELECT * FROM t WHERE b = 1"
    before = session.plan(text)
    assert session.plan(text) is before
    engine.clock.advance(NAP_S)
    jobs()
    after = session.plan(text)
    assert after is not before
    assert after.plans_version > before.plans_version
    assert session.plan(text) is after
