"""IPC and RemoteJournal: frames, answers to the right asker, and what a dying storage process leaves behind."""

import asyncio
import contextlib
import socket

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.clock import ManualClock
from borealis.errors import ConnectionFailure, DiskFull, InternalError, SerializationFailure
from borealis.node import remote_journal
from borealis.node.cluster_records import ClusterRecords
from borealis.node.ipc import (
    WELCOME,
    Answer,
    FrameError,
    FrameReader,
    Question,
    decode_answers,
    decode_hello,
    decode_questions,
    encode_answers,
    encode_questions,
    error_of,
    refusal_of,
)
from borealis.node.keyring import Keyring
from borealis.node.remote_journal import RemoteJournal, release_cluster
from borealis.node.storage_process import StorageProcess, StorageSetup, open_or_create
from borealis.transaction.intent import Change, Commit, Conflict, Intent, Mode

CLUSTER = "c" * 26

values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
)
rows = st.lists(values, max_size=4).map(tuple)
changes = st.builds(Change, st.integers(1, 2**31), rows, st.sampled_from(Mode), st.one_of(st.none(), rows))
intents = st.builds(
    Intent,
    st.just("c"),
    st.integers(0, 2**62),
    st.integers(0, 2**62),
    st.lists(changes, max_size=4).map(tuple),
    st.booleans(),
)


@settings(max_examples=30)
@given(st.lists(intents, max_size=4), st.data())
def test_questions_survive_any_cut(asked, data):
    questions = [Question(number, intent) for number, intent in enumerate(asked)]
    stream = encode_questions(questions) + encode_questions([])
    cut = data.draw(st.integers(0, len(stream)))
    reader = FrameReader()
    payloads = [*reader.feed(stream[:cut]), *reader.feed(stream[cut:])]
    first, second = (decode_questions(payload) for payload in payloads)
    assert first == questions
    assert second == []
    for before, after in zip(questions, first, strict=True):
        kinds = [[type(value) for value in change.key] for change in before.intent.changes]
        assert [[type(value) for value in change.key] for change in after.intent.changes] == kinds


@given(st.binary(max_size=60))
def test_garbage_is_a_frame_error_or_nothing(data):
    reader = FrameReader()
    with contextlib.suppress(FrameError):
        for payload in reader.feed(data):
            decode_questions(payload)


def test_a_conflict_crosses_with_all_it_says():
    conflict = Conflict(26384, (1, "a", b"\0", None), "UPDATE", "DELETE", 14, 1_000_000)
    [answer] = decode_answers(
        encode_answers([Answer(3, None, refusal_of(SerializationFailure.data_conflict(conflict)))])[4:]
    )
    error = error_of(answer.refusal)
    assert type(error) is SerializationFailure
    assert error.message == "change conflicts with another transaction (OC000)"
    assert error.conflict == conflict


def test_an_error_crosses_with_detail_and_hint():
    error = error_of(refusal_of(DiskFull("no space", detail="d", hint="h")))
    assert (type(error), error.message, error.detail, error.hint) == (DiskFull, "no space", "d", "h")


# RemoteJournal against a storage process that is played.


class Storage:
    """A storage process that answers when it is told to."""

    def __init__(self, path):
        self.path = path
        self.questions = []
        self.frames = 0
        self.writers = []
        self.refusal = None
        self.arrived = asyncio.Event()

    async def __aenter__(self):
        self.path.unlink(missing_ok=True)
        self.server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.die()

    def die(self):
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        frames = FrameReader()
        is_greeted = False
        while data := await reader.read(65536):
            for payload in frames.feed(data):
                if not is_greeted:
                    assert decode_hello(payload).cluster == CLUSTER
                    writer.write(encode_answers([Answer(WELCOME, None, self.refusal)]))
                    is_greeted = True
                    continue
                self.frames += 1
                self.questions += decode_questions(payload)
                self.arrived.set()

    async def wait_for(self, count):
        while len(self.questions) < count:
            self.arrived.clear()
            await self.arrived.wait()

    def answer(self, *answers):
        self.writers[-1].write(encode_answers(list(answers)))


def intent(number):
    return Intent("c", number, 1, ())


def with_storage(tmp_path, script):
    async def main():
        async with asyncio.timeout(10), Storage(tmp_path / "s") as storage:
            journal = RemoteJournal(tmp_path / "s", CLUSTER)
            await journal.connect()
            try:
                await script(storage, journal)
            finally:
                await journal.close()

    asyncio.run(main())


def test_commits_of_one_turn_travel_in_one_frame_and_are_told_apart(tmp_path):
    async def script(storage, journal):
        commits = [asyncio.ensure_future(journal.commit(intent(number))) for number in range(5)]
        await storage.wait_for(5)
        assert storage.frames == 1
        answers = [Answer(q.number, Commit(100 + q.intent.snapshot_seq, 1), None) for q in storage.questions]
        storage.answer(*reversed(answers[:3]))
        storage.answer(*answers[3:])
        assert [commit.seq for commit in await asyncio.gather(*commits)] == [100, 101, 102, 103, 104]

    with_storage(tmp_path, script)


def test_a_refusal_is_raised(tmp_path):
    async def script(storage, journal):
        commit = asyncio.ensure_future(journal.commit(intent(1)))
        await storage.wait_for(1)
        storage.answer(
            Answer(storage.questions[0].number, None, refusal_of(SerializationFailure.schema_conflict()))
        )
        with pytest.raises(SerializationFailure, match="OC001"):
            await commit

    with_storage(tmp_path, script)


