"""What the committer does with batches: unique entries, schema conflicts, damage to one intent and to all."""

import pytest

from borealis.errors import DiskFull, InternalError, IoError, SerializationFailure
from borealis.storage.errors import disk_full
from borealis.storage.faults import Fault, Faults
from borealis.storage.physical import continue_index_build
from borealis.transaction.intent import Change, Commit, Intent, Mode
from borealis.transaction.testing import (
    ColumnSpec,
    IndexSpec,
    TestCluster,
    column_change,
    index_changes,
    table_changes,
)


@pytest.fixture
def cluster(tmp_path):
    with TestCluster(tmp_path) as cluster:
        yield cluster


def insert(table, *row):
    return Change(table, (row[0],), Mode.INSERT, row)


def update(table, *row, mode=Mode.UPDATE):
    return Change(table, (row[0],), mode, row)


def update_key(table, *row):
    return update(table, *row, mode=Mode.UPDATE_KEY)


def delete(table, key):
    return Change(table, (key,), Mode.DELETE, None)


def committed(answer):
    assert isinstance(answer, Commit), answer
    return answer


def conflict_of(answer):
    assert isinstance(answer, SerializationFailure), answer
    assert "(OC000)" in answer.message
    return answer.conflict


@pytest.fixture
def unique(cluster):
    columns = [ColumnSpec("int8"), ColumnSpec("text"), ColumnSpec("int8")]
    return cluster.create_table("u", columns, (1,), [IndexSpec((2,), is_unique=True)])


def test_an_entry_of_a_unique_index_that_another_took_is_a_conflict(cluster, unique):
    with cluster.snapshot() as snapshot:
        one = cluster.intent(snapshot, (insert(unique, 1, "a", 0),))
        two = cluster.intent(snapshot, (insert(unique, 2, "b", 0), insert(unique, 3, "a", 0)))
    answers = cluster.committer.commit_batch([one, two])
    winner = committed(answers[0])
    conflict = conflict_of(answers[1])
    assert (conflict.table, conflict.key, conflict.winner_mode, conflict.winner_seq) == (
        unique,
        (1,),
        "INSERT",
        winner.seq,
    )
    assert cluster.rows(f"SELECT c1,c2 FROM t{unique}") == [(1, "a")]
    assert cluster.rows(f"SELECT k1,p1 FROM i{unique + 2}") == [("a", 1)]


def test_an_entry_that_the_same_intent_removes_is_free(cluster, unique):
    committed(cluster.commit(insert(unique, 1, "a", 0), insert(unique, 2, "b", 0)))
    committed(cluster.commit(update_key(unique, 1, "b", 0), update_key(unique, 2, "a", 0)))
    committed(cluster.commit(insert(unique, 3, "b", 1), delete(unique, 1)))
    assert cluster.rows(f"SELECT k1,p1 FROM i{unique + 2}") == [("a", 2), ("b", 3)]


def test_nulls_are_distinct_unless_the_index_says_not(cluster):
    columns = [ColumnSpec("int8"), ColumnSpec("text")]
    distinct = cluster.create_table("d", columns, (1,), [IndexSpec((2,), is_unique=True)])
    same = cluster.create_table(
        "s", columns, (1,), [IndexSpec((2,), is_unique=True, nulls_not_distinct=True)]
    )
    committed(cluster.commit(insert(distinct, 1, None), insert(distinct, 2, None)))
    committed(cluster.commit(insert(same, 1, None)))
    conflict_of(cluster.commit(insert(same, 2, None)))


def test_an_update_maintains_keys_and_carried_columns_of_indexes(cluster):
    columns = [ColumnSpec("int8"), ColumnSpec("text"), ColumnSpec("int8"), ColumnSpec("float8")]
    table = cluster.create_table("t", columns, (1,), [IndexSpec((2,), included=(3, 4))])
    entries = f"SELECT * FROM i{table + 2} ORDER BY p1"
    committed(cluster.commit(insert(table, 1, "a", 7, 0.0), insert(table, 2, None, 8, 1.0)))
    assert cluster.rows(entries) == [(0, "a", 1, 7, 0.0), (1, 0, 2, 8, 1.0)]
    committed(cluster.commit(update(table, 1, "a", 9, -0.0), update(table, 2, "b", 8, 1.0)))
    assert [repr(row) for row in cluster.rows(entries)] == ["(0, 'a', 1, 9, -0.0)", "(0, 'b', 2, 8, 1.0)"]
    committed(cluster.commit(update(table, 1, "a", 9, 0.0), delete(table, 2)))
    assert repr(cluster.rows(entries)) == "[(0, 'a', 1, 9, 0.0)]"


