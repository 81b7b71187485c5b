"""Merging of modes in a write set, its limits and its accounting."""

import pytest

from borealis.errors import ProgramLimitExceeded
from borealis.transaction.intent import Change, Mode
from borealis.transaction.write_set import WriteSet

T = 26384


def play(steps):
    writes = WriteSet()
    for number, step in enumerate(steps.split()):
        row = (1, number)
        match step:
            case "insert":
                writes.insert(T, (1,), row)
            case "update":
                writes.update(T, (1,), row)
            case "update_key":
                writes.update(T, (1,), row, Mode.UPDATE_KEY)
            case "delete":
                writes.delete(T, (1,))
            case "for_update":
                writes.lock(T, (1,), Mode.FOR_UPDATE)
            case "key_share":
                writes.lock(T, (1,), Mode.KEY_SHARE)
    return writes


@pytest.mark.parametrize(
    ("steps", "mode", "row"),
    [
        ("insert", Mode.INSERT, 0),
        ("insert update", Mode.INSERT, 1),
        ("insert update_key", Mode.INSERT, 1),
        ("insert for_update", Mode.INSERT, 0),
        ("insert key_share", Mode.INSERT, 0),
        ("insert delete", None, None),
        ("insert delete insert", Mode.INSERT, 2),
        ("update", Mode.UPDATE, 0),
        ("update update", Mode.UPDATE, 1),
        ("update update_key", Mode.UPDATE_KEY, 1),
        ("update_key update", Mode.UPDATE_KEY, 1),
        ("update delete", Mode.DELETE, None),
        ("update for_update", Mode.UPDATE_KEY, 0),
        ("update key_share", Mode.UPDATE, 0),
        ("delete", Mode.DELETE, None),
        ("delete insert", Mode.UPDATE_KEY, 1),
        ("delete insert update", Mode.UPDATE_KEY, 2),
        ("delete insert delete", Mode.DELETE, None),
        ("for_update", Mode.FOR_UPDATE, None),
        ("for_update key_share", Mode.FOR_UPDATE, None),
        ("for_update update", Mode.UPDATE_KEY, 1),
        ("for_update delete", Mode.DELETE, None),
        ("key_share", Mode.KEY_SHARE, None),
        ("key_share for_update", Mode.FOR_UPDATE, None),
        ("key_share update", Mode.UPDATE, 1),
        ("key_share update_key", Mode.UPDATE_KEY, 1),
        ("key_share delete", Mode.DELETE, None),
    ],
)
def test_a_key_has_one_entry_that_merges_what_was_done(steps, mode, row):
    writes = play(steps)
    expected = () if mode is None else (Change(T, (1,), mode, None if row is None else (1, row)),)
    assert writes.changes() == expected
    assert bool(writes) is (mode is not None)


@pytest.mark.parametrize("steps", ["for_update", "key_share"])
def test_a_lock_hides_nothing_and_a_deletion_does(steps):
    assert not play(steps).get(T, (1,)).hides_base
    assert play(f"{steps} delete").get(T, (1,)).hides_base
    assert play(f"{steps} update").get(T, (1,)).hides_base


def test_changes_come_in_the_order_keys_were_first_written():
    writes = WriteSet()
    for table, key in ((2, 9), (1, 5), (2, 3), (1, 1)):
        writes.insert(table, (key,), (key,))
    assert [(change.table, change.key) for change in writes.changes()] == [
        (2, (9,)),
        (2, (3,)),
        (1, (5,)),
        (1, (1,)),
    ]


def test_the_3001st_row_is_refused_at_the_statement():
    writes = WriteSet()
    for key in range(3_000):
        writes.insert(T, (key,), (key,))
    writes.update(T, (0,), (0,))  # a row again is no new row
    writes.lock(T, (9_000,), Mode.KEY_SHARE)  # nor is a key share
    with pytest.raises(ProgramLimitExceeded) as caught:
        writes.lock(T, (9_000,), Mode.FOR_UPDATE)
    assert (caught.value.sqlstate, caught.value.message) == ("54000", "transaction row limit exceeded")


def test_rows_max_may_be_lifted():
    writes = WriteSet(rows_max=None)
    for key in range(3_001):
        writes.delete(T, (key,))
    assert writes.rows_count == 3_001


def test_the_version_moves_with_what_is_read_and_not_with_locks():
    writes = WriteSet()
    versions = [writes.version]
    writes.insert(T, (1,), (1,))
    versions.append(writes.version)
    writes.update(T, (1,), (2,))
    versions.append(writes.version)
    writes.delete(T, (1,))
    versions.append(writes.version)
    assert versions == sorted(set(versions))
    writes.lock(T, (2,), Mode.FOR_UPDATE)
    assert writes.version == versions[-1]


def test_accounted_are_rows_and_index_entries():
    writes = WriteSet()
    writes.insert(T, (1,), (1, "äb", None, b"abc", 1.5))
    assert writes.accounted_bytes(lambda table: ()) == 8 + 3 + 1 + 3 + 8
    assert writes.accounted_bytes(lambda table: ((1, 0), (3, 0))) == 23 + (3 + 8) + (3 + 8)
    writes.delete(T, (2,))
    assert writes.accounted_bytes(lambda table: ()) == 23 + 8


def test_more_than_10_mib_is_refused_at_commit():
    writes = WriteSet()
    writes.insert(T, (1,), (1, "x" * (10 * 1024 * 1024 - 8)))
    writes.check_size(lambda table: ())
    with pytest.raises(ProgramLimitExceeded) as caught:
        writes.check_size(lambda table: ((1,),))
    assert caught.value.message == "transaction size limit 10mb exceeded"
    assert caught.value.detail == "Current transaction size 20mb > 10mb"
