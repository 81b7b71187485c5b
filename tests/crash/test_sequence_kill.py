"""kill -9 while numbers are handed out: whatever a client was given, nobody is given again."""

import os
import signal
import threading
import time

import psycopg
import pytest

pytestmark = pytest.mark.slow

CLIENTS = 4
ROUNDS = 3


class Takers:
    """Clients that take numbers of two sequences, one with CACHE 1 and one with blocks, and keep what they are given."""

    def __init__(self, conninfo):
        self.conninfo = conninfo
        self.given = {"single": [], "blocks": []}
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]

    def run(self):
        connection = None
        while not self.stop.is_set():
            for name, numbers in self.given.items():
                try:
                    if connection is None or connection.closed:
                        connection = psycopg.connect(self.conninfo, autocommit=True)
                    ((number,),) = connection.execute("SELECT nextval(%s)", (name,)).fetchall()
                    numbers.append(number)
                except (psycopg.OperationalError, psycopg.errors.InternalError_):
                    if connection is not None:
                        connection.close()
                    time.sleep(0.01)
        if connection is not None:
            connection.close()


@pytest.mark.parametrize("victim", ["storage", "worker 0"])
def test_no_number_is_handed_out_twice(start_node, tmp_path, eventually, victim):
    node = start_node(tmp_path / "data", "--workers", 2, "--tls", "prefer")
    conninfo = node.conninfo(sslmode="disable")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE single CACHE 1")
        connection.execute("CREATE SEQUENCE blocks CACHE 65536")
    takers = Takers(conninfo)
    for thread in takers.threads:
        thread.start()
    try:
        for _ in range(ROUNDS):
            let_take(takers, eventually)
            pid = eventually(lambda: node.running().get(victim), what=f"{victim} running")
            os.kill(pid, signal.SIGKILL)
            eventually(lambda old=pid: node.running().get(victim, old) != old, what=f"another {victim}")
        let_take(takers, eventually)
    finally:
        takers.stop.set()
        for thread in takers.threads:
            thread.join(20)
    for name, numbers in takers.given.items():
        assert len(numbers) == len(set(numbers)), name
    os.kill(node.process.pid, signal.SIGKILL)
    node.process.wait()
    again = start_node(tmp_path / "data", "--tls", "prefer")
    with psycopg.connect(again.conninfo(sslmode="disable"), autocommit=True) as connection:
        for name, numbers in takers.given.items():
            ((number,),) = connection.execute("SELECT nextval(%s)", (name,)).fetchall()
            assert number > max(numbers), name


def let_take(takers, eventually, count=40):
    """Wait until so many more numbers are given."""
    goal = len(takers.given["single"]) + count
    eventually(lambda: len(takers.given["single"]) >= goal, timeout_s=20, what=f"{count} more numbers")
