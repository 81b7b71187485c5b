"""COPY of the accounts, and the memory the server takes for it."""

from __future__ import annotations

import subprocess
import threading

from benchmarks.measure import Measurement, timed_s
from benchmarks.servers import Server


def copy(server: Server, rows: int) -> None:
    process = subprocess.Popen(
        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", "COPY accounts FROM STDIN"],
        env=server.environment,
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    for first in range(1, rows + 1, 10_000):
        lines = (b"%d\t1000\n" % number for number in range(first, min(first + 10_000, rows + 1)))
        process.stdin.write(b"".join(lines))
    process.stdin.close()
    if process.wait():
        raise RuntimeError(f"{server.name}: COPY failed")


def measure(ours: Server, theirs: Server, rows: int) -> Measurement:
    """Load the accounts into both; prints the most memory Borealis had while it did."""
    measurement = Measurement(f"COPY of {rows:,} rows", "s", None, higher_is_better=False)
    before, peak, done = ours.memory_bytes(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            peak[0] = max(peak[0], ours.memory_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    measurement.ours.append(timed_s(lambda: copy(ours, rows)))
    done.set()
    watcher.join()
    measurement.theirs.append(timed_s(lambda: copy(theirs, rows)))
    theirs.psql("VACUUM ANALYZE accounts")
    print(
        f"memory of Borealis: {before / 1e6:.0f} MB before the COPY, {peak[0] / 1e6:.0f} MB at most during it"
    )
    return measurement
