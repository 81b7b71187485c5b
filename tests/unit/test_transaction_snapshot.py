"""Snapshots: what they see, what they cost the pool, and the signal beside them."""

import apsw
import pytest

from borealis.errors import TooManyConnections
from borealis.transaction.intent import Change, Mode
from borealis.transaction.snapshot import SnapshotSource
from borealis.transaction.testing import ColumnSpec, TestCluster


@pytest.fixture
def cluster(tmp_path):
    with TestCluster(tmp_path) as cluster:
        cluster.table = cluster.create_table("t", [ColumnSpec("int8")], (1,))
        yield cluster


def insert(cluster, key):
    return cluster.commit(Change(cluster.table, (key,), Mode.INSERT, (key,)))


def test_a_snapshot_stays_as_it_was_begun(cluster):
    count = f"SELECT count(*) FROM t{cluster.table}"
    with cluster.snapshot() as before:
        commit = insert(cluster, 1)
        with cluster.snapshot() as after:
            assert before.reader.execute(count).fetchall() == [(0,)]
            assert after.reader.execute(count).fetchall() == [(1,)]
            assert (before.seq, after.seq) == (commit.seq - 1, commit.seq)


def test_the_signal_moves_with_the_answer(cluster):
    assert cluster.snapshots.catalog_version == 2
    assert insert(cluster, 1).seq == cluster.snapshots.seq
    cluster.create_table("u", [ColumnSpec("int8")], (1,))
    assert cluster.snapshots.catalog_version == 3


def test_closing_empties_temporary_tables_and_returns_the_reader(cluster):
    with cluster.snapshot() as snapshot:
        reader = snapshot.reader
        reader.execute("CREATE TEMP TABLE overlay(a)")
    with cluster.snapshot() as snapshot:
        assert snapshot.reader is reader
        with pytest.raises(apsw.SQLError, match="no such table"):
            reader.execute("SELECT * FROM temp.overlay")


def test_closing_ends_statements_that_still_run(cluster):
    for key in range(10):
        insert(cluster, key)
    snapshot = cluster.snapshots.begin()
    cursor = snapshot.reader.connection.cursor()
    rows = cursor.execute(f"SELECT c1 FROM t{cluster.table}")
    assert next(rows) == (0,)
    snapshot.close()
    with cluster.snapshot() as again:
        assert again.reader.execute(f"SELECT count(*) FROM t{cluster.table}").fetchall() == [(10,)]


def test_a_reader_that_cannot_be_ended_is_not_used_again(cluster):
    snapshot = cluster.snapshots.begin()
    reader = snapshot.reader
    reader.execute("ROLLBACK")  # someone has ended it behind the snapshot's back
    snapshot.close()
    with cluster.snapshot() as other:
        assert other.reader is not reader


def test_all_readers_out_is_an_error_and_no_leak(cluster):
    source = SnapshotSource(cluster.database.reader_pool(lambda connection: None, 1), cluster.database.signal)
    held = source.begin()
    with pytest.raises(TooManyConnections):
        source.begin()
    held.close()
    source.begin().close()
