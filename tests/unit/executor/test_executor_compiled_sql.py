"""The SQLite text that statements become: what of it is the user's, how it reads tables, how large it may get."""

from __future__ import annotations

import re

import pytest

from borealis.errors import SqlError, StatementTooComplex
from borealis.executor.dml.insert import InsertAction
from borealis.executor.query import PointSelect, QueryAction


def sql_of(session, sql: str) -> str:
    action = session.plan(sql).action
    return action._sql if isinstance(action, PointSelect) else action._base.sql


def query_plan(session, sql: str, *, overlaid: bool = False) -> list[str]:
    """How SQLite says it will read, a line a step."""
    action = session.plan(sql).action
    statement = action._base
    transaction = session.transaction or session.owner.engine.begin(session.owner.scope)
    transaction.execute(session.plan("SELECT 1"), (), session.owner.scope)
    if overlaid:
        statement = action._statement(transaction.overlaid(statement.tables))
    try:
        count = len(set(re.findall(r"\?\d+", statement.sql)))
        return [row[3] for row in transaction.query(f"EXPLAIN QUERY PLAN {statement.sql}", (1,) * count)]
    finally:
        if transaction is not session.transaction:
            transaction.rollback()


@pytest.fixture(scope="module")
def tables(embedded):
    session = embedded.session()
    session.run("CREATE TABLE cust (id int PRIMARY KEY, email text UNIQUE, city text, UNIQUE (city, id))")
    session.run("CREATE TABLE ord (no int, cust_id int, PRIMARY KEY (no))")
    session.run("CREATE TABLE pos (ord_no int, n int, qty int, PRIMARY KEY (ord_no, n))")
    session.run("CREATE TABLE uncled (a int UNIQUE, b int)")
    session.run("INSERT INTO cust SELECT g, 'e' || g, 'c' || g % 3 FROM generate_series(1, 30) g")
    session.run("INSERT INTO ord SELECT g, g % 30 FROM generate_series(1, 60) g")
    session.run("INSERT INTO pos SELECT g % 60, g, g FROM generate_series(1, 120) g")


# What is the user's


def test_users_text_is_bound_never_written(session, tables):
    sql = sql_of(
        session,
        "SELECT 'secret' || city AS \"odd name\" FROM cust AS \"al'ias\" WHERE email = 'mine' AND id > 4242",
    )
    for text in ("secret", "odd name", "al'ias", "mine", "4242", "cust", "city", "email"):
        assert text not in sql


def test_equal_literals_are_one_parameter(session, tables):
    statement = session.plan("SELECT city || 'x', count(*) FROM cust GROUP BY city || 'x'").action._base
    assert statement.bindings((), (), None) == ("x",)


def test_one_and_true_and_1_0_are_different_literals(session):
    assert session.rows("SELECT 1, 1.0::float8, 1.0, '1', true") == [("1", "1", "1.0", "1", "t")]
    assert session.rows("SELECT '0'::float8, '-0'::float8") == [("0", "-0")]


# How tables are read


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT city FROM cust WHERE email = 'e1'", "SEARCH x"),
        ("SELECT email FROM cust WHERE city = 'c1' AND id > 0", "SEARCH r"),
        ("SELECT id FROM cust WHERE id IN (1, 2)", "SEARCH r"),
        ("SELECT b FROM uncled WHERE a = 1", "SEARCH x"),
        ("SELECT qty FROM pos WHERE ord_no = 1", "SEARCH r"),
        ("SELECT c.id, p.qty FROM cust c JOIN pos p ON p.ord_no = c.id WHERE c.id = 5", "SEARCH r"),
        ("SELECT c.id, p.qty FROM cust c LEFT JOIN pos p ON p.ord_no = c.id", "SEARCH r2"),
        ("SELECT o.no, c.email FROM ord o JOIN cust c ON c.id = o.cust_id", "SEARCH r2"),
        ("SELECT o.no, c.email FROM ord o JOIN cust c ON c.email = 'e' || o.no", "SEARCH r2"),
        (
            "SELECT o.no FROM ord o WHERE o.no < 5 AND EXISTS (SELECT 1 FROM cust c WHERE c.email = 'e' || o.no)",
            "SEARCH r2 EXISTS",
        ),
        ("SELECT id FROM cust WHERE id = ANY ($1)", "SEARCH r"),
        ("SELECT id FROM cust WHERE id IN (SELECT no FROM ord WHERE no = 3)", "SEARCH r"),
    ],
)
def test_equality_is_looked_up(session, tables, sql, expected):
    assert any(line.startswith(expected) for line in query_plan(session, sql)), query_plan(session, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM cust ORDER BY id LIMIT 3",
        "SELECT id FROM cust ORDER BY id DESC LIMIT 3",
        "SELECT ord_no, n FROM pos ORDER BY ord_no, n LIMIT 3",
        "SELECT n FROM pos WHERE ord_no = 7 ORDER BY n",
        "SELECT id FROM cust WHERE id > 7 ORDER BY id LIMIT 5",
    ],
)
def test_an_order_that_falls_out_of_the_key_is_not_sorted(session, tables, sql):
    assert not any("ORDER BY" in line for line in query_plan(session, sql))


