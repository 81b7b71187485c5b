"""Random sequences of messages are answered as PostgreSQL 16 answered them (tools/record_session.py --sequences)."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
import session_harness as harness
from session_sequences import RESTORE, SETUP, sequence

RECORDED = json.loads(gzip.decompress((Path(__file__).parent / "session_sequences.json.gz").read_bytes()))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with harness.running_server(tmp_path_factory.mktemp("sequences")) as server:
        server.client().run(*SETUP)
        yield server


@pytest.mark.parametrize("batch", range(0, len(RECORDED), 25))
def test_sequences_are_answered_as_recorded(server, batch):
    for seed in range(batch, min(batch + 25, len(RECORDED))):
        server.client().run(*RESTORE)
        client = server.client()
        assert client.say(*sequence(seed)) == RECORDED[seed], f"seed {seed}"
        client.session.close()
