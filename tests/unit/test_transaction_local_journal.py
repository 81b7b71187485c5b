"""LocalJournal: group commit in an event loop, whoever is told what, and nobody forgotten."""

import asyncio

import pytest

from borealis.errors import AdminShutdown, DiskFull, SerializationFailure
from borealis.storage.errors import disk_full
from borealis.storage.faults import Fault, Faults
from borealis.transaction.intent import Change, Commit, Mode
from borealis.transaction.local_journal import CHANGES_INLINE_MAX, LocalJournal
from borealis.transaction.testing import ColumnSpec, TestCluster


class Scene:
    def __init__(self, cluster):
        self.cluster = cluster
        self.table = cluster.create_table("t", [ColumnSpec("int8")], (1,))
        self.journal = LocalJournal(cluster.committer)
        self.batches = []
        apply_batch = cluster.committer.apply_batch
        cluster.committer.apply_batch = lambda intents: (
            self.batches.append(len(intents)) or apply_batch(intents)
        )

    def intent(self, *keys):
        with self.cluster.snapshot() as snapshot:
            changes = tuple(Change(self.table, (key,), Mode.INSERT, (key,)) for key in keys)
            return self.cluster.intent(snapshot, changes)

    def keys(self):
        return [key for (key,) in self.cluster.rows(f"SELECT c1 FROM t{self.table} ORDER BY 1")]


@pytest.fixture
def play(tmp_path):
    def play(story, faults=None):
        with TestCluster(tmp_path, faults=faults) as cluster:
            scene = Scene(cluster)

            async def main():
                await story(scene)
                await scene.journal.close()

            asyncio.run(main())

    return play


def test_who_commits_in_one_turn_of_the_loop_shares_a_sync(play):
    async def story(scene):
        answers = await asyncio.gather(*[scene.journal.commit(scene.intent(key)) for key in range(50)])
        assert len({answer.seq for answer in answers}) == 50
        assert scene.batches == [50]
        assert scene.cluster.snapshots.seq == max(answer.seq for answer in answers)

    play(story)


def test_a_begin_after_the_answer_sees_the_commit(play):
    async def story(scene):
        for key in range(20):
            answer = await scene.journal.commit(scene.intent(key))
            with scene.cluster.snapshot() as snapshot:
                assert snapshot.seq == answer.seq
            assert scene.keys()[-1] == key

    play(story)


def test_the_first_of_a_race_wins_and_the_others_are_told(play):
    async def story(scene):
        intents = [scene.intent(1) for _ in range(5)]
        answers = await asyncio.gather(*map(scene.journal.commit, intents), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Commit] + [SerializationFailure] * 4

    play(story)


def test_a_client_that_leaves_while_it_waits_harms_nobody(play):
    async def story(scene):
        leaving = asyncio.ensure_future(scene.journal.commit(scene.intent(1)))
        staying = asyncio.ensure_future(scene.journal.commit(scene.intent(2)))
        await asyncio.sleep(0)
        leaving.cancel()
        assert isinstance(await staying, Commit)
        assert scene.keys() == [1, 2]  # its commit was on the way

    play(story)


def test_a_large_batch_is_applied_outside_the_loop_and_ends_the_same(play):
    async def story(scene):
        keys = range(CHANGES_INLINE_MAX + 1)
        large = scene.journal.commit(scene.intent(*keys))
        small = scene.journal.commit(scene.intent(5_000))
        await asyncio.gather(large, small)
        assert scene.keys() == [*keys, 5_000]

    play(story)


def test_a_full_disk_is_told_to_each_of_the_batch(play):
    async def story(scene):
        commits = [scene.journal.commit(scene.intent(key)) for key in range(3)]
        answers = await asyncio.gather(*commits, return_exceptions=True)
        assert [type(answer) for answer in answers] == [DiskFull] * 3
        assert scene.keys() == []
        assert isinstance(await scene.journal.commit(scene.intent(1)), Commit)

    play(story, Faults(Fault("commit", nth=2, error=disk_full)))  # the first made the table


def test_work_between_batches_has_the_committer_to_itself(play):
    async def story(scene):
        def count(committer):
            assert not committer.database.writer.in_transaction
            return committer.database.writer.execute(f"SELECT count(*) FROM t{scene.table}").get

        commits = [scene.journal.commit(scene.intent(key)) for key in range(10)]
        *_, counted = await asyncio.gather(*commits, scene.journal.between_batches(count))
        assert counted in (0, 10)
        with pytest.raises(ZeroDivisionError):
            await scene.journal.between_batches(lambda committer: 1 / 0)
        assert isinstance(await scene.journal.commit(scene.intent(10)), Commit)

    play(story)


def test_closing_answers_those_who_wait_and_refuses_the_rest(play):
    async def story(scene):
        waiting = [asyncio.ensure_future(scene.journal.commit(scene.intent(key))) for key in range(3)]
        await asyncio.sleep(0)
        await scene.journal.close()
        answers = await asyncio.gather(*waiting)
        assert [type(answer) for answer in answers] == [Commit] * 3
        with pytest.raises(AdminShutdown):
            await scene.journal.commit(scene.intent(9))

    play(story)
