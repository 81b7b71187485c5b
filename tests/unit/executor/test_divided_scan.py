"""Divided scans give what the undivided query gives, which PostgreSQL judges elsewhere; here ranges are 7 rows long."""

from __future__ import annotations

import threading

import pytest

from borealis.errors import NumericValueOutOfRange, QueryCanceled
from borealis.executor import divided_scan
from borealis.executor.query import QueryAction

ROWS = 100

part = divided_scan._Ranges._part


@pytest.fixture(scope="module")
def filled(embedded):
    session = embedded.session()
    for name, key in (("by_int", "int PRIMARY KEY"), ("by_text", "text PRIMARY KEY"), ("hidden", "int")):
        session.run(
            f"CREATE TABLE {name} (id {key}, small int, big bigint, n numeric(12,2), flag bool, word text, d date)"
        )
        session.run(
            f"INSERT INTO {name} SELECT i, nullif(i % 10, 3), i * 4000000000, i / 7.0, i % 3 = 0, "
            f"chr(97 + i % 5) || '\"\\', date '2024-01-01' + i % 4 FROM generate_series(1, {ROWS}) AS i"
        )
    return embedded


@pytest.fixture
def session(filled, monkeypatch):
    monkeypatch.setattr(divided_scan, "RANGE_ROWS", 7)
    monkeypatch.setattr(divided_scan, "_GROUPS_SHARE_MAX", 1.0)
    return filled.session()


QUERIES = (
    "SELECT count(*), count(small), sum(small), sum(big), avg(big), sum(n), avg(n) FROM {}",
    "SELECT small, count(*), sum(big) FROM {} GROUP BY small ORDER BY 1",
    "SELECT small % 3 AS r, max(word), min(d), avg(small) FROM {} WHERE flag GROUP BY r ORDER BY r DESC LIMIT 2",
    "SELECT word, d, count(*) FILTER (WHERE flag), bool_and(flag), every(small > 2) FROM {} GROUP BY d, word ORDER BY 2, 1",
    "SELECT DISTINCT count(*) + 1 FROM {} GROUP BY word HAVING sum(small) > 70 ORDER BY 1",
    "SELECT upper(word) || '!', sum(small + 1) FROM {} GROUP BY word ORDER BY sum(small), word OFFSET 1",
    "SELECT CASE WHEN flag THEN 1 END, avg(small) FROM {} WHERE small > 2 GROUP BY flag ORDER BY 1",
    "SELECT count(*), sum(small), max(word) FROM {} WHERE small > 100",
    "SELECT word, count(*) FROM {} WHERE small > 100 GROUP BY word",
)


def test_values_that_json_would_change_are_what_they_are(session):
    session.run("CREATE TABLE odd (id int PRIMARY KEY, f float8, z timetz, n numeric(12,2), s bpchar(4))")
    session.run(
        "INSERT INTO odd SELECT i, i * 0.1, '10:00+02', i / 3.0, 'ab' FROM generate_series(1, 40) AS i"
    )
    session.run("UPDATE odd SET f = 'Infinity' WHERE id = 20")
    for columns in ("max(f), min(f)", "max(z), min(z)", "max(n), min(n)", "max(s), count(f)", "sum(n)"):
        for group in ("", " GROUP BY id % 2 ORDER BY 1"):
            sql = f"SELECT {columns} FROM odd{group}"
            assert run_long(session, sql) == run_inline(session, sql), sql


@pytest.mark.parametrize(
    "query",
    [
        "SELECT mark, count(*), sum(n * (1 - tax)), avg(n * tax), sum(n * big), min(mark) FROM pairs GROUP BY mark ORDER BY 1",
        "SELECT word, mark, sum(free), sum(n) FILTER (WHERE b > 2), sum(n * big) FILTER (WHERE mark = 'a') FROM pairs GROUP BY 1, 2 ORDER BY 1, 2",
        "SELECT mark, sum(free) FROM pairs WHERE b < 9 GROUP BY 1 HAVING sum(n * n * n * n) > 0 ORDER BY sum(n * tax)",
    ],
)
def test_numerics_of_a_table_whose_key_has_two_columns(session, monkeypatch, query):
    """One value of the key's first column is in one range, however many rows it has; products beyond int64 are among them."""
    session.run(
        "CREATE TABLE pairs (a int, b int, mark char(3), word varchar(5), n numeric(15,2), tax numeric(15,2), big bigint,"
        " free numeric(30,4), PRIMARY KEY (a, b))"
    )
    try:
        session.run(
            "INSERT INTO pairs SELECT i / 11, i % 11, (ARRAY['a', 'b ', NULL])[i % 3 + 1], 'w' || i % 2, i * 12345.67,"
            " i / 700.0, i * 90000000000000000, CASE WHEN i = 50 THEN 'NaN' WHEN i % 4 > 0 THEN i / 7.0 END"
            " FROM generate_series(1, 100) AS i"
        )
        parts = []
        monkeypatch.setattr(divided_scan._Ranges, "_part", lambda *call: parts.append(call) or part(*call))
        divided = run_long(session, query)
        assert len(parts) == 10
        assert divided == run_inline(session, query)
    finally:
        session.run("DROP TABLE pairs")


