"""Checkpoints beside commits: the log is folded and begun anew, and a reader makes it grow rather than commits wait."""

import threading
import time

import apsw
import pytest

from borealis.storage import checkpoint
from borealis.transaction.intent import Change, Commit, Mode
from borealis.transaction.testing import ColumnSpec, TestCluster

WAIT_S_MAX = 0.5  # RESTART_WAIT_MS, and a busy machine


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch):
    """Edges come soon."""
    monkeypatch.setattr(checkpoint, "PASSIVE_PAGES", 20)
    monkeypatch.setattr(checkpoint, "RESTART_PAGES", 60)
    monkeypatch.setattr(checkpoint, "PINNED_PAGES", 10)


@pytest.fixture
def cluster(tmp_path):
    """A cluster whose checkpoint thread is the test."""
    with TestCluster(tmp_path, with_checkpoints=True) as cluster:
        cluster.table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
        cluster.next = 0
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
        yield cluster


def commit(cluster, count=1):
    for _ in range(count):
        key, cluster.next = cluster.next, cluster.next + 1
        assert isinstance(
            cluster.commit(Change(cluster.table, (key,), Mode.INSERT, (key, "x" * 3_000))), Commit
        )


def maintain(cluster):
    started = time.perf_counter()
    cluster.committer.maintain()
    assert time.perf_counter() - started < WAIT_S_MAX


def count(cluster):
    return cluster.rows(f"SELECT count(*) FROM t{cluster.table}")


def test_the_log_begins_anew_between_batches(cluster):
    commit(cluster, 40)
    cluster.checkpointer.work()
    assert cluster.committer.needs_maintenance
    before = cluster.database.wal_bytes
    maintain(cluster)
    assert not cluster.committer.needs_maintenance
    commit(cluster, 10)
    assert cluster.database.wal_bytes == before  # written over from its start
    assert count(cluster) == [(50,)]


def test_a_short_log_is_folded_and_left(cluster):
    commit(cluster, 10)
    cluster.checkpointer.work()
    assert not cluster.committer.needs_maintenance
    assert cluster.database.files.database.stat().st_size > 10 * 4_096


def test_a_log_is_begun_anew_even_if_nobody_pauses(cluster, monkeypatch):
    monkeypatch.setattr(checkpoint, "OVERDUE_PAGES", 100)
    longest = 0
    for _ in range(100):
        commit(cluster)
        cluster.checkpointer.work()
        longest = max(longest, cluster.database.wal_bytes)
    assert longest < 200 * 4_096
    assert count(cluster) == [(100,)]


def test_a_reader_on_its_snapshot_makes_the_log_grow_and_nobody_wait(cluster):
    commit(cluster, 5)
    with cluster.snapshot() as snapshot:
        for _ in range(20):
            commit(cluster, 5)
            cluster.checkpointer.work()
            if cluster.committer.needs_maintenance:
                maintain(cluster)
        assert cluster.database.wal_bytes > 100 * 4_096
        assert snapshot.reader.execute(f"SELECT count(*) FROM t{cluster.table}").fetchall() == [(5,)]
    commit(cluster, 20)
    cluster.checkpointer.work()
    cluster.clock.advance(checkpoint.RETRY_S_MAX)
    assert cluster.committer.needs_maintenance
    maintain(cluster)
    grown = cluster.database.wal_bytes
    commit(cluster, 5)
    assert cluster.database.wal_bytes == grown
    assert count(cluster) == [(130,)]


def test_a_reader_that_has_just_begun_does_not_keep_the_log_from_beginning_anew(cluster):
    commit(cluster, 40)
    reader = cluster.snapshots.begin()
    commit(cluster)  # a crowd of short transactions is always a commit or two behind
    cluster.checkpointer.work()
    reader.close()
    assert cluster.committer.needs_maintenance
    before = cluster.database.wal_bytes
    maintain(cluster)
    commit(cluster, 10)
    assert cluster.database.wal_bytes == before


def test_a_log_left_long_is_given_back(cluster, monkeypatch):
    monkeypatch.setattr(checkpoint, "TRUNCATE_PAGES", 100)
    commit(cluster, 60)
    cluster.checkpointer.work()
    maintain(cluster)
    assert cluster.database.wal_bytes == 0


def test_a_failed_restart_is_tried_again_later_and_later(cluster):
    commit(cluster, 40)
    with cluster.snapshot():  # uses the log
        cluster.checkpointer.work()
        for retry_s in (1, 2, 4, 8, 16, 30, 30):
            assert cluster.committer.needs_maintenance
            maintain(cluster)
            commit(cluster, 20)
            cluster.checkpointer._restart_due = True
            cluster.clock.advance(retry_s - 0.01)
            assert not cluster.committer.needs_maintenance
            cluster.clock.advance(0.02)
    maintain(cluster)
    assert not cluster.committer.needs_maintenance


def test_a_checkpoint_that_fails_loses_nothing_and_is_told(cluster, monkeypatch):
    told = []
    monkeypatch.setattr(cluster.checkpointer, "_on_error", told.append)

    def full(connection):
        raise apsw.FullError("injected")

    monkeypatch.setattr(cluster.checkpointer, "_passive", full)
    commit(cluster, 40)
    cluster.checkpointer.work()
    assert [type(error) for error in told] == [apsw.FullError]
    commit(cluster)
    assert count(cluster) == [(41,)]


def test_commits_and_the_checkpoint_thread_go_together(tmp_path):
    with TestCluster(tmp_path, with_checkpoints=True, with_checkpoint_thread=True) as cluster:
        cluster.table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
        cluster.next = 0
        for _ in range(100):
            commit(cluster, 2)
            if cluster.committer.needs_maintenance:
                cluster.committer.maintain()
        assert count(cluster) == [(200,)]
        assert [t.name for t in threading.enumerate()].count("checkpoint") == 1
    assert [t.name for t in threading.enumerate()].count("checkpoint") == 0
