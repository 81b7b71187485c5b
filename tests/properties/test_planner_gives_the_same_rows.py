"""Whatever access paths and joins are chosen, a query gives the rows that full scans give, own pending writes among them.

Queries are made by chance over tables with indexes of every kind. What they give with every index switched off, and
nothing unnested, is the yardstick; PostgreSQL itself is asked in tests/differential.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from borealis.executor.testing import EmbeddedEngine, EngineSession
from borealis.jobs.runner import JobRunner
from borealis.planner import plan as planner
from borealis.planner import select
from borealis.planner.settings import PlannerSettings

TABLES = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c int NOT NULL, d timestamptz, n numeric(10, 2));
CREATE TABLE u (x text, y int, z int, w bigint, PRIMARY KEY (x, y));
CREATE TABLE v (k int, m text, e date);
"""

INDEXES = (
    "t (a)",
    "t (a, c)",
    "t (b, a) INCLUDE (c)",
    "t (a NULLS FIRST, id)",
    "t (lower(b))",
    "t (c) WHERE a > 3",
    "t (d, a)",
    "t (n)",
    "u (z)",
    "u (y, x)",
    "v (k)",
    "v (m, k)",
    "v (e)",
)

BY_FULL_SCANS = PlannerSettings(enable_indexscan=False, enable_indexonlyscan=False)
OTHERWISE = (
    PlannerSettings(),
    PlannerSettings(enable_seqscan=False),
    PlannerSettings(enable_indexonlyscan=False, enable_seqscan=False),
    PlannerSettings(enable_hashjoin=False),
    PlannerSettings(enable_nestloop=False),
)


@dataclass(frozen=True)
class KnownColumn:
    distinct: float
    null_fraction: float = 0.1
    width: int = 4
    most_common: tuple[int, ...] = ()
    frequencies: tuple[float, ...] = ()
    histogram: tuple[int, ...] = (0, 2, 4, 6, 8)
    correlation: float | None = 0.5


@dataclass(frozen=True)
class KnownTable:
    rows: float
    columns: dict[int, KnownColumn] = field(default_factory=dict)
    expressions: dict[tuple[int, int], KnownColumn] = field(default_factory=dict)
    extended: tuple[()] = ()


class AllTables:
    """Every table is taken for as large as this."""

    def __init__(self, rows: float) -> None:
        self._table = KnownTable(rows, {2: KnownColumn(9), 4: KnownColumn(-0.5)})

    def of(self, table: int) -> KnownTable:
        return self._table

    def forget(self) -> None:
        """Nothing is kept."""


