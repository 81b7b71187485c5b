"""What SQLite does with the plans: by which table or index, searched by what, in which order, sorted or not.

Every table is taken for a million rows, as one never analysed is. `order by` and `group by` stand for a sort.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borealis.executor.testing import EmbeddedEngine, EngineSession
from borealis.jobs.runner import JobRunner
from borealis.planner.settings import PlannerSettings

TABLES = """
CREATE TABLE pay (id int PRIMARY KEY, payer_id int NOT NULL, created_at timestamptz NOT NULL, amount int, note text);
CREATE TABLE payer (id int PRIMARY KEY, email text, city text, born date);
CREATE TABLE line (pay_id int, n int, qty int, PRIMARY KEY (pay_id, n));
CREATE TABLE tag (name text, pay_id int);
"""
INDEXES = {
    "pay_by_payer": "pay (payer_id, created_at)",
    "pay_amount": "pay (amount) INCLUDE (note)",
    "payer_email": "payer (lower(email))",
    "payer_city": "payer (city, born)",
    "payer_young": "payer (born) WHERE born > '2000-01-01'",
    "tag_pay": "tag (pay_id)",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as engine:
        session = engine.session()
        session.run(TABLES)
        for name, definition in INDEXES.items():
            session.run(f"CREATE INDEX ASYNC {name} ON {definition}")
        runner = JobRunner(engine.database, engine.clock)
        while engine.loop.run_until_complete(engine.journal.between_batches(runner.step)):
            pass
        runner.close()
        yield engine


def plan_of(session: EngineSession, sql: str) -> str:
    """Return SQLite's plan with the names of the catalog: one line a loop or sort."""
    plan = session.plan(sql)
    statement = getattr(plan.action, "base", None) or plan.action._base  # type: ignore[attr-defined]
    names = {
        f"i{index.oid}": index.name
        for table in session.owner.engine.catalog.tables_by_oid.values()
        for index in table.secondary_indexes
    }
    names |= {f"t{each.oid}": each.name for each in session.owner.engine.catalog.tables_by_oid.values()}
    aliases = {}
    words = statement.sql.replace("(", " ").replace(")", " ").replace(",", " ").split()
    for name, keyword, alias in zip(words, words[1:], words[2:], strict=False):
        if keyword == "AS" and name in names:
            aliases[alias] = names[name]
    transaction = session.owner.engine.begin(session.owner.scope)
    try:
        transaction.execute(session.plan("SELECT 1"), (), session.owner.scope)
        bindings = statement.bindings((1,) * 9, (), transaction)
        rows = transaction.connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", bindings)
        return " | ".join(filter(None, (_line(row[3], aliases) for row in rows)))
    finally:
        transaction.rollback()


def _line(text: str, aliases: dict[str, str]) -> str:
    words = text.split()
    if words[0] in ("SEARCH", "SCAN") and words[1] in aliases:
        how = f" ({text.split('(', 1)[1]}" if "(" in text else ""
        auto = " automatic" if "AUTOMATIC" in words else ""
        return f"{words[0].lower()}{auto} {aliases[words[1]]}{how}".removesuffix(" LEFT-JOIN")
    if text.startswith("USE TEMP B-TREE"):
        return text.removeprefix("USE TEMP B-TREE FOR ").lower()
    return ""


