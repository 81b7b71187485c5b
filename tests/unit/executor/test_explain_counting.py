"""EXPLAIN ANALYZE's figures are the truth: rows as the statement gives them, writes as they are made, bytes as they are metered."""

from __future__ import annotations

import re

import pytest

from borealis.executor.explain.counting.counter import Counter, count, new_run
from borealis.executor.explain.counting.instrument import Instrument
from borealis.executor.explain.options import ExplainOptions
from borealis.executor.explain.run import Explanation
from borealis.executor.explain.sqlite_texts import sqlite_texts
from borealis.executor.planning import planned
from borealis.executor.testing import EmbeddedEngine
from borealis.jobs.runner import JobRunner
from borealis.sql.bind import bind
from borealis.sql.parse import parse

QUIET = ExplainOptions(analyze=True, costs=False)
METERED = ExplainOptions(analyze=True, costs=False, verbose=True)


class Cluster:
    def __init__(self, owner: EmbeddedEngine) -> None:
        self.owner = owner
        self.session = owner.session()
        self.transaction = None

    def explain(self, sql: str, options: ExplainOptions = QUIET) -> list[str]:
        """Run one EXPLAIN ANALYZE, in the open transaction or one that is rolled back."""
        owner = self.owner
        explanation = Explanation(owner.engine, parse(sql)[0], (), owner.scope, options, 0)
        transaction = self.transaction or owner.engine.begin(owner.scope)
        try:
            running = explanation.analysis(transaction, owner.scope, (), 0)
            result = transaction.execute(running.plan, (), owner.scope)
            owner.loop.run_until_complete(result.run())
            return running.lines()
        finally:
            if self.transaction is None:
                transaction.rollback()

    def begin(self) -> None:
        self.transaction = self.session.transaction = self.owner.engine.begin(self.owner.scope)

    def rollback(self) -> None:
        self.session.run("ROLLBACK")
        self.transaction = None


@pytest.fixture(scope="module")
def cluster():
    with EmbeddedEngine() as owner:
        made = Cluster(owner)
        run = made.session.run
        run("CREATE TABLE a (id int PRIMARY KEY, x int, t text)")
        run("CREATE TABLE b (id int PRIMARY KEY, a_id int, y int)")
        run("INSERT INTO a SELECT g, g % 10, 'text' || g FROM generate_series(1, 200) g")
        run("INSERT INTO b SELECT g, g % 50, g % 3 FROM generate_series(1, 300) g")
        yield made


ORDERS = [
    "SELECT * FROM p WHERE payer = 3 ORDER BY at DESC LIMIT 5",
    "SELECT * FROM p WHERE payer = 3 ORDER BY at LIMIT 5",
    "SELECT * FROM p ORDER BY id",
    "SELECT * FROM p ORDER BY id DESC LIMIT 3",
    "SELECT * FROM p WHERE payer = 3 ORDER BY v LIMIT 5",
    "SELECT * FROM p ORDER BY payer, at DESC",
    "SELECT payer, at FROM p WHERE payer = 3 ORDER BY at DESC",
    "SELECT p.id FROM p JOIN a ON a.id = p.id ORDER BY p.id LIMIT 2",
    "SELECT p.id FROM p JOIN a ON a.x = p.v ORDER BY a.t LIMIT 2",
    "SELECT id + 1 FROM p ORDER BY id + 1",
    "SELECT DISTINCT v FROM p ORDER BY v",
    "SELECT id, rank() OVER (ORDER BY v) FROM p ORDER BY id",
]


@pytest.fixture(scope="module")
def payments(cluster):
    run = cluster.session.run
    run("CREATE TABLE p (id int PRIMARY KEY, payer int NOT NULL, at int NOT NULL, v int)")
    run("CREATE INDEX ASYNC p_payer_at ON p (payer, at)")
    run("INSERT INTO p SELECT g, g % 20, g * 7 % 1000, g % 9 FROM generate_series(1, 400) g")
    runner = JobRunner(cluster.owner.database, cluster.owner.clock)
    while cluster.owner.loop.run_until_complete(cluster.owner.journal.between_batches(runner.step)):
        pass
    runner.close()
    return cluster


