"""What a session refuses, and with which words: those recorded from live clusters (dsql-facts.md §3.1, §4.2, §4.9, §4.12)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from session_fakes import FakeClient, messages_of, sqlstates

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import Role
from borealis.types.base import Oid

STATEMENTS = {
    "truncate table t": "unsupported statement: Truncate",
    "create extension if not exists pgcrypto": "unsupported statement: CreateExtension",
    "create trigger g after insert on t execute function f()": "CREATE TRIGGER not supported",
    "create database x": "unsupported statement: Createdb",
    "create materialized view v as select 1": "unsupported statement: CreateTableAs",
    "create table u as select 1": "unsupported statement: CreateTableAs",
    "select 1 into u": "unsupported statement: CreateTableAs",
    "create type m as enum ('a')": "CREATE TYPE not supported",
    "create type m as (a int)": "unsupported statement: CompositeType",
    "create type m as range (subtype = int4)": "unsupported statement: CreateRange",
    "alter type m add value 'b'": "ALTER TYPE not supported",
    "alter type m rename to n": "unsupported object in RENAME statement",
    "create tablespace s location '/tmp'": "unsupported statement: CreateTableSpace",
    "create foreign table f (id int) server s": "unsupported statement: CreateForeignTable",
    "vacuum t": "unsupported VACUUM statement",
    "listen c": "unsupported statement: Listen",
    "notify c": "unsupported statement: Notify",
    "unlisten c": "unsupported statement: Unlisten",
    "alter system set work_mem = '4MB'": "unsupported statement: AlterSystem",
    "create function f() returns int language plpgsql as 'x'": "CREATE FUNCTION with language plpgsql not supported",
    "create procedure p() language sql as 'select 1'": "PROCEDURE is not supported",
    "create policy p on t": "unsupported statement: CreatePolicy",
    "create aggregate a (int) (sfunc = f, stype = int)": "unsupported statement: Define",
    "merge into t using s on true when matched then delete": "unsupported statement type: MERGE",
    "savepoint s": "unsupported transaction statement: SAVEPOINT",
    "rollback to savepoint s": "unsupported transaction statement: ROLLBACK TO",
    "begin isolation level serializable": "Unsupported isolation level: SERIALIZABLE",
    "start transaction isolation level read committed": "Unsupported isolation level: READ COMMITTED",
    "begin isolation level read uncommitted": "Unsupported isolation level: READ UNCOMMITTED",
    "set transaction isolation level serializable": "Unsupported isolation level: SERIALIZABLE",
    "set transaction isolation level repeatable read": 'setting configuration parameter "TRANSACTION" not supported',
    "set transaction read only": 'setting configuration parameter "TRANSACTION" not supported',
    "set session characteristics as transaction isolation level serializable": "Unsupported isolation level: SERIALIZABLE",
    "set default_transaction_isolation = 'repeatable read'": 'setting configuration parameter "default_transaction_isolation" not supported',
    "set default_transaction_read_only = on": 'setting configuration parameter "default_transaction_read_only" not supported',
    "set statement_timeout = 0": 'setting configuration parameter "statement_timeout" not supported',
    "set client_min_messages to warning": 'setting configuration parameter "client_min_messages" not supported',
    "set request.jwt.claims = 'x'": 'setting configuration parameter "request.jwt.claims" not supported',
    "set no_such_thing = 1": 'setting configuration parameter "no_such_thing" not supported',
    "set role x": 'setting configuration parameter "role" not supported',
    "set session authorization x": 'setting configuration parameter "session_authorization" not supported',
}  # fmt: skip

RULE = {
    "Release": "release s", "Prepare": "prepare p as select 1", "Execute": "execute p", "Deallocate": "deallocate p",
    "Discard": "discard all", "DeclareCursor": "declare c cursor for select 1", "Fetch": "fetch c",
    "ClosePortal": "close c", "Lock": "lock table t", "Do": "do 'x'", "CheckPoint": "checkpoint", "Load": "load 'x'",
    "Reindex": "reindex table t", "Cluster": "cluster t", "Rule": "create rule r as on insert to t do nothing",
}  # fmt: skip
"""Texts nobody has recorded: they follow the rule, so that a client finds what it was that is not there."""


@pytest.mark.parametrize(("statement", "text"), STATEMENTS.items())
def test_refused_with_the_recorded_words(statement, text):
    client = FakeClient()
    answers = client.query(statement)
    assert (sqlstates(answers), messages_of(answers)) == (["0A000"], [text])
    assert answers[-1] == "ReadyForQuery I"
    assert client.engine.executed == []


@pytest.mark.parametrize(("word", "statement"), RULE.items())
def test_refused_by_the_rule(word, statement):
    answers = FakeClient().query(statement)
    assert sqlstates(answers) == ["0A000"]
    assert word.lower() in messages_of(answers)[0].lower()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_refusal_fails_the_block_and_comes_after_25p02(statement):
    client = FakeClient()
    client.query("begin")
    assert client.query(statement)[-1] == "ReadyForQuery E"
    assert sqlstates(client.query(statement)) == ["25P02"]
    assert client.query("commit") == ['CommandComplete "ROLLBACK"', "ReadyForQuery I"]


@pytest.mark.parametrize(
    "statement", ["commit and chain", "rollback and chain", "prepare transaction 'x'", "begin deferrable"]
)
def test_transaction_forms_that_are_not_there(statement):
    assert sqlstates(FakeClient().query(statement)) == ["0A000"]


@pytest.mark.parametrize(
    "statement",
    ["deallocate all", "deallocate prepare all", "reset all", "reset role", "reset session authorization", "reset datestyle",
     "set session authorization default", "set constraints all deferred", "set names 'utf8'", "set time zone local",
     "set schema 'x'", "set disable_sync_create_index = off", "set dsql.enable_batched_nestloop to off"],
)  # fmt: skip
def test_taken(statement):
    assert [state for state in sqlstates(FakeClient().query(statement)) if state != "25P01"] == []


def test_deallocate_all_forgets_what_parse_prepared():
    client = FakeClient()
    client.say('Parse {"statement": "s", "text": "select 1"}', "Sync")
    client.query("deallocate all")
    assert sqlstates(client.say('Bind {"statement": "s"}', "Sync")) == ["26000"]


def test_set_role_is_for_a_transaction_and_those_one_may_be():
    client = FakeClient(user="ann")
    client.session.engine.catalog = Catalog(
        1, Oid(30_000), roles=(Role(Oid(29_000), "ann"), Role(Oid(29_001), "eve"))
    )
    assert sqlstates(client.query("set role ann")) == ["0A000"]
    assert sqlstates(client.query("set local role ann")) == ["0A000"]
    client.query("begin")
    assert sqlstates(client.query("set local role ann")) == []
    assert 'DataRow ["ann"]' in client.query("show role")
    client.query("commit")
    assert 'DataRow ["none"]' in client.query("show role")
    client.query("begin")
    assert messages_of(client.query("set local role bob")) == ['role "bob" does not exist']
    client.query("rollback")
    client.query("begin")
    assert messages_of(client.query("set local role eve")) == ['permission denied to set role "eve"']


@pytest.mark.parametrize(
    ("name", "value"),
    [("server_version", "16.15"), ("server_version_num", "160015"), ("transaction_isolation", "repeatable read"),
     ("TimeZone", "UTC"), ("client_encoding", "UTF8"), ("session_authorization", "admin"), ("is_superuser", "off"),
     ("standard_conforming_strings", "on"), ("disable_sync_create_index", "on"), ("search_path", '"$user", public')],
)  # fmt: skip
def test_show(name, value):
    answers = FakeClient().query(f"show {name.lower()}")
    assert f"RowDescription {json.dumps([[name, 0, 0, 25, -1, -1, 0]])}" in answers
    assert f"DataRow {json.dumps([value])}" in answers


def test_show_of_what_there_is_not():
    answers = FakeClient().query("show lc_collate")
    assert messages_of(answers) == ['unrecognized configuration parameter "lc_collate"']
    assert sqlstates(answers) == ["42704"]


def test_show_all_has_every_setting():
    answers = FakeClient().query("show all")
    names = [json.loads(answer.split(" ", 1)[1])[0] for answer in answers if answer.startswith("DataRow")]
    assert names == sorted(names, key=str.lower)
    assert {"application_name", "TimeZone", "server_version", "transaction_read_only"} <= set(names)


@pytest.mark.parametrize(
    ("settings", "state"),
    [({"default_transaction_read_only": "on"}, "0A000"), ({"statement_timeout": "1"}, "0A000"), ({"timezone": "x"}, "22023"),
     ({"role": "x"}, "0A000")],
)  # fmt: skip
def test_startup_settings_off_the_list_end_the_startup(settings, state):
    from borealis.errors import SqlError

    with pytest.raises(SqlError) as raised:
        FakeClient(**settings)
    assert raised.value.sqlstate == state


def test_startup_settings_are_what_reset_goes_back_to():
    client = FakeClient(application_name="app", DateStyle="German", TimeZone="europe/berlin")
    assert ("DateStyle", "German, DMY") in client.session.parameter_statuses()
    assert ("TimeZone", "Europe/Berlin") in client.session.parameter_statuses()
    client.query("set datestyle to sql")
    client.query("reset datestyle")
    assert 'DataRow ["German, DMY"]' in client.query("show datestyle")


def test_a_sessions_start_reports_what_postgresql_reports():
    names = [name for name, _ in FakeClient().session.parameter_statuses()]
    assert names == [
        "DateStyle", "IntervalStyle", "TimeZone", "application_name", "client_encoding", "default_transaction_read_only",
        "in_hot_standby", "integer_datetimes", "is_superuser", "scram_iterations", "server_encoding", "server_version",
        "session_authorization", "standard_conforming_strings",
    ]  # fmt: skip


def test_a_long_application_name_is_cut_with_a_notice():
    client = FakeClient()
    answers = client.query(f"set application_name to '{'n' * 70}'")
    assert sqlstates(answers) == ["42622"]
    assert f"DataRow {json.dumps(['n' * 63])}" in client.query("show application_name")
