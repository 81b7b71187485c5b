"""The whole commit path in one thread: clients step by step as a seeded Random says, with faults among the commits.

Each scene is a workload whose invariant breaks when isolation does; the last tests take the conflict check away and see
that it does. A failure names its seed; pytest -k 'name and seed' repeats it, as the same steps in the same order.
"""

import random
from dataclasses import dataclass, field

import pytest

from borealis.errors import DiskFull, SerializationFailure
from borealis.storage.apply import WriteRule
from borealis.storage.errors import disk_full
from borealis.storage.faults import Fault, Faults
from borealis.transaction import adjudicator
from borealis.transaction.intent import Commit, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster, column_change

SEEDS = range(5)


@dataclass
class Outcome:
    commits: int = 0
    conflicts: int = 0
    schema_conflicts: int = 0
    disk_full: int = 0
    acknowledged: list = field(default_factory=list)


class Simulation:
    """Steps clients (generators that yield between statements and return their transaction to commit it)."""

    def __init__(self, cluster, seed):
        self.cluster = cluster
        self.random = random.Random(seed)
        self.outcome = Outcome()

    def run(self, client, clients=6, steps=400, batch_max=4):
        """Run `client(self)` in several places; what is to be committed waits and goes in batches."""
        running = [client(self) for _ in range(clients)]
        waiting = []
        for _ in range(steps):
            if waiting and self.random.random() < 0.25 or len(waiting) == len(running):
                self.random.shuffle(waiting)
                batch, waiting = waiting[:batch_max], waiting[batch_max:]
                self.commit([transaction for _, transaction, _ in batch])
                for place, _, _ in batch:
                    running[place] = client(self)
                continue
            place = self.random.choice([p for p in range(clients) if running[p] is not None])
            try:
                next(running[place])
            except StopIteration as ended:
                running[place] = None
                waiting.append((place, ended.value, None))
        for _, transaction, _ in waiting:
            transaction.snapshot.close()
        for generator in running:
            if generator is not None:
                generator.close()
        return self.outcome

    def commit(self, transactions):
        answers = self.cluster.committer.commit_batch([transaction.intent() for transaction in transactions])
        for transaction, answer in zip(transactions, answers, strict=True):
            if isinstance(answer, Commit):
                self.outcome.commits += 1
                self.outcome.acknowledged.append(transaction)
            elif isinstance(answer, DiskFull):
                self.outcome.disk_full += 1
            elif isinstance(answer, SerializationFailure):
                if "OC001" in answer.message:
                    self.outcome.schema_conflicts += 1
                else:
                    self.outcome.conflicts += 1
            else:
                raise answer


def begin(simulation):
    """Begin a transaction that a closed generator gives back."""
    return simulation.cluster.begin()


def closing(function):
    """Give back a snapshot when the simulation ends in the middle of a transaction."""

    def client(simulation):
        transaction = begin(simulation)
        try:
            yield from function(simulation, transaction)
        except GeneratorExit:
            transaction.snapshot.close()
            raise
        return transaction

    return client


# Cycle: each transaction reads three links of a ring and turns them round; lost isolation breaks the ring.

RING = 8


def ring(cluster):
    table = cluster.create_table("ring", [ColumnSpec("int8"), ColumnSpec("int8")], (1,), [IndexSpec((2,))])
    transaction = cluster.begin()
    for key in range(RING):
        transaction.writes.insert(table, (key,), (key, (key + 1) % RING))
    cluster.expect_commit(transaction.intent())
    return table


def swap_links(table):
    @closing
    def client(simulation, transaction):
        first = simulation.random.randrange(RING)
        (_, second) = transaction.read(table, (first,))
        yield
        (_, third) = transaction.read(table, (second,))
        yield
        (_, fourth) = transaction.read(table, (third,))
        yield
        for key, following in ((first, third), (third, second), (second, fourth)):
            transaction.writes.update(table, (key,), (key, following))
            yield

    return client


def ring_of(cluster, table):
    following = dict(cluster.rows(f"SELECT c1,c2 FROM t{table}"))
    seen, key = [], 0
    while key not in seen:
        seen.append(key)
        key = following[key]
    return seen