class Queries:
    """Queries of one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def number(self) -> int:
        return self.chance.randint(-1, 9)

    def text(self) -> str:
        return self.chance.choice(["'a'", "'B'", "'ab'", "'b1'", "'zz'", "''"])

    def value(self, column: str) -> str:
        if column in ("b", "x", "m"):
            return self.text()
        if column in ("d", "e"):
            return f"'2026-01-0{self.chance.randint(1, 9)}'"
        return f"{self.number()}.50" if column == "n" and self.chance.random() < 0.5 else str(self.number())

    def column(self, table: str) -> str:
        return self.chance.choice({"t": "iabcdn", "u": "xyzw", "v": "kme"}[table]).replace("i", "id")

    def condition(self, table: str, depth: int = 2) -> str:
        chance, column = self.chance, self.column(table)
        name = f"{table}.{column}"
        kind = chance.randint(0, 11 if depth else 7)
        if kind <= 2:
            return f"{name} = {self.value(column)}"
        if kind == 3:
            return f"{name} {chance.choice(['<', '<=', '>', '>='])} {self.value(column)}"
        if kind == 4:
            return f"{name} BETWEEN {self.value(column)} AND {self.value(column)}"
        if kind == 5:
            return f"{name} IS {chance.choice(['', 'NOT '])}NULL"
        if kind == 6:
            return f"{name} IN ({self.value(column)}, {self.value(column)}, {self.value(column)})"
        if kind == 7:
            return self._special(table)
        parts = [self.condition(table, depth - 1) for _ in range(chance.randint(2, 3))]
        joined = f" {'AND' if kind < 10 else 'OR'} ".join(parts)
        return f"NOT ({joined})" if kind == 8 and depth == 2 else f"({joined})"

    def _special(self, table: str) -> str:
        if table in "tv" and self.chance.random() < 0.3:
            return self._mixed({"t": "t.d", "v": "v.e"}[table])
        if table != "t":
            column = {"u": "y", "v": "k"}[table]
            return f"{table}.{column} = ANY (ARRAY[{self.number()}, {self.number()}])"
        return self.chance.choice(
            [
                "t.b LIKE 'a%'",
                "lower(t.b) = 'ab'",
                "lower(t.b) >= 'b'",
                f"t.a > 3 AND t.c = {self.number()}",
                f"t.a > {self.chance.randint(3, 5)} AND t.c < {self.number()}",
                "t.a IN (SELECT u.y FROM u WHERE u.z > 2)",
                "t.id = (SELECT max(v.k) FROM v)",
            ]
        )

    def _mixed(self, column: str) -> str:
        """Return a comparison of a date or a moment with a constant of another type."""
        chance, day = self.chance, self.chance.randint(1, 9)
        other = chance.choice(
            [
                f"timestamp '2026-01-0{day} 00:00'",
                f"timestamp '2026-01-0{day} 12:00'",
                f"(date '2026-01-0{day}' + interval '1 day')",
                f"date '2026-01-0{day}'",
                "timestamp 'infinity'",
            ]
        )
        operator = chance.choice(["<", "<=", ">", ">=", "=", "<>"])
        return f"{column} {operator} {other}" if chance.random() < 0.7 else f"{other} {operator} {column}"

    def make(self) -> tuple[str, bool]:
        """Return a query, and whether the order of its rows is fixed."""
        chance = self.chance
        kind = chance.randint(0, 9)
        if kind <= 3:
            columns = ", ".join(dict.fromkeys(self.column("t") for _ in range(chance.randint(1, 3))))
            return self._ordered(f"SELECT {columns} FROM t WHERE {self.condition('t')}", "t")
        if kind == 4 and chance.random() < 0.6:
            return self._nested(), False
        if kind == 4:
            return self._ordered(f"SELECT * FROM u WHERE {self.condition('u')}", "u")
        if kind == 5 and chance.random() < 0.3:
            return f"SELECT v.k, v.m FROM v WHERE {self.condition('v', 1)}", False
        if kind == 5:
            what = chance.choice(["count(*)", "min(t.a), max(t.a)", "max(t.d)", "min(t.c)", "sum(t.c)"])
            return f"SELECT {what} FROM t WHERE {self.condition('t')}", True
        if kind == 6 and chance.random() < 0.5:
            return self._correlated(), False
        if kind == 7 and chance.random() < 0.5:
            return self._grouped(), False
        if kind == 6:
            exists = f"{chance.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM u WHERE u.y = t.a AND {self.condition('u', 1)})"
            return f"SELECT t.id FROM t WHERE {self.condition('t', 1)} AND {exists}", False
        return self._joined(), False

    def _nested(self) -> str:
        """Return a query over a subquery."""
        chance, where = self.chance, self.condition("t", 1)
        inner = chance.choice(
            [
                f"SELECT t.id, t.a, t.c + 1 AS y, t.b FROM t WHERE {where}",
                f"SELECT t.id, t.a, u.z AS y, u.x AS b FROM t JOIN u ON t.a = u.y WHERE {where}",
                f"SELECT t.id, t.a, u.z AS y, u.x AS b FROM t LEFT JOIN u ON t.a = u.y WHERE {where}",
                f"SELECT max(t.id) AS id, t.a, t.c AS y, min(t.b) AS b FROM t WHERE {where} GROUP BY t.a, t.c",
                f"SELECT t.id, t.a, t.c AS y, t.b FROM t WHERE {where} UNION SELECT 0, u.z, u.y, u.x FROM u",
                f"SELECT DISTINCT 1 AS id, t.a, t.c AS y, t.b FROM t WHERE {where}",
                "SELECT DISTINCT ON (t.a) 1 AS id, t.a, count(*) OVER (PARTITION BY t.a) AS y, 'b' AS b FROM t",
                "SELECT t.id, t.a, coalesce(t.c, 3) AS y, t.b FROM t",
            ]
        )
        condition = chance.choice(
            [f"s.a = {self.number()}", f"s.y > {self.number()}", "s.b LIKE 'a%'", "s.a IS NULL"]
        )
        shape = chance.randint(0, 4)
        if shape == 0:
            return f"WITH s AS ({inner}) SELECT * FROM s WHERE {condition}"
        if shape == 1:
            return f"SELECT v.k, s.* FROM v LEFT JOIN ({inner}) s ON v.k = s.a WHERE v.m > '' OR {condition}"
        if shape == 2:
            return f"SELECT v.k, s.y FROM v JOIN ({inner}) s ON v.k = s.y AND {condition}"
        return f"SELECT * FROM ({inner}) s WHERE {condition} AND s.y < {self.number()}"

    def _correlated(self) -> str:
        chance = self.chance
        value = chance.choice(["max(u.z)", "0.5 * sum(u.z)", "avg(u.w)", "min(u.z) + 1", "count(*)"])
        equal = chance.choice(
            ["u.y = t.a", "t.c = u.z", "u.x = t.b AND u.y = t.a", "u.y = t.a AND u.z > t.c"]
        )
        query = f"SELECT {value} FROM u WHERE {equal} AND {self.condition('u', 0)}"
        compared = f"t.c {chance.choice(['<', '>=', '=', '<>'])} ({query})"
        return f"SELECT t.id, t.c FROM t WHERE {self.condition('t', 1)} AND {compared}"

    def _joined(self) -> str:
        chance = self.chance
        on = chance.choice(["t.a = u.y", "t.id = u.z", "t.c = u.z AND t.a = u.y", "t.b = u.x", "t.a < u.y"])
        kind = chance.choice(["JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        if kind == "FULL JOIN":
            on = "t.a = u.y"
        elif chance.random() < 0.3:
            on += f" AND {self.condition('u', 0)}"
        source = f"t {kind} u ON {on}"
        if chance.random() < 0.4:
            third = chance.choice(["JOIN", "LEFT JOIN"])
            source += f" {third} v ON {chance.choice(['v.k = u.z', 'v.k = t.a', 'v.m = u.x AND v.k = t.c'])}"
        where = self._arms(2) if chance.random() < 0.4 else self.condition(chance.choice("tu"), 1)
        return f"SELECT t.id, u.x, u.y FROM {source} WHERE {where}"

    def _grouped(self) -> str:
        """Return a LEFT JOIN grouped by its left side's key."""
        chance = self.chance
        on = chance.choice(
            ["t.a = u.y", "u.z = t.c", "t.c = u.z AND t.a = u.y", "t.b = u.x", "t.a = u.z + 1"]
        )
        if chance.random() < 0.5:
            on += f" AND {self.condition('u', 0)}"
        columns = "t.id" + chance.choice(["", ", t.a", ", t.b, t.n"])
        values = chance.choice(
            [
                "count(u.z)",
                "count(u.x), max(u.x)",
                "sum(u.z) + count(u.y)",
                "avg(u.w)",
                "min(u.z), count(DISTINCT u.z)",
            ]
        )
        where = f" WHERE {self.condition('t', 1)}" if chance.random() < 0.5 else ""
        having = chance.choice(["", " HAVING count(u.z) <> 1", " HAVING t.id > 3 AND max(u.z) IS NULL"])
        return f"SELECT {columns}, {values} FROM t LEFT JOIN u ON {on}{where} GROUP BY {columns}{having}"

    def _arms(self, depth: int) -> str:
        """Return an OR of ANDs over both tables, with something in all arms now and then."""
        chance = self.chance
        shared = f" AND {self.condition(chance.choice('tu'), 0)}" if chance.random() < 0.4 else ""
        arms = []
        for _ in range(chance.randint(2, 3)):
            parts = [self.condition(table, 0) for table in chance.sample("tu", chance.randint(1, 2))]
            if depth and chance.random() < 0.2:
                parts.append(self._arms(depth - 1))
            arms.append(f"({' AND '.join(parts)}{shared})")
        return f"({' OR '.join(arms)})"

    def _ordered(self, query: str, table: str) -> tuple[str, bool]:
        chance = self.chance
        if chance.random() < 0.4:
            return query, False
        keys = [
            f"{table}.{self.column(table)}{chance.choice(['', ' DESC'])}{chance.choice(['', '', ' NULLS FIRST', ' NULLS LAST'])}"
            for _ in range(chance.randint(1, 2))
        ]
        keys.append({"t": "t.id", "u": "u.x, u.y"}[table])
        limit = f" LIMIT {chance.randint(0, 6)}" if chance.random() < 0.6 else ""
        offset = f" OFFSET {chance.randint(0, 3)}" if limit and chance.random() < 0.3 else ""
        return f"{query} ORDER BY {', '.join(keys)}{limit}{offset}", True

    def write(self) -> str:
        chance = self.chance
        kind = chance.randint(0, 4)
        if kind == 0:
            return f"UPDATE t SET a = {self.number()}, b = {self.text()} WHERE {self.condition('t', 1)}"
        if kind == 1:
            return f"DELETE FROM t WHERE {self.condition('t', 0)} AND t.id % 3 = 0"
        if kind == 2:
            return f"INSERT INTO t VALUES ({chance.randint(1000, 10**9)}, {self.number()}, {self.text()}, {self.number()})"
        if kind == 3:
            return f"UPDATE u SET z = z + 1 WHERE {self.condition('u', 1)}"
        return f"UPDATE v SET k = t.a FROM t WHERE t.id = v.k AND {self.condition('t', 0)}"


