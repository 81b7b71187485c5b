"""What a client says: one class per frontend message of protocol 3.

Names are the protocol's own; inside a statement, say `messages.Parse`, since to parse is also a phase. Text has been
checked to be UTF-8 without zero bytes; parameters and COPY data are bytes, for the types to read.
Source: PostgreSQL 16 §55.7 (Message Formats).
"""

from __future__ import annotations

import msgspec


class _Message(msgspec.Struct, frozen=True, gc=False):
    """Untracked by the garbage collector: messages hold only str, bytes, int and tuples of them, hence no cycles."""


# Startup packets: no type byte, only before the session begins.


class StartupMessage(_Message, frozen=True, gc=False):
    """The version is (major, minor); parameters include user and, maybe, database, options and any setting."""

    version: tuple[int, int]
    parameters: dict[str, str]


class SslRequest(_Message, frozen=True, gc=False):
    pass


class GssEncRequest(_Message, frozen=True, gc=False):
    pass


class CancelRequest(_Message, frozen=True, gc=False):
    pid: int
    secret: int


# Typed messages.


class PasswordMessage(_Message, frozen=True, gc=False):
    password: str


class Query(_Message, frozen=True, gc=False):
    text: str


class Parse(_Message, frozen=True, gc=False):
    statement: str
    text: str
    parameter_types: tuple[int, ...]  # 0 is unspecified; may be shorter than the parameters there are


class Bind(_Message, frozen=True, gc=False):
    """Formats are 0 text, 1 binary: none given means all text, one given means all alike, else one each."""

    portal: str
    statement: str
    parameter_formats: tuple[int, ...]  # checked: 0 or 1, and as many as the rule above allows
    parameters: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]  # unchecked: how many columns there are is for the portal to know


class Describe(_Message, frozen=True, gc=False):
    kind: str  # 'S' statement, 'P' portal
    name: str


class Execute(_Message, frozen=True, gc=False):
    portal: str
    rows_max: int  # 0 or less: all


class Close(_Message, frozen=True, gc=False):
    kind: str  # 'S' statement, 'P' portal
    name: str


class Sync(_Message, frozen=True, gc=False):
    pass


class Flush(_Message, frozen=True, gc=False):
    pass


class CopyData(_Message, frozen=True, gc=False):
    data: bytes


class CopyDone(_Message, frozen=True, gc=False):
    pass


class CopyFail(_Message, frozen=True, gc=False):
    message: str


class Terminate(_Message, frozen=True, gc=False):
    pass


StartupPacket = StartupMessage | SslRequest | GssEncRequest | CancelRequest
SessionMessage = (
    Query
    | Parse
    | Bind
    | Describe
    | Execute
    | Close
    | Sync
    | Flush
    | CopyData
    | CopyDone
    | CopyFail
    | PasswordMessage
    | Terminate
)
FrontendMessage = StartupPacket | SessionMessage