def test_a_table_without_a_key_is_kept_by_its_hidden_row_id(cluster):
    table = cluster.create_table("h", [ColumnSpec("text")], (), [IndexSpec((1,))])
    committed(
        cluster.commit(Change(table, (77,), Mode.INSERT, ("a",)), Change(table, (78,), Mode.INSERT, ("a",)))
    )
    committed(cluster.commit(Change(table, (78,), Mode.UPDATE, ("b",))))
    assert cluster.rows(f"SELECT _id,c1 FROM t{table}") == [(77, "a"), (78, "b")]
    assert cluster.rows(f"SELECT n1,k1,p0 FROM i{table + 1 + 1}") == [(0, "a", 77), (0, "b", 78)]
    conflict_of(cluster.commit(Change(table, (79,), Mode.DELETE, None)))


def test_a_composite_key_stands_in_key_order(cluster):
    columns = [ColumnSpec("text"), ColumnSpec("int8"), ColumnSpec("uuid")]
    table = cluster.create_table("k", columns, (3, 1), [IndexSpec((2,))])
    key, row = (b"\1" * 16, "x"), ("x", 5, b"\1" * 16)
    committed(cluster.commit(Change(table, key, Mode.INSERT, row)))
    committed(cluster.commit(Change(table, key, Mode.UPDATE, ("x", 6, b"\1" * 16))))
    assert cluster.rows(f"SELECT * FROM i{table + 2}") == [(0, 6, b"\1" * 16, "x")]
    committed(cluster.commit(Change(table, key, Mode.DELETE, None)))
    assert cluster.rows(f"SELECT count(*) FROM i{table + 2}") == [(0,)]


def test_a_losing_intent_leaves_no_trace_and_its_batch_goes_on(cluster, unique):
    committed(cluster.commit(insert(unique, 1, "a", 0)))
    with cluster.snapshot() as snapshot:
        intents = [
            cluster.intent(snapshot, (update(unique, 1, "a", 1),)),
            cluster.intent(snapshot, (insert(unique, 2, "b", 0), update(unique, 1, "a", 2))),
            cluster.intent(snapshot, (insert(unique, 3, "c", 0),)),
        ]
    answers = cluster.committer.commit_batch(intents)
    assert [type(answer).__name__ for answer in answers] == ["Commit", "SerializationFailure", "Commit"]
    assert cluster.rows(f"SELECT c1,c3,_k,_u FROM t{unique}") == [
        (1, 1, answers[0].seq - 1, answers[0].seq),
        (3, 0, answers[2].seq, 0),
    ]
    assert answers[2].seq == answers[0].seq + 1


def test_who_won_against_a_deletion_is_told(cluster, unique):
    committed(cluster.commit(insert(unique, 1, "a", 0)))
    with cluster.snapshot() as snapshot:
        late = cluster.intent(snapshot, (update(unique, 1, "a", 2),))
    cluster.clock.advance(5)
    winner = committed(cluster.commit(delete(unique, 1)))
    (answer,) = cluster.committer.commit_batch([late])
    conflict = conflict_of(answer)
    assert (conflict.mode, conflict.winner_mode, conflict.winner_seq, conflict.winner_time_us) == (
        "UPDATE",
        "DELETE",
        winner.seq,
        5_000_000,
    )


def test_an_intent_of_another_cluster_or_from_the_future_is_refused(cluster, unique):
    with cluster.snapshot() as snapshot:
        seq, version = snapshot.seq, snapshot.catalog_version
    changes = (insert(unique, 1, "a", 0),)
    answers = cluster.committer.commit_batch(
        [
            Intent("another", seq, version, changes),
            Intent("testcluster", seq + 1, version, changes),
            Intent("testcluster", seq, version + 1, changes),
        ]
    )
    assert [type(answer) for answer in answers] == [InternalError] * 3
    assert cluster.rows(f"SELECT * FROM t{unique}") == []


@pytest.mark.parametrize(
    "changes",
    [
        (Change(99_999, (1,), Mode.INSERT, (1,)),),  # no such relation
        (Change(1259, (1,), Mode.INSERT, (1, "x", 2200, 1, "r")),),  # catalog rows without DDL
        ("row too short",),
    ],
    ids=["unknown relation", "catalog without DDL", "short row"],
)
def test_an_intent_that_cannot_be_applied_harms_only_itself(cluster, unique, changes):
    if changes == ("row too short",):
        changes = (insert(unique, 8, "h", 0), insert(unique, 9))
    with cluster.snapshot() as snapshot:
        bad = cluster.intent(snapshot, changes)
        good = cluster.intent(snapshot, (insert(unique, 1, "a", 0),))
    answers = cluster.committer.commit_batch([good, bad])
    assert [type(answer) for answer in answers] == [Commit, InternalError]
    assert cluster.rows(f"SELECT c1 FROM t{unique}") == [(1,)]


