"""Checkpoints beside commits: the log is folded and begun anew, and a reader makes it grow rather than commits wait."""

import threading
import time

import pytest

from borealis.storage import checkpoint
from borealis.transaction.intent import Change, Commit, Mode
from borealis.transaction.testing import ColumnSpec, TestCluster


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "PASSIVE_PAGES", 20)  # edges come soon
    monkeypatch.setattr(checkpoint, "RESTART_PAGES", 60)
    with TestCluster(tmp_path, with_checkpoints=True) as cluster:
        cluster.table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
        yield cluster


def commit(cluster, key):
    started = time.perf_counter()
    answer = cluster.commit(Change(cluster.table, (key,), Mode.INSERT, (key, "x" * 3_000)))
    assert isinstance(answer, Commit)
    return time.perf_counter() - started


def commit_until_restart_is_due(cluster, key):
    """Return the next free key; the checkpoint thread is given its turn without sleeping."""
    for _ in range(2_000):
        commit(cluster, key)
        key += 1
        if cluster.committer.needs_maintenance:
            return key
    raise AssertionError("no checkpoint in 2,000 commits")


def test_the_log_begins_anew_between_batches(cluster):
    key = commit_until_restart_is_due(cluster, 0)
    before = cluster.database.wal_bytes
    cluster.committer.maintain()
    assert not cluster.committer.needs_maintenance
    for _ in range(10):
        commit(cluster, key)
        key += 1
    assert cluster.database.wal_bytes == before  # written over from its start
    assert cluster.rows(f"SELECT count(*) FROM t{cluster.table}") == [(key,)]


def test_a_reader_on_its_snapshot_makes_the_log_grow_and_nobody_wait(cluster):
    with cluster.snapshot() as snapshot:
        (seen,) = snapshot.reader.execute(f"SELECT count(*) FROM t{cluster.table}").fetchall()
        slowest = max(commit(cluster, key) for key in range(300))
        while cluster.committer.needs_maintenance:
            started = time.perf_counter()
            cluster.committer.maintain()
            assert time.perf_counter() - started < 0.5  # RESTART_WAIT_MS, and a busy machine
        assert slowest < 0.5
        assert cluster.database.wal_bytes > 300 * 4_096
        assert snapshot.reader.execute(f"SELECT count(*) FROM t{cluster.table}").fetchall() == [seen]
    key = commit_until_restart_is_due(cluster, 300)
    cluster.committer.maintain()
    grown = cluster.database.wal_bytes
    commit(cluster, key)
    assert cluster.database.wal_bytes <= grown


def test_a_failed_restart_is_tried_again_later(cluster):
    key = commit_until_restart_is_due(cluster, 0)
    with cluster.snapshot():  # holds the log
        commit(cluster, key)
        cluster.committer.maintain()
        cluster.checkpointer._restart_due = True
        assert not cluster.committer.needs_maintenance
    cluster.clock.advance(checkpoint.RETRY_S_MIN)
    assert cluster.committer.needs_maintenance


def test_closing_ends_the_thread(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "PASSIVE_PAGES", 1)
    with TestCluster(tmp_path, with_checkpoints=True) as cluster:
        cluster.create_table("t", [ColumnSpec("int8")], (1,))
        assert [t.name for t in threading.enumerate()].count("checkpoint") == 1
    assert [t.name for t in threading.enumerate()].count("checkpoint") == 0