def test_pending_rows_leave_lookups_lookups(session, tables):
    session.run("BEGIN; INSERT INTO cust VALUES (1000, 'e1000', 'c9')")
    for sql in (
        "SELECT city || email FROM cust WHERE id IN (1, 1000)",
        "SELECT city || email FROM cust WHERE email = 'e1'",
    ):
        lines = query_plan(session, sql, overlaid=True)
        assert not any(re.match(r"SCAN t\d+", line) for line in lines), lines
    assert session.rows("SELECT id FROM cust WHERE email IN ('e1000', 'e2') ORDER BY id") == [
        ("2",),
        ("1000",),
    ]
    assert session.rows("SELECT id FROM cust WHERE email = 'e1000'") == [("1000",)]
    session.run("UPDATE cust SET email = 'moved' WHERE id = 3")
    assert session.rows("SELECT id FROM cust WHERE email = 'e3'") == []
    assert session.rows("SELECT id FROM cust WHERE email = 'moved'") == [("3",)]
    session.run("ROLLBACK")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT city FROM cust WHERE id = $1",
        "SELECT city FROM cust WHERE id = 7",
        "SELECT city FROM cust WHERE $1 = id AND city <> 'x' LIMIT 1",
        "SELECT qty FROM pos WHERE n = 2 AND ord_no = $1",
        "SELECT city FROM cust WHERE id = 3 - 1",
        "SELECT city FROM cust WHERE id = $1::bigint FOR UPDATE",
    ],
)
def test_the_fast_path_is_taken(session, tables, sql):
    assert isinstance(session.plan(sql).action, PointSelect)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT city FROM cust WHERE id > $1",
        "SELECT city FROM cust WHERE id = $1 OR id = 2",
        "SELECT count(*) FROM cust WHERE id = $1",
        "SELECT city FROM cust WHERE id = $1 LIMIT 0",
        "SELECT (SELECT 1) FROM cust WHERE id = $1",
        "SELECT qty FROM pos WHERE n = 2",
    ],
)
def test_the_fast_path_is_not_taken(session, tables, sql):
    assert isinstance(session.plan(sql).action, QueryAction)


@pytest.mark.parametrize(
    ("values", "is_python"),
    [
        ("($1, $2, $3)", True),
        ("(1, 'a', 'b'), (2, 'c', 'd')", True),
        ("(1 + 1, lower('A'), NULL)", True),
        ("($1 + 1, $2, $3)", False),
        ("($1, (SELECT 'x'), 'y')", False),
    ],
)
def test_rows_of_constants_and_parameters_need_no_sqlite(session, tables, values, is_python):
    action = session.plan(f"INSERT INTO cust VALUES {values}").action
    assert isinstance(action, InsertAction)
    assert (action.rows_of is not None) is is_python


# Volatile functions


def test_volatile_outputs_are_computed_once_a_row(session):
    same = "SELECT count(*) FROM (SELECT random() AS r FROM generate_series(1, 50)) s WHERE r <> r"
    assert session.rows(same) == [("0",)]
    assert session.rows("SELECT count(*) FROM (SELECT gen_random_uuid() AS u) s WHERE u = u") == [("1",)]
    twice = "WITH x AS (SELECT random() AS r) SELECT a.r = b.r FROM x a, x b"
    assert session.rows(twice) == [("t",)]
    ordered = session.rows("SELECT random() AS r FROM generate_series(1, 30) ORDER BY r")
    assert [float(value) for (value,) in ordered] == sorted(float(value) for (value,) in ordered)
    many = session.rows("SELECT count(DISTINCT r) FROM (SELECT random() AS r FROM generate_series(1, 40)) s")
    assert many == [("40",)]


