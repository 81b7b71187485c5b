"""The rule as a function and the rule in the statements' WHERE decide alike, whatever a row's numbers are."""

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.storage.apply import TableWriter
from borealis.storage.layout import IndexLayout, KeyColumn, TableLayout
from borealis.transaction.adjudicator import RULES, conflicts, numbers_after
from borealis.transaction.intent import Mode

PLAIN = TableLayout(5, "t5", ("c1", "c2"), (0,), has_integer_key=True)
INDEX = IndexLayout(9, (KeyColumn(1, is_nullable=True),), (0,), (), is_unique=False, nulls_not_distinct=False)
LAYOUTS = {
    "integer key": PLAIN,
    "key": TableLayout(5, "t5", ("c1", "c2"), (0,), has_integer_key=False),
    "indexed": TableLayout(5, "t5", ("c1", "c2"), (0,), has_integer_key=True, indexes=(INDEX,)),
}
SEQ = 9

numbers = st.tuples(st.integers(1, 6), st.integers(0, 6), st.integers(0, 6))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(LAYOUTS)), st.none() | numbers, st.sampled_from(Mode), st.integers(1, 6))
def test_a_statement_writes_exactly_when_the_rule_says_so(name, before, mode, snapshot_seq):
    layout = LAYOUTS[name]
    connection = apsw.Connection(":memory:")
    connection.execute(layout.create)
    for index in layout.indexes:
        connection.execute(index.create)
    writer = TableWriter(connection, layout, RULES)
    if before is not None:
        connection.execute("INSERT INTO t5 VALUES(?,?,?,1,'old')", before)
        for index in layout.indexes:
            connection.execute(index.insert, index.entry((1, "old")))
    row = (1, "new") if RULES[mode].action in ("insert", "update") else None
    won = writer.write(mode, (1,), row, snapshot_seq, SEQ, [])
    assert won is not conflicts(before, mode, snapshot_seq)
    expected = numbers_after(before, mode, SEQ) if won else before
    assert writer.numbers((1,)) == expected
    value = "new" if won and row else "old"
    assert connection.execute("SELECT c2 FROM t5").fetchall() == ([] if expected is None else [(value,)])
    if layout.indexes:
        entries = connection.execute("SELECT * FROM i9").fetchall()
        assert entries == ([] if expected is None else [(0, value, 1)])