PATHS = [
    # the primary key, whole, in part, by ranges and lists
    ("SELECT * FROM line WHERE pay_id = 5", "search line (c1=?)"),
    ("SELECT * FROM line WHERE pay_id = 5 AND n > 2", "search line (c1=? AND c2>?)"),
    ("SELECT * FROM pay WHERE id BETWEEN 3 AND 9", "search pay (rowid>? AND rowid<?)"),
    ("SELECT * FROM pay WHERE id IN (3, 9) ", "search pay (rowid=?)"),
    ("SELECT * FROM line ORDER BY pay_id DESC, n DESC LIMIT 3", "scan line"),
    # an index, and the table's rows by it
    ("SELECT * FROM pay WHERE payer_id = 5", "search pay_by_payer (k1=?) | search pay (rowid=?)"),
    (
        "SELECT * FROM pay WHERE payer_id = 5 AND created_at >= '2026-01-01'",
        "search pay_by_payer (k1=? AND k2>?) | search pay (rowid=?)",
    ),
    ("SELECT * FROM pay WHERE amount IS NULL", "search pay_amount (n1=?) | search pay (rowid=?)"),
    ("SELECT * FROM pay WHERE amount IN (1, 2)", "search pay_amount (n1=? AND k1=?) | search pay (rowid=?)"),
    ("SELECT * FROM pay WHERE amount = ANY ($1)", "search pay_amount (n1=? AND k1=?) | search pay (rowid=?)"),
    (
        "SELECT * FROM payer WHERE lower(email) = 'x'",
        "search payer_email (n1=? AND k1=?) | search payer (rowid=?)",
    ),
    ("SELECT * FROM payer WHERE email = 'x'", "scan payer"),
    (
        "SELECT * FROM payer WHERE city LIKE 'ab%'",
        "search payer_city (n1=? AND k1>? AND k1<?) | search payer (rowid=?)",
    ),
    (
        "SELECT * FROM payer WHERE city LIKE 'ab%c_'",
        "search payer_city (n1=? AND k1>? AND k1<?) | search payer (rowid=?)",
    ),
    # constants of another type of date and time
    (
        "SELECT id FROM payer WHERE city = 'a' AND born < date '2026-01-01' - interval '1 year'",
        "search payer_city (n1=? AND k1=? AND n2=? AND k2<?)",
    ),
    (
        "SELECT id FROM pay WHERE payer_id = 3 AND created_at >= date '2026-01-01' AND localtimestamp > created_at",
        "search pay_by_payer (k1=? AND k2>? AND k2<?)",
    ),
    (
        "SELECT id FROM pay WHERE payer_id = 3 AND created_at = current_date",
        "search pay_by_payer (k1=? AND k2=?)",
    ),
    (
        "SELECT id FROM payer WHERE city = 'a' AND born < now()",
        "search payer_city (n1=? AND k1=?)",
    ),
    # a partial index, where the condition implies its own
    (
        "SELECT * FROM payer WHERE born = '2001-01-01'",
        "search payer_young (n1=? AND k1=?) | search payer (rowid=?)",
    ),
    ("SELECT * FROM payer WHERE born = '1999-01-01'", "scan payer"),
    # the index alone
    ("SELECT id, created_at FROM pay WHERE payer_id = 5", "search pay_by_payer (k1=?)"),
    ("SELECT note FROM pay WHERE amount > 5", "search pay_amount (n1=? AND k1>?)"),
    ("SELECT count(*) FROM pay WHERE payer_id = 5", "search pay_by_payer (k1=?)"),
    # several ranges of one index, of two
    (
        "SELECT * FROM pay WHERE payer_id = 5 OR payer_id = 6 AND created_at > '2026-01-01'",
        "search pay (rowid=?) | search pay_by_payer (k1=?) | search pay_by_payer (k1=? AND k2>?)",
    ),
    (
        "SELECT * FROM pay WHERE payer_id = 5 OR amount = 7",
        "search pay (rowid=?) | search pay_by_payer (k1=?) | search pay_amount (n1=? AND k1=?)",
    ),
    # the order that falls out
    (
        "SELECT * FROM pay WHERE payer_id = $1 ORDER BY created_at DESC LIMIT 5",
        "search pay_by_payer (k1=?) | search pay (rowid=?)",
    ),
    (
        "SELECT * FROM pay WHERE payer_id = $1 ORDER BY created_at, id LIMIT 5",
        "search pay_by_payer (k1=?) | search pay (rowid=?)",
    ),
    ("SELECT amount FROM pay ORDER BY amount DESC LIMIT 5", "scan pay_amount"),
    ("SELECT amount FROM pay ORDER BY amount LIMIT 5", "scan pay_amount"),
    ("SELECT amount FROM pay ORDER BY amount NULLS FIRST LIMIT 5", "scan pay | order by"),
    (
        "SELECT amount FROM pay WHERE amount IN (1, 2) ORDER BY note LIMIT 5",
        "search pay_amount (n1=? AND k1=?) | order by",
    ),
    ("SELECT min(amount), max(amount) FROM pay", "search pay_amount (n1=?) | search pay_amount (n1=?)"),
    ("SELECT max(created_at) FROM pay WHERE payer_id = 3", "search pay_by_payer (k1=?)"),
    # what changes a table is found the same way
    ("UPDATE pay SET note = 'x' WHERE payer_id = 5", "search pay_by_payer (k1=?) | search pay (rowid=?)"),
    ("DELETE FROM pay WHERE amount = 5", "search pay_amount (n1=? AND k1=?) | search pay (rowid=?)"),
]


