"""Malformed and hostile bytes get the answers that a real PostgreSQL gave, and break the connection just where it did."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wire_peer as peer  # noqa: E402

from borealis.errors import QueryCanceled, SqlError  # noqa: E402
from borealis.wire import messages  # noqa: E402
from borealis.wire.decoder import Decoder  # noqa: E402
from borealis.wire.state import Event, State  # noqa: E402

CASES = json.loads((peer.RECORDED / "refusals.json").read_text())
ONLY_LOGGED = {"invalid message length", "invalid length of startup packet"}
"""PostgreSQL hangs up without a word; DSQL's documentation has a FATAL for it."""
LOST = "terminating connection because protocol synchronization was lost"


class MiniServer:
    """As little of a server as tells the decoder what was decided, and keeps what a client would be told."""

    def __init__(self, state):
        self.decoder = Decoder(state)
        self.answers = []
        self.copy_is_simple = False

    def hear(self, data):
        self.decoder.feed(data)
        while True:
            try:
                message = self.decoder.next_message()
                if message is None:
                    return
                self.handle(message)
            except SqlError as error:
                self.refuse(error)

    def handle(self, message):
        match message:
            case messages.SslRequest() | messages.GssEncRequest():
                self.decoder.note(Event.ENCRYPTION_REFUSED)
            case messages.Sync():
                self.answers.append(["ready"])
            case messages.Query(text):
                self.start_copy(text) or self.answers.append(["ready"])
            case messages.Parse(_, text, _):
                self.parsed = text
            case messages.Execute():
                self.start_copy(self.parsed)
            case messages.CopyDone() if self.copy_is_simple:
                self.answers.append(["ready"])
            case messages.CopyFail(reason):
                raise QueryCanceled(f"COPY from stdin failed: {reason}")

    def start_copy(self, text):
        if not text.startswith("COPY"):
            return False
        self.copy_is_simple = self.decoder.state is State.READY
        self.decoder.note(Event.COPY_IN_STARTED)
        return True

    def refuse(self, error):
        fatal = self.decoder.state is State.CLOSED
        if not (fatal and error.message in ONLY_LOGGED):
            self.answers.append(["FATAL" if fatal else "ERROR", error.sqlstate, error.message])
        self.decoder.note(Event.FAILED)
        if self.decoder.state is State.READY:
            self.answers.append(["ready"])


def as_one_fatal(answers):
    """PostgreSQL says ERROR and then FATAL where the framing is lost; we say it once."""
    folded = []
    for answer in answers:
        if answer[-1] == LOST:
            folded[-1][0] = "FATAL"
        else:
            folded.append(answer)
    return folded


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("step", [None, 1, 7], ids=["whole", "bytes", "sevens"])
def test_refusal_is_postgresqls(case, step):
    server = MiniServer(State.STARTUP if case["name"].startswith("startup") else State.READY)
    pieces = [bytes.fromhex(each) for each in case["said"]]
    if step and "then bytes" not in case["name"]:  # a byte in a packet of its own comes after our answer
        pieces = [piece[at : at + step] for piece in pieces for at in range(0, len(piece), step)]
    for piece in pieces:
        server.hear(piece)
    if server.decoder.state is State.CLOSED:
        server.answers.append(["closed"])
    expected = as_one_fatal([list(answer) for answer in case["answers"]])
    for ours, theirs in zip(server.answers, expected, strict=True):
        if theirs[0] == "FATAL" and theirs[1] == "":
            ours[1] = ""  # protocol 2's form of errors has no SQLSTATE
        assert ours == theirs
