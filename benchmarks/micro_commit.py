"""What committing costs: banking transfers (2 updates, 1 insert with a uuid key, 1 index entry) on a large table.

    PYTHONPATH=src python benchmarks/micro_commit.py [--rows 1000000] [--page-bytes 4096] [--cipher aegis|chacha20|none]

Prints, per batch size, CPU and wall time a transfer, the batch's latency, and the log written; then the latency of commits
beside checkpoints, the cost of snapshots, of write sets, of dropping a table, and of the journal in an event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from borealis.clock import SystemClock
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Commit, Intent, Mode
from borealis.transaction.local_journal import LocalJournal
from borealis.transaction.snapshot import SnapshotSource
from borealis.transaction.testing import ColumnSpec, IndexSpec, table_changes
from borealis.transaction.write_set import WriteSet

ACCOUNTS, HISTORY = 26384, 26390
FILLER = "x" * 60


class Bench:
    def __init__(self, directory: Path, rows: int, page_bytes: int, cipher: str) -> None:
        key = None if cipher == "none" else InstallationKey.generate()
        started = time.perf_counter()
        self.database = Database.create(
            directory / "c", "bench", installation_key=key, cipher="aegis" if key is None else cipher,
            page_bytes=page_bytes,
        )  # fmt: skip
        print(f"create cluster {(time.perf_counter() - started) * 1e3:.1f} ms")
        self.clock = SystemClock()
        self.committer = Committer(self.database, self.clock)
        self.pool = self.database.reader_pool(lambda connection: None)
        self.snapshots = SnapshotSource(self.pool, self.database.signal)
        self.random = random.Random(1)
        self.rows = rows
        self.page_bytes = page_bytes
        accounts = [ColumnSpec("int8"), ColumnSpec("int8"), ColumnSpec("int8"), ColumnSpec("text")]
        history = [ColumnSpec("uuid"), ColumnSpec("int8", not_null=True), ColumnSpec("int8"), ColumnSpec("int8"),
                   ColumnSpec("int8")]  # fmt: skip
        self.commit_ddl(table_changes(ACCOUNTS, "accounts", accounts, (1,)))
        self.commit_ddl(table_changes(HISTORY, "history", history, (1,), [IndexSpec((2,))]))
        self.database.writer.execute("BEGIN")
        self.database.writer.executemany(
            f"INSERT INTO t{ACCOUNTS} VALUES(1,0,0,?,?,1000,?)",
            ((i, i % 100, FILLER) for i in range(rows)),
        )
        self.database.writer.execute("COMMIT")
        self.truncate_log()

    def truncate_log(self) -> None:
        self.database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def commit_ddl(self, changes: tuple[Change, ...]) -> None:
        snapshot = self.snapshots.begin()
        intent = Intent("bench", snapshot.seq, snapshot.catalog_version, changes, is_ddl=True)
        snapshot.close()
        (answer,) = self.committer.commit_batch([intent])
        assert isinstance(answer, Commit), answer

    def transfers(self, count: int) -> list[Intent]:
        seq, version = self.snapshots.seq, self.snapshots.catalog_version
        chance = self.random
        # Accounts are disjoint within a batch: what is measured is commits, not conflicts.
        picked = iter(chance.sample(range(self.rows), 2 * count))
        return [
            self.transfer(next(picked), next(picked), chance.randbytes(16), seq, version)
            for _ in range(count)
        ]

    @staticmethod
    def transfer(source: int, target: int, history: bytes, seq: int, version: int) -> Intent:
        return Intent(
            "bench", seq, version,
            (
                Change(ACCOUNTS, (source,), Mode.UPDATE, (source, source % 100, 990, FILLER)),
                Change(ACCOUNTS, (target,), Mode.UPDATE, (target, target % 100, 1010, FILLER)),
                Change(HISTORY, (history,), Mode.INSERT, (history, source, target, 10, seq)),
            ),
        )  # fmt: skip

    def batches(self, size: int, count: int) -> None:
        latencies = []
        cpu = wall = 0.0
        self.truncate_log()
        for _ in range(count):
            intents = self.transfers(size)
            cpu0, wall0 = time.process_time(), time.perf_counter()
            answers = self.committer.commit_batch(intents)
            latencies.append(time.perf_counter() - wall0)
            cpu += time.process_time() - cpu0
            wall += latencies[-1]
            assert all(isinstance(answer, Commit) for answer in answers)
        number = size * count
        print(
            f"batch {size:4}: CPU {cpu / number * 1e6:6.1f} us, wall {wall / number * 1e6:6.1f} us a transfer; "
            f"batch {percentile(latencies, 50):.2f} ms median, {percentile(latencies, 99):.2f} p99; "
            f"log {self.database.wal_bytes / number / 1024:.1f} KB a transfer"
        )


def percentile(seconds: list[float], percent: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1e3


def checkpoints(bench: Bench, seconds: float) -> None:
    """Commit batches of 20 beside background checkpoints and without, and compare the slowest."""
    for with_checkpoints in (False, True):
        bench.truncate_log()
        checkpointer = Checkpointer(bench.database.files, bench.clock) if with_checkpoints else None
        committer = Committer(bench.database, bench.clock, checkpointer=checkpointer)
        latencies, maintained = [], []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            intents = bench.transfers(20)
            started = time.perf_counter()
            committer.commit_batch(intents)
            latencies.append(time.perf_counter() - started)
            if committer.needs_maintenance:
                started = time.perf_counter()
                committer.maintain()
                maintained.append(time.perf_counter() - started)
        print(
            f"{'with' if with_checkpoints else 'no  '} checkpoints: batch of 20 {percentile(latencies, 50):.2f} ms median, "
            f"{percentile(latencies, 99):.2f} p99, {percentile(latencies, 100):.2f} max; "
            f"restarts {['%.1f ms' % (s * 1e3) for s in maintained]}; log {bench.database.wal_bytes >> 20} MB"
        )
        bench.database.writer.set_wal_hook(None)
        if checkpointer is not None:
            checkpointer.close()
    bench.committer = Committer(bench.database, bench.clock)


def each(label: str, function: Callable[[], object], count: int = 20_000) -> None:
    started = time.perf_counter()
    for _ in range(count):
        function()
    print(f"{label}: {(time.perf_counter() - started) / count * 1e6:.2f} us")


def small_things(bench: Bench) -> None:
    source = bench.snapshots
    each("snapshot begin + close, idle", lambda: source.begin().close())
    started = opened = 0.0
    for _ in range(500):
        bench.committer.commit_batch(bench.transfers(1))
        started = time.perf_counter()
        source.begin().close()
        opened += time.perf_counter() - started
    print(f"snapshot begin + close after a commit: {opened / 500 * 1e6:.2f} us")
    each("catalog version by signal", lambda: source.catalog_version, 200_000)
    writes = WriteSet()
    writes.insert(1, (5,), (5, 6))  # type: ignore[arg-type]
    each("write set probe", lambda: writes.get(1, (6,)), 200_000)  # type: ignore[arg-type]

    def transfer() -> None:
        writes = WriteSet()
        writes.update(ACCOUNTS, (1,), (1, 2, 3, FILLER))  # type: ignore[arg-type]
        writes.update(ACCOUNTS, (2,), (2, 2, 3, FILLER))  # type: ignore[arg-type]
        writes.insert(HISTORY, (b"1" * 16,), (b"1" * 16, 1, 2, 3, 4))  # type: ignore[arg-type]
        writes.check_size(lambda table: ((1, 0),) if table == HISTORY else ())
        writes.changes()

    each("write set of a transfer, checked, as changes", transfer)


def drop_table(bench: Bench) -> None:
    writer = bench.database.writer
    started = time.perf_counter()
    writer.execute("BEGIN IMMEDIATE")
    writer.execute(f"DROP TABLE t{ACCOUNTS}")
    print(f"SQLite's DROP TABLE of {bench.rows} rows: {(time.perf_counter() - started) * 1e3:.0f} ms")
    writer.execute("ROLLBACK")
    for rows_max in (200, 500, 1_000):
        started = time.perf_counter()
        for _ in range(20):
            writer.execute("BEGIN IMMEDIATE")
            writer.execute(
                f"DELETE FROM t{ACCOUNTS} WHERE (c1) IN (SELECT c1 FROM t{ACCOUNTS} LIMIT {rows_max})"
            )
            writer.execute("COMMIT")
        print(f"emptying it by {rows_max} rows: {(time.perf_counter() - started) / 20 * 1e3:.2f} ms a step")


def journal(bench: Bench, clients: int, seconds: float) -> None:
    """Run clients that commit one transfer after the other through LocalJournal in an event loop."""
    checkpointer = Checkpointer(bench.database.files, bench.clock)
    done = 0
    latencies: list[float] = []
    stalls: list[float] = []

    async def client(journal: LocalJournal, end: float) -> None:
        nonlocal done
        while time.perf_counter() < end:
            (intent,) = bench.transfers(1)
            started = time.perf_counter()
            try:
                await journal.commit(intent)
                done += 1
            except Exception as error:  # a conflict now and then
                if "OC000" not in str(error):
                    raise
            latencies.append(time.perf_counter() - started)

    async def ticker(end: float) -> None:
        while time.perf_counter() < end:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - started - 0.001)

    async def main() -> None:
        journal = LocalJournal(Committer(bench.database, bench.clock, checkpointer=checkpointer))
        end = time.perf_counter() + seconds
        await asyncio.gather(ticker(end), *[client(journal, end) for _ in range(clients)])
        await journal.close()

    cpu = time.process_time()
    asyncio.run(main())
    print(
        f"LocalJournal, {clients} clients: {done / seconds:.0f} commits/s, {(time.process_time() - cpu) / done * 1e6:.0f} us "
        f"CPU each; latency {percentile(latencies, 50):.2f} ms median, {percentile(latencies, 99):.2f} p99, "
        f"{percentile(latencies, 100):.1f} max; loop late {percentile(stalls, 50):.2f} median, {percentile(stalls, 99):.2f} p99"
    )
    bench.database.writer.set_wal_hook(None)
    checkpointer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--page-bytes", type=int, default=4096)
    parser.add_argument("--cipher", default="aegis", choices=["aegis", "chacha20", "none"])
    parser.add_argument("--only", default="", help="batches, checkpoints, small, drop or journal")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        bench = Bench(Path(directory), arguments.rows, arguments.page_bytes, arguments.cipher)
        wanted = (
            arguments.only.split(",")
            if arguments.only
            else ["batches", "checkpoints", "small", "journal", "drop"]
        )
        if "batches" in wanted:
            bench.batches(30, 30)  # warms the cache
            for size, count in ((1, 300), (10, 100), (30, 100), (100, 40)):
                bench.batches(size, count)
        if "checkpoints" in wanted:
            checkpoints(bench, 4)
        if "small" in wanted:
            small_things(bench)
        if "journal" in wanted:
            for clients in (1, 8, 64):
                journal(bench, clients, 3)
        if "drop" in wanted:
            drop_table(bench)


if __name__ == "__main__":
    main()
