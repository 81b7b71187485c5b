"""Sessions over the real engine, where no recording of PostgreSQL can be the judge: time, conflicts, limits, threads."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
import session_harness as harness

from borealis.wire import messages


@pytest.fixture
def server(tmp_path):
    with harness.running_server(tmp_path) as server:
        yield server


def rows(answers):
    return [json.loads(answer.removeprefix("DataRow ")) for answer in answers if answer.startswith("DataRow")]


def texts(answers):
    return [json.loads(error.removeprefix("ErrorResponse "))["M"] for error in harness.errors(answers)]


NOW = "select 'now'::timestamptz = now(), 'today'::timestamptz = date_trunc('day', now())"


def test_now_is_when_the_transaction_began_however_it_is_asked_for(server):
    client = server.client()
    first = rows(client.query("select now()"))
    server.clock.advance(10)
    assert rows(client.query("select now()")) != first
    client.query("begin")
    began = server.clock.now_us()
    server.clock.advance(100)
    for _ in range(2):
        assert rows(client.query("select 'now'::timestamptz = now()")) == [["t"]]
        asked = client.say(
            'Parse {"text": "select $1::timestamptz = now()"}',
            'Bind {"parameters": ["now"]}',
            "Execute",
            "Sync",
        )
        assert rows(asked) == [["t"]]
        server.clock.advance(100)
    client.query("rollback")
    server.clock.advance(1)
    assert server.clock.now_us() > began
    assert rows(client.query("select 'now'::timestamptz = now()")) == [["t"]]


def test_first_committer_wins(server):
    a, b = server.client(), server.client()
    a.run("create table t (id int primary key, v int)", "insert into t values (1, 0)")
    for client in (a, b):
        client.run("begin", "update t set v = v + 1 where id = 1")
    a.run("commit")
    answers = b.query("commit")
    assert texts(answers) == ["change conflicts with another transaction (OC000)"]
    assert answers[-1] == "ReadyForQuery I"
    b.run("begin", "update t set v = v + 1 where id = 1", "commit")
    assert rows(b.query("select v from t")) == [["2"]]


@pytest.mark.parametrize("text", ["begin; {ddl}; {second}; rollback", "{ddl}; {second}"])
@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("insert into u values (1)", "ddl and dml are not supported in the same transaction"),
        ("drop table u", "multiple ddl statements not supported in a transaction"),
    ],
)
def test_a_table_just_created_is_refused_for_the_rule_not_for_its_absence(server, text, second, words):
    answers = server.client().query(text.format(ddl="create table u (id int primary key)", second=second))
    assert texts(answers) == [words]


def test_the_current_schema_is_one_that_is_there(server):
    client = server.client()
    assert rows(client.query("select current_schema(), current_schema")) == [["public", "public"]]
    client.run("set search_path to nowhere")
    assert rows(client.query("select current_schema(), current_schema")) == [[None, None]]
    assert texts(client.query("create table t (id int)")) == ["no schema has been selected to create in"]


def test_a_prepared_statement_follows_the_catalog(server):
    a, b = server.client(), server.client()
    a.run("create table t (id int primary key)", "insert into t values (1)")
    run = ('Bind {"statement": "s"}', "Execute", "Sync")
    assert rows(a.say('Parse {"statement": "s", "text": "select * from t"}', *run)) == [["1"]]
    b.run("create table u (id int primary key)")
    assert rows(a.say(*run)) == [["1"]]
    b.run("drop table t")
    assert texts(a.say(*run)) == ['relation "t" does not exist']
    b.run("create table t (id int primary key, v text)")
    assert texts(a.say(*run)) == ["cached plan must not change result type"]


def test_the_row_limit_holds_for_copy(server):
    client = server.client()
    client.run("create table t (id int primary key)")

    def copy(first, count):
        data = "".join(f"{number}\n" for number in range(first, first + count)).encode()
        client.query("copy t from stdin")
        return client.say(messages.CopyData(data)) + client.say("CopyDone")

    assert copy(0, 3_000)[0] == 'CommandComplete "COPY 3000"'
    answers = copy(3_000, 3_001)
    assert texts(answers) == ["transaction row limit exceeded"]
    assert json.loads(answers[0].removeprefix("ErrorResponse "))["W"] == 'COPY t, line 3001: "6000"'
    assert rows(client.query("select count(*) from t")) == [["3000"]]


def test_many_rows_come_in_portions_that_wait_for_the_client(server):
    client = server.client()
    client.run("create table t (id int primary key)", "insert into t select generate_series(1, 3000)")
    answers = client.query("select id from t order by id")
    assert rows(answers) == [[str(number)] for number in range(1, 3_001)]
    assert answers[-2:] == ['CommandComplete "SELECT 3000"', "ReadyForQuery I"]
    assert client.drains >= 5
    assert client.query("copy t to stdout")[-2] == 'CommandComplete "COPY 3000"'
    portions = client.say(
        'Parse {"text": "select id from t order by id"}', "Bind", *['Execute {"rows_max": 700}'] * 5, "Sync"
    )
    assert rows(portions) == rows(answers)
    assert portions.count("PortalSuspended") == 4
    assert 'CommandComplete "SELECT 200"' in portions


def test_a_long_statement_is_cancelled(server):
    client = server.client()
    client.run("create table t (id int primary key)", "insert into t select generate_series(1, 3000)")

    async def main():
        running = client.session.handle(
            messages.Query("select count(*) from t a, t b, t c where a.id + b.id < c.id")
        )
        assert running is not None
        task = asyncio.ensure_future(running)
        await asyncio.sleep(0.05)
        assert not task.done()
        client.session.cancel()
        await asyncio.wait_for(task, 5)

    server.loop.run_until_complete(main())
    answers = client.take()
    assert texts(answers) == ["canceling statement due to user request"]
    assert answers[-1] == "ReadyForQuery I"
    assert rows(client.query("select 1")) == [["1"]]


def test_a_client_that_is_gone_gives_its_snapshot_back(server):
    client = server.client()
    client.run("create table t (id int primary key)", "begin", "insert into t values (1)", "select * from t")
    client.session.close()
    other = server.client()
    assert rows(other.query("select count(*) from t")) == [["0"]]


def test_dates_are_written_and_read_in_the_sessions_style(server):
    client = server.client()
    client.run("set datestyle to german")
    assert rows(client.query("select '2.1.2026'::date")) == [["02.01.2026"]]
    asked = client.say(
        'Parse {"text": "select $1::date"}', 'Bind {"parameters": ["3.4.2026"]}', "Execute", "Sync"
    )
    assert rows(asked) == [["03.04.2026"]]
    client.run("set datestyle to iso")
    assert rows(client.query("select '2026-04-03'::date")) == [["2026-04-03"]]


def test_a_prepared_statement_follows_the_style(server):
    client = server.client()
    run = ('Bind {"statement": "s", "parameters": ["2026-04-03"]}', "Execute", "Sync")
    assert rows(client.say('Parse {"statement": "s", "text": "select $1::date"}', *run)) == [["2026-04-03"]]
    client.run("set datestyle to german")
    assert rows(client.say(*run)) == [["03.04.2026"]]


def test_a_read_by_key_runs_alone_only_where_a_sync_follows(tmp_path, monkeypatch):
    """All Executes before one Sync share a snapshot; a statement with no other beside it needs no BEGIN."""
    with harness.running_server(tmp_path) as server:
        client = server.client()
        client.run("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 10)")
        begun = []
        begin = server.engine.snapshots.begin

        def counted():
            begun.append(1)
            return begin()

        monkeypatch.setattr(type(server.engine.snapshots), "begin", lambda self: counted())
        client.say(messages.Parse("s", "SELECT v FROM t WHERE id = 1", ()), messages.Sync())
        bind, execute = messages.Bind("", "s", (), (), ()), messages.Execute("", 0)
        answers = client.say(bind, execute, messages.Sync())
        assert any("10" in answer for answer in answers)
        assert not begun
        client.say(bind, execute, bind, execute, messages.Sync())
        assert len(begun) == 1
        assert any("10" in answer for answer in client.query("SELECT v FROM t WHERE id = 1"))
        assert len(begun) == 1
        client.query("SELECT v FROM t WHERE id = 1; SELECT v FROM t WHERE id = 1")
        assert len(begun) == 2
