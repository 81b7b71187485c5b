"""Index builds and validations while their table is altered, and indexes that become constraints.

Source: dsql-facts.md §4.5, §5.2, §5.3; texts of what an index may not be are PostgreSQL 16's, as observed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borealis.errors import (
    CheckViolation,
    DuplicateTable,
    FeatureNotSupported,
    ObjectNotInPrerequisiteState,
    SerializationFailure,
    SqlError,
    UndefinedObject,
    UniqueViolation,
    WrongObjectType,
)
from borealis.executor.testing import EmbeddedEngine, EngineSession
from borealis.jobs.runner import JobRunner

ROWS = 1_000
"""Three pieces of a build, and three of its comparison."""


class Cluster:
    def __init__(self, engine: EmbeddedEngine) -> None:
        self.session: EngineSession = engine.session()
        self.runner = JobRunner(engine.database, engine.clock)
        self._engine = engine

    def run(self, sql: str) -> list[tuple[str | None, ...]]:
        return self.session.run(sql).rows

    def other(self) -> EngineSession:
        return self._engine.session()

    def work(self, pieces: int | None = None) -> None:
        """Do so many pieces of the open jobs, or all."""
        engine = self._engine
        while pieces is None or pieces > 0:
            if not engine.loop.run_until_complete(engine.journal.between_batches(self.runner.step)):
                return
            pieces = None if pieces is None else pieces - 1

    def jobs(self) -> list[tuple[str | None, ...]]:
        return self.run(
            "SELECT status, details, job_type, object_name FROM sys.jobs ORDER BY start_time, 3 DESC"
        )

    def entries(self, index: str) -> list[tuple[object, ...]]:
        ((oid,),) = self.run(f"SELECT '{index}'::regclass::oid")
        return self._engine.database.writer.execute(f"SELECT * FROM i{oid} ORDER BY 1, 2").fetchall()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with EmbeddedEngine() as engine:
        cluster = Cluster(engine)
        yield cluster
        cluster.runner.close()


def fill(cluster: Cluster, value: str = "g") -> None:
    cluster.run("CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int)")
    cluster.run(f"INSERT INTO t SELECT g, {value}, -g FROM generate_series(1, {ROWS}) g")


@pytest.mark.parametrize("pieces", range(1, 9))
@pytest.mark.parametrize(("value", "status"), [("g", "completed"), (f"g % {ROWS - 1}", "failed")])
def test_a_unique_build_survives_drop_not_null_at_any_piece(
    cluster: Cluster, pieces: int, value: str, status: str
) -> None:
    fill(cluster, value)
    cluster.run("CREATE UNIQUE INDEX ASYNC i ON t (a)")
    cluster.work(pieces)
    cluster.run("ALTER TABLE t ALTER a DROP NOT NULL")
    cluster.run(f"INSERT INTO t VALUES ({ROWS + 1}, NULL), ({ROWS + 2}, NULL)")
    cluster.work()
    assert cluster.jobs()[0][0] == status
    wanted = cluster.run("SELECT (a IS NULL)::int, coalesce(a, 0), id FROM t ORDER BY 1, 2, 3")
    assert [tuple(map(str, entry)) for entry in cluster.entries("i")] == wanted


@pytest.mark.parametrize("pieces", range(1, 6))
def test_a_build_goes_on_while_columns_come_go_and_are_renamed(cluster: Cluster, pieces: int) -> None:
    fill(cluster)
    cluster.run("CREATE INDEX ASYNC plain ON t (a) INCLUDE (id)")
    cluster.run("CREATE INDEX ASYNC computed ON t ((a * 2)) WHERE a > 500")
    cluster.work(pieces)
    cluster.run("ALTER TABLE t ADD COLUMN c int, DROP COLUMN b")
    cluster.run("UPDATE t SET c = 1, a = a + 10000 WHERE id < 10")
    cluster.work(1)
    cluster.run("ALTER TABLE t RENAME COLUMN a TO renamed")
    cluster.run("ALTER TABLE t RENAME TO u")
    cluster.run("UPDATE u SET c = 2, renamed = renamed + 10000 WHERE id > 990")
    cluster.work()
    assert {row[0] for row in cluster.jobs()} == {"completed"}
    plain = [tuple(map(str, entry[:2])) for entry in cluster.entries("plain")]
    assert plain == cluster.run("SELECT renamed, id FROM u ORDER BY 1")
    computed = [tuple(map(str, entry)) for entry in cluster.entries("computed")]
    assert computed == cluster.run("SELECT 0, renamed * 2, id FROM u WHERE renamed > 500 ORDER BY 2")


def test_a_build_ends_with_the_column_it_is_over(cluster: Cluster) -> None:
    fill(cluster)
    cluster.run("CREATE INDEX ASYNC i ON t (b)")
    cluster.work(2)
    cluster.run("ALTER TABLE t DROP COLUMN b")
    cluster.work()
    assert cluster.jobs() == [
        ("completed", 'relation "public.i" does not exist', "INDEX_BUILD", None),
        ("completed", "", "DROP", None),
    ]
    assert cluster.run("SELECT relname FROM pg_class WHERE relname = 'i'") == []


@pytest.mark.parametrize(("condition", "status", "details"), [
    ("a > 0", "completed", ""),
    ("a < 1000", "failed", 'check constraint "c" of relation "t" is violated by some row'),
])  # fmt: skip
def test_a_check_is_validated_by_a_job(cluster: Cluster, condition: str, status: str, details: str) -> None:
    fill(cluster)
    cluster.run(f"ALTER TABLE t ADD CONSTRAINT c CHECK ({condition}) NOT VALID")
    ((job_id,),) = cluster.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT c")
    assert job_id is not None
    assert len(job_id) == 26
    cluster.work()
    assert cluster.jobs() == [(status, details, "VALIDATE_CONSTRAINT", "public.c")]
    validated = "SELECT convalidated FROM pg_constraint WHERE conname = 'c'"
    assert cluster.run(validated) == [("t" if status == "completed" else "f",)]


@pytest.mark.parametrize("value", ["g", "g + 1"])
def test_a_foreign_key_is_validated_by_a_job(cluster: Cluster, value: str) -> None:
    fill(cluster)
    cluster.run("CREATE TABLE child (id int PRIMARY KEY, t int)")
    cluster.run(f"INSERT INTO child SELECT g, {value} FROM generate_series(1, {ROWS}) g")
    cluster.run("ALTER TABLE child ADD CONSTRAINT f FOREIGN KEY (t) REFERENCES t NOT VALID")
    cluster.run("ALTER TABLE ASYNC child VALIDATE CONSTRAINT f")
    cluster.work()
    ((status, details, _, _),) = cluster.jobs()
    expected = ("completed", "") if value == "g" else (
        "failed", 'insert or update on table "child" violates foreign key constraint "f"'
    )  # fmt: skip
    assert (status, details) == expected


def test_a_validation_follows_renames_and_ends_with_its_constraint(cluster: Cluster) -> None:
    fill(cluster)
    cluster.run("ALTER TABLE t ADD CONSTRAINT c CHECK (t.a > 0) NOT VALID, ADD CHECK (b < 0) NOT VALID")
    cluster.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT c")
    cluster.work(1)
    cluster.run("ALTER TABLE t RENAME COLUMN a TO renamed")
    cluster.run("ALTER TABLE t RENAME CONSTRAINT c TO d")
    cluster.work()
    assert cluster.run("SELECT convalidated FROM pg_constraint WHERE conname = 'd'") == [("t",)]
    cluster.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT t_b_check")
    cluster.work(1)
    cluster.run("ALTER TABLE t DROP CONSTRAINT t_b_check")
    cluster.work()
    assert [row[0] for row in cluster.jobs()] == ["completed", "completed"]


def test_what_cannot_be_validated(cluster: Cluster) -> None:
    fill(cluster)
    with pytest.raises(UndefinedObject, match='constraint "x" of relation "t" does not exist'):
        cluster.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT x")
    with pytest.raises(WrongObjectType, match='"t_pkey" of relation "t" is not a foreign key or check'):
        cluster.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT t_pkey")
    with pytest.raises(FeatureNotSupported, match="VALIDATE CONSTRAINT only"):
        cluster.run("ALTER TABLE ASYNC t DROP COLUMN b")
    assert cluster.session.run("ALTER TABLE ASYNC IF EXISTS ONLY missing VALIDATE CONSTRAINT x").rows == []


def test_an_index_becomes_a_constraint_once_it_is_valid(cluster: Cluster) -> None:
    fill(cluster)
    cluster.run("CREATE UNIQUE INDEX ASYNC i ON t (a)")
    with pytest.raises(ObjectNotInPrerequisiteState, match='^index "i" is not valid$'):
        cluster.run("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i")
    cluster.work()
    with pytest.raises(DuplicateTable, match='relation "t_pkey" already exists'):
        cluster.run("ALTER TABLE t ADD CONSTRAINT t_pkey UNIQUE USING INDEX i")
    cluster.run("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i")
    definition = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'u'"
    assert cluster.run(definition) == [("c", "UNIQUE (a)")]
    with pytest.raises(UniqueViolation, match='"c"'):
        cluster.run(f"INSERT INTO t VALUES ({ROWS + 1}, 1)")
    cluster.run("CREATE TABLE child (id int PRIMARY KEY, a int REFERENCES t (a))")
    cluster.run("ALTER TABLE t DROP CONSTRAINT c CASCADE")
    cluster.run(f"INSERT INTO t VALUES ({ROWS + 1}, 1)")
    cluster.run("INSERT INTO child VALUES (1, -1)")


@pytest.mark.parametrize(("key", "text"), [
    ("INDEX ASYNC i ON t (a)", '^"i" is not a unique index$'),
    ("UNIQUE INDEX ASYNC i ON t ((a + 1))", '^index "i" contains expressions$'),
    ("UNIQUE INDEX ASYNC i ON t (a) WHERE b < 0", '^"i" is a partial index$'),
    ("UNIQUE INDEX ASYNC i ON t (a NULLS FIRST)", '^index "i" column number 1 does not have default sorting behavior$'),
])  # fmt: skip
def test_an_index_that_is_no_constraint(cluster: Cluster, key: str, text: str) -> None:
    fill(cluster)
    cluster.run(f"CREATE {key}")
    cluster.work()
    with pytest.raises(WrongObjectType, match=text) as raised:
        cluster.run("ALTER TABLE t ADD UNIQUE USING INDEX i")
    assert raised.value.detail == "Cannot create a primary key or unique constraint using such an index."


@pytest.mark.parametrize(("sql", "error", "text"), [
    ("ALTER TABLE t ADD UNIQUE USING INDEX x", UndefinedObject, 'index "x" does not exist'),
    ("ALTER TABLE t ADD UNIQUE USING INDEX t_pkey", ObjectNotInPrerequisiteState,
     'index "t_pkey" is already associated with a constraint'),
    ("ALTER TABLE t ADD UNIQUE USING INDEX other_pkey", ObjectNotInPrerequisiteState,
     'index "other_pkey" does not belong to table "t"'),
])  # fmt: skip
def test_an_index_that_is_not_the_tables(
    cluster: Cluster, sql: str, error: type[SqlError], text: str
) -> None:
    fill(cluster)
    cluster.run("CREATE TABLE other (id int PRIMARY KEY)")
    with pytest.raises(error, match=f"^{text}$"):
        cluster.run(sql)


def test_expression_and_partial_indexes_follow_renames(cluster: Cluster) -> None:
    fill(cluster)
    cluster.run("CREATE UNIQUE INDEX ASYNC i ON t ((t.a + b)) WHERE t.b < 0 AND public.t.a > 0")
    cluster.work()
    cluster.run("ALTER TABLE t RENAME COLUMN b TO c")
    cluster.run("ALTER TABLE t RENAME TO u")
    with pytest.raises(UniqueViolation):
        cluster.run(f"INSERT INTO u VALUES ({ROWS + 1}, {ROWS + 1}, -{ROWS + 1})")
    cluster.run(f"INSERT INTO u VALUES ({ROWS + 2}, {ROWS + 2}, 5)")
    ((definition,),) = cluster.run("SELECT pg_get_indexdef('i'::regclass)")
    assert definition is not None
    assert "(((a + c))) WHERE ((c < 0) AND (a > 0))" in definition
    cluster.run("ALTER TABLE u DROP COLUMN c")
    assert cluster.run("SELECT indexname FROM pg_indexes WHERE tablename = 'u'") == [("t_pkey",)]


def test_null_must_be_of_the_domain_of_a_new_column_even_without_rows(cluster: Cluster) -> None:
    cluster.run("CREATE DOMAIN answered AS int CHECK (VALUE IS NOT NULL)")
    cluster.run("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(CheckViolation):
        cluster.run("ALTER TABLE t ADD COLUMN a answered")
    cluster.run("CREATE DOMAIN with_default AS int DEFAULT 5")
    with pytest.raises(FeatureNotSupported, match="ADD COLUMN with constraint"):
        cluster.run("ALTER TABLE t ADD COLUMN a with_default")


# Transactions beside the end of a job


def test_a_transaction_from_before_the_end_of_a_build_goes_on(cluster: Cluster) -> None:
    """The table is what it was; only plans of others may read the index now (dsql-facts.md §3.2, §5.1)."""
    cluster.run("CREATE TABLE built (id int PRIMARY KEY, a int)")
    cluster.run("CREATE INDEX ASYNC built_a ON built (a)")
    cluster.run("BEGIN; SELECT * FROM built")
    cluster.work()
    other = cluster.other()
    other.run("SELECT * FROM built")
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'built_a'::regclass"
    assert other.run(valid).rows == [("t",)]
    assert cluster.run(valid) == [("f",)]
    cluster.run("INSERT INTO built VALUES (1, 10)")
    cluster.run("COMMIT")
    assert cluster.run("SELECT id FROM built WHERE a = 10") == [("1",)]
    assert len(cluster.entries("built_a")) == 1


def test_ddl_after_the_end_of_a_build_still_strikes(cluster: Cluster) -> None:
    cluster.run("CREATE TABLE built (id int PRIMARY KEY, a int)")
    cluster.run("CREATE INDEX ASYNC built_a ON built (a)")
    cluster.run("BEGIN; SELECT * FROM built")
    cluster.work()
    other = cluster.other()
    other.run("ALTER TABLE built ADD COLUMN b int")
    other.run("SELECT * FROM built")
    with pytest.raises(SerializationFailure, match="OC001"):
        cluster.run("SELECT count(*) FROM built")
    cluster.session.transaction = None


@pytest.mark.parametrize("drop", ["DROP INDEX built_a", "DROP TABLE built"])
def test_a_drop_does_not_lose_to_the_end_of_the_build(cluster: Cluster, drop: str) -> None:
    """DROP INDEX cancels a build (dsql-facts.md §5.2), also one that ends while the drop is on its way."""
    cluster.run("CREATE TABLE built (id int PRIMARY KEY, a int)")
    cluster.run("CREATE UNIQUE INDEX ASYNC built_a ON built (a)")
    cluster.run("BEGIN")
    cluster.run(drop)
    cluster.work()
    assert cluster.other().run("SELECT status FROM sys.jobs WHERE job_type = 'INDEX_BUILD'").rows == [
        ("completed",)
    ]
    cluster.run("COMMIT")
    assert cluster.run("SELECT count(*) FROM pg_class WHERE relname = 'built_a'") == [("0",)]
    cluster.work()


def test_a_change_of_what_a_build_has_ended_still_conflicts(cluster: Cluster) -> None:
    cluster.run("CREATE TABLE built (id int PRIMARY KEY, a int)")
    cluster.run("CREATE UNIQUE INDEX ASYNC built_a ON built (a)")
    cluster.work()
    cluster.run("CREATE INDEX ASYNC built_b ON built (a)")
    cluster.run("BEGIN; ALTER TABLE built ADD CONSTRAINT built_a UNIQUE USING INDEX built_a")
    cluster.work()
    cluster.run("COMMIT")
    assert {row[0] for row in cluster.run("SELECT indisvalid FROM pg_index")} == {"t"}
