"""Start-up: from the command to the first connection, on a new directory and on one that is there."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import timed_s
from benchmarks.servers import borealis


def report(directory: Path) -> None:
    fresh = directory / "fresh"
    fresh.mkdir()

    def start() -> None:
        with borealis(fresh) as server:
            started.append(server.pid)

    started: list[int] = []
    first, second = timed_s(start), timed_s(start)
    print(f"start and stop: {first:.2f} s on a new directory, {second:.2f} s on it again")
