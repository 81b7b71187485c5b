"""A process to be killed: clients commit numbered transactions over LocalJournal and print each acknowledgement.

    python committing_process.py DIRECTORY KEY_FILE LEFT RIGHT FIRST

Transaction n inserts row n into two tables (one with an index, one with a unique index) and counts up a shared row; so a
half of it can be told from the whole. Checkpoints are made to come often.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from borealis.clock import SystemClock
from borealis.errors import SerializationFailure
from borealis.storage import checkpoint
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Intent, Mode
from borealis.transaction.local_journal import LocalJournal
from borealis.transaction.snapshot import SnapshotSource

CLIENTS = 8
COUNTER = 0


async def client(journal, snapshots, left, right, numbers):
    for number in numbers:
        text = f"{number}" * 50
        while True:
            snapshot = snapshots.begin()
            (count,) = snapshot.reader.execute(f"SELECT c2 FROM t{left} WHERE c1={COUNTER}").fetchall()[0]
            changes = (
                Change(left, (number,), Mode.INSERT, (number, text)),
                Change(right, (number,), Mode.INSERT, (number, text)),
                Change(left, (COUNTER,), Mode.UPDATE, (COUNTER, count + 1)),
            )
            intent = Intent(journal.committer.cluster, snapshot.seq, snapshot.catalog_version, changes)
            snapshot.close()
            try:
                await journal.commit(intent)
            except SerializationFailure:
                continue
            break
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def main(directory, key_file, left, right, first):
    checkpoint.PASSIVE_PAGES, checkpoint.RESTART_PAGES = 30, 100
    database = Database.open(Path(directory), installation_key=InstallationKey.load(Path(key_file)))
    clock = SystemClock()
    journal = LocalJournal(Committer(database, clock, checkpointer=Checkpointer(database.files, clock)))
    snapshots = SnapshotSource(database.reader_pool(lambda connection: None), database.signal)
    numbers = itertools.count(int(first))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(
        *[client(journal, snapshots, int(left), int(right), numbers) for _ in range(CLIENTS)]
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
