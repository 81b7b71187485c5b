"""Notices of DROP, as PostgreSQL 16.2 gives them to the same statements."""

import psycopg

SETUP = (
    "CREATE TABLE going (id int PRIMARY KEY, a int UNIQUE)",
    "CREATE TABLE going_child (id int PRIMARY KEY, a int REFERENCES going (a))",
    "CREATE VIEW going_one AS SELECT a FROM going",
    "CREATE VIEW going_two AS SELECT a FROM going_one",
    "CREATE FUNCTION going_f(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a + 1",
    "CREATE TABLE going_calls (id int PRIMARY KEY, a int DEFAULT going_f(1), CONSTRAINT pos CHECK (going_f(a) > 0))",
)

WITH_TABLE = """\
drop cascades to constraint going_child_a_fkey on table going_child
drop cascades to view going_one
drop cascades to view going_two"""

WITH_FUNCTION = """\
drop cascades to default value for column a of table going_calls
drop cascades to constraint pos on table going_calls"""

NOTICES = {
    "DROP TABLE IF EXISTS nowhere.t, going_missing": [
        ("00000", 'schema "nowhere" does not exist, skipping', None),
        ("00000", 'table "going_missing" does not exist, skipping', None)],
    "DROP VIEW IF EXISTS nowhere.t, going_missing": [
        ("00000", 'schema "nowhere" does not exist, skipping', None),
        ("00000", 'view "going_missing" does not exist, skipping', None)],
    "DROP TRIGGER IF EXISTS x ON going": [
        ("00000", 'trigger "x" for relation "going" does not exist, skipping', None)],
    "DROP TRIGGER IF EXISTS x ON nowhere.going": [
        ("00000", 'schema "nowhere" does not exist, skipping', None)],
    "DROP TRIGGER IF EXISTS x ON going_missing CASCADE": [
        ("00000", 'relation "going_missing" does not exist, skipping', None)],
    "DROP FUNCTION IF EXISTS going_missing, nowhere.f(int)": [
        ("00000", "function going_missing() does not exist, skipping", None),
        ("00000", 'schema "nowhere" does not exist, skipping', None)],
    "DROP VIEW going_one CASCADE": [("00000", "drop cascades to view going_two", None)],
    "CREATE VIEW going_one AS SELECT a FROM going": [],
    "CREATE VIEW going_two AS SELECT a FROM going_one": [],
    "DROP TABLE going CASCADE": [
        ("00000", "drop cascades to 3 other objects",
         WITH_TABLE)],
    "DROP FUNCTION going_f CASCADE": [
        ("00000", "drop cascades to 2 other objects",
         WITH_FUNCTION)],
    "DROP TABLE going_child, going_calls": [],
}  # fmt: skip


def test_notices_of_drop(node_conninfo):
    heard = {}
    with psycopg.connect(node_conninfo, autocommit=True) as connection:
        for sql in SETUP:
            connection.execute(sql)
        notices = []

        def hear(one):
            notices.append((one.sqlstate, one.message_primary, one.message_detail))

        connection.add_notice_handler(hear)
        for sql in NOTICES:
            notices.clear()
            connection.execute(sql)
            heard[sql] = list(notices)
    assert heard == NOTICES
