"""Plays a recorded server to our decoder: takes a message, looks up what PostgreSQL answered, and notes what that decides.

If the decoder took a message that PostgreSQL threw away, or the other way round, the recorded answer does not fit.
"""

import wire_peer as peer

from borealis.wire import messages
from borealis.wire.decoder import Decoder
from borealis.wire.state import Event, State

UNASKED = ("ParameterStatus", "NoticeResponse", "BackendKeyData")
DONE = {
    messages.Parse: ("ParseComplete",),
    messages.Bind: ("BindComplete",),
    messages.Close: ("CloseComplete",),
    messages.Execute: ("CommandComplete", "PortalSuspended", "EmptyQueryResponse", "CopyInResponse"),
    messages.Query: ("ReadyForQuery", "CopyInResponse"),
    messages.Sync: ("ReadyForQuery",),
    messages.StartupMessage: ("Authentication",),
}
"""The answer that ends the handling of a message, an error apart."""


class Replay:
    def __init__(self, transcript):
        self.stream = peer.Stream()
        self.stream.feed(transcript.said("<"))
        self.decoder = Decoder()
        self.taken = []
        self.in_simple_copy = False

    def run(self, chunks):
        """Feed the client's chunks; each message is answered as soon as it is there."""
        for data in chunks:
            self.decoder.feed(data)
            for message in self.decoder:
                self.taken.append(message)
                self.answer(message)

    def next_answer(self):
        self.stream.may_answer_encryption = self.decoder.state is State.ENCRYPTION_REQUESTED
        data = self.stream.next_frame()
        assert data is not None, "PostgreSQL said nothing more"
        return peer.read(data)

    def answer(self, message):
        match message:
            case messages.SslRequest():
                assert self.next_answer() == ("EncryptionRefused",)
                self.decoder.note(Event.ENCRYPTION_REFUSED)
            case messages.Flush() | messages.CopyData() | messages.Terminate():
                pass
            case messages.StartupMessage() | messages.PasswordMessage():
                self.authenticate()
            case messages.CopyDone() | messages.CopyFail():
                self.expect(("ReadyForQuery",) if self.in_simple_copy else ("CommandComplete",))
            case messages.Describe():
                self.expect(("RowDescription", "NoData"))
            case _:
                self.expect(DONE[type(message)], is_simple=isinstance(message, messages.Query))

    def authenticate(self):
        answer = self.next_answer()
        if answer[0] == "NegotiateProtocolVersion":
            answer = self.next_answer()
        if answer == ("Authentication", 0):
            self.decoder.note(Event.AUTHENTICATED)
            self.expect(("ReadyForQuery",))

    def expect(self, last, *, is_simple=False):
        while True:
            name, *fields = self.next_answer()
            if name == "ErrorResponse":
                self.decoder.note(Event.FAILED)
                if self.decoder.state is State.SKIPPING:
                    return
            if name == "CopyInResponse":
                self.in_simple_copy = is_simple
                self.decoder.note(Event.COPY_IN_STARTED)
            if name in last:
                return
