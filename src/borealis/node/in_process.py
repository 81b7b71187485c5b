"""A connection without a socket: messages handed to a session of this process as objects, its answers read from the bytes.

    connection = node.connect()
    rows = await connection.query("SELECT name FROM person WHERE id = $1", "7")

For tests and for programs that embed a node and want nothing but SQL: values go and come in PostgreSQL's text form, as
str or None. A driver (psycopg, asyncpg) on node.host and node.port gives Python's types.

Source: PostgreSQL 16 §55.2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING

from borealis.errors import InternalError, SqlError, error_class
from borealis.server.services import Output, ServerSession
from borealis.wire import messages
from borealis.wire.state import Event

if TYPE_CHECKING:
    from typing import Self

Row = tuple[str | None, ...]

_length = Struct(">I").unpack_from
_short = Struct(">H").unpack_from
_int = Struct(">i").unpack_from
_FORMATS_TEXT = ()


class InProcessConnection:
    """One session, used by one task at a time."""

    def __init__(self, begin: Callable[[Output], ServerSession]) -> None:
        """Begin a session that answers to this connection."""
        self._output = bytearray()
        self._session = begin(self)

    # What the session calls.

    def write(self, data: bytes) -> None:
        self._output += data

    async def drain(self) -> None:
        """The reader is in this process: nothing is waited for."""

    def note(self, event: Event) -> None:
        """There is no decoder to be told; a message comes only when the last one is answered."""

    def is_sync_next(self) -> bool:
        return False

    def take_execution(self) -> bool | None:
        return None

    # What a program calls.

    async def query(self, text: str, *parameters: str | None) -> list[Row]:
        """Run one statement with parameters $1, $2, … and return its rows; outside a transaction block it is committed.

        Raises:
            SqlError: what a client would be told.
        """
        values = tuple(None if value is None else value.encode() for value in parameters)
        return await self._exchange(
            messages.Parse("", text, ()),
            messages.Bind("", "", (), values, _FORMATS_TEXT),
            messages.Execute("", 0),
            messages.Sync(),
        )

    async def execute(self, text: str) -> list[Row]:
        """Run any number of statements as one message, in one transaction; return the rows of all.

        Raises:
            SqlError: what a client would be told.
        """
        return await self._exchange(messages.Query(text))

    def close(self) -> None:
        self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def _exchange(self, *asked: messages.FrontendMessage) -> list[Row]:
        self._output.clear()
        for message in asked:
            pending = self._session.handle(message)
            if pending is not None:
                await pending
        rows: list[Row] = []
        error: SqlError | None = None
        for kind, body in _messages(bytes(self._output)):
            if kind == b"D":
                rows.append(_read_row(body))
            elif kind == b"E" and error is None:
                error = _read_error(body)
        if error is not None:
            raise error
        return rows


def _messages(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at < len(data):
        stop = at + 1 + _length(data, at + 1)[0]
        found.append((data[at : at + 1], data[at + 5 : stop]))
        at = stop
    return found


def _read_row(body: bytes) -> Row:
    values: list[str | None] = []
    at = 2
    for _ in range(_short(body)[0]):
        (length,) = _int(body, at)
        at += 4
        if length < 0:
            values.append(None)
        else:
            values.append(body[at : at + length].decode())
            at += length
    return tuple(values)


def _read_error(body: bytes) -> SqlError:
    fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
    try:
        kind = error_class(fields[b"C"])
    except KeyError:
        kind = InternalError
    position = fields.get(b"P")
    return kind(
        fields[b"M"],
        detail=fields.get(b"D"),
        hint=fields.get(b"H"),
        position=None if position is None else int(position),
        where=fields.get(b"W"),
        schema=fields.get(b"s"),
        table=fields.get(b"t"),
        column=fields.get(b"c"),
        datatype=fields.get(b"d"),
        constraint=fields.get(b"n"),
    )