@pytest.mark.parametrize(("sql", "expected"), PATHS)
def test_a_table_is_read_so(engine: EmbeddedEngine, sql: str, expected: str) -> None:
    assert plan_of(engine.session(), sql) == expected


JOINS = [
    (
        "SELECT * FROM pay JOIN payer ON payer.id = pay.payer_id WHERE pay.id = 3",
        "search pay (rowid=?) | search payer (rowid=?)",
    ),
    (
        "SELECT line.qty FROM line, pay, payer WHERE line.pay_id = pay.id AND pay.payer_id = payer.id AND payer.id = 3",
        "search payer (rowid=?) | search pay_by_payer (k1=?) | search line (c1=?)",
    ),
    # what is equal to a constant through another table is searched by it
    (
        "SELECT 1 FROM line, tag WHERE line.pay_id = tag.pay_id AND tag.pay_id = 7",
        "search tag_pay (n1=? AND k1=?) | search line (c1=?)",
    ),
    (
        "SELECT pay.note FROM payer LEFT JOIN pay ON pay.payer_id = payer.id WHERE payer.id = 3",
        "search payer (rowid=?) | search pay (rowid=?) | search pay_by_payer (k1=?)",
    ),
    # no missing row passes WHERE: an inner join, which may begin at the other side
    (
        "SELECT 1 FROM payer LEFT JOIN pay ON pay.payer_id = payer.id WHERE pay.id = 3",
        "search pay (rowid=?) | search payer (rowid=?)",
    ),
    (
        "SELECT count(*) FROM payer JOIN tag ON tag.name = payer.city",
        "scan payer_city | search automatic tag (c1=?)",
    ),
]


UNNESTED = [
    ("SELECT * FROM (SELECT id, payer_id AS p FROM pay) s WHERE s.p = 5", "search pay_by_payer (k1=?)"),
    (
        "SELECT * FROM (SELECT payer_id AS p, count(*) FROM pay GROUP BY 1) s WHERE s.p = 5",
        "search pay_by_payer (k1=?)",
    ),
    (
        "SELECT * FROM (SELECT id FROM pay UNION ALL SELECT pay_id FROM tag) s WHERE s.id = 5",
        "search pay (rowid=?) | search tag_pay (n1=? AND k1=?)",
    ),
    ("WITH w AS (SELECT * FROM pay) SELECT id FROM w WHERE payer_id = 5", "search pay_by_payer (k1=?)"),
    (
        "SELECT * FROM tag WHERE NOT EXISTS (SELECT 1 FROM payer WHERE payer.email = tag.name)",
        "scan tag | scan payer",
    ),
    (
        "SELECT * FROM tag WHERE pay_id > (SELECT avg(qty) FROM line WHERE line.qty = tag.pay_id)",
        "scan line | group by | search automatic tag (c2=?)",
    ),
    (
        "SELECT * FROM pay WHERE id = 3 AND EXISTS (SELECT 1 FROM tag WHERE tag.pay_id = pay.id)",
        "search tag_pay (n1=? AND k1=?) | search pay (rowid=?)",
    ),
    # all of a table's rows are grouped before they are joined, some rather when they are found
    (
        "SELECT payer.id, count(pay.note) FROM payer LEFT JOIN pay ON pay.payer_id = payer.id GROUP BY payer.id",
        "scan pay | group by | scan payer",
    ),
    (
        "SELECT payer.id, count(pay.note) FROM payer LEFT JOIN pay ON pay.payer_id = payer.id WHERE payer.id = 3 GROUP BY 1",
        "search payer (rowid=?) | search pay (rowid=?) | search pay_by_payer (k1=?)",
    ),
    (
        "SELECT payer.id, count(*) FROM payer LEFT JOIN tag ON tag.name = payer.city GROUP BY payer.id",
        "scan payer | search automatic tag (c1=?)",
    ),
]