def test_the_sort_disappears_with_the_index(payments):
    lines = payments.explain("SELECT * FROM p WHERE payer = 3 ORDER BY at DESC LIMIT 5")
    assert lines[0] == "Limit (actual rows=5 loops=1)"
    assert lines[1].startswith("  ->  Index Scan Backward using p_payer_at on p (actual rows=5 ")
    assert not any("Sort" in line for line in lines)


def test_an_index_scan_looks_its_rows_up(payments):
    """Nodes, indentation and properties as the user guide's sample of an index that lacks columns."""
    lines = payments.explain(
        "SELECT id FROM p WHERE payer = 3 AND v > 1", ExplainOptions(costs=False, analyze=True)
    )
    shape = [re.sub(r" \(actual.*\)", "", line) for line in lines]
    assert [line for line in shape if "Filter" not in line and "Projections" not in line] == [
        "Index Scan using p_payer_at on p",
        "  Index Cond: (payer = 3)",
        "  -> Storage Scan on p_payer_at",
        "      -> B-Tree Scan on p_payer_at",
        "          Index Cond: (payer = 3)",
        "  -> Storage Lookup on p",
        "      -> B-Tree Lookup on p",
    ]
    assert "      Projections: id" in shape
    assert "      Filters: (v > 1)" in shape


@pytest.mark.parametrize("sql", ORDERS)
def test_a_sort_is_shown_where_sqlite_sorts(payments, sql):
    plan = "\n".join(payments.explain(sql))
    text = payments.explain(sql, ExplainOptions(analyze=True, sqlite=True))
    statement = next(line for line in text if line.startswith("SQLite: ")).removeprefix("SQLite: ")
    snapshot = payments.owner.engine.snapshots.begin()
    parameters = max((int(number) for number in re.findall(r"\?(\d+)", statement)), default=0)
    rows = snapshot.reader.connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * parameters)
    sorts = any("TEMP B-TREE FOR ORDER BY" in row[-1] or "LAST TERM" in row[-1] for row in rows)
    snapshot.close()
    assert ("Sort Key" in plan and "DISTINCT" not in sql) == (sorts and "DISTINCT" not in sql)


def figure(lines: list[str], node: str) -> str:
    """Return rows and loops of the first node whose line has a text."""
    line = next(line for line in lines if node in line)
    return re.search(r"actual.* (rows=\d+ loops=\d+)", line).group(1)


