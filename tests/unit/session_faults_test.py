"""Long statements, cancels, slow clients, age, bugs: what they do to a session, and that it lives on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from session_fakes import FakeClient, FakeEngine, FakeResult, SlowResult, messages_of, sqlstates

from borealis.clock import ManualClock
from borealis.wire import messages

IDLE = "ReadyForQuery I"
TOO_OLD = "transaction age limit of 300s exceeded"


async def until_running(client):
    for _ in range(3):
        await asyncio.sleep(0)
    assert client.engine.results


def test_a_long_statement_runs_off_the_loop():
    async def main():
        client = FakeClient(FakeEngine(answer=lambda plan, arguments: SlowResult([(1,), (2,)])))
        running = asyncio.ensure_future(client.send('Query {"text": "select 1"}'))
        await until_running(client)
        assert not running.done()
        client.engine.results[0].go_on.set()
        await running
        assert client.take()[-2:] == ['CommandComplete "SELECT 2"', IDLE]

    asyncio.run(main())


@pytest.mark.parametrize(
    "lines", [['Query {"text": "select 1"}'], ['Parse {"text": "select 1"}', "Bind", "Execute"]]
)
def test_cancel_stops_the_statement_that_runs(lines):
    async def main():
        client = FakeClient(FakeEngine(answer=lambda plan, arguments: SlowResult()))
        await client.say_async(*lines[:-1])
        running = asyncio.ensure_future(client.send(lines[-1]))
        await until_running(client)
        client.session.cancel()
        await running
        assert messages_of(client.take()) == ["canceling statement due to user request"]
        client.engine.answer = lambda plan, arguments: FakeResult([(1,)])
        assert (await client.say_async("Sync"))[-1] == IDLE
        assert sqlstates(await client.say_async('Query {"text": "select 1"}')) == []

    asyncio.run(main())


def test_cancel_of_an_idle_session_does_nothing():
    client = FakeClient()
    client.session.cancel()
    assert sqlstates(client.query("select 1")) == []
    client.query("begin")
    client.session.cancel()
    assert sqlstates(client.query("select 1")) == []


def test_many_rows_wait_for_the_client():
    rows = 100_000
    client = FakeClient(FakeEngine(answer=lambda plan, arguments: FakeResult([(7,)] * rows)))
    answers = client.query("select 1")
    assert answers.count('DataRow ["7"]') == rows
    assert answers[-2:] == [f'CommandComplete "SELECT {rows}"', IDLE]
    assert client.largest_unsent < 64 * 1024


def test_many_rows_can_be_cancelled_on_the_way():
    client = FakeClient(FakeEngine(answer=lambda plan, arguments: FakeResult([(7,)] * 100_000)))
    client.on_drain = client.session.cancel
    answers = client.query("select 1")
    assert sqlstates(answers) == ["57014"]
    assert answers.count('DataRow ["7"]') < 2_000
    assert client.engine.results[0].is_closed


def test_many_statements_of_a_message_let_others_have_their_turn():
    async def main():
        client = FakeClient()
        client.answers = []
        turns = []
        running = asyncio.ensure_future(client.send(messages.Query("select 1;" * 1_000)))
        while not running.done():
            turns.append(len(client.engine.executed))
            await asyncio.sleep(0)
        assert len(set(turns)) > 10
        assert client.largest_unsent < 10_000
        assert (client.answers + client.take()).count('CommandComplete "SELECT 1"') == 1_000

    asyncio.run(main())


def test_a_bug_is_an_internal_error_and_the_session_lives_on():
    def bug(plan, arguments):
        raise KeyError("oops")

    client = FakeClient(FakeEngine(answer=bug))
    assert messages_of(client.query("select 1")) == ["internal error"]
    answers = client.say('Parse {"text": "select 1"}', "Bind", "Execute", "Sync")
    assert sqlstates(answers) == ["XX000"]
    assert answers[-1] == IDLE
    client.engine.answer = lambda plan, arguments: FakeResult([(1,)])
    assert sqlstates(client.query("select 1")) == []


def test_an_expression_too_deep_is_no_internal_error():
    def deep(plan, arguments):
        raise RecursionError

    assert sqlstates(FakeClient(FakeEngine(answer=deep)).query("select 1")) == ["54001"]


def test_a_transaction_too_old_fails_at_its_next_statement():
    client = FakeClient(clock=ManualClock())
    client.query("begin; insert into t values (1)")
    client.clock.advance(299)
    assert sqlstates(client.query("select 1")) == []
    client.clock.advance(2)
    answers = client.query("select 1")
    assert messages_of(answers) == [TOO_OLD]
    assert answers[-1] == "ReadyForQuery E"
    assert client.query("rollback")[-1] == IDLE


def test_a_transaction_too_old_cannot_be_committed():
    client = FakeClient(clock=ManualClock())
    client.query("begin; insert into t values (1)")
    client.clock.advance(301)
    answers = client.query("commit")
    assert messages_of(answers) == [TOO_OLD]
    assert answers[-1] == IDLE
    assert client.engine.fates == ["rolled back"]


def test_an_idle_transaction_gives_its_snapshot_back():
    client = FakeClient(clock=ManualClock())
    assert client.session.deadline_s is None
    client.query("begin; select 1")
    assert client.session.deadline_s == 300
    client.clock.advance(301)
    client.session.expire()
    assert client.engine.fates == ["rolled back"]
    assert messages_of(client.query("select 1")) == [TOO_OLD]
    assert client.query("rollback")[-1] == IDLE


def test_a_statement_that_runs_beyond_the_age_limit_is_stopped():
    async def main():
        client = FakeClient(FakeEngine(answer=lambda plan, arguments: SlowResult()))
        await client.say_async('Query {"text": "begin"}')
        running = asyncio.ensure_future(client.send('Query {"text": "select 1"}'))
        await until_running(client)
        client.clock.advance(301)
        client.session.expire()
        await running
        answers = client.take()
        assert messages_of(answers) == [TOO_OLD]
        assert answers[-1] == "ReadyForQuery E"
        await client.say_async('Query {"text": "rollback"}')

    asyncio.run(main())


def test_a_message_that_could_not_be_read_fails_like_a_statement():
    from borealis.errors import ProtocolViolation

    client = FakeClient()
    client.query("begin")
    client.session.refuse(ProtocolViolation("invalid message format"), is_extended=True)
    assert sqlstates(client.take()) == ["08P01"]
    assert client.say('Parse {"text": "select 1"}') == []
    assert client.say("Sync") == ["ReadyForQuery E"]
    client.session.refuse(ProtocolViolation("invalid message format"), is_extended=False)
    assert client.take()[-1] == "ReadyForQuery E"


def test_the_decoder_hears_of_failures():
    client = FakeClient()
    client.query("selec")
    assert client.events == ["FAILED"]