DISJUNCTIONS = [
    # what all arms share is a condition, and joins
    (
        (
            "SELECT pay.note FROM pay, payer WHERE (pay.payer_id = payer.id AND payer.id = 3 AND pay.amount = 1) "
            "OR (pay.payer_id = payer.id AND payer.id = 3 AND pay.note = 'x')"
        ),
        "search payer (rowid=?) | search pay_by_payer (k1=?) | search pay (rowid=?)",
    ),
    # each arm says something of a table alone
    (
        (
            "SELECT pay.note FROM pay, payer WHERE pay.payer_id = payer.id AND ((payer.id = 3 AND pay.amount = 1) "
            "OR (payer.id = 4 AND pay.amount = 2))"
        ),
        "search payer (rowid=?) | search pay_by_payer (k1=?) | search pay (rowid=?)",
    ),
    # not of the side that may be missing
    (
        (
            "SELECT 1 FROM tag LEFT JOIN payer ON tag.pay_id = payer.id "
            "WHERE (tag.name = 'x' AND payer.id IS NULL) OR (tag.name = 'y' AND payer.id = 3)"
        ),
        "scan tag | search payer (rowid=?)",
    ),
]


@pytest.mark.parametrize(("sql", "expected"), [*JOINS, *UNNESTED, *DISJUNCTIONS])
def test_tables_are_joined_so(engine: EmbeddedEngine, sql: str, expected: str) -> None:
    assert plan_of(engine.session(), sql) == expected


class Small:
    """Statistics by which every table has three rows."""

    rows = 3.0
    columns: dict[int, object] = {}
    expressions: dict[tuple[int, int], object] = {}
    extended: tuple[object, ...] = ()

    def of(self, table: int) -> Small:
        return self

    def forget(self) -> None:
        """Nothing is kept."""


def test_a_small_table_is_read_whole(engine: EmbeddedEngine) -> None:
    owner = engine.engine
    owner.statistics, known = Small(), owner.statistics  # type: ignore[assignment]
    owner._plans.clear()
    try:
        assert plan_of(engine.session(), "SELECT * FROM pay WHERE amount = 7") == "scan pay"
        assert plan_of(engine.session(), "SELECT * FROM line WHERE pay_id = 7") == "search line (c1=?)"
    finally:
        owner.statistics = known
        owner._plans.clear()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (PlannerSettings(enable_indexscan=False), "scan pay"),
        (PlannerSettings(), "search pay_amount (n1=? AND k1=?) | search pay (rowid=?)"),
    ],
)
def test_settings_are_obeyed(engine: EmbeddedEngine, settings: PlannerSettings, expected: str) -> None:
    import dataclasses

    scope = engine.scope
    engine.scope = dataclasses.replace(scope, planner=settings)
    try:
        assert plan_of(engine.session(), "SELECT * FROM pay WHERE amount = 7") == expected
    finally:
        engine.scope = scope
