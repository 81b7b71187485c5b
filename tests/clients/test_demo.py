"""borealis demo as a user runs it: on a node that is there, and on one it starts and throws away."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

FIELDS = {"committed", "occ_conflicts", "retries", "errors", "tps", "total_before", "total_after"}


def demo(*flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "borealis", "demo", *flags], capture_output=True, text=True, timeout=60
    )


@pytest.mark.slow
def test_few_accounts_conflict_and_no_money_is_lost() -> None:
    done = demo("--accounts", "20", "--transfers", "400", "--clients", "8", "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert FIELDS <= outcome.keys()
    assert outcome["total_before"] == outcome["total_after"] == 2_000
    assert outcome["lost"] == outcome["unacknowledged"] == outcome["errors"] == 0
    assert outcome["occ_conflicts"] > 0
    assert outcome["retries"] > 0
    without_retry = 40
    assert 400 - without_retry <= outcome["committed"] <= 400


@pytest.mark.slow
def test_on_a_running_node_tables_of_others_are_left_alone(start_node) -> None:
    node = start_node()
    address = ("--host", "127.0.0.1", "--port", str(node.port), "--accounts", "10", "--transfers", "50")
    first = demo(*address)
    assert first.returncode == 0, first.stderr
    assert "Every one of" in first.stdout
    again = demo(*address)
    assert again.returncode == 2
    assert "accounts" in again.stderr
    assert demo(*address, "--replace").returncode == 0


def test_nobody_listens() -> None:
    done = demo("--host", "127.0.0.1", "--port", "1", "--json")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