QUERIES = [
    "SELECT * FROM a",
    "SELECT * FROM a WHERE x = 3 AND t LIKE '%3'",
    "SELECT * FROM a WHERE id BETWEEN 5 AND 9",
    "SELECT * FROM a JOIN b ON b.id = a.id WHERE a.x < 4 AND b.y = 1",
    "SELECT * FROM a JOIN b ON b.a_id = a.x",
    "SELECT * FROM a LEFT JOIN b ON b.id = a.id AND b.y = 2",
    "SELECT * FROM a LEFT JOIN b ON b.a_id = a.id WHERE b.id IS NULL",
    "SELECT * FROM a FULL JOIN b ON b.id = a.id AND b.y = 2",
    "SELECT x, count(*) FROM a GROUP BY x HAVING count(*) > 1",
    "SELECT DISTINCT y FROM b ORDER BY y",
    "SELECT * FROM a WHERE id IN (SELECT a_id FROM b WHERE y = 0)",
    "SELECT * FROM a WHERE EXISTS (SELECT FROM b WHERE b.a_id = a.id)",
    "SELECT id, (SELECT max(y) FROM b WHERE b.a_id = a.id) FROM a WHERE x = 1",
    "SELECT * FROM a, LATERAL (SELECT count(*) AS n FROM b WHERE b.a_id = a.x) c WHERE n > 2",
    "SELECT id FROM a WHERE x = 1 UNION ALL SELECT id FROM b WHERE y = 1",
    "SELECT x FROM a EXCEPT SELECT y FROM b",
    "WITH w AS (SELECT x, count(*) AS n FROM a GROUP BY x) SELECT * FROM w JOIN b ON b.id = w.x",
    "SELECT id, rank() OVER (PARTITION BY x ORDER BY id) FROM a WHERE id < 40",
    "SELECT * FROM a ORDER BY t LIMIT 7 OFFSET 3",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_the_top_node_has_the_rows_of_the_statement(cluster, sql):
    assert figure([cluster.explain(sql)[0]], "") == f"rows={len(cluster.session.rows(sql))} loops=1"


@pytest.mark.parametrize("sql", QUERIES)
def test_counting_does_not_change_how_sqlite_reads(cluster, sql):
    catalog = cluster.owner.engine.catalog
    parsed = parse(sql)[0]
    statement = planned(parsed, bind(parsed, catalog).statement, catalog)
    counted = Instrument(statement, sizes=True, timing=True).statement
    plans = []
    for text in (sqlite_texts(statement)[0], sqlite_texts(counted)[0]):
        snapshot = cluster.owner.engine.snapshots.begin()
        parameters = max((int(number) for number in re.findall(r"\?(\d+)", text)), default=0)
        rows = snapshot.reader.connection.execute(f"EXPLAIN QUERY PLAN {text}", (1,) * parameters)
        steps = [row[-1] for row in rows]
        snapshot.close()
        plans.append(
            [step for step in steps if step.startswith(("SCAN", "SEARCH")) and "CONSTANT" not in step]
        )
    if "EXISTS" in sql:  # which SQLite makes a join of, and then calls so
        plans = [[re.sub(r" EXISTS$", "", step) for step in plan] for plan in plans]
    assert plans[0] == plans[1]


def test_scans_tell_what_they_read_and_what_filters_took_out(cluster):
    lines = cluster.explain("SELECT * FROM a WHERE x < 3 AND t LIKE '%1'")
    assert figure(lines, "B-Tree Scan") == "rows=200 loops=1"
    given = len(cluster.session.rows("SELECT FROM a WHERE x < 3 AND t LIKE '%1'"))
    stored = int(re.search(r"rows=(\d+)", figure(lines, "Storage Scan")).group(1))
    assert f"  Rows Removed by Filter: {stored - given}" in lines


def test_storage_looks_at_what_it_can(cluster):
    """The user guide's samples: dates and text compared in storage, LIKE and numeric in the query processor."""
    cluster.session.run("CREATE TABLE s (id int PRIMARY KEY, n numeric, status varchar(9), d date)")
    lines = cluster.explain(
        "SELECT id FROM s WHERE n > 100 AND status LIKE 'p%' AND status = 'paid' AND d > '2025-01-01'",
        ExplainOptions(costs=False, analyze=True),
    )
    assert "  Filter: ((n > '100'::numeric) AND ((status)::text ~~ 'p%'::text))" in lines
    assert "      Filters: (((status)::text = 'paid'::text) AND (d > '2025-01-01'::date))" in lines


def test_inner_sides_tell_loops(cluster):
    lines = cluster.explain("SELECT * FROM a JOIN b ON b.id = a.id WHERE a.id < 11")
    assert figure(lines, "using a_pkey on a") == "rows=10 loops=1"
    assert figure(lines, "using b_pkey on b") == "rows=1 loops=10"


def test_correlated_subqueries_tell_loops(cluster):
    lines = cluster.explain("SELECT id, (SELECT sum(y) FROM b WHERE b.a_id = a.id) FROM a WHERE id <= 5")
    assert figure(lines, "Aggregate") == "rows=1 loops=5"
    assert figure(lines, "on b") == "rows=6 loops=5"
    assert figure(lines, "B-Tree Scan on b_pkey") == "rows=300 loops=5"


def test_a_hashed_side_is_read_once(cluster):
    lines = cluster.explain("SELECT * FROM a JOIN b ON b.a_id = a.x")
    assert figure(lines, "B-Tree Scan on a_pkey") == "rows=200 loops=1"
    assert figure(lines, "B-Tree Scan on b_pkey") == "rows=300 loops=1"


def test_times_add_up(cluster):
    lines = cluster.explain(
        "SELECT * FROM a JOIN b ON b.id = a.id",
        ExplainOptions(analyze=True, costs=False, timing=True, summary=True),
    )
    times = [float(each) for line in lines for each in re.findall(r"time=[\d.]+\.\.([\d.]+)", line)]
    execution = float(re.search(r"Execution Time: ([\d.]+)", "\n".join(lines)).group(1))
    assert len(times) == 3
    assert times[0] == max(times) <= execution + 0.001


def test_own_pending_rows_are_counted(cluster):
    cluster.begin()
    cluster.session.run("INSERT INTO a VALUES (1001, 3, 'new')")
    cluster.session.run("DELETE FROM a WHERE id = 13")
    assert figure(cluster.explain("SELECT * FROM a WHERE x = 3"), "") == "rows=20 loops=1"
    # 200 of the snapshot, the deleted one too, and the new one
    assert figure(cluster.explain("SELECT * FROM a WHERE x = 3"), "B-Tree Scan") == "rows=201 loops=1"
    cluster.rollback()


def test_writes_are_made(cluster):
    cluster.begin()
    cluster.explain("INSERT INTO b VALUES (901, 1, 1), (902, 1, 1)")
    cluster.explain("UPDATE b SET y = 77 WHERE id IN (901, 902)")
    cluster.explain("DELETE FROM b WHERE id = 902")
    assert cluster.session.rows("SELECT id, y FROM b WHERE id > 900") == [("901", "77")]
    cluster.rollback()
    assert cluster.session.rows("SELECT id FROM b WHERE id > 900") == []


def dpus(lines: list[str]) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+): ([\d.]+) DPU", "\n".join(lines))}


