"""CREATE INDEX ASYNC, sys.jobs and CALL sys.wait_for_job, as a client sees them. Source: dsql-facts.md §4.12, §5."""

import contextlib
import re

import psycopg
import pytest


@pytest.fixture
def connection(node_conninfo):
    with psycopg.connect(node_conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def table(connection):
    connection.execute("CREATE TABLE indexed (id int PRIMARY KEY, a int, b text)")
    connection.execute("INSERT INTO indexed SELECT n, n % 10, 'b' || n FROM generate_series(1, 2000) n")
    yield "indexed"
    drop(connection)


def drop(connection):
    """Drop the table; the end of a build that DROP cancels may come between its snapshot and its commit."""
    for _ in range(10):
        with contextlib.suppress(psycopg.errors.SerializationFailure):
            connection.execute("DROP TABLE indexed")
            return
    raise AssertionError("ten builds ended")


def submitted(connection, sql):
    cursor = connection.execute(sql)
    assert (cursor.statusmessage, cursor.description[0].name) == ("CREATE INDEX", "job_id")
    ((job_id,),) = cursor.fetchall()
    assert re.fullmatch("[a-z2-7]{26}", job_id)
    return job_id


def test_an_index_is_built_and_its_job_can_be_waited_for(connection, table):
    job_id = submitted(connection, f"CREATE INDEX ASYNC ON {table} (a) INCLUDE (b)")
    cursor = connection.execute("CALL sys.wait_for_job(%s)", (job_id,))
    assert (cursor.fetchall(), cursor.statusmessage, cursor.description[0].name) == (
        [(True,)],
        "CALL",
        "succeeded",
    )
    (row,) = connection.execute(
        "SELECT status, job_type, class_id, object_name, object_id::regclass::text FROM sys.jobs WHERE job_id = %s",
        (job_id,),
    ).fetchall()
    assert row == ("completed", "INDEX_BUILD", 1259, "public.indexed_a_b_idx", "indexed_a_b_idx")
    assert connection.execute(f"SELECT count(*) FROM {table} WHERE a = 3").fetchone() == (200,)


def test_a_unique_build_over_duplicates_fails_and_stays_invalid(connection, table):
    job_id = submitted(connection, f"CREATE UNIQUE INDEX ASYNC twice ON {table} (a)")
    assert connection.execute(f"CALL sys.wait_for_job('{job_id}')").fetchall() == [(False,)]
    validity = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'twice'::regclass"
    assert connection.execute(validity).fetchone() == (False,)
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(f"INSERT INTO {table} VALUES (5000, 3, 'x')")
    connection.execute("DROP INDEX twice")
    connection.execute(f"INSERT INTO {table} VALUES (5000, 3, 'x')")


def test_the_job_id_rides_on_its_statement_in_a_block(connection, table):
    with connection.transaction():
        submitted(connection, f"CREATE INDEX ASYNC IF NOT EXISTS in_block ON {table} (b)")


@pytest.mark.parametrize(
    ("sql", "state", "text"),
    [
        ("CREATE INDEX i ON indexed (a)", "0A000", "unsupported mode. please use CREATE INDEX ASYNC."),
        ("CREATE INDEX CONCURRENTLY i ON indexed (a)", "0A000", "CONCURRENTLY not supported for CREATE INDEX"),
        ("CREATE INDEX ASYNC i ON indexed USING btree (a)", "0A000", "USING not supported for CREATE INDEX"),
        ("CREATE INDEX ASYNC public.i ON indexed (a)", "42601", 'syntax error at or near "."'),
        ("CREATE INDEX ASYNC i ON indexed (a DESC)", "0A000", "specifying sort order not supported for index keys"),
        ("SELECT sys.wait_for_job((SELECT job_id FROM sys.jobs LIMIT 1))", "42809", "sys.wait_for_job(text) is a procedure"),
        ("CALL sys.wait_for_job((SELECT job_id FROM sys.jobs LIMIT 1))", "0A000", "cannot use subquery in CALL argument"),
        ("CALL sys.wait_for_job('no-such-job')", "22P02", "Unable to convert text to UUID"),
        ("DROP INDEX nothing", "42704", 'index "nothing" does not exist'),
    ],
)  # fmt: skip
def test_refusals_in_the_services_words(connection, table, sql, state, text):
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(sql)
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == (state, text)


def test_the_version_tools_ask_for(connection):
    cursor = connection.execute("SELECT * FROM sys.dsql_major_version()")
    assert (cursor.fetchone(), cursor.description[0].name) == ((1,), "dsql_major_version")
