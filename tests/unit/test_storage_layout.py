"""Physical layouts: what the tables look like, and the order and identity of index entries."""

import pytest

from borealis.storage.layout import IndexLayout, KeyColumn, TableLayout


def table(key, columns=("c1", "c2", "c3"), **fields):
    return TableLayout(5, "t5", columns, key, **{"has_integer_key": False, **fields})


def index(*key, **fields):
    columns = tuple(KeyColumn(ordinal, is_nullable) for ordinal, is_nullable in key)
    defaults = {"primary": (0,), "included": (), "is_unique": False, "nulls_not_distinct": False}
    return IndexLayout(9, columns, **{**defaults, **fields})


@pytest.mark.parametrize(
    ("layout", "sql"),
    [
        (
            table((1,), has_integer_key=True),
            "CREATE TABLE t5(_k,_u,_s,c1,c2 INTEGER PRIMARY KEY,c3)",
        ),
        (table((2, 0)), "CREATE TABLE t5(_k,_u,_s,c1,c2,c3,PRIMARY KEY(c3,c1)) WITHOUT ROWID"),
        (table(()), "CREATE TABLE t5(_id INTEGER PRIMARY KEY,_k,_u,_s,c1,c2,c3)"),
        (index((1, False)), "CREATE TABLE i9(k1,p1,PRIMARY KEY(k1,p1)) WITHOUT ROWID"),
        (
            index((1, True), (2, False), primary=(2, 0), included=(1,)),
            "CREATE TABLE i9(n1,k1,k2,p3,p1,c2,PRIMARY KEY(n1,k1,k2,p3,p1)) WITHOUT ROWID",
        ),
        (
            index((0, True), primary=(3,), has_hidden_key=True),
            "CREATE TABLE i9(n1,k1,p0,PRIMARY KEY(n1,k1,p0)) WITHOUT ROWID",
        ),
    ],
    ids=["integer key", "composite key", "hidden key", "index", "wide index", "index of hidden key"],
)
def test_a_layout_has_one_statement_that_creates_it(layout, sql):
    assert layout.create == sql


def test_statements_number_the_images_ordinals():
    layout = table((2, 0))
    assert layout.insert == "INSERT OR IGNORE INTO t5 VALUES(?4,0,0,?1,?2,?3)"
    assert (
        layout.update("_u", ("_k", "_u"))
        == "UPDATE t5 SET c2=?2,_u=?4 WHERE c3=?3 AND c1=?1 AND _k<=?5 AND _u<=?5"
    )
    assert layout.touch("_s", ("_k",)) == "UPDATE t5 SET _s=?3 WHERE c3=?1 AND c1=?2 AND _k<=?4"
    assert layout.delete(("_k",)) == "DELETE FROM t5 WHERE c3=?1 AND c1=?2 AND _k<=?4"
    hidden = table(())
    assert hidden.insert == "INSERT OR IGNORE INTO t5 VALUES(?4,?5,0,0,?1,?2,?3)"
    assert hidden.update("_u", ()) == "UPDATE t5 SET c1=?1,c2=?2,c3=?3,_u=?5 WHERE _id=?4"


def test_a_null_key_column_becomes_a_flag_and_zero():
    entry = index((1, True), (2, False), included=(1,)).entry
    assert entry((7, "a", "b")) == (0, "a", "b", 7, "a")
    assert entry((7, None, "b")) == (1, 0, "b", 7, None)


def test_only_what_indexes_need_is_read_of_an_old_row():
    layout = table((0,), indexes=(index((2, False)),))
    assert layout.select_indexed == "SELECT c1,NULL,c3 FROM t5 WHERE c1=?"


@pytest.mark.parametrize(
    ("nulls_not_distinct", "nullable", "exempt"),
    [(False, True, True), (True, True, False), (False, False, False)],
)
def test_a_null_takes_no_part_in_uniqueness_unless_told(nulls_not_distinct, nullable, exempt):
    is_exempt = index((1, nullable), is_unique=True, nulls_not_distinct=nulls_not_distinct).is_exempt
    assert (is_exempt is not None and is_exempt((1, None))) is exempt
    assert is_exempt is None or not is_exempt((1, "a"))