def run_long(session, sql):
    """Run as a statement that has proved to be long."""
    plan = session.plan(sql)
    plan.is_long = True
    transaction = session.owner.engine.begin(session.owner.scope)
    result = transaction.execute(plan, (), session.owner.scope)
    assert result.is_long
    rows = list(result.fetch())
    transaction.rollback()
    return rows


def run_inline(session, sql):
    """Run as a short statement, which is never divided."""
    plan = session.plan(sql)
    plan.is_long = False
    transaction = session.owner.engine.begin(session.owner.scope)
    rows = list(transaction.execute(plan, (), session.owner.scope).fetch())
    transaction.rollback()
    return rows


@pytest.mark.parametrize("table", ["by_int", "by_text", "hidden"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_divided_query_gives_what_it_gives_whole(session, monkeypatch, query, table):
    sql = query.format(table)
    parts = []
    monkeypatch.setattr(divided_scan._Ranges, "_part", lambda *call: parts.append(call) or part(*call))
    divided = run_long(session, sql)
    assert len(parts) == -(-ROWS // 7)
    assert divided == run_inline(session, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT word FROM by_int",
        "SELECT count(DISTINCT small) FROM by_int",
        "SELECT string_agg(word, ',') FROM by_int",
        "SELECT array_agg(small) FROM by_int GROUP BY flag",
        "SELECT sum(small) FROM by_int WHERE id > 5",
        "SELECT count(*) FROM by_int, by_text",
        "SELECT n, count(*) FROM by_int GROUP BY n",
        "SELECT id, word, count(*) FROM by_int GROUP BY id",
        "SELECT word, (SELECT count(*) FROM by_text) FROM by_int GROUP BY word",
        "SELECT max(n::text::numeric) FROM by_int",
        "SELECT sum(random()) FROM by_int",
    ],
)
def test_what_two_levels_cannot_say_is_not_divided(session, sql):
    assert type(session.plan(sql).action) is QueryAction


def test_an_error_of_a_part_is_the_statements(session):
    with pytest.raises(NumericValueOutOfRange):
        run_long(session, "SELECT sum(big * (small * 100000000)) FROM by_int")


def test_pending_rows_are_counted(session):
    session.run("BEGIN; DELETE FROM by_int WHERE id <= 10")
    plan = session.plan("SELECT count(*) FROM by_int")
    plan.is_long = True
    result = session.transaction.execute(plan, (), session.owner.scope)
    assert list(result.fetch()) == [(ROWS - 10,)]
    session.run("ROLLBACK")


def test_scanners_that_would_see_more_than_the_snapshot_are_not_used(session):
    owner = session.owner
    transaction = owner.engine.begin(owner.scope)
    assert list(
        transaction.execute(session.plan("SELECT small FROM by_int WHERE id = 1"), (), owner.scope).fetch()
    )
    owner.session().run("UPDATE by_int SET flag = NOT flag WHERE id <= 10")
    plan = session.plan("SELECT count(*) FROM by_int")
    plan.is_long = True
    result = transaction.execute(plan, (), owner.scope)
    assert transaction.scanners == ()
    assert list(result.fetch()) == [(ROWS,)]
    transaction.rollback()


def test_cancelling_stops_every_thread(session, monkeypatch):
    plan = session.plan("SELECT small, count(*) FROM by_int GROUP BY small")
    plan.is_long = True
    transaction = session.owner.engine.begin(session.owner.scope)
    result = transaction.execute(plan, (), session.owner.scope)

    def cancelling(*call):
        result.cancel()
        return part(*call)

    monkeypatch.setattr(divided_scan._Ranges, "_part", cancelling)
    with pytest.raises(QueryCanceled):
        result.fetch()
    assert not [thread for thread in threading.enumerate() if thread.name == "divided scan"]
    transaction.rollback()
