"""The protocol's state machine, as data: which message may come in which state, and where each leads.

Rule 1: whatever decides about states stands in these tables; decoder.py and the session only follow them.

    STARTUP ──SslRequest, GssEncRequest──► ENCRYPTION_REQUESTED ──TLS_ACCEPTED, ENCRYPTION_REFUSED──► STARTUP
       │ └──CancelRequest──► CLOSED
    StartupMessage
       ▼
    AUTHENTICATION ──AUTHENTICATED──► READY ◄──Query, Sync, CopyData…──┐
       │                               │  ▲                            │
     FAILED               Parse, Bind, │  │ Sync                       │
       ▼                  Describe …   ▼  │                            │
    CLOSED                          EXTENDED ──FAILED──► SKIPPING ─────┘ (Sync; all else is thrown away)
                                       │                    ▲
                                  COPY_IN_STARTED         FAILED
                                       ▼                    │
                                    COPY_IN_EXTENDED ───────┘     CopyDone, CopyFail lead back to EXTENDED

    READY ──COPY_IN_STARTED──► COPY_IN ──CopyDone, CopyFail, FAILED──► READY

READY and EXTENDED take the same messages; they differ in what an error does. An error while a message of the extended
query protocol is handled makes all messages until Sync be thrown away, unread; after any other it is ReadyForQuery's
turn. While rows are copied in, Flush and Sync are thrown away, since a client may have sent them behind the Execute
before it knew of the COPY; after a COPY that failed, its remaining data is. COPY out has no state: the client has
nothing to say to it.
Messages not listed for a state break the connection: nobody can know where the next one begins.
Source: PostgreSQL 16 §55.2 (Message Flow), §55.8; SocketBackend and CopyGetData for what is thrown away.
"""

from __future__ import annotations

from enum import Enum, auto

from borealis.errors import InternalError


class State(Enum):
    STARTUP = auto()
    ENCRYPTION_REQUESTED = auto()
    AUTHENTICATION = auto()
    READY = auto()
    EXTENDED = auto()
    SKIPPING = auto()
    COPY_IN = auto()
    COPY_IN_EXTENDED = auto()
    CLOSED = auto()


class Event(Enum):
    """What the server decides."""

    TLS_ACCEPTED = auto()
    ENCRYPTION_REFUSED = auto()
    AUTHENTICATED = auto()
    COPY_IN_STARTED = auto()  # CopyInResponse was sent
    FAILED = auto()  # an ErrorResponse was sent for the last message
    CLOSED = auto()


_QUERYING: dict[bytes, State] = {
    b"Q": State.READY,
    b"F": State.READY,
    b"P": State.EXTENDED,
    b"B": State.EXTENDED,
    b"D": State.EXTENDED,
    b"E": State.EXTENDED,
    b"C": State.EXTENDED,
    b"H": State.EXTENDED,
    b"S": State.READY,
    b"X": State.CLOSED,
}

TAKEN: dict[State, dict[bytes, State]] = {
    State.AUTHENTICATION: {b"p": State.AUTHENTICATION},
    State.READY: _QUERYING,
    State.EXTENDED: _QUERYING,
    State.SKIPPING: {b"S": State.READY, b"X": State.CLOSED},
    State.COPY_IN: {b"d": State.COPY_IN, b"c": State.READY, b"f": State.READY},
    State.COPY_IN_EXTENDED: {b"d": State.COPY_IN_EXTENDED, b"c": State.EXTENDED, b"f": State.EXTENDED},
}
"""Messages handed on, by type byte, and the state they lead to."""

DISCARDED: dict[State, dict[bytes, State]] = {
    State.READY: dict.fromkeys((b"d", b"c", b"f"), State.READY),
    State.EXTENDED: dict.fromkeys((b"d", b"c", b"f"), State.READY),
    State.SKIPPING: dict.fromkeys(
        (b"Q", b"F", b"P", b"B", b"D", b"E", b"C", b"H", b"d", b"c", b"f"), State.SKIPPING
    ),
    State.COPY_IN: dict.fromkeys((b"H", b"S"), State.COPY_IN),
    State.COPY_IN_EXTENDED: dict.fromkeys((b"H", b"S"), State.COPY_IN_EXTENDED),
}
"""Messages thrown away without a look inside."""

DECIDED: dict[Event, dict[State, State]] = {
    Event.TLS_ACCEPTED: {State.ENCRYPTION_REQUESTED: State.STARTUP},
    Event.ENCRYPTION_REFUSED: {State.ENCRYPTION_REQUESTED: State.STARTUP},
    Event.AUTHENTICATED: {State.AUTHENTICATION: State.READY},
    Event.COPY_IN_STARTED: {State.READY: State.COPY_IN, State.EXTENDED: State.COPY_IN_EXTENDED},
    Event.FAILED: {
        State.STARTUP: State.CLOSED,
        State.ENCRYPTION_REQUESTED: State.CLOSED,
        State.AUTHENTICATION: State.CLOSED,
        State.READY: State.READY,
        State.EXTENDED: State.SKIPPING,
        State.SKIPPING: State.SKIPPING,
        State.COPY_IN: State.READY,
        State.COPY_IN_EXTENDED: State.SKIPPING,
        State.CLOSED: State.CLOSED,
    },
    Event.CLOSED: dict.fromkeys(State, State.CLOSED),
}

_SMALL_BYTES_MAX = 10_000  # PostgreSQL's PQ_SMALL_MESSAGE_LIMIT
_PASSWORD_BYTES_MAX = 65_535  # PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH

BYTES_MAX: dict[bytes, int] = {
    **dict.fromkeys((b"C", b"D", b"E", b"H", b"S", b"X", b"c", b"f"), _SMALL_BYTES_MAX),
    b"p": _PASSWORD_BYTES_MAX,
}
"""Largest length of the messages that have a limit tighter than limits.MESSAGE_BYTES_MAX."""


def after(state: State, event: Event) -> State:
    """Return the state an event leads to. Raises InternalError where it has no place."""
    try:
        return DECIDED[event][state]
    except KeyError:
        raise InternalError(f"protocol event {event.name} in state {state.name}") from None
