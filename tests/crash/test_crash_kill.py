"""kill -9 of a committing process at random moments: what it acknowledged is there, nothing is there by half."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from borealis.clock import ManualClock
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Commit, Intent, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, table_changes

LEFT, RIGHT = 26384, 26400
COUNTER = 0
PROGRAM = Path(__file__).with_name("committing_process.py")


class Victim:
    """A cluster on disk, and processes that commit to it until they are killed."""

    def __init__(self, directory, seed):
        self.random = random.Random(seed)
        self.directory = directory / "cluster"
        self.key_file = directory / "key"
        self.key = InstallationKey.load_or_create(self.key_file)
        self.acknowledged = set()
        self.first = 1
        database = Database.create(self.directory, "victim", installation_key=self.key)
        columns = [ColumnSpec("int8"), ColumnSpec("text")]
        ddl = (
            table_changes(LEFT, "l", columns, (1,), [IndexSpec((2,))]),
            table_changes(RIGHT, "r", columns, (1,), [IndexSpec((2,), is_unique=True)]),
        )
        committer = Committer(database, ManualClock())
        for version, changes in enumerate(ddl, 1):
            intent = Intent("victim", database.signal.seq, version, changes, is_ddl=True)
            assert isinstance(committer.commit_batch([intent])[0], Commit)
        counter = Change(LEFT, (COUNTER,), Mode.INSERT, (COUNTER, 0))
        assert isinstance(
            committer.commit_batch([Intent("victim", database.signal.seq, 3, (counter,))])[0], Commit
        )
        database.close()

    def run_and_kill(self):
        """Let a process acknowledge some commits, kill it in the middle of what it does then."""
        arguments = [self.directory, self.key_file, LEFT, RIGHT, self.first]
        process = subprocess.Popen(
            [sys.executable, PROGRAM, *map(str, arguments)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout.readline() == b"ready\n"
        for _ in range(self.random.randrange(120)):
            self.acknowledged.add(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()  # what it had said before it died; the last line may be cut
        self.acknowledged.update(int(line) for line in rest.splitlines(keepends=True) if line.endswith(b"\n"))
        assert process.wait() == -signal.SIGKILL

    def check(self):
        database = Database.open(self.directory, installation_key=self.key)

        def query(sql):
            return database.writer.execute(sql).fetchall()

        numbers = [number for (number,) in query(f"SELECT c1 FROM t{LEFT} WHERE c1<>{COUNTER} ORDER BY 1")]
        assert self.acknowledged <= set(numbers), "an acknowledged commit is lost"
        assert query(f"SELECT c1 FROM t{RIGHT} ORDER BY 1") == [(number,) for number in numbers]
        assert query(f"SELECT c2 FROM t{LEFT} WHERE c1={COUNTER}") == [(len(numbers),)]
        for table in (LEFT, RIGHT):
            entries = query(f"SELECT k1,p1 FROM i{table + 2} ORDER BY p1")
            assert entries == query(f"SELECT c2,c1 FROM t{table} ORDER BY c1")
        (highest,) = query(f"SELECT max(max(_k,_u,_s)) FROM t{LEFT}")
        assert highest[0] == database.signal.seq
        assert query("PRAGMA integrity_check") == [("ok",)]
        self.first = max([0, *numbers]) + 1
        database.close()
        return len(numbers)


def run_rounds(directory, seed, rounds):
    victim = Victim(directory, seed)
    for round_ in range(rounds):
        victim.run_and_kill()
        try:
            count = victim.check()
        except BaseException as error:
            error.add_note(f"seed {seed}, round {round_}")
            raise
    assert count >= len(victim.acknowledged) > 0


def test_a_killed_process_loses_nothing_it_acknowledged(tmp_path):
    run_rounds(tmp_path, seed=2, rounds=2)


@pytest.mark.slow
def test_a_process_killed_many_times_loses_nothing_it_acknowledged(tmp_path):
    run_rounds(tmp_path, seed=3, rounds=25)
