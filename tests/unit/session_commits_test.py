"""What commits, when, and what the client hears of it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from session_fakes import FakeClient, FakeEngine, FakeResult, messages_of, sqlstates

from borealis.errors import SerializationFailure

IDLE = "ReadyForQuery I"
OC000 = "change conflicts with another transaction (OC000)"


def conflicting():
    return FakeClient(FakeEngine(commit_error=SerializationFailure.data_conflict()))


def test_a_conflict_at_commit_leaves_the_session_idle():
    client = conflicting()
    client.query("begin")
    assert client.query("insert into t values (1)") == ['CommandComplete "INSERT 0 1"', "ReadyForQuery T"]
    answers = client.query("commit")
    assert messages_of(answers) == [OC000]
    assert answers[-1] == IDLE
    assert len(answers) == 2
    assert client.engine.fates == ["refused"]
    assert client.query("select 1")[-1] == IDLE


def test_a_conflict_of_an_autocommit_statement_comes_instead_of_its_tag():
    answers = conflicting().query("insert into t values (1)")
    assert messages_of(answers) == [OC000]
    assert answers[1:] == [IDLE]


def test_a_conflict_of_a_message_comes_before_its_last_tag():
    answers = conflicting().query("insert into t values (1); insert into t values (2)")
    assert answers[0] == 'CommandComplete "INSERT 0 1"'
    assert messages_of(answers) == [OC000]
    assert answers[2:] == [IDLE]


def test_a_conflict_of_a_pipeline_comes_at_sync():
    client = conflicting()
    answers = client.say('Parse {"text": "insert into t values (1)"}', "Bind", "Execute", "Sync")
    assert answers[:3] == ["ParseComplete", "BindComplete", 'CommandComplete "INSERT 0 1"']
    assert messages_of(answers) == [OC000]
    assert answers[4:] == [IDLE]
    assert client.say("Sync") == [IDLE]


def test_commit_of_a_pipelined_block_reports_its_conflict_at_execute():
    client = conflicting()
    client.query("begin")
    client.query("insert into t values (1)")
    answers = client.say('Parse {"text": "commit"}', "Bind", "Execute", 'Parse {"text": "select 1"}', "Sync")
    assert answers[:2] == ["ParseComplete", "BindComplete"]
    assert messages_of(answers) == [OC000]
    assert answers[3:] == [IDLE]


def test_reads_are_answered_at_once_and_writes_are_waited_for():
    async def main():
        client = FakeClient()
        for line in ('Parse {"text": "select 1"}', "Bind", "Execute", "Sync", 'Query {"text": "select 1"}'):
            assert client.send(line) is None
        assert client.engine.fates == ["rolled back", "rolled back"]
        for line in ('Parse {"text": "insert into t values (1)"}', "Bind", "Execute"):
            assert client.send(line) is None
        pending = client.send("Sync")
        assert pending is not None
        assert "ReadyForQuery" not in client.take()[-1]
        await pending
        assert client.take() == [IDLE]
        assert client.engine.fates[-1] == "committed"

    asyncio.run(main())


def test_statements_of_a_message_share_one_transaction():
    client = FakeClient()
    client.query("insert into t values (1); select 1; insert into t values (2)")
    assert client.engine.fates == ["committed"]


def test_statements_of_a_pipeline_share_one_transaction():
    client = FakeClient()
    insert = ('Parse {"text": "insert into t values (1)"}', "Bind", "Execute")
    client.say(*insert, *insert, "Sync", *insert, "Sync")
    assert client.engine.fates == ["committed", "committed"]


def test_an_error_rolls_back_at_once():
    client = FakeClient()
    client.query("begin; insert into t values (1)")
    assert client.query("selec")[-1] == "ReadyForQuery E"
    assert client.engine.fates == ["rolled back"]


def test_a_session_that_is_closed_rolls_back():
    client = FakeClient()
    client.query("begin; insert into t values (1)")
    client.session.close()
    client.session.close()
    assert client.engine.fates == ["rolled back"]


def test_a_client_gone_during_commit_does_not_stop_it():
    async def main():
        client = FakeClient(FakeEngine(commit_gate=asyncio.Event()))
        commit = asyncio.ensure_future(client.send('Query {"text": "insert into t values (1)"}'))
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        client.session.cancel()
        client.session.close()
        assert client.engine.fates == ["committing"]
        client.engine.commit_gate.set()
        await commit
        assert client.engine.fates == ["committed"]

    asyncio.run(main())


def test_a_cancelled_task_leaves_the_session_clean():
    async def main():
        client = FakeClient(FakeEngine(commit_gate=asyncio.Event()))
        commit = asyncio.ensure_future(
            client.send('Query {"text": "set datestyle to sql; insert into t values (1)"}')
        )
        for _ in range(3):
            await asyncio.sleep(0)
        commit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await commit
        client.session.close()
        assert client.session.settings.show("datestyle") == ("DateStyle", "ISO, MDY")

    asyncio.run(main())


@pytest.mark.parametrize("statement", ["create table u (id int)", "drop table u"])
def test_ddl_and_dml_keep_apart(statement):
    client = FakeClient()
    client.query(f"begin; {statement}")
    assert messages_of(client.query(statement)) == ["multiple ddl statements not supported in a transaction"]
    client.query(f"rollback; begin; select 1; {statement}; select 1")
    assert messages_of(client.query("insert into t values (1)")) == [
        "ddl and dml are not supported in the same transaction"
    ]
    client.query("rollback; begin; insert into t values (1)")
    assert sqlstates(client.query(statement)) == ["0A000"]
    assert client.query("rollback")[-1] == IDLE


def test_rules_hold_for_prepared_statements_run_again():
    client = FakeClient()
    client.say('Parse {"statement": "d", "text": "create table u (id int)"}', "Sync")
    run = ('Bind {"statement": "d"}', "Execute")
    assert sqlstates(client.say(*run, *run, "Sync")) == ["0A000"]
    assert sqlstates(client.say(*run, "Sync", *run, "Sync")) == []


def test_results_are_closed():
    client = FakeClient(FakeEngine(answer=lambda plan, arguments: FakeResult([(1,), (2,)])))
    client.query("select 1; select 2")
    client.say('Parse {"text": "select 1"}', "Bind", 'Execute {"rows_max": 1}', "Sync")
    client.query("begin")
    client.say(
        'Parse {"text": "select 1"}', 'Bind {"portal": "p"}', 'Execute {"portal": "p", "rows_max": 1}', "Sync"
    )
    assert [result.is_closed for result in client.engine.results] == [True, True, True, False]
    client.query("select no; selec")
    assert all(result.is_closed for result in client.engine.results)


def test_a_plan_of_an_older_catalog_is_made_anew():
    client = FakeClient()
    client.say('Parse {"statement": "s", "text": "select 1"}', 'Bind {"statement": "s"}', "Execute", "Sync")
    client.engine.snapshots.catalog_version = 2
    client.say('Bind {"statement": "s"}', "Execute", "Sync")
    assert client.session.statements["s"].command.plan.catalog_version == 2
