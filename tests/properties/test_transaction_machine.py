"""Transactions against a dict per snapshot: reads, conflicts and index contents are what the model says.

The model keeps, per committed sequence, the whole table as a dict, and per key the (sequence, mode) of each change. A commit
must lose exactly when the documented matrix names a change after its snapshot, or a unique value is taken.
"""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from borealis.errors import SerializationFailure
from borealis.transaction.intent import Commit, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster

KEYS = st.integers(1, 4)
VALUES = st.none() | st.sampled_from("ab")
UNIQUE = st.none() | st.integers(1, 3)

STRONG = {Mode.INSERT, Mode.DELETE, Mode.UPDATE_KEY, Mode.FOR_UPDATE}


def matrix(earlier, mine):
    """Tell whether two changes of one row conflict. Source: the table in dsql-facts.md §3.2."""
    if earlier in STRONG or mine in STRONG:
        return True
    return earlier is Mode.UPDATE and mine is Mode.UPDATE


class Open:
    def __init__(self, transaction, view, started):
        self.transaction = transaction
        self.view = dict(view)  # what it sees, own writes included
        self.started = started


class Machine(RuleBasedStateMachine):
    transactions = Bundle("transactions")

    def __init__(self):
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.cluster = TestCluster(Path(self.directory.name))
        columns = [ColumnSpec("int8"), ColumnSpec("text"), ColumnSpec("int8")]
        indexes = [IndexSpec((2,)), IndexSpec((3,), is_unique=True), IndexSpec((2, 3), included=(3,))]
        self.table = self.cluster.create_table("t", columns, (1,), indexes)
        self.rows = {}
        self.changes = []  # (seq, key, mode)

    def teardown(self):
        self.cluster.close()
        self.directory.cleanup()

    @rule(target=transactions)
    def begin(self):
        transaction = self.cluster.begin()
        return Open(transaction, self.rows, transaction.snapshot.seq)

    def is_open(self, one):
        return one.transaction is not None

    @rule(one=transactions, key=KEYS, value=VALUES, number=UNIQUE)
    def write(self, one, key, value, number):
        """Insert or update, as the executor would after looking at what the transaction sees."""
        if not self.is_open(one):
            return
        taken = {row[2]: k for k, row in one.view.items() if row[2] is not None}
        if taken.get(number, key) != key:
            return  # 23505 at the statement
        row, old = (key, value, number), one.view.get(key)
        writes = one.transaction.writes
        if old is None:
            writes.insert(self.table, (key,), row)
        else:
            writes.update(self.table, (key,), row, Mode.UPDATE if old[2] == number else Mode.UPDATE_KEY)
        one.view[key] = row

    @rule(one=transactions, key=KEYS)
    def delete(self, one, key):
        if self.is_open(one) and key in one.view:
            one.transaction.writes.delete(self.table, (key,))
            del one.view[key]

    @rule(one=transactions, key=KEYS, mode=st.sampled_from([Mode.FOR_UPDATE, Mode.KEY_SHARE]))
    def lock(self, one, key, mode):
        if self.is_open(one) and key in one.view:
            one.transaction.writes.lock(self.table, (key,), mode)

    @rule(one=transactions, key=KEYS)
    def read(self, one, key):
        if self.is_open(one):
            assert one.transaction.read(self.table, (key,)) == one.view.get(key)

    @rule(one=transactions)
    def commit(self, one):
        if not self.is_open(one):
            return
        transaction, one.transaction = one.transaction, None
        intent = transaction.intent()
        loses = self.loses(one, intent.changes)
        (answer,) = self.cluster.committer.commit_batch([intent])
        if loses:
            assert isinstance(answer, SerializationFailure), (loses, intent)
            return
        assert isinstance(answer, Commit), (answer, getattr(answer, "conflict", None))
        for change in intent.changes:
            if change.mode is Mode.DELETE:
                del self.rows[change.key[0]]
            elif change.row is not None:
                self.rows[change.key[0]] = change.row
            self.changes.append((answer.seq, change.key[0], change.mode))

    def loses(self, one, changes):
        for change in changes:
            key = change.key[0]
            if change.mode is Mode.INSERT:
                if key in self.rows:
                    return "key exists"
            elif key not in self.rows:
                return "row gone"
            else:
                # A row that was deleted and inserted since is another row: its INSERT counts.
                for seq, other, mode in self.changes:
                    if other == key and seq > one.started and matrix(mode, change.mode):
                        return f"{mode.name} as {seq}"
        mine = {change.key[0] for change in changes if change.row is not None or change.mode is Mode.DELETE}
        taken = {row[2] for key, row in self.rows.items() if key not in mine}
        new = {change.row[2] for change in changes if change.row is not None and change.row[2] is not None}
        return "unique entry" if new & taken else None

    @rule(one=transactions)
    def roll_back(self, one):
        if self.is_open(one):
            one.transaction.snapshot.close()
            one.transaction = None

    @precondition(lambda self: self.changes)
    @invariant()
    def indexes_hold_what_the_table_says(self):
        t, rows = self.table, sorted(self.rows.values())
        assert self.cluster.rows(f"SELECT c1,c2,c3 FROM t{t} ORDER BY c1") == rows

        def flagged(value):
            return (1, 0) if value is None else (0, value)

        query = self.cluster.rows
        assert query(f"SELECT * FROM i{t + 2}") == sorted((*flagged(v), k) for k, v, _ in rows)
        assert query(f"SELECT * FROM i{t + 3}") == sorted((*flagged(n), k) for k, _, n in rows)
        expected = {(*flagged(v), *flagged(n), k, n) for k, v, n in rows}
        assert set(query(f"SELECT * FROM i{t + 4}")) == expected
        (numbers,) = query(f"SELECT coalesce(max(max(_k,_u,_s)),0) FROM t{t}")
        assert numbers[0] <= self.cluster.snapshots.seq


TestTransactions = Machine.TestCase
TestTransactions.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
