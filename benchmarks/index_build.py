"""An index over all accounts is built while transfers run: what it costs them, and how long it takes.

Borealis builds by CREATE INDEX ASYNC; PostgreSQL by CREATE INDEX, which holds writers off, and by CREATE INDEX CONCURRENTLY. Transfers
are counted from pgbench's own log, over the seconds the build took; the longest transfer of those stands beside the longest one of a
run without a build.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import SCRIPTS
from benchmarks.servers import Server, pgbench_binary

_CLIENTS = 32
_WARM_UP_S = 2.0
_BUILD_S_MAX = 300


@dataclass(frozen=True)
class Run:
    tps: float
    longest_ms: float
    seconds: float


def report(ours: Server, theirs: Server, accounts: int, seconds: float) -> None:
    print(f"\nindex over {accounts:,} accounts under {_CLIENTS} clients' transfers")
    print(f"{'':<44} {'build s':>9} {'tps':>9} {'of alone':>9} {'longest ms':>11} {'alone':>7}")
    for server, name, build in (
        (ours, "Borealis: CREATE INDEX ASYNC", _build_async),
        (theirs, "PostgreSQL: CREATE INDEX", _build("CREATE INDEX built ON accounts (balance)")),
        (
            theirs,
            "  CREATE INDEX CONCURRENTLY",
            _build("CREATE INDEX CONCURRENTLY built ON accounts (balance)"),
        ),
    ):
        alone = _run(server, accounts, lambda _: time.sleep(seconds))
        during = _run(server, accounts, build)
        server.psql("DROP INDEX built")
        print(
            f"{name:<44} {during.seconds:>9.1f} {during.tps:>9,.0f} {during.tps / alone.tps:>9.2f} "
            f"{during.longest_ms:>11.1f} {alone.longest_ms:>7.1f}",
            flush=True,
        )


def _build(sql: str) -> Callable[[Server], object]:
    return lambda server: server.psql(sql)


def _build_async(server: Server) -> None:
    job = server.psql("CREATE INDEX ASYNC built ON accounts (balance)")
    server.psql(f"CALL sys.wait_for_job('{job}')")
    status = server.psql(f"SELECT status FROM sys.jobs WHERE job_id = '{job}'")
    if status != "completed":
        raise RuntimeError(f"the index build is {status}")


def _unix_s() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)  # pgbench's log has the same clock


def _run(server: Server, accounts: int, action: Callable[[Server], object]) -> Run:
    """Run transfers, and the action in their midst; tell of those that ended while it ran."""
    with tempfile.TemporaryDirectory(prefix="borealis-pgbench-") as directory:
        process = subprocess.Popen(
            [
                pgbench_binary(), "-n", "-M", "prepared", "-c", str(_CLIENTS), "-j", "1", "-T", str(_BUILD_S_MAX),
                "-D", f"accounts={accounts}", "--max-tries=100", "-l", "--log-prefix", f"{directory}/log",
                "-f", str(SCRIPTS / "transfer.sql"),
            ],
            env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            time.sleep(_WARM_UP_S)
            started = _unix_s()
            action(server)
            ended = _unix_s()
            time.sleep(0.5)  # the log's last lines
        finally:
            process.terminate()
            _, complaint = process.communicate()
        lines = [line.split() for path in Path(directory).iterdir() for line in path.read_text().splitlines()]
    latencies_ms = [
        int(line[2]) / 1_000
        for line in lines
        if len(line) >= 6 and line[2].isdigit() and started <= int(line[4]) + int(line[5]) / 1e6 <= ended
    ]
    if not latencies_ms:
        raise RuntimeError(f"{server.name}: no transfer ended in {ended - started:.1f} s: {complaint}")
    seconds = ended - started
    return Run(len(latencies_ms) / seconds, max(latencies_ms), seconds)
