"""What was refused on a day, and with which words; the texts are those of dsql-facts.md §3.2 and §4, or follow their patterns."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from borealis.settings.day import FIRST_DAY, read_day
from borealis.sql.compatibility import Feature, features, refusal_on
from borealis.sql.parse import parse
from borealis.types import oids

COLUMNS = (
    SimpleNamespace(name="id", attnum=1, type=oids.INT4),
    SimpleNamespace(name="n", attnum=2, type=oids.NUMERIC),
)
TABLE = SimpleNamespace(columns=COLUMNS, indexes=(SimpleNamespace(is_primary=True, columns=(1,)),))

REFUSED = {
    "CREATE TABLE u (n numeric(9, 2) PRIMARY KEY)": (
        "2026-02-03",
        "datatype numeric is not supported in a key",
    ),
    "CREATE TABLE u (id int, n decimal(9, 2), UNIQUE (id, n))": (
        "2026-02-03",
        "datatype numeric is not supported in a key",
    ),
    "CREATE INDEX ASYNC ON t (n)": ("2026-02-03", "datatype numeric is not supported in a key"),
    "CREATE SEQUENCE s CACHE 1": ("2026-02-13", "unsupported statement: CreateSeq"),
    "ALTER SEQUENCE s RESTART": ("2026-02-13", "unsupported statement: AlterSeq"),
    "DROP SEQUENCE s": ("2026-02-13", "unsupported object in DROP statement"),
    "CREATE TABLE u (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1))": (
        "2026-02-13",
        "IDENTITY constraint not supported",
    ),
    "ALTER TABLE t ALTER id RESTART": (
        "2026-02-13",
        "unsupported ALTER TABLE ALTER COLUMN ... SET statement",
    ),
    "ALTER TABLE t ADD UNIQUE USING INDEX i": (
        "2026-04-20",
        "unsupported ALTER TABLE ADD CONSTRAINT statement",
    ),
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x": (
        "2026-04-24",
        "unsupported statement: AlterDefaultPrivileges",
    ),
    "CREATE SCHEMA s CREATE TABLE u (id int)": ("2026-04-24", "unsupported statement: CreateSchema"),
    "ALTER ROLE a RENAME TO b": ("2026-04-24", "unsupported object in RENAME statement"),
    "DROP ROUTINE f": ("2026-04-24", "unsupported object in DROP statement"),
    "CREATE TABLE u (id int, j json)": ("2026-05-04", "datatype json not supported"),
    "ALTER TABLE t ADD COLUMN j jsonb": ("2026-06-08", "datatype jsonb not supported"),
    "CREATE DOMAIN d AS jsonb": ("2026-06-08", "datatype jsonb not supported"),
    "ALTER TABLE t DISABLE TRIGGER ALL": (
        "2026-06-08",
        "unsupported ALTER TABLE DISABLE TRIGGER ALL statement",
    ),
    "ALTER TABLE t ALTER n SET DEFAULT 1": (
        "2026-07-06",
        "unsupported ALTER TABLE ALTER COLUMN ... SET DEFAULT statement",
    ),
    "ALTER TABLE t DROP CONSTRAINT c": (
        "2026-07-06",
        "unsupported ALTER TABLE DROP CONSTRAINT statement",
    ),
    "CREATE TYPE c AS ENUM ('a')": ("2026-08-01", "unsupported statement: CreateEnum"),
    "ALTER TABLE t DROP COLUMN n": ("2026-08-03", "unsupported ALTER TABLE DROP COLUMN statement"),
    "ALTER TABLE t ADD CHECK (id > 0) NOT VALID": (
        "2026-08-03",
        "unsupported ALTER TABLE ADD CONSTRAINT statement",
    ),
    "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c": (
        "2026-08-03",
        "unsupported ALTER TABLE VALIDATE CONSTRAINT statement",
    ),
    "CREATE INDEX ASYNC ON t ((id + 1))": ("2026-08-13", "expressions not supported for index keys"),
    "SELECT * FROM t JOIN u USING (id) FOR UPDATE": (
        "2026-08-24",
        "locking clause such as FOR UPDATE can be applied on a single table",
    ),
    "SELECT * FROM t WHERE id > 1 FOR UPDATE": (
        "2026-08-24",
        "locking clause such as FOR UPDATE can be applied only on tables with equality predicates on the key",
    ),
    "EXPLAIN SELECT * FROM t FOR UPDATE": (
        "2026-08-24",
        "locking clause such as FOR UPDATE can be applied only on tables with equality predicates on the key",
    ),
    "WITH l AS (SELECT * FROM t FOR KEY SHARE) SELECT * FROM l": (
        "2026-08-25",
        "locking clauses other than FOR UPDATE are not supported",
    ),
    "CREATE TABLE u (n numeric(39, 2))": (
        "2026-08-25",
        "NUMERIC precision 39 must be between 1 and 38",
    ),
    "CREATE TABLE u (n numeric(38, 38))": ("2026-08-25", "NUMERIC scale 38 must be between 0 and 37"),
    "CREATE TABLE u (id int REFERENCES t)": ("2026-08-26", "FOREIGN KEY constraint not supported"),
    "CREATE TABLE u (id int, FOREIGN KEY (id) REFERENCES t)": (
        "2026-08-26",
        "FOREIGN KEY constraint not supported",
    ),
    "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES u NOT VALID": (
        "2026-08-26",
        "unsupported ALTER TABLE ADD CONSTRAINT statement",
    ),
    "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE": (
        "2026-08-26",
        "unsupported ALTER TABLE ALTER CONSTRAINT statement",
    ),
    "SET CONSTRAINTS ALL DEFERRED": ("2026-08-26", "unsupported statement: ConstraintsSet"),
    "CREATE STATISTICS s ON id, n FROM t": ("2026-08-27", "unsupported statement: CreateStats"),
    "DROP STATISTICS s": ("2026-08-27", "unsupported object in DROP statement"),
    "SET dsql.enable_batched_nestloop = off": (
        "2026-09-11",
        'setting configuration parameter "dsql.enable_batched_nestloop" not supported',
    ),
    "CREATE INDEX ASYNC ON t (id) WHERE id > 0": ("2026-09-15", "WHERE not supported for CREATE INDEX"),
}

ALWAYS = [
    "CREATE TABLE u (id int PRIMARY KEY, n numeric(38, 37), v text UNIQUE)",
    "CREATE INDEX ASYNC ON t (id)",
    "CREATE UNIQUE INDEX ASYNC ON t (id)",
    "ALTER TABLE t ADD COLUMN v text",
    "ALTER TABLE t RENAME TO u",
    "CREATE SCHEMA s",
    "CREATE VIEW v AS SELECT * FROM t",
    "SELECT * FROM t WHERE id = 7 FOR UPDATE",
    "SELECT * FROM t WHERE n > 0 AND $1 = t.id FOR UPDATE",
    "SELECT '{}'::jsonb, count(*) FROM t JOIN u USING (id)",
    "SET timezone = 'UTC'",
    "DROP TABLE t",
    "BEGIN",
]


def refused_on(day: date, statement: str) -> tuple[str, str] | None:
    [parsed] = parse(statement)
    error = refusal_on(day, parsed, lambda range_var: TABLE if range_var["relname"] == "t" else None)
    return None if error is None else (error.sqlstate, error.message)


@pytest.mark.parametrize("statement", REFUSED)
def test_a_feature_is_refused_until_its_day(statement: str) -> None:
    since, text = REFUSED[statement]
    day = date.fromisoformat(since)
    assert refused_on(day, statement) is None
    sqlstate = "22023" if text.startswith("NUMERIC ") else "0A000"
    assert refused_on(day - timedelta(days=1), statement) == (sqlstate, text)


@pytest.mark.parametrize("statement", ALWAYS)
def test_what_was_there_from_the_first_is_never_refused(statement: str) -> None:
    assert refused_on(FIRST_DAY, statement) is None


def test_every_dated_feature_is_met_above() -> None:
    met = {(since, text.partition("{")[0]) for since, text in REFUSED.values()}
    unmet = [
        feature.name
        for feature in features().values()
        if not any(
            since == str(feature.since) and text.startswith(feature.text.partition("{")[0])
            for since, text in met
        )
    ]
    assert not unmet


def test_the_table_is_in_order_of_time() -> None:
    days = [feature.since for feature in features().values()]
    assert days == sorted(days)


def test_an_array_of_json_is_not_a_json_column() -> None:
    assert refused_on(FIRST_DAY, "CREATE TABLE u (j json[])") is None  # refused by its own name


def test_a_feature_may_end() -> None:
    feature = Feature("x", date(2026, 1, 1), date(2026, 3, 1), "0A000", "", "", "")
    assert [feature.is_there(date(2026, month, 1)) for month in (1, 2, 3)] == [True, True, False]


def test_a_month_is_its_last_day() -> None:
    assert read_day("2026-02") == date(2026, 2, 28)
    assert read_day("2026-03-15") == date(2026, 3, 15)
    assert read_day("newest") is None


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-02-30", "2026-3", "yesterday", "2026-03-15 "])
def test_what_is_no_day_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no day: say newest, a month"):
        read_day(text)
