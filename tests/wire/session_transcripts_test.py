"""Sessions answer as PostgreSQL 16 does, message by message; each transcript says where DSQL differs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import session_harness as harness  # noqa: E402
import session_transcript as transcripts  # noqa: E402

FILES = {path.stem: transcripts.read(path) for path in sorted(HERE.glob("session_*.txt"))}
CASES = [
    pytest.param(name, case, id=f"{name}: {case.title}")
    for name, file in FILES.items()
    for case in file.cases
]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """One server a transcript, with its tables; a case leaves them as it found them."""
    started = {}

    def server_of(name):
        if name not in started:
            server = started[name] = harness.Server(tmp_path_factory.mktemp(name))
            server.client().run(*FILES[name].setup)
        return started[name]

    yield server_of
    for server in started.values():
        server.close()


@pytest.mark.parametrize(("name", "case"), CASES)
def test_session_answers_as_recorded(servers, name, case):
    client = servers(name).client()
    assert client.say(*case.said) == case.expected
    client.session.close()
