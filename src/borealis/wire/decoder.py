"""The frontend's byte stream as messages.

    decoder.feed(data)
    while (message := decoder.next_message()) is not None: …

A frame is a type byte, an int32 length that counts itself, and the body; startup packets lack the type byte. The
stream is read lazily, one message a call, because what the server decides (TLS, authentication, COPY, errors) changes
how the bytes already here are to be read: it says so by `note`. What is thrown away by state.py's tables is never
looked into, and an unauthenticated client cannot make us keep more than a small frame.

Errors are SqlErrors of two kinds. One that leaves `state` CLOSED broke the framing: send it as FATAL and hang up. After
any other, the message is consumed and the stream goes on behind it: answer it as a failed statement, then
`note(Event.FAILED)`.

Bytes are kept once: `_buffer` is the chunk being read, `_later` gathers what came before it was used up or while a
frame is incomplete; both are joined only when a whole frame is there, so a large message in many pieces costs linear time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class

from borealis.errors import ProtocolViolation, SqlError
from borealis.limits import MESSAGE_BYTES_MAX
from borealis.wire import readers, startup
from borealis.wire.messages import CancelRequest, FrontendMessage, GssEncRequest, SessionMessage, SslRequest
from borealis.wire.state import BYTES_MAX, DISCARDED, TAKEN, Event, State, after

_header = Struct(">Bi").unpack_from

_Reader = Callable[[bytes], SessionMessage]
_Entry = tuple[int, _Reader | None, State, "_EntryOf"]
_EntryOf = Callable[[int], _Entry | None]


def _flatten() -> dict[State, dict[int, _Entry]]:
    """Flatten state.py's tables: by state and type byte, largest length, reader or None, state after and its entries."""
    flat: dict[State, dict[int, _Entry]] = {state: {} for state in State}
    for state, entries in flat.items():
        for kind, after_it in TAKEN.get(state, {}).items():
            bytes_max = BYTES_MAX.get(kind, MESSAGE_BYTES_MAX)
            entries[kind[0]] = (bytes_max, readers.READERS[kind], after_it, flat[after_it].get)
        for kind, after_it in DISCARDED.get(state, {}).items():
            bytes_max = BYTES_MAX.get(kind, MESSAGE_BYTES_MAX)
            entries[kind[0]] = (bytes_max, None, after_it, flat[after_it].get)
    return flat


_ENTRIES = _flatten()
_ready_entry_of = _ENTRIES[State.READY].get
_NEGOTIABLE = frozenset((startup.SSL_CODE, startup.GSS_CODE))

_EXECUTION = b"E\0\0\0\x09\0\0\0\0\0S\0\0\0\4"
_DESCRIBED_EXECUTION = b"D\0\0\0\6P\0" + _EXECUTION
"""What drivers send behind a Bind: Execute the unnamed portal to its end, and Sync."""