def test_volatile_defaults_and_assignments_are_computed_for_each_row(session):
    session.run("CREATE TABLE drawn (id int PRIMARY KEY, u uuid DEFAULT gen_random_uuid(), v uuid)")
    session.run("INSERT INTO drawn (id) SELECT * FROM generate_series(1, 5)")
    session.run("INSERT INTO drawn (id) VALUES (6), (7)")
    session.run("UPDATE drawn SET v = gen_random_uuid()")
    assert session.rows("SELECT count(DISTINCT u), count(DISTINCT v) FROM drawn") == [("7", "7")]


# Size


@pytest.mark.slow
def test_long_lists(session, tables):
    numbers = ", ".join(map(str, range(40_000)))
    assert session.rows(f"SELECT count(*) FROM cust WHERE id IN ({numbers})") == [("30",)]
    assert session.rows(f"SELECT count(*) FROM cust WHERE id NOT IN ({numbers})") == [("0",)]
    texts = ", ".join(f"'c{n}'" for n in range(1500))
    assert session.rows(f"SELECT count(*) FROM cust WHERE city IN ({texts})") == [("30",)]
    prices = ", ".join(f"{n}.5" for n in range(1200))
    assert session.rows(f"SELECT 3.50 IN ({prices}), 3.51 IN ({prices})") == [("t", "f")]


@pytest.mark.slow
def test_values_of_many_rows(session):
    rows = ", ".join(f"({n}, 'text {n}', {n}.25)" for n in range(5_400))
    assert session.rows(f"SELECT count(*), max(length(t)), sum(n) FROM (VALUES {rows}) v(i, t, n)") == [
        ("5400", "9", "14578650.00")
    ]
    session.run("CREATE TABLE bulk (a int PRIMARY KEY, b text, c numeric(10,2))")
    rows = ", ".join(f"({n}, 'text {n}', {n}.25)" for n in range(3_000))
    assert session.run(f"INSERT INTO bulk VALUES {rows}").tag == "INSERT 0 3000"
    rows = ", ".join(f"({n}, upper('text {n}'), {n})" for n in range(5_000, 7_000))
    assert session.run(f"INSERT INTO bulk VALUES {rows}").tag == "INSERT 0 2000"
    assert session.rows("SELECT count(*), sum(c) FROM bulk") == [("5000", "16498250.00")]


@pytest.mark.slow
def test_long_conditions_and_unions(session, tables):
    either = " OR ".join(f"id = {n}" for n in range(2_000))
    assert session.rows(f"SELECT count(*) FROM cust WHERE {either}") == [("30",)]
    both = " AND ".join(f"id <> {n}" for n in range(100, 1_100))
    assert session.rows(f"SELECT count(*) FROM cust WHERE {both}") == [("30",)]
    union = " UNION ALL ".join(f"SELECT {n}" for n in range(900))
    assert session.rows(f"SELECT count(*) FROM ({union}) u") == [("900",)]
    union = " UNION ".join(f"SELECT {n % 7}" for n in range(600))
    assert session.rows(f"SELECT count(*) FROM ({union}) u") == [("7",)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "+".join(["1"] * 5_000),
        "SELECT " + "(" * 3_000 + "1" + ")" * 3_000 + " + 1",
        "SELECT " + "-(" * 2_000 + "1" + ")" * 2_000,
        "SELECT " + "abs(" * 1_500 + "1" + ")" * 1_500,
        "SELECT * FROM " + ", ".join(f"(SELECT {n} AS c{n}) s{n}" for n in range(100)),
        "SELECT " + "(SELECT " * 300 + "1" + ")" * 300,
        "SELECT 'x' || " + " || ".join(["'y'"] * 3_000),
    ],
    ids=["sum", "parentheses", "minus", "calls", "joins", "subqueries", "concatenation"],
)
def test_too_deep_is_an_answer_or_54001(session, sql):
    try:
        assert len(session.rows(sql)) == 1
    except SqlError as error:
        assert isinstance(error, StatementTooComplex), error
    assert session.rows("SELECT 1") == [("1",)]
