"""Rows: sending a result's rows, at once where they are few, in chunks and with backpressure where they are many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Protocol

from borealis.session.portal import Portal
from borealis.types.base import Value
from borealis.wire import backend

if TYPE_CHECKING:
    from borealis.session.session import Session

CHUNK_ROWS = 512
"""Rows fetched and encoded at a time: what a result may hold of memory, and of the event loop in one go."""


class Rows(Protocol):
    """A result, as far as sending it needs; the executor's Result is one."""

    row_count: int
    notices: tuple[tuple[str, ...], ...]

    @property
    def is_long(self) -> bool: ...
    async def run(self) -> None: ...
    def fetch(self, count: int | None) -> Sequence[tuple[Value, ...]]: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...


class FixedRows:
    """Rows that are known beforehand: what SHOW answers."""

    __slots__ = ("_rows", "row_count")

    is_long = False
    notices: tuple[tuple[str, ...], ...] = ()

    def __init__(self, rows: list[tuple[Value, ...]]) -> None:
        self.row_count = len(rows)
        self._rows = rows

    def fetch(self, count: int | None) -> list[tuple[Value, ...]]:
        rows, self._rows = self._rows[:count], self._rows[len(self._rows) if count is None else count :]
        return rows

    async def run(self) -> None:
        pass

    def cancel(self) -> None:
        pass

    def close(self) -> None:
        self._rows = []


def send_rows(session: Session, portal: Portal, rows_max: int, tag: str) -> Awaitable[None] | None:
    """Send rows up to rows_max (0: all) and set the portal's completion; tag is its text but for the count.

    As in PostgreSQL, a portal is suspended when it gave exactly as many rows as were asked for, whether or not there are
    more, and the count is of this Execute's rows.
    """
    result, shape = portal.result, portal.shape
    assert result is not None
    assert shape is not None
    if portal.preface is not None:
        session.write(portal.preface)
        portal.preface = None
    if result.is_long or rows_max > CHUNK_ROWS:
        return _send_chunks(session, portal, rows_max, tag)
    limit = rows_max or CHUNK_ROWS
    rows = result.fetch(limit)
    count = len(rows)
    if count:
        encode = shape.encode
        session.write(encode(rows[0]) if count == 1 else b"".join(map(encode, rows)))
    if count == limit:
        if not rows_max:
            return _send_chunks(session, portal, rows_max, tag, count)
        portal.completion = None
    else:
        portal.completion = backend.command_complete(f"{tag}{count}")
    return None


async def _send_chunks(session: Session, portal: Portal, rows_max: int, tag: str, sent: int = 0) -> None:
    result, shape = portal.result, portal.shape
    assert result is not None
    assert shape is not None
    with session.running(result):
        if sent:
            await session.drain()
        while not rows_max or sent < rows_max:
            limit = min(CHUNK_ROWS, rows_max - sent) if rows_max else CHUNK_ROWS
            rows = await fetch(result, limit)
            session.check_cancel()
            sent += len(rows)
            session.write(b"".join(map(shape.encode, rows)))
            if len(rows) < limit:
                portal.completion = backend.command_complete(f"{tag}{sent}")
                return
            await session.pause()
    portal.completion = None


async def fetch(result: Rows, count: int) -> Sequence[tuple[Value, ...]]:
    """Fetch rows, in a thread where that may take long."""
    return await asyncio.to_thread(result.fetch, count) if result.is_long else result.fetch(count)
