"""The order in which an index holds its entries is SQL's order: by the columns, nulls last, then by primary key."""

import math

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.storage.layout import IndexLayout, KeyColumn, TableLayout

# What stands in SQLite, and how SQL orders it: text by its UTF-8 bytes (C collation), NaN above all numbers.
KINDS = {
    "int8": (st.integers(-(2**63), 2**63 - 1), lambda value: value),
    "text": (
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
        str.encode,
    ),
    "bytea": (st.binary(max_size=6), lambda value: value),
    "uuid": (st.binary(min_size=16, max_size=16), lambda value: value),
    "float8": (
        st.floats(allow_nan=False) | st.just("NaN"),
        lambda value: (1, 0.0) if value == "NaN" else (0, value),
    ),
}


@st.composite
def indexed_rows(draw):
    """Columns of some kinds, some nullable, and rows under distinct integer keys (ordinal 0)."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    nullable = [draw(st.booleans()) for _ in kinds]
    values = [
        st.none() | KINDS[kind][0] if null else KINDS[kind][0]
        for kind, null in zip(kinds, nullable, strict=True)
    ]
    rows = draw(st.lists(st.tuples(st.integers(-5, 5), *values), max_size=12, unique_by=lambda row: row[0]))
    return kinds, nullable, rows


def sql_order(kinds):
    def key(row):
        columns = [
            (1, None) if value is None else (0, KINDS[kind][1](value))
            for kind, value in zip(kinds, row[1:], strict=True)
        ]
        return (*columns, row[0])

    return key


@settings(max_examples=150, deadline=None)
@given(indexed_rows())
def test_entries_stand_in_sql_order(drawn):
    kinds, nullable, rows = drawn
    index = IndexLayout(
        oid=9,
        key=tuple(KeyColumn(ordinal, null) for ordinal, null in enumerate(nullable, 1)),
        primary=(0,),
        included=(),
        is_unique=False,
        nulls_not_distinct=False,
    )
    connection = apsw.Connection(":memory:")
    connection.execute(index.create)
    connection.executemany(index.insert, [index.entry(row) for row in rows])
    order = ",".join(index.key_columns)
    found = [key for (key,) in connection.execute(f"SELECT p1 FROM i9 ORDER BY {order}").fetchall()]
    assert found == [row[0] for row in sorted(rows, key=sql_order(kinds))]
    plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT p1 FROM i9 ORDER BY {order}").fetchall()
    assert "TEMP B-TREE" not in str(plan)  # the order falls out of the table


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_values_come_back_as_they_were(kind, data):
    """No column converts what it is given: also -0.0, whole floats and text that looks like a number."""
    value = data.draw(KINDS[kind][0])
    layout = TableLayout(5, "t5", ("c1", "c2"), (0,), has_integer_key=False)
    connection = apsw.Connection(":memory:")
    connection.execute(layout.create)
    connection.execute(layout.insert, (value, value, 1))
    (row,) = connection.execute("SELECT c1,c2 FROM t5").fetchall()
    for found in row:
        assert type(found) is type(value)
        assert found == value
        if isinstance(value, float):
            assert math.copysign(1, found) == math.copysign(1, value)