def test_an_empty_intent_commits_as_nothing(cluster):
    with cluster.snapshot() as snapshot:
        intent = cluster.intent(snapshot, ())
    (answer,) = cluster.committer.commit_batch([intent])
    assert committed(answer).seq == snapshot.seq


# Schema conflicts


def test_ddl_on_an_older_catalog_loses_with_oc001(cluster):
    with cluster.snapshot() as snapshot:
        intents = [
            cluster.intent(snapshot, table_changes(oid, f"t{oid}", [ColumnSpec("int8")], (1,)), is_ddl=True)
            for oid in (26_500, 26_600)
        ]
    answers = cluster.committer.commit_batch(intents)
    committed(answers[0])
    assert answers[1].message == "schema has been updated by another transaction (OC001)"
    assert [name for (name,) in cluster.rows("SELECT relname FROM pg_class WHERE relkind='r'")] == ["t26500"]
    with cluster.snapshot() as snapshot:
        assert snapshot.next_oid == 26_502


def test_dml_loses_only_if_a_relation_it_changes_was_altered(cluster):
    columns = [ColumnSpec("int8"), ColumnSpec("int8")]
    altered = cluster.create_table("altered", columns, (1,))
    dropped = cluster.create_table("dropped", columns, (1,))
    same = cluster.create_table("same", columns, (1,))
    with cluster.snapshot() as snapshot:
        intents = [cluster.intent(snapshot, (insert(table, 1, 1),)) for table in (altered, dropped, same)]
        intents.append(cluster.intent(snapshot, (insert(same, 2, 1), insert(altered, 2, 1))))
    cluster.ddl([column_change(altered, 3, ColumnSpec("text"))])
    cluster.ddl([Change(1259, (dropped,), Mode.DELETE, None)])
    answers = cluster.committer.commit_batch(intents)
    texts = [getattr(answer, "message", "committed")[-8:] for answer in answers]
    assert texts == [" (OC001)", " (OC001)", "ommitted", " (OC001)"]


# Physical DDL


def test_an_added_column_reads_as_null_and_is_written_afterwards(cluster):
    table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
    committed(cluster.commit(insert(table, 1, "a")))
    cluster.ddl([column_change(table, 3, ColumnSpec("int8"))])
    assert cluster.rows(f"SELECT c1,c2,c3 FROM t{table}") == [(1, "a", None)]
    committed(cluster.commit(update(table, 1, "a", 5), insert(table, 2, "b", 6)))
    assert cluster.rows(f"SELECT c1,c2,c3,_k FROM t{table} ORDER BY 1")[0][:3] == (1, "a", 5)


def test_a_dropped_table_is_emptied_in_small_batches_and_old_snapshots_still_see_it(cluster):
    table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,), [IndexSpec((2,))])
    for start in range(0, 1_200, 400):
        committed(cluster.commit(*[insert(table, key, "x") for key in range(start, start + 400)]))
    with cluster.snapshot() as snapshot:
        cluster.ddl(
            [
                Change(1259, (table,), Mode.DELETE, None),
                Change(1259, (table + 2,), Mode.DELETE, None),
                Change(2610, (table + 2,), Mode.DELETE, None),
                Change(2610, (table + 1,), Mode.DELETE, None),
            ]
        )
        steps = 0
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
            steps += 1
        assert steps >= 6
        assert snapshot.reader.execute(f"SELECT count(*) FROM t{table}").fetchall() == [(1_200,)]
    names = [name for (name,) in cluster.rows("SELECT name FROM sqlite_schema")]
    assert not [name for name in names if name.endswith((str(table), str(table + 2)))]
    assert cluster.rows("SELECT * FROM abandoned") == []


def test_an_index_created_valid_is_filled_and_one_created_invalid_only_maintained(cluster):
    table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("int8")], (1,))
    committed(cluster.commit(insert(table, 1, 10), insert(table, 2, None)))
    cluster.ddl(index_changes(table, table + 50, "valid_idx", IndexSpec((2,))))
    cluster.ddl(index_changes(table, table + 51, "building_idx", IndexSpec((2,), is_valid=False)))
    committed(cluster.commit(insert(table, 3, 30)))
    assert cluster.rows(f"SELECT * FROM i{table + 50}") == [(0, 10, 1), (0, 30, 3), (1, 0, 2)]
    assert cluster.rows(f"SELECT * FROM i{table + 51}") == [(0, 30, 3)]