def test_an_answer_to_a_session_that_is_gone_is_dropped(tmp_path):
    async def script(storage, journal):
        gone, stays = (asyncio.ensure_future(journal.commit(intent(number))) for number in (1, 2))
        await storage.wait_for(2)
        gone.cancel()
        storage.answer(*[Answer(q.number, Commit(7, 1), None) for q in storage.questions])
        assert (await stays).seq == 7

    with_storage(tmp_path, script)


def test_what_a_dead_storage_process_had_been_sent_is_uncertain(tmp_path):
    async def script(storage, journal):
        commit = asyncio.ensure_future(journal.commit(intent(1)))
        await storage.wait_for(1)
        storage.die()
        with pytest.raises(InternalError, match=r"^server unavailable$"):
            await commit

    with_storage(tmp_path, script)


def test_what_was_not_sent_waits_for_the_successor(tmp_path):
    async def script(storage, journal):
        sent = asyncio.ensure_future(journal.commit(intent(1)))
        await storage.wait_for(1)
        storage.die()
        with pytest.raises(InternalError):
            await sent
        waiting = asyncio.ensure_future(journal.commit(intent(2)))
        async with Storage(tmp_path / "s") as successor:
            await successor.wait_for(1)
            assert [question.intent.snapshot_seq for question in successor.questions] == [
                2
            ]  # and the first not again
            successor.answer(Answer(successor.questions[0].number, Commit(8, 1), None))
            assert (await waiting).seq == 8

    with_storage(tmp_path, script)


def test_no_successor_in_time_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(remote_journal, "WAIT_S", 0.02)

    async def script(storage, journal):
        sent = asyncio.ensure_future(journal.commit(intent(1)))
        await storage.wait_for(1)
        storage.die()
        with pytest.raises(InternalError):
            await sent
        with pytest.raises(InternalError, match="server unavailable"):
            await journal.commit(intent(2))

    with_storage(tmp_path, script)


def test_a_storage_process_that_talks_nonsense_is_hung_up_on(tmp_path):
    async def script(storage, journal):
        commit = asyncio.ensure_future(journal.commit(intent(1)))
        await storage.wait_for(1)
        storage.writers[-1].write(b"\3\0\0\0abc")
        with pytest.raises(InternalError):
            await commit

    with_storage(tmp_path, script)


def test_connecting_without_a_storage_process_fails(tmp_path):
    async def main():
        with pytest.raises(OSError, match="No such file"):
            await RemoteJournal(tmp_path / "none", CLUSTER).connect()

    asyncio.run(main())


# The real one.


@pytest.mark.parametrize("workers", [1, 3])
def test_storage_process_commits_for_all_its_workers(tmp_path, workers):
    async def script(storage, journals):
        # An empty intent is accepted as it is; one of another cluster is refused.
        good = Intent(CLUSTER, 0, 0, ())
        outcomes = await asyncio.gather(
            *(journal.commit(good) for journal in journals for _ in range(300)),
            journals[0].commit(Intent("d" * 26, 0, 0, ())),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, Commit) for outcome in outcomes[:-1])
        assert isinstance(outcomes[-1], InternalError)

    with_real_storage(tmp_path, script, workers)


def test_a_released_cluster_is_hung_up_on_and_not_opened_again(tmp_path):
    refused = []
    told = asyncio.Event()

    def refuse(error):
        refused.append(error)
        told.set()

    async def script(storage, journals):
        records = ClusterRecords(tmp_path / "clusters")
        asked = asyncio.ensure_future(journals[0].commit(Intent(CLUSTER, 0, 0, ())))
        await asked
        records.replace(msgspec.structs.replace(records.find(CLUSTER), status="DELETING"))
        await release_cluster(tmp_path / "s", CLUSTER)
        await told.wait()
        with pytest.raises(InternalError, match="server unavailable"):
            await journals[0].commit(Intent(CLUSTER, 0, 0, ()))
        with pytest.raises(ConnectionFailure):
            await RemoteJournal(tmp_path / "s", CLUSTER).connect()
        await release_cluster(tmp_path / "s", CLUSTER)  # as after a crash: asked for again

    with_real_storage(tmp_path, script, 1, refuse)
    assert [error.sqlstate for error in refused] == ["08006"]


def test_a_cluster_that_is_not_there_is_refused(tmp_path):
    async def script(storage, journals):
        with pytest.raises(ConnectionFailure):
            await RemoteJournal(tmp_path / "s", "d" * 26).connect()

    with_real_storage(tmp_path, script, 1)


def with_real_storage(tmp_path, script, workers, refused=lambda _: None):
    clusters = tmp_path / "clusters"
    (tmp_path / "keys").mkdir()
    setup = StorageSetup(clusters / CLUSTER, CLUSTER, tmp_path / "keys" / "installation.key")
    open_or_create(setup).close()

    async def main():
        storage = StorageProcess(ClusterRecords(clusters), Keyring(tmp_path / "keys"), ManualClock(1))
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "s"))
        await storage.listen(listening)
        journals = [RemoteJournal(tmp_path / "s", CLUSTER, refused) for _ in range(workers)]
        try:
            async with asyncio.timeout(10):
                for journal in journals:
                    await journal.connect()
                await script(storage, journals)
        finally:
            storage.close()
            for journal in journals:
                await journal.close()

    asyncio.run(main())