def fill(session: EngineSession, chance: random.Random) -> None:
    def maybe(value: str) -> str:
        return "NULL" if chance.random() < 0.2 else value

    queries = Queries(chance.randint(0, 10**9))
    rows = [
        f"({n}, {maybe(str(queries.number()))}, {maybe(queries.text())}, {queries.number()}, "
        f"{maybe(queries.value('d'))}, {maybe(queries.value('n'))})"
        for n in range(60)
    ]
    session.run(f"INSERT INTO t VALUES {', '.join(rows)}")
    pairs = {(queries.text(), queries.number()) for _ in range(30)}
    rows = [f"({x}, {y}, {maybe(str(queries.number()))}, {queries.number()})" for x, y in sorted(pairs)]
    session.run(f"INSERT INTO u VALUES {', '.join(rows)}")
    rows = [
        f"({maybe(str(queries.number()))}, {maybe(queries.text())}, {maybe(queries.value('e'))})"
        for _ in range(20)
    ]
    session.run(f"INSERT INTO v VALUES {', '.join(rows)}")


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as engine:
        session = engine.session()
        for statement in (TABLES, *(f"CREATE INDEX ASYNC ON {index}" for index in INDEXES)):
            session.run(statement)
        build(engine)
        fill(session, random.Random(7))
        yield engine


