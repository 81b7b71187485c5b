"""psycopg against a node: simple and extended protocol, text and binary, pipelines, COPY, cancelling, errors."""

import threading

import psycopg
import pytest
from psycopg.rows import tuple_row


@pytest.fixture
def connection(node_conninfo):
    with psycopg.connect(node_conninfo, autocommit=True, row_factory=tuple_row) as connection:
        yield connection


@pytest.fixture
def table(connection, request):
    """A table of the test's own: id, name, amount."""
    name = request.node.name.partition("[")[0]
    connection.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, name text, amount numeric(12,2))")
    yield name
    connection.execute(f"DROP TABLE {name}")


def fill(connection, table, count):
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} VALUES (%s, %s, %s)", [(n, f"n{n}", n) for n in range(count)]
        )


@pytest.mark.parametrize("mode", ["disable", "require", "verify-full"])
def test_every_way_to_connect(shared_node, mode):
    ca = shared_node.said["ca_file"]
    with psycopg.connect(shared_node.conninfo(sslmode=mode, sslrootcert=ca)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.info.parameter_status("server_version") == "16.15"
        assert connection.pgconn.ssl_in_use is (mode != "disable")


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_the_session_knows_its_connection(shared_node, mode):
    with psycopg.connect(shared_node.conninfo(sslmode=mode)) as connection:
        found = connection.execute(
            "SELECT pg_backend_pid(), pid, ssl, version, cipher FROM pg_stat_ssl"
        ).fetchone()
        pid = connection.info.backend_pid
    assert found[:3] == (pid, pid, mode == "require")
    if mode == "require":
        assert found[3].startswith("TLSv1.") and found[4].isprintable()
    else:
        assert found[3:] == (None, None)


def test_startup_settings_reach_the_session(shared_node):
    options = shared_node.conninfo(
        sslmode="disable", application_name="me", options="'-c TimeZone=Europe/Berlin'"
    )
    with psycopg.connect(options) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("Europe/Berlin",)
        assert connection.execute("SHOW application_name").fetchone() == ("me",)


def test_a_setting_that_may_not_be_set_is_fatal(shared_node):
    text = 'FATAL: .*setting configuration parameter "statement_timeout" not supported'
    with pytest.raises(psycopg.OperationalError, match=text):
        psycopg.connect(shared_node.conninfo(sslmode="disable", options="'-c statement_timeout=5'"))


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("prepare", [False, True])
def test_values_come_back_as_they_went(connection, table, binary, prepare):
    with connection.cursor(binary=binary) as cursor:
        for row in [(1, "one", 1), (2, None, None), (3, "ü – 漢字", -5)]:
            cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s)", row, prepare=prepare)
            assert cursor.statusmessage == "INSERT 0 1"
        cursor.execute(
            f"SELECT id, name, amount FROM {table} WHERE id > %s ORDER BY id", (1,), prepare=prepare
        )
        assert [(key, name) for key, name, _ in cursor] == [(2, None), (3, "ü – 漢字")]


def test_several_statements_in_one_query_are_one_transaction(connection, table):
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(f"INSERT INTO {table} VALUES (1, 'a', 0); INSERT INTO {table} VALUES (1, 'b', 0)")
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_transaction_is_seen_when_it_commits(connection, table, node_conninfo):
    with psycopg.connect(node_conninfo) as writer:
        writer.execute(f"INSERT INTO {table} VALUES (1, 'a', 1)")
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        writer.commit()
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
        writer.execute(f"DELETE FROM {table}")
        writer.rollback()
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


def test_the_second_of_two_writers_loses_at_commit(connection, table, node_conninfo):
    fill(connection, table, 1)
    with psycopg.connect(node_conninfo) as first, psycopg.connect(node_conninfo) as second:
        for writer in (first, second):
            assert writer.execute(f"UPDATE {table} SET amount = amount + 1 WHERE id = 0").rowcount == 1
        first.commit()
        with pytest.raises(psycopg.errors.SerializationFailure, match=r"\(OC000\)"):
            second.commit()
        second.execute("SELECT 1")
        second.commit()
    assert connection.execute(f"SELECT amount FROM {table}").fetchone() == (1,)


