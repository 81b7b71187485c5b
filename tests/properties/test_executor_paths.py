"""Two ways to one answer: the fast path and the general one, the overlay and the same rows committed.

Histories of writes are random; what must hold is that neither the way a row is found (its key alone, or a condition SQLite
evaluates over base and overlay) nor whether its writes are pending or committed can be told from the answers.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borealis.errors import SqlError
from borealis.executor.query import PointSelect
from borealis.executor.testing import EmbeddedEngine

TABLES = {
    "by_int": "id int PRIMARY KEY, u int UNIQUE, v text, n numeric(8,2)",
    "by_text": "id text PRIMARY KEY, u int UNIQUE, v text, n numeric(8,2)",
    "by_two": "id int, u int, v text, n numeric(8,2), PRIMARY KEY (id, v)",
    "by_none": "id int, u int, v text, n numeric(8,2)",
}
KEYS = st.integers(1, 4)
SMALL = st.integers(0, 3)
TEXTS = st.sampled_from(["a", "b", "c"])


@st.composite
def writes(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A write with parameters, by key or by another condition."""
    key, other, text, number = draw(KEYS), draw(SMALL), draw(TEXTS), draw(SMALL)
    values = (str(key), str(other), text, str(number))
    return draw(
        st.sampled_from(
            [
                ("INSERT INTO {t} VALUES ($1, $2, $3, $4)", values),
                ("INSERT INTO {t} VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", values),
                ("UPDATE {t} SET v = v || $2, n = n + 1 WHERE id = $1", (str(key), text)),
                ("UPDATE {t} SET n = n * 2 WHERE id >= $1", (str(key),)),
                ("UPDATE {t} SET u = u + 1 WHERE id = $1", (str(key),)),
                ("UPDATE {t} SET id = $2 WHERE id = $1", (str(key), str(other))),
                ("DELETE FROM {t} WHERE id = $1", (str(key),)),
                ("DELETE FROM {t} WHERE n > $1", (str(number),)),
                ("SELECT * FROM {t} WHERE id = $1 FOR UPDATE", (str(key),)),
            ]
        )
    )


READS = (
    "SELECT * FROM {t} ORDER BY id, v, u, n",
    "SELECT count(*), sum(n), max(v) FROM {t}",
    "SELECT a.id, b.id FROM {t} a JOIN {t} b ON a.u = b.u ORDER BY 1, 2",
    "SELECT id, (SELECT count(*) FROM {t} x WHERE x.id = y.id) FROM {t} y ORDER BY 1, 2",
    "SELECT id FROM {t} WHERE u = 1 ORDER BY id",
    "SELECT a.id, b.v FROM {t} a LEFT JOIN {t} b ON b.id = a.id ORDER BY 1, 2",
)


@pytest.fixture(scope="module")
def engine():
    with EmbeddedEngine() as engine:
        session = engine.session()
        for name, columns in TABLES.items():
            session.run(f"CREATE TABLE {name} ({columns})")
        yield engine


def outcome(session, sql, *values):
    """What a statement gives, or the SQLSTATE it fails with."""
    try:
        answer = session.run(sql, *values)
    except SqlError as error:
        return error.sqlstate
    return answer.tag, sorted(answer.rows, key=repr)


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(committed=st.lists(writes(), max_size=4), pending=st.lists(writes(), max_size=6))
def test_pending_rows_read_as_committed_ones(engine, table, committed, pending):
    session = engine.session()
    session.run(f"DELETE FROM {table}")
    for sql, values in committed:
        outcome(session, sql.format(t=table), *values)
    session.run("BEGIN")
    for sql, values in pending:
        before = [session.rows(read.format(t=table)) for read in READS]
        if isinstance(outcome(session, sql.format(t=table), *values), str):
            return  # the transaction failed, as it would have anywhere
        assert before is not None
    inside = [session.rows(read.format(t=table)) for read in READS]
    by_key = [outcome(session, f"SELECT v, n FROM {table} WHERE id = $1", str(key)) for key in range(6)]
    session.run("COMMIT")
    assert [session.rows(read.format(t=table)) for read in READS] == inside
    assert [
        outcome(session, f"SELECT v, n FROM {table} WHERE id = $1", str(key)) for key in range(6)
    ] == by_key


@pytest.mark.parametrize("table", ["by_int", "by_text"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(committed=st.lists(writes(), max_size=5), pending=st.lists(writes(), max_size=4), key=KEYS, text=TEXTS)
def test_the_fast_path_answers_as_the_general_one(engine, table, committed, pending, key, text):
    """`id = $1` is a point read; `id IN ($1, $1)`, which means the same, is not."""
    session = engine.session()
    session.run(f"DELETE FROM {table}")
    for sql, values in committed:
        outcome(session, sql.format(t=table), *values)
    fast = f"SELECT id, v || $2, n * 2 FROM {table} WHERE id = $1 AND v <> $2"
    general = f"SELECT id, v || $2, n * 2 FROM {table} WHERE id IN ($1, $1) AND v <> $2"
    assert isinstance(session.plan(fast).action, PointSelect)
    assert not isinstance(session.plan(general).action, PointSelect)
    session.run("BEGIN")
    for sql, values in pending:
        if isinstance(outcome(session, sql.format(t=table), *values), str):
            return
    assert outcome(session, fast, str(key), text) == outcome(session, general, str(key), text)
    for change in (
        "UPDATE {t} SET n = n + 1, v = v || $2 WHERE {c} RETURNING *",
        "DELETE FROM {t} WHERE {c} AND v <> $2 RETURNING *",
    ):
        ways = []
        for condition in ("id = $1", "id IN ($1, $1)"):
            other = engine.session()
            other.run("BEGIN")
            failed = any(
                isinstance(outcome(other, sql.format(t=table), *values), str) for sql, values in pending
            )
            assert not failed
            ways.append(outcome(other, change.format(t=table, c=condition), str(key), text))
            ways.append(outcome(other, READS[0].format(t=table)))
            other.run("ROLLBACK")
        assert ways[:2] == ways[2:]
    session.run("ROLLBACK")
