"""One measurement: the same thing done to both servers in turn, and the ratio of the medians."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.servers import Server, pgbench_binary

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass
class Measurement:
    """higher_is_better says which way a ratio above 1 is good; the ratio is always Borealis's merit over PostgreSQL's."""

    name: str
    unit: str
    goal: float | None
    higher_is_better: bool = True
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        return ours / theirs if self.higher_is_better else theirs / ours

    def line(self) -> str:
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        goal = f"{self.goal:.2f}" if self.goal is not None else "-"
        return f"{self.name:<44} {ours:>12,.1f} {theirs:>12,.1f} {self.unit:<5} {self.ratio:>7.2f} {goal:>6}"


def alternate(
    measurement: Measurement, run: Callable[[Server], float], ours: Server, theirs: Server, rounds: int
) -> Measurement:
    for _ in range(rounds):
        measurement.ours.append(run(ours))
        measurement.theirs.append(run(theirs))
    return measurement


def pgbench(
    server: Server, script: str, *, clients: int, seconds: float, accounts: int, mode: str = "prepared"
) -> float:
    """Run a pgbench script and return transactions a second; serialization failures are tried again, as on PostgreSQL."""
    done = subprocess.run(
        [
            pgbench_binary(), "-n", "-M", mode, "-c", str(clients), "-j", "1", "-T", str(round(seconds)),
            "-D", f"accounts={accounts}", "--max-tries=100", "-f", str(SCRIPTS / script),
        ],
        env=server.environment, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"{server.name}: {script}: {done.stdout}{done.stderr}")
    return float(found[1])


def query_ms(server: Server, sql: str, repeat: int = 3) -> float:
    """Return the best time of a query in one psql session, as \\timing shows it."""
    commands = "\\timing on\n" + f"{sql};\n" * repeat
    done = subprocess.run(
        ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1"],
        input=commands,
        env=server.environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{server.name}: {sql}: {done.stderr}")
    return min(float(ms) for ms in re.findall(r"Time: ([\d.]+) ms", done.stdout))


def timed_s(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
