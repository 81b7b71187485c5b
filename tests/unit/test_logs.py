"""Logs: what a failure's lines hold, and what they must not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_FAILING = """
from borealis.cli.logs import configure
import structlog
configure("info")
def of_a_session(parameter):
    raise RuntimeError("broken")
try:
    of_a_session("a customer's secret")
except RuntimeError:
    structlog.get_logger().exception("statement failed")
"""


@pytest.mark.parametrize("on_a_terminal", [False, True])
def test_a_traceback_names_the_frames_and_no_values(on_a_terminal: bool) -> None:
    preamble = "import sys; sys.stderr.isatty = lambda: True\n" if on_a_terminal else ""
    done = subprocess.run(
        [sys.executable, "-c", preamble + _FAILING], capture_output=True, text=True, check=True
    )
    if not on_a_terminal:
        [frame, *_] = reversed(json.loads(done.stderr)["exception"][0]["frames"])
        assert frame["name"] == "of_a_session"
    assert "of_a_session" in done.stderr
    assert "broken" in done.stderr
    assert "a customer" not in done.stderr