def test_a_pipeline_answers_in_order(connection, table):
    with connection.pipeline():
        cursors = [
            connection.execute(f"INSERT INTO {table} VALUES (%s, %s, 0)", (n, str(n))) for n in range(50)
        ]
        counted = connection.execute(f"SELECT count(*), sum(id) FROM {table}")
    assert all(cursor.rowcount == 1 for cursor in cursors)
    assert counted.fetchone() == (50, 1225)


def test_an_error_in_a_pipeline_skips_to_its_sync(connection, table):
    with pytest.raises(psycopg.errors.UniqueViolation), connection.pipeline() as pipeline:
        connection.execute(f"INSERT INTO {table} VALUES (1, 'a', 0)")
        connection.execute(f"INSERT INTO {table} VALUES (1, 'b', 0)")
        connection.execute(f"INSERT INTO {table} VALUES (2, 'c', 0)")
        pipeline.sync()
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_copy_in_and_out(connection, table):
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} (id, name, amount) FROM STDIN") as copy:
            for n in range(1_000):
                copy.write_row((n, None if n % 10 == 0 else f"a\tb\\{n}", "1.50"))
        assert cursor.rowcount == 1_000
        with cursor.copy(f"COPY {table} (id, name) TO STDOUT") as copy:
            rows = list(copy.rows())
    assert len(rows) == 1_000
    assert rows[0] == ("0", None)
    assert rows[7] == ("7", "a\tb\\7")


def test_copy_checks_foreign_keys_at_its_end(connection, table):
    connection.execute(f"CREATE TABLE {table}_tree (id int PRIMARY KEY, parent int REFERENCES {table}_tree)")
    copying = f"COPY {table}_tree FROM STDIN"
    with connection.cursor() as cursor:
        with cursor.copy(copying) as copy:
            for row in ((1, 2), (2, 1), (3, None)):
                copy.write_row(row)
        assert cursor.rowcount == 3
        with pytest.raises(psycopg.errors.ForeignKeyViolation), cursor.copy(copying) as copy:
            copy.write_row((4, 9))
    assert connection.execute(f"SELECT count(*) FROM {table}_tree").fetchone() == (3,)
    connection.execute(f"DROP TABLE {table}_tree")


def test_a_large_result_streams_to_a_slow_reader(connection, table):
    fill(connection, table, 300)
    query = f"SELECT a.id, b.name, repeat('x', 100) FROM {table} a CROSS JOIN {table} b"
    with connection.cursor() as cursor:
        assert sum(1 for _ in cursor.stream(query)) == 90_000


def test_a_running_statement_is_cancelled(connection, table):
    fill(connection, table, 300)
    canceller = threading.Timer(0.2, connection.cancel)
    canceller.start()
    with pytest.raises(psycopg.errors.QueryCanceled, match="canceling statement due to user request"):
        connection.execute(
            f"SELECT count(*) FROM {table} a, {table} b, {table} c, {table} d WHERE a.id+b.id+c.id+d.id=-1"
        )
    canceller.join()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_errors_say_where(connection):
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        connection.execute("SELECT * FROM no_such_table")
    assert caught.value.diag.message_primary == 'relation "no_such_table" does not exist'
    assert caught.value.diag.statement_position == "15"
    with pytest.raises(psycopg.errors.SyntaxError):
        connection.execute("SELEC 1")


def test_a_failed_block_refuses_until_its_end(node_conninfo):
    with psycopg.connect(node_conninfo) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1/0")
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            connection.execute("SELECT 1")
        connection.rollback()
        assert connection.execute("SELECT 1").fetchone() == (1,)
