"""DROP INDEX where a foreign key stands on the index; texts are PostgreSQL 16.2's to the same statements."""

import psycopg
import pytest


@pytest.fixture
def connection(node_conninfo):
    with psycopg.connect(node_conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE pointed (id int PRIMARY KEY, a int)")
        ((job,),) = connection.execute("CREATE UNIQUE INDEX ASYNC pointed_at ON pointed (a)").fetchall()
        assert connection.execute("CALL sys.wait_for_job(%s)", (job,)).fetchall() == [(True,)]
        connection.execute("CREATE TABLE pointing (id int PRIMARY KEY, a int REFERENCES pointed (a))")
        yield connection
        connection.execute("DROP TABLE IF EXISTS pointing, pointed")


def test_an_index_that_a_foreign_key_stands_on_stays(connection):
    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as raised:
        connection.execute("DROP INDEX pointed_at")
    told = raised.value.diag
    assert told.message_primary == "cannot drop index pointed_at because other objects depend on it"
    assert told.message_detail == "constraint pointing_a_fkey on table pointing depends on index pointed_at"
    assert told.message_hint == "Use DROP ... CASCADE to drop the dependent objects too."
    connection.execute("DROP TABLE pointing")
    assert connection.execute("DROP INDEX pointed_at").statusmessage == "DROP INDEX"


def test_if_exists_skips_unknown_schemas(connection):
    heard = []
    connection.add_notice_handler(lambda one: heard.append(one.message_primary))
    connection.execute("DROP INDEX IF EXISTS missing, nowhere.missing")
    assert heard == ['index "missing" does not exist, skipping', 'schema "nowhere" does not exist, skipping']
    with pytest.raises(psycopg.errors.InvalidSchemaName, match='schema "nowhere" does not exist'):
        connection.execute("DROP INDEX nowhere.missing")
