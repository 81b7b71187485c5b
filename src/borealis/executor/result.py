"""Result: what a statement gave, whole or in parts.

    Result           rows in memory: short results, and everything DML returns
    StreamedResult   a first batch in memory and a cursor behind it; memory stays bounded however many rows follow
    LongResult       a statement that outlasted its inline budget: nothing has been done yet, run() does it in a thread

is_long tells that the next call (run, the first time; fetch, later) must be made off the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import apsw

from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

Row = tuple[Value, ...]

BATCH_ROWS = 512
"""Rows read at a time; also what a short statement may give before it counts as a stream."""


class Result:
    """Rows in memory. row_count: rows given, or written by DML."""

    __slots__ = ("_next", "_rows", "row_count")

    is_long = False

    notices: tuple[tuple[str, ...], ...] = ()
    """SQLSTATE and text of what the client is to be told besides."""

    def __init__(self, rows: Sequence[Row], row_count: int) -> None:
        self._rows = rows
        self._next = 0
        self.row_count = row_count

    @property
    def is_done(self) -> bool:
        return self._next >= len(self._rows)

    def fetch(self, count: int | None = None) -> Sequence[Row]:
        """Return the next rows, all of them for None."""
        rows, first = self._rows, self._next
        end = len(rows) if count is None else min(len(rows), first + count)
        self._next = end
        return rows if first == 0 and end == len(rows) else rows[first:end]

    async def run(self) -> None:
        """Do what is_long asks for; nothing here."""

    def cancel(self) -> None:
        """Stop it, from any thread; nothing runs here."""

    def close(self) -> None:
        self._rows = ()


class StreamedResult(Result):
    """A cursor that has given a first batch and has more."""

    __slots__ = ("_cursor", "_transaction")

    def __init__(self, transaction: Transaction, rows: Sequence[Row], cursor: apsw.Cursor) -> None:
        super().__init__(rows, 0)
        self._transaction = transaction
        self._cursor: apsw.Cursor | None = cursor

    @property
    def is_long(self) -> bool:  # type: ignore[override] # a constant there
        """Whether the next fetch has to ask SQLite."""
        return self._cursor is not None and super().is_done

    @property
    def is_done(self) -> bool:
        return self._cursor is None and super().is_done

    def fetch(self, count: int | None = None) -> Sequence[Row]:
        rows = list(super().fetch(count))
        if self._cursor is not None and (count is None or len(rows) < count):
            rows += self._read(None if count is None else count - len(rows))
        self.row_count += len(rows)
        return rows

    def _read(self, count: int | None) -> list[Row]:
        cursor = self._cursor
        with self._transaction.guarded():
            rows = list(cursor) if count is None else list(islice(cursor, count))  # type: ignore[arg-type] # not None
        if count is None or len(rows) < count:
            self.close_cursor()
        return rows

    def detach(self) -> None:
        """Read the rest into memory: what it reads from is about to change."""
        if self._cursor is not None:
            self._rows = [*self._rows[self._next :], *self._read(None)]
            self._next = 0

    def cancel(self) -> None:
        self._transaction.cancel()

    def close_cursor(self) -> None:
        if self._cursor is not None:
            self._cursor.close(True)
            self._cursor = None
            self._transaction.forget(self)

    def close(self) -> None:
        self.close_cursor()
        super().close()


class LongResult(Result):
    """A statement still to be run in a thread; afterwards it is the result of that run."""

    __slots__ = ("_inner", "_transaction", "_work")

    def __init__(self, transaction: Transaction, work: Callable[[], Result]) -> None:
        super().__init__((), 0)
        self._transaction = transaction
        self._work = work
        self._inner: Result | None = None

    @property
    def is_long(self) -> bool:  # type: ignore[override] # a constant there
        return self._inner is None or self._inner.is_long

    @property
    def is_done(self) -> bool:
        return self._inner is not None and self._inner.is_done

    async def run(self) -> None:
        """Run the statement in a thread; the event loop goes on meanwhile.

        Whoever is cancelled while waiting stops the statement, and waits until the thread has let go of the connection.
        """
        if self._inner is not None:
            return
        work = asyncio.ensure_future(asyncio.to_thread(self._work))
        try:
            self._inner = await asyncio.shield(work)
        except asyncio.CancelledError:
            self._transaction.cancel()
            await asyncio.wait((work,))
            raise
        self.row_count = self._inner.row_count

    def fetch(self, count: int | None = None) -> Sequence[Row]:
        if self._inner is None:
            self._inner = self._work()
        rows = self._inner.fetch(count)
        self.row_count = self._inner.row_count
        return rows

    def cancel(self) -> None:
        self._transaction.cancel()

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()
