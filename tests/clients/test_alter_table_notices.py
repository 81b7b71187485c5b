"""Notices of ALTER TABLE, as PostgreSQL 16.2 gives them to the same statements."""

import psycopg
import pytest

NOTICES = {
    "ALTER TABLE IF EXISTS missing RENAME TO x": ("00000", 'relation "missing" does not exist, skipping', None),
    "ALTER TABLE IF EXISTS missing ADD COLUMN x int": (
        "00000", 'relation "missing" does not exist, skipping', None),
    "ALTER TABLE IF EXISTS missing SET SCHEMA public": (
        "00000", 'relation "missing" does not exist, skipping', None),
    "ALTER TABLE noticed ADD COLUMN IF NOT EXISTS a int": (
        "42701", 'column "a" of relation "noticed" already exists, skipping', None),
    "ALTER TABLE noticed DROP COLUMN IF EXISTS z": (
        "00000", 'column "z" of relation "noticed" does not exist, skipping', None),
    "ALTER TABLE noticed DROP CONSTRAINT IF EXISTS z": (
        "00000", 'constraint "z" of relation "noticed" does not exist, skipping', None),
    "ALTER TABLE noticed ALTER a DROP EXPRESSION IF EXISTS": (
        "00000", 'column "a" of relation "noticed" is not a stored generated column, skipping', None),
    "ALTER TABLE noticed DROP COLUMN b CASCADE": (
        "00000", "drop cascades to 2 other objects",
        "drop cascades to view notice_one\ndrop cascades to view notice_two"),
    "ALTER TABLE noticed DROP CONSTRAINT noticed_a_key CASCADE": (
        "00000", "drop cascades to constraint noticing_a_fkey on table noticing", None),
}  # fmt: skip


@pytest.fixture(scope="module")
def connection(node_conninfo):
    with psycopg.connect(node_conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE noticed (id int PRIMARY KEY, a int UNIQUE, b int)")
        connection.execute("CREATE TABLE noticing (id int PRIMARY KEY, a int REFERENCES noticed (a))")
        connection.execute("CREATE VIEW notice_one AS SELECT b FROM noticed")
        connection.execute("CREATE VIEW notice_two AS SELECT a, b FROM noticed")
        yield connection
        connection.execute("DROP TABLE noticing")
        connection.execute("DROP TABLE noticed")


@pytest.mark.parametrize("sql", NOTICES)
def test_a_notice_of_alter_table(connection, sql):
    heard = []

    def hear(notice):
        heard.append((notice.sqlstate, notice.message_primary, notice.message_detail))

    connection.add_notice_handler(hear)
    try:
        assert connection.execute(sql).statusmessage == "ALTER TABLE"
    finally:
        connection.remove_notice_handler(hear)
    assert heard == [NOTICES[sql]]
