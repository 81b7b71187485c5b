"""Recorded clients and PostgreSQL: our decoder reads what libpq's trace shows, our builders give PostgreSQL's bytes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wire_peer as peer  # noqa: E402
from wire_replay import Replay  # noqa: E402

from borealis.wire import messages  # noqa: E402
from borealis.wire.decoder import Decoder  # noqa: E402
from borealis.wire.state import State  # noqa: E402

TRANSCRIPTS = peer.transcripts()
every_transcript = pytest.mark.parametrize("transcript", TRANSCRIPTS.values(), ids=TRANSCRIPTS)


def client_frames(data):
    """Cut a client's stream by its length words alone."""
    started = False
    while data:
        at = 1 if started else 0
        size = at + int.from_bytes(data[at : at + 4], "big")
        yield started, data[:size]
        started = started or data[4:6] == b"\0\3"
        data = data[size:]


def read_alone(started, data):
    state = {b"p": State.AUTHENTICATION, b"d": State.COPY_IN, b"c": State.COPY_IN, b"f": State.COPY_IN}
    decoder = Decoder(state.get(data[:1], State.READY) if started else State.STARTUP)
    decoder.feed(data)
    return decoder.next_message()


@every_transcript
def test_client_messages_are_read_as_the_trace_shows(transcript):
    read = [peer.describe_frontend(read_alone(*frame)) for frame in client_frames(transcript.said(">"))]
    assert read == transcript.read_lines("F")


@every_transcript
def test_client_messages_keep_every_byte(transcript):
    for started, data in client_frames(transcript.said(">")):
        assert peer.encode(read_alone(started, data)) == data


@every_transcript
def test_server_messages_are_built_to_the_byte(transcript):
    for data in peer.server_frames(transcript.said("<")):
        assert peer.rebuild(*peer.read(data)) == data


@every_transcript
def test_server_messages_have_the_fields_of_the_trace(transcript):
    read = [peer.describe_backend(*peer.read(data)) for data in peer.server_frames(transcript.said("<"))]
    assert read == transcript.read_lines("B")


@every_transcript
@pytest.mark.parametrize("chunking", ["as it came", "all at once", "byte by byte"])
def test_server_answers_fit_what_the_decoder_takes(transcript, chunking):
    """Messages after an error are skipped, Sync and Flush inside COPY swallowed, just where PostgreSQL did."""
    chunks = [data for mark, data in transcript.chunks if mark == ">"]
    if chunking == "all at once":
        requests = (
            1 if chunks[0][4:8] == (80877103).to_bytes(4, "big") else 0
        )  # nothing may follow a request for TLS
        chunks = [*chunks[:requests], b"".join(chunks[requests:])]
    elif chunking == "byte by byte":
        chunks = [bytes([byte]) for data in chunks for byte in data]
    replay = Replay(transcript)
    replay.run(chunks)
    assert isinstance(replay.taken[-1], messages.Terminate)
    assert replay.stream.next_frame() is None
    assert replay.decoder.state is State.CLOSED
    assert replay.decoder.pending_bytes == 0


def test_recordings_hold_every_message_there_is():
    frontend = {
        line.split("\t")[0] for transcript in TRANSCRIPTS.values() for line in transcript.read_lines("F")
    }
    backend = {
        line.split("\t")[0] for transcript in TRANSCRIPTS.values() for line in transcript.read_lines("B")
    }
    ours = {cls.__name__ for cls in messages.SessionMessage.__args__}
    assert ours - frontend == set()
    assert set(peer.BARE.values()) - backend == set()