class Decoder:
    """One connection's reader. Start in READY to read a stream whose startup is past."""

    __slots__ = ("_at", "_buffer", "_entry_of", "_later", "_negotiable", "_state")

    def __init__(self, state: State = State.STARTUP) -> None:
        self._state = state
        self._entry_of: _EntryOf = _ENTRIES[state].get
        self._buffer = b""
        self._at = 0
        self._later = bytearray()
        self._negotiable = _NEGOTIABLE

    @property
    def state(self) -> State:
        return self._state

    @property
    def pending_bytes(self) -> int:
        """Bytes fed and not yet used, for the server to stop reading a client that talks faster than it is served."""
        return len(self._buffer) - self._at + len(self._later)

    @property
    def is_sync_next(self) -> bool:
        """The next message is here, and is Sync."""
        return self._buffer[self._at : self._at + 1] == b"S"

    def take_execution(self) -> bool | None:
        """Take the rest of an execution behind a Bind, if it is here whole: [Describe,] Execute all, Sync.

        Tells whether the portal is to be described; None, and nothing taken, where anything else comes next.
        """
        buffer, at = self._buffer, self._at
        if buffer.startswith(_DESCRIBED_EXECUTION, at):
            self._at = at + len(_DESCRIBED_EXECUTION)
        elif buffer.startswith(_EXECUTION, at):
            self._at = at + len(_EXECUTION)
        else:
            return None
        self._state = State.READY
        self._entry_of = _ready_entry_of
        return self._at - at != len(_EXECUTION)

    def feed(self, data: bytes) -> None:
        if self._later or self._at < len(self._buffer):
            self._later += data
        else:
            self._buffer = data
            self._at = 0

    def note(self, event: Event) -> None:
        """Take what the server decided. Raises 08P01 if a client sent plain bytes where encryption was to begin."""
        self._enter(after(self._state, event))
        if event is Event.TLS_ACCEPTED or event is Event.ENCRYPTION_REFUSED:
            if self.pending_bytes:
                raise self._broken(_unencrypted("SSL"))
            if event is Event.TLS_ACCEPTED:
                self._negotiable = frozenset()

    def next_message(self) -> FrontendMessage | None:
        """Return the next message, or None until more is fed."""
        while True:
            buffer = self._buffer
            at = self._at
            body_at = at + 5
            if body_at > len(buffer):
                if self._gather(5):
                    continue
                return self._short_of_header() if self._buffer else None
            kind, length = _header(buffer, at)
            entry = self._entry_of(kind)
            if entry is None:
                return self._unlisted(kind)
            bytes_max, reader, state, entry_of = entry
            if not 4 <= length <= bytes_max:
                raise self._broken(_invalid_length())
            stop = at + 1 + length
            if stop > len(buffer):
                if self._gather(1 + length):
                    continue
                return None
            self._at = stop
            if state is not self._state:
                self._state = state
                self._entry_of = entry_of
            if reader is not None:
                try:
                    return reader(buffer[body_at:stop])
                except (StructError, ValueError) as error:
                    raise readers.damage(error) from None

    def __iter__(self) -> Iterator[FrontendMessage]:
        while (message := self.next_message()) is not None:
            yield message

    def _gather(self, needed: int) -> bool:
        """Make _buffer hold this many bytes from _at on; False if they are not here yet."""
        here = len(self._buffer) - self._at
        if here >= needed:
            return True
        if here + len(self._later) < needed:
            if not here:
                self._buffer = bytes(self._later)  # most often empty: an idle connection keeps no memory
                self._at = 0
                self._later.clear()
            return False
        self._buffer = self._buffer[self._at :] + self._later
        self._at = 0
        self._later = bytearray()
        return True

    def _short_of_header(self) -> FrontendMessage | None:
        if self._state is State.STARTUP:
            return self._next_startup_packet()
        kind = self._buffer[self._at]
        if self._entry_of(kind) is None:  # say so before the rest of its header comes, which may be never
            return self._unlisted(kind)
        return None

    def _unlisted(self, kind: int) -> FrontendMessage | None:
        """Deal with bytes that begin no message of this state."""
        match self._state:
            case State.STARTUP:
                return self._next_startup_packet()
            case State.ENCRYPTION_REQUESTED:
                return None  # `note` will complain
            case State.CLOSED:
                self._forget()
                return None
            case State.AUTHENTICATION:
                error = ProtocolViolation(f"expected password response, got message type {kind}")
            case State.COPY_IN | State.COPY_IN_EXTENDED:
                error = ProtocolViolation(f"unexpected message type 0x{kind:02X} during COPY from stdin")
            case _:
                error = ProtocolViolation(f"invalid frontend message type {kind}")
        raise self._broken(error)

    def _next_startup_packet(self) -> FrontendMessage | None:
        if not self._gather(4):
            return None
        (length,) = startup.LENGTH.unpack_from(self._buffer, self._at)
        try:
            startup.check_length(length)
            if not self._gather(length):
                return None
            stop = self._at + length
            packet = startup.read(self._buffer[self._at + 4 : stop], self._negotiable)
        except SqlError as error:
            raise self._broken(error) from None
        self._at = stop
        match packet:
            case SslRequest() | GssEncRequest():
                self._request_encryption(packet)
            case CancelRequest():
                self._enter(State.CLOSED)
            case _:
                self._enter(State.AUTHENTICATION)
        return packet

    def _request_encryption(self, request: SslRequest | GssEncRequest) -> None:
        is_ssl = isinstance(request, SslRequest)
        if self.pending_bytes:
            raise self._broken(_unencrypted("SSL" if is_ssl else "GSSAPI encryption"))
        self._negotiable -= {startup.SSL_CODE if is_ssl else startup.GSS_CODE}
        self._enter(State.ENCRYPTION_REQUESTED)

    def _enter(self, state: State) -> None:
        self._state = state
        self._entry_of = _ENTRIES[state].get

    def _broken(self, error: SqlError) -> SqlError:
        """Close, since nobody knows where the next message begins, and return the error to raise."""
        self._enter(State.CLOSED)
        self._forget()
        return error

    def _forget(self) -> None:
        self._buffer = b""
        self._at = 0
        self._later = bytearray()


def _invalid_length() -> ProtocolViolation:
    return ProtocolViolation("invalid message length")


def _unencrypted(kind: str) -> ProtocolViolation:
    return ProtocolViolation(
        f"received unencrypted data after {kind} request",
        detail="This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.",
    )
