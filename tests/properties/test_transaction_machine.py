"""Transactions against a dict per snapshot: reads, conflicts and index contents are what the model says.

The model keeps, per committed sequence, the whole table as a dict, and per key the (sequence, mode) of each change. A commit
must lose exactly when the documented matrix names a change after its snapshot, or a unique value is taken.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from borealis.errors import SerializationFailure
from borealis.transaction.intent import Commit, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster

SLOTS = st.integers(0, 2)  # sessions; few, with few keys, so that they meet
KEYS = st.integers(1, 3)
VALUES = st.none() | st.sampled_from("ab")
UNIQUE = st.sampled_from(["same", "same", None, 1, 2, 3])
NAMES = st.sampled_from(["write", "write", "write", "delete", "FOR_UPDATE", "KEY_SHARE"])
ACTIONS = st.tuples(SLOTS, NAMES, KEYS, VALUES, UNIQUE)

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
    def __init__(self):
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.cluster = TestCluster(Path(self.directory.name))
        columns = [ColumnSpec("int8"), ColumnSpec("text"), ColumnSpec("int8")]
        indexes = [IndexSpec((2,)), IndexSpec((3,), is_unique=True), IndexSpec((2, 3), included=(3,))]
        self.table = self.cluster.create_table("t", columns, (1,), indexes)
        self.sessions = {}
        self.rows = {}
        self.changes = []  # (seq, key, mode)

    def teardown(self):
        for slot in list(self.sessions):
            self.roll_back(slot)
        self.cluster.close()
        self.directory.cleanup()

    def open(self, slot):
        """Return the session's transaction; its snapshot is taken with its first statement."""
        if slot not in self.sessions:
            transaction = self.cluster.begin()
            self.sessions[slot] = Open(transaction, self.rows, transaction.snapshot.seq)
        return self.sessions[slot]

    @initialize()
    def first_rows(self):
        for key in (1, 2):
            self.write(0, key, "a", key)
        self.commit(0)

    @rule(actions=st.lists(ACTIONS, min_size=1, max_size=8))
    def work(self, actions):
        for slot, name, key, value, number in actions:
            if name == "write":
                self.write(slot, key, value, number)
            elif name == "delete":
                self.delete(slot, key)
            else:
                self.lock(slot, key, Mode[name])
            self.read(slot, key)

    def write(self, slot, key, value, number):
        """Insert or update, as the executor would after looking at what the transaction sees."""
        one = self.open(slot)
        if number == "same":
            number = one.view[key][2] if key in one.view else None
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

    def delete(self, slot, key):
        one = self.open(slot)
        if key in one.view:
            one.transaction.writes.delete(self.table, (key,))
            del one.view[key]

    def lock(self, slot, key, mode):
        one = self.open(slot)
        if key in one.view:
            one.transaction.writes.lock(self.table, (key,), mode)

    def read(self, slot, key):
        one = self.open(slot)
        assert one.transaction.read(self.table, (key,)) == one.view.get(key)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def end(self, data):
        slots = data.draw(
            st.lists(st.sampled_from(sorted(self.sessions)), min_size=1, max_size=3, unique=True)
        )
        if data.draw(st.integers(0, 9)) == 9:
            self.roll_back(slots[0])
        else:
            self.commit(*slots)

    def commit(self, *slots):
        """Commit sessions in one batch, in this order."""
        ending = [self.sessions.pop(slot) for slot in slots]
        intents = [one.transaction.intent() for one in ending]
        answers = self.cluster.committer.commit_batch(intents)
        for one, intent, answer in zip(ending, intents, answers, strict=True):
            self.check(one, intent, answer)

    def check(self, one, intent, answer):
        loses = self.loses(one, intent.changes)
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

    def roll_back(self, slot):
        self.sessions.pop(slot).transaction.snapshot.close()

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


PHASES = set(Phase) - {Phase.explain}


class TestTransactions(Machine.TestCase):
    settings = settings(max_examples=8, stateful_step_count=30, deadline=None, phases=PHASES)


@pytest.mark.slow
class TestMoreTransactions(Machine.TestCase):
    settings = settings(max_examples=150, stateful_step_count=50, deadline=None, phases=PHASES)
