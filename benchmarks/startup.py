"""Start-up: from the command until the node says that it is ready, on a new directory and on one that is there."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.servers import borealis

GOAL_S = 1.0


def report(directory: Path) -> None:
    fresh = directory / "fresh"
    fresh.mkdir()
    first, second = _ready_s(fresh), _ready_s(fresh)
    print(f"ready in {first:.2f} s on a new directory, {second:.2f} s on it again; goal {GOAL_S:.2f}")


def _ready_s(directory: Path) -> float:
    started = time.perf_counter()
    with borealis(directory):
        return time.perf_counter() - started