def build(engine: EmbeddedEngine) -> None:
    """Let the indexes be built, and see that they are."""
    runner = JobRunner(engine.database, engine.clock)
    while engine.loop.run_until_complete(engine.journal.between_batches(runner.step)):
        pass
    runner.close()
    indexes = [index for table in engine.engine.catalog.tables_by_oid.values() for index in table.indexes]
    assert len(indexes) == len(INDEXES) + 2
    assert all(index.is_valid for index in indexes)


def rows_by(session: EngineSession, settings: PlannerSettings, sql: str) -> list[tuple[str | None, ...]]:
    owner = session.owner
    owner.scope = dataclasses.replace(owner.scope, planner=settings)
    if session.transaction is not None:
        session.transaction.scope = owner.scope
    return session.rows(sql)


def check(session: EngineSession, sql: str, *, is_ordered: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "rewrites", lambda node, new_id: ())
        patch.setattr(planner, "rewrites_of_alternatives", lambda node, new_id: ())
        patch.setattr(planner, "rewrites_of_groups", lambda node, new_id: ())
        patch.setattr(planner, "pulled_up", lambda node: node)
        patch.setattr(select, "factored", list)
        patch.setattr(select, "restrictions", lambda terms, units: [])
        session.owner.engine._plans.clear()
        expected = rows_by(session, BY_FULL_SCANS, sql)
    for settings in OTHERWISE:
        for rows in (10**6, 200, 3):
            session.owner.engine.statistics = AllTables(rows)
            session.owner.engine._plans.clear()
            found = rows_by(session, settings, sql)
            if not is_ordered:
                found, expected = sorted(found, key=repr), sorted(expected, key=repr)
            assert found == expected, (sql, settings, rows, plan_text(session, sql))


def plan_text(session: EngineSession, sql: str) -> object:
    action = session.plan(sql).action
    return getattr(getattr(action, "_base", None), "sql", action)


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(30)])
def test_same_rows(embedded: EmbeddedEngine, seed: int) -> None:
    session, queries = embedded.session(), Queries(seed)
    for _ in range(40 if seed else 6):
        sql, is_ordered = queries.make()
        check(session, sql, is_ordered=is_ordered)


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(100, 130)]
)
def test_same_rows_with_own_writes(embedded: EmbeddedEngine, seed: int) -> None:
    session, queries = embedded.session(), Queries(seed)
    session.run("BEGIN")
    for _ in range(3):
        session.run(queries.write())
    for _ in range(25 if seed > 100 else 4):
        sql, is_ordered = queries.make()
        check(session, sql, is_ordered=is_ordered)
    session.run("ROLLBACK")