def test_a_read_by_key_is_one_request(cluster):
    """Recorded on a real cluster: Read 0.00023."""
    assert dpus(cluster.explain("SELECT * FROM a WHERE id = 7", METERED))["Read"] == 0.00023


def test_rows_scanned_are_metered_not_rows_given(cluster):
    found = dpus(cluster.explain("SELECT id FROM a WHERE t = 'nothing'", METERED))
    size = sum(4 + 4 + 4 + len(t) for (t,) in cluster.session.rows("SELECT t FROM a"))
    assert found["Read"] == pytest.approx(size * 0.00375 / 2048, abs=0.000005)


def test_writes_are_metered_with_their_index_entries(cluster):
    """Recorded: an INSERT into a table with one secondary index 0.01250, an UPDATE of the indexed column 0.01875."""
    run = cluster.session.run
    run("CREATE TABLE m (id int PRIMARY KEY, v int, w int)")
    run("CREATE INDEX ASYNC m_v ON m (v)")
    run("INSERT INTO m VALUES (1, 1, 1)")
    assert dpus(cluster.explain("INSERT INTO m VALUES (2, 2, 2)", METERED))["Write"] == 0.01250
    assert dpus(cluster.explain("UPDATE m SET v = 5 WHERE id = 1", METERED))["Write"] == 0.01875
    assert dpus(cluster.explain("UPDATE m SET w = 5 WHERE id = 1", METERED))["Write"] == 0.00625
    assert dpus(cluster.explain("DELETE FROM m WHERE id = 1", METERED))["Write"] == 0.01250
    assert dpus(cluster.explain("SELECT * FROM m WHERE id = 1 FOR UPDATE", METERED))["Write"] == 0.0


def test_total_is_the_sum(cluster):
    found = dpus(cluster.explain("INSERT INTO b VALUES (903, 1, 1)", METERED))
    assert found["Total"] == pytest.approx(found["Compute"] + found["Read"] + found["Write"], abs=0.00002)


def test_a_loop_begins_with_its_driver():
    """Times of a fake clock: the driver's row at 10, the loop's rows at 13 and 15; again at 20, and a row at 27."""
    times = iter([0, 10, 13, 15, 20, 27])
    counter = Counter(new_run(), [None, None, 1], lambda: next(times))
    counter.begin()
    for point in (1, 2, 2, 1, 2):
        assert count(counter.number, point, 5) == 1
    counter.end()
    assert counter.rows == [0, 2, 3]
    assert counter.spent_ns == [0, 10 + 5, 3 + 2 + 7]
    assert counter.to_first_ns[2] == 3 + 7
    assert counter.bytes == [0, 10, 15]
    assert count(counter.number, 1, 5) == 1  # a run that is over counts nothing
    assert counter.rows == [0, 2, 3]


def test_a_table_joined_by_its_key_is_searched_not_hashed(cluster):
    """Whatever the planner called the join: SQLite searches a key that is there, and loops tell it."""
    lines = cluster.explain("SELECT * FROM b JOIN a ON a.id = b.a_id")
    joined = "\n".join(lines)
    if "Hash" in joined:
        assert all("loops=1)" in line for line in lines if "Scan" in line)
    else:
        assert re.search(r"Index Cond: \((id = b\.a_id|b\.a_id = id)\)", joined)
        assert "loops=300)" in joined
