"""The conflict matrix of dsql-facts.md §3.2, asked of the pure rule and of the committer's statements."""

import itertools

import pytest

from borealis.errors import SerializationFailure
from borealis.transaction.adjudicator import conflicts, numbers_after
from borealis.transaction.intent import Change, Commit, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster

STRONG = (Mode.INSERT, Mode.DELETE, Mode.UPDATE_KEY, Mode.FOR_UPDATE)

# Rows and columns as the documentation prints them; True: the second to commit gets 40001.
DOCUMENTED = {
    ("strong", "strong"): True,
    ("strong", "update"): True,
    ("strong", "share"): True,
    ("update", "strong"): True,
    ("update", "update"): True,
    ("update", "share"): False,
    ("share", "strong"): True,
    ("share", "update"): False,
    ("share", "share"): False,
}


def group(mode):
    return "strong" if mode in STRONG else "update" if mode is Mode.UPDATE else "share"


PAIRS = [
    (first, second)
    for first, second in itertools.product(Mode, Mode)
    # Two INSERTs meet where no row is; INSERT and anything else never share a snapshot in which both make sense, but the
    # same key may be deleted by one and inserted by another that does not see the row: that is a 23505 or a plain INSERT.
    if (first is Mode.INSERT) == (second is Mode.INSERT)
]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda mode: mode.name)
def test_the_rule_is_the_documented_matrix(first, second):
    snapshot_seq, winner = 10, 11
    before = None if first is Mode.INSERT else (3, 5, 4)
    assert not conflicts(before, first, snapshot_seq)
    after = numbers_after(before, first, winner)
    assert conflicts(after, second, snapshot_seq) is DOCUMENTED[group(first), group(second)]


def test_a_change_older_than_the_snapshot_never_conflicts():
    for mode in Mode:
        if mode is not Mode.INSERT:
            assert not conflicts((10, 10, 10), mode, 10)


def test_a_row_that_is_gone_conflicts_with_all_but_insert():
    assert [mode.name for mode in Mode if not conflicts(None, mode, 10)] == ["INSERT"]


@pytest.fixture(scope="module", params=["no index", "index"])
def cluster(request, tmp_path_factory):
    with TestCluster(tmp_path_factory.mktemp("matrix")) as cluster:
        columns = [ColumnSpec("int8"), ColumnSpec("text")]
        indexes = [IndexSpec((2,))] if request.param == "index" else []
        cluster.table = cluster.create_table("t", columns, (1,), indexes)
        yield cluster


def change(table, key, mode, value):
    has_row = mode in (Mode.INSERT, Mode.UPDATE, Mode.UPDATE_KEY)
    return Change(table, (key,), mode, (key, value) if has_row else None)


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda mode: mode.name)
def test_the_committer_decides_by_the_same_matrix(cluster, first, second):
    key = PAIRS.index((first, second))
    if first is not Mode.INSERT:
        assert isinstance(cluster.commit(change(cluster.table, key, Mode.INSERT, "base")), Commit)
    with cluster.snapshot() as snapshot:
        one = cluster.intent(snapshot, (change(cluster.table, key, first, "one"),))
        two = cluster.intent(snapshot, (change(cluster.table, key, second, "two"),))
    answers = cluster.committer.commit_batch([one, two])
    assert isinstance(answers[0], Commit)
    if DOCUMENTED[group(first), group(second)]:
        assert isinstance(answers[1], SerializationFailure)
        assert answers[1].message == "change conflicts with another transaction (OC000)"
        conflict = answers[1].conflict
        assert (conflict.mode, conflict.winner_mode, conflict.winner_seq) == (
            second.name,
            first.name,
            answers[0].seq,
        )
        assert cluster.rows(f"SELECT * FROM t{cluster.table} WHERE c1=? AND c2='two'", (key,)) == []
    else:
        assert isinstance(answers[1], Commit)