def run_cycle(directory, seed, faults=None):
    with TestCluster(directory, faults=faults) as cluster:
        table = ring(cluster)
        outcome = Simulation(cluster, seed).run(swap_links(table))
        entries = cluster.rows(f"SELECT p1,k1 FROM i{table + 2} ORDER BY 1")
        assert entries == cluster.rows(f"SELECT c1,c2 FROM t{table} ORDER BY 1")
        return outcome, ring_of(cluster, table)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ring_stays_whole(tmp_path, seed):
    outcome, seen = run_cycle(tmp_path, seed)
    assert len(seen) == RING, f"seed {seed}: the ring broke, {seen}"
    assert outcome.commits > 10
    assert outcome.conflicts > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ring_stays_whole_while_the_disk_fills(tmp_path, seed):
    chance = random.Random(seed)
    faults = Faults(
        *[
            Fault(op, nth=chance.randint(3, 40), error=disk_full, count=chance.randint(1, 3))
            for op in ("begin", "apply", "commit", "commit")
        ]
    )
    outcome, seen = run_cycle(tmp_path, seed, faults)
    assert len(seen) == RING, f"seed {seed}: the ring broke, {seen}"
    assert outcome.disk_full >= 2
    assert outcome.commits > 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 200, 10))
def test_many_rings_stay_whole(tmp_path, first):
    for seed in range(first, first + 10):
        (tmp_path / str(seed)).mkdir()
        assert len(run_cycle(tmp_path / str(seed), seed)[1]) == RING, f"seed {seed}"


def without_check(monkeypatch, mode):
    """Take the guards of one mode away, in the rule that the committer's statements are made from."""
    rule = adjudicator.RULES[mode]
    rules = {
        **adjudicator.RULES,
        mode: WriteRule(rule.action, guards=("0",), sets=rule.sets),
    }  # 0 <= any snapshot
    monkeypatch.setattr("borealis.transaction.decider.RULES", rules)


def test_without_the_conflict_check_the_ring_breaks(tmp_path, monkeypatch):
    """Tests the test: a simulation that cannot fail shows nothing."""
    without_check(monkeypatch, Mode.UPDATE)
    broken = 0
    for seed in SEEDS:
        (tmp_path / str(seed)).mkdir()
        outcome, seen = run_cycle(tmp_path / str(seed), seed)
        assert outcome.conflicts == 0
        broken += len(seen) != RING
    assert broken == len(SEEDS)


# Bank: what is moved between accounts is neither lost nor made.


def run_bank(directory, seed, *, with_ddl=False):
    with TestCluster(directory) as cluster:
        columns = [ColumnSpec("int8"), ColumnSpec("int8")]
        accounts = cluster.create_table("accounts", columns, (1,))
        history = cluster.create_table(
            "history", [ColumnSpec("uuid"), ColumnSpec("int8")], (1,), [IndexSpec((2,))]
        )
        transaction = cluster.begin()
        for key in range(5):
            transaction.writes.insert(accounts, (key,), (key, 100))
        cluster.expect_commit(transaction.intent())
        width = len(columns)

        @closing
        def transfer(simulation, transaction):
            chance = simulation.random
            source, target = chance.sample(range(5), 2)
            amount = chance.randint(1, 20)
            for key, change in ((source, -amount), (target, amount)):
                row = transaction.read(accounts, (key,))
                yield
                transaction.writes.update(accounts, (key,), (key, row[1] + change, *row[2:]))
            entry = chance.randbytes(16)
            transaction.writes.insert(history, (entry,), (entry, amount))

        simulation = Simulation(cluster, seed)
        if not with_ddl:
            outcome = simulation.run(transfer)
        else:
            for round_ in range(3):  # a column more, and transactions of before and after beside each other
                old = cluster.begin()
                row = old.read(accounts, (0,))
                old.writes.update(accounts, (0,), (0, row[1] + 1_000, *row[2:]))
                width += 1
                cluster.ddl([column_change(accounts, width, ColumnSpec("text"))])
                cluster.columns[accounts] += (f"c{width}",)
                simulation.commit([old])
                outcome = simulation.run(transfer, steps=150)
                assert outcome.schema_conflicts == round_ + 1
        assert cluster.rows(f"SELECT sum(c2) FROM t{accounts}") == [(500,)], f"seed {seed}"
        assert cluster.rows(f"SELECT count(*) FROM t{history}") == [(outcome.commits,)]
        assert cluster.rows(f"SELECT count(*) FROM i{history + 2}") == [(outcome.commits,)]
        return outcome