def test_an_index_is_built_in_batches_beside_commits(cluster):
    table = cluster.create_table("t", [ColumnSpec("text"), ColumnSpec("int8")], (1,))
    for start in range(0, 60, 20):
        rows = [(f"{key:02}", key) for key in range(start, start + 20)]
        committed(cluster.commit(*[insert(table, *row) for row in rows]))
    index = table + 50
    cluster.ddl(index_changes(table, index, "idx", IndexSpec((2,), is_valid=False)))
    after, batches = (), 0
    while after is not None:
        after = cluster.committer.write(
            lambda connection, after=after: continue_index_build(connection, table, index, after, rows_max=25)
        )
        batches += 1
        if batches == 1:  # on both sides of where the build stands
            committed(cluster.commit(update(table, "03", 300), update(table, "40", 400), delete(table, "41")))
    assert batches == 3
    expected = cluster.rows(f"SELECT 0,c2,c1 FROM t{table} ORDER BY c2")
    assert cluster.rows(f"SELECT * FROM i{index}") == expected
    assert len(expected) == 59
    with pytest.raises(LookupError):
        cluster.committer.write(
            lambda connection: continue_index_build(connection, table, 77, (), rows_max=5)
        )
    assert not cluster.database.writer.in_transaction


def test_dropping_not_null_builds_its_indexes_anew(cluster):
    columns = [ColumnSpec("int8"), ColumnSpec("int8", not_null=True)]
    table = cluster.create_table("t", columns, (1,), [IndexSpec((2,))])
    committed(cluster.commit(insert(table, 1, 10), insert(table, 2, 5)))
    assert cluster.rows(f"SELECT * FROM i{table + 2}") == [(5, 2), (10, 1)]
    row = column_change(table, 2, ColumnSpec("int8")).row
    cluster.ddl([Change(1249, (table, 2), Mode.UPDATE, row)])
    committed(cluster.commit(insert(table, 3, None)))
    assert cluster.rows(f"SELECT * FROM i{table + 2}") == [(0, 5, 2), (0, 10, 1), (1, 0, 3)]
    while cluster.committer.needs_maintenance:
        cluster.committer.maintain()
    assert cluster.rows("SELECT * FROM abandoned") == []


# Faults


@pytest.mark.parametrize("op", ["begin", "apply", "commit"])
def test_a_full_disk_fails_the_whole_batch_and_reads_go_on(tmp_path, op):
    faults = Faults(Fault(op, nth=3, error=disk_full))
    with TestCluster(tmp_path, faults=faults) as cluster:
        table = cluster.create_table("t", [ColumnSpec("int8")], (1,))
        committed(cluster.commit(insert(table, 1)))
        with cluster.snapshot() as snapshot:
            intents = [cluster.intent(snapshot, (insert(table, key),)) for key in (1, 2, 3)]
        answers = cluster.committer.commit_batch(intents)
        assert [type(answer) for answer in answers] == [DiskFull] * 3
        assert answers[0].message == "could not extend file: No space left on device"
        assert cluster.rows(f"SELECT c1 FROM t{table}") == [(1,)]
        with cluster.snapshot() as now:
            assert cluster.snapshots.seq == now.seq
        again = cluster.committer.commit_batch(intents)
        assert [type(answer) for answer in again] == [SerializationFailure, Commit, Commit]
        assert again[1].seq == now.seq + 1


def test_sqlites_own_full_disk_is_53100(cluster):
    table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
    pages = cluster.database.writer.execute("PRAGMA page_count").get
    cluster.database.writer.execute(f"PRAGMA max_page_count={pages + 4}").fetchall()
    small = committed(cluster.commit(insert(table, 1, "x")))
    answer = cluster.commit(insert(table, 2, "x" * 100_000))
    assert isinstance(answer, DiskFull)
    assert answer.sqlstate == "53100"
    assert cluster.rows(f"SELECT c1 FROM t{table}") == [(1,)]
    assert committed(cluster.commit(insert(table, 3, "x"))).seq == small.seq + 1


def test_ddl_in_a_failed_batch_is_forgotten(tmp_path):
    faults = Faults(Fault("commit", nth=2, error=lambda: IoError("could not write")))
    with TestCluster(tmp_path, faults=faults) as cluster:
        table = cluster.create_table("t", [ColumnSpec("int8")], (1,))
        with pytest.raises(IoError):
            cluster.ddl([column_change(table, 2, ColumnSpec("text"))])
        committed(cluster.commit(insert(table, 1)))
        assert cluster.rows(f"SELECT * FROM t{table}")[0][3:] == (1,)
        committed_version = cluster.ddl([column_change(table, 2, ColumnSpec("text"))]).catalog_version
        committed(cluster.commit(insert(table, 2, "b")))
        assert cluster.snapshots.catalog_version == committed_version == 3
