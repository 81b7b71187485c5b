"""kill -9 of any process of a node under load: every acknowledged transfer is there, none is there by half, and the node
is whole again by itself."""

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field

import psycopg
import pytest

pytestmark = pytest.mark.slow

ACCOUNTS = 50
BALANCE = 1_000
CLIENTS = 6


@dataclass
class Load:
    """Clients that transfer money until told to stop, and what each was told."""

    conninfo: str
    numbers: itertools.count = field(default_factory=itertools.count)
    acknowledged: set[int] = field(default_factory=set)
    uncertain: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, client):
        chance = random.Random(client)
        connection = None
        while not self.stop.is_set():
            number = next(self.numbers)
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(self.conninfo)
                self.transfer(connection, number, *chance.sample(range(ACCOUNTS), 2))
                self.acknowledged.add(number)
            except psycopg.errors.SerializationFailure:
                self.refused.add(number)
                connection.rollback()
            except (psycopg.errors.InternalError_, psycopg.OperationalError) as error:
                self.uncertain.add(number)
                expected = isinstance(error, psycopg.OperationalError) or "server unavailable" in str(error)
                if not expected:
                    self.surprises.append(str(error))
                if connection is not None and not connection.closed:
                    with contextlib.suppress(psycopg.OperationalError):
                        connection.rollback()  # after `server unavailable` the session goes on
        if connection is not None:
            connection.close()

    def transfer(self, connection, number, payer, payee):
        connection.execute("UPDATE account SET balance = balance - 1 WHERE id = %s", (payer,))
        connection.execute("UPDATE account SET balance = balance + 1 WHERE id = %s", (payee,))
        connection.execute("INSERT INTO transfer VALUES (%s, %s, %s)", (number, payer, payee))
        connection.commit()


def prepare(conninfo):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE account (id int PRIMARY KEY, balance int)")
        connection.execute("CREATE TABLE transfer (id int PRIMARY KEY, payer int, payee int)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO account VALUES (%s, %s)", [(n, BALANCE) for n in range(ACCOUNTS)])


def check(node, load):
    with psycopg.connect(node.conninfo(sslmode="disable")) as connection:
        balances = dict(connection.execute("SELECT id, balance FROM account").fetchall())
        transfers = connection.execute("SELECT id, payer, payee FROM transfer").fetchall()
    expected = dict.fromkeys(range(ACCOUNTS), BALANCE)
    for _, payer, payee in transfers:
        expected[payer] -= 1
        expected[payee] += 1
    present = {number for number, _, _ in transfers}
    assert load.acknowledged <= present, f"lost: {sorted(load.acknowledged - present)[:10]}"
    assert present <= load.acknowledged | load.uncertain, (
        f"from nowhere: {sorted(present - load.acknowledged)[:10]}"
    )
    assert balances == expected, "a transfer is there by half"
    assert load.surprises == [], node.log.read_text()


def running(load):
    threads = [threading.Thread(target=load.run, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads


def let_work(load, eventually, count=30):
    """Wait until so many more transfers are acknowledged."""
    goal = len(load.acknowledged) + count
    eventually(lambda: len(load.acknowledged) >= goal, timeout_s=20, what=f"{count} more transfers")


@pytest.mark.parametrize(
    "victims", [["storage"], ["worker 0", "worker 1"], ["worker 1", "storage", "worker 0"]], ids=" ".join
)
def test_killed_processes_lose_nothing(start_node, tmp_path, eventually, victims):
    node = start_node(tmp_path / "data", "--workers", 2, "--tls", "prefer")
    conninfo = node.conninfo(sslmode="disable")
    prepare(conninfo)
    load = Load(conninfo)
    threads = running(load)
    try:
        for round_ in range(6):
            let_work(load, eventually)
            victim = victims[round_ % len(victims)]
            pid = eventually(lambda name=victim: node.running().get(name), what=f"{victim} running")
            os.kill(pid, signal.SIGKILL)
            eventually(
                lambda name=victim, old=pid: node.running().get(name, old) != old, what=f"another {victim}"
            )
        let_work(load, eventually)
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(20)
    check(node, load)
    assert node.stop() == 0
    again = start_node(tmp_path / "data", "--tls", "prefer")
    check(again, load)


def test_a_killed_node_is_whole_at_its_next_start(start_node, tmp_path, eventually):
    """The supervisor dies first: its children notice and go; the next start waits for them and finds all that was acknowledged."""
    data, acknowledged = tmp_path / "data", None
    for round_ in range(3):
        node = start_node(data, "--workers", 2, "--tls", "prefer")
        conninfo = node.conninfo(sslmode="disable")
        if acknowledged is None:
            prepare(conninfo)
            acknowledged = Load(conninfo)
        acknowledged.conninfo = conninfo
        acknowledged.stop.clear()
        threads = running(acknowledged)
        let_work(acknowledged, eventually)
        children = node.children()
        os.kill(node.process.pid, signal.SIGKILL)
        if round_ == 1:  # and all the others at the same moment
            for child in children:
                os.kill(child, signal.SIGKILL)
        node.process.wait()
        acknowledged.stop.set()
        for thread in threads:
            thread.join(20)
    final = start_node(data, "--tls", "prefer")
    check(final, acknowledged)


def test_a_dead_worker_takes_its_own_connections_only(start_node, tmp_path, eventually):
    node = start_node(tmp_path / "data", "--workers", 2, "--tls", "prefer")
    connections = [psycopg.connect(node.conninfo(sslmode="disable"), autocommit=True) for _ in range(20)]
    worker_of = {connection: connection.info.backend_pid >> 24 for connection in connections}
    assert set(worker_of.values()) == {0, 1}
    started = time.monotonic()
    os.kill(node.running()["worker 0"], signal.SIGKILL)
    lost = 0
    for connection, slot in worker_of.items():
        if slot == 1:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        else:
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
            lost += 1
    assert 0 < lost < 20
    for _ in range(20):  # none is refused, though half of them land on the worker that is being started again
        with psycopg.connect(node.conninfo(sslmode="disable")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert time.monotonic() - started < 10
    for connection in connections:
        connection.close()


def test_cancel_crosses_workers(start_node, tmp_path, eventually):
    """CancelRequests come in on connections of their own, so half of them reach the other worker."""
    node = start_node(tmp_path / "data", "--workers", 2, "--tls", "prefer")
    with psycopg.connect(node.conninfo(sslmode="disable"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO t VALUES (%s)", [(n,) for n in range(300)])
        for _ in range(8):
            canceller = threading.Timer(0.1, connection.cancel)
            canceller.start()
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute(
                    "SELECT count(*) FROM t a, t b, t c, t d WHERE a.id + b.id + c.id + d.id = -1"
                )
            canceller.join()