@pytest.mark.parametrize("seed", SEEDS)
def test_the_banks_total_stays(tmp_path, seed):
    outcome = run_bank(tmp_path, seed)
    assert outcome.commits > 10
    assert outcome.conflicts > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_the_banks_total_stays_while_its_table_is_altered(tmp_path, seed):
    assert run_bank(tmp_path, seed, with_ddl=True).commits > 10


# Unique: whoever takes a name first has it.


def run_names(directory, seed):
    with TestCluster(directory) as cluster:
        columns = [ColumnSpec("int8"), ColumnSpec("text")]
        table = cluster.create_table("names", columns, (1,), [IndexSpec((2,), is_unique=True)])
        keys = iter(range(10_000))

        @closing
        def take_or_leave(simulation, transaction):
            name = simulation.random.choice("abcd")
            owner = transaction.snapshot.reader.execute(
                f"SELECT p1 FROM i{table + 2} WHERE k1=?", (name,)
            ).fetchone()
            yield
            if owner is None:
                key = next(keys)
                transaction.writes.insert(table, (key,), (key, name))
            elif simulation.random.random() < 0.5:
                transaction.writes.delete(table, owner)
            else:
                transaction.writes.update(table, owner, (*owner, None), Mode.UPDATE_KEY)
            yield

        outcome = Simulation(cluster, seed).run(take_or_leave)
        names = [name for (name,) in cluster.rows(f"SELECT c2 FROM t{table} WHERE c2 IS NOT NULL")]
        entries = cluster.rows(f"SELECT p1,k1 FROM i{table + 2} WHERE n1=0 ORDER BY p1")
        if len(entries) == len(names):
            assert entries == cluster.rows(f"SELECT c1,c2 FROM t{table} WHERE c2 IS NOT NULL ORDER BY c1")
        return outcome, names


@pytest.mark.parametrize("seed", SEEDS)
def test_a_name_has_one_owner(tmp_path, seed):
    outcome, names = run_names(tmp_path, seed)
    assert len(names) == len(set(names)), f"seed {seed}"
    assert outcome.conflicts > 10


def test_without_the_unique_check_a_name_has_two(tmp_path, monkeypatch):
    monkeypatch.setattr("borealis.storage.apply.TableWriter.owner", lambda self, entry: None)
    doubled = 0
    for seed in SEEDS:
        (tmp_path / str(seed)).mkdir()
        _, names = run_names(tmp_path / str(seed), seed)
        doubled += len(names) != len(set(names))
    assert doubled > 0


# Write skew: two doctors, one must stay on call. Snapshot isolation allows both to leave; FOR UPDATE prevents it.


def run_doctors(directory, seed, mode):
    with TestCluster(directory) as cluster:
        table = cluster.create_table("doctors", [ColumnSpec("int8"), ColumnSpec("int8")], (1,))
        transaction = cluster.begin()
        for key in (0, 1):
            transaction.writes.insert(table, (key,), (key, 1))
        cluster.expect_commit(transaction.intent())
        nobody_on_call = 0

        @closing
        def leave_or_return(simulation, transaction):
            mine = simulation.random.randrange(2)
            on_call = [transaction.read(table, (key,))[1] for key in (0, 1)]
            if mode is not None:
                for key in (0, 1):
                    transaction.writes.lock(table, (key,), mode)
            yield
            if on_call[mine] == 0:
                transaction.writes.update(table, (mine,), (mine, 1))
            elif sum(on_call) == 2:
                transaction.writes.update(table, (mine,), (mine, 0))
            yield

        simulation = Simulation(cluster, seed)
        for _ in range(20):
            simulation.run(leave_or_return, clients=3, steps=20)
            nobody_on_call += cluster.rows(f"SELECT sum(c2) FROM t{table}") == [(0,)]
        return nobody_on_call


def test_write_skew_is_possible_under_snapshot_isolation(tmp_path):
    assert run_doctors(tmp_path, 1, None) > 0


def test_for_update_prevents_write_skew(tmp_path):
    assert run_doctors(tmp_path, 1, Mode.FOR_UPDATE) == 0
