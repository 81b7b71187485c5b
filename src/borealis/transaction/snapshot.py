"""Snapshot: a reader inside a transaction, and the commit it stands at.

The numbers are read in the very snapshot they describe, so they can be neither ahead of it nor behind.
Beginning and ending one costs 2 µs while nothing commits and about 5 µs when something has.
"""

from __future__ import annotations

from typing import Any

import apsw

from borealis.storage.errors import sql_error
from borealis.storage.readers import Reader, ReaderPool
from borealis.storage.signal import CommitSignal
from borealis.types.base import Value

_BEGIN = "BEGIN;SELECT seq,catalog_version FROM meta"
_END = "ROLLBACK"  # also empties what a transaction has put into TEMP tables


class Snapshot:
    __slots__ = ("_pool", "catalog_version", "reader", "seq")

    def __init__(self, pool: ReaderPool, reader: Reader, seq: int, catalog_version: int) -> None:
        self._pool = pool
        self.reader = reader
        self.seq = seq
        self.catalog_version = catalog_version

    @property
    def next_oid(self) -> int:
        """The first oid a DDL statement may give out; two that take the same one cannot both commit."""
        oid: Any = self.reader.connection.cursor().execute("SELECT next_oid FROM meta").get
        return int(oid)

    def close(self) -> None:
        """End the snapshot and give its reader back. Statements still running on it are aborted."""
        reader = self.reader
        try:
            reader.execute(_END)
        except apsw.Error:
            self._pool.discard(reader)
        else:
            self._pool.release(reader)


class SnapshotSource:
    """Where a process gets its snapshots; catalog_version() tells without one whether a cached catalog is stale."""

    def __init__(self, pool: ReaderPool, signal: CommitSignal) -> None:
        self._pool = pool
        self._signal = signal

    @property
    def catalog_version(self) -> int:
        return self._signal.catalog_version

    @property
    def plans_version(self) -> int:
        """Moves with the catalog and with statistics."""
        return self._signal.plans_version

    @property
    def seq(self) -> int:
        return self._signal.seq

    def read_once(self, sql: str, bindings: tuple[Value, ...]) -> list[tuple[Value, ...]] | None:
        """Run one statement that needs no more than itself: it is a snapshot by itself, and costs no BEGIN.

        None where SQLite failed; taken the long way the statement tells how.
        """
        pool = self._pool
        reader = self._acquire()
        try:
            rows: list[tuple[Value, ...]] = reader.execute(sql, bindings).fetchall()
        except apsw.Error:
            pool.discard(reader)
            return None
        except BaseException:
            pool.discard(reader)
            raise
        pool.release(reader)
        return rows

    def begin(self) -> Snapshot:
        """Take a snapshot of all that has been committed.

        Raises:
            TooManyConnections: all readers are out.
            SqlError: the files are damaged or out of reach.
        """
        return self._begin(self._acquire())

    def begin_scanner(self) -> Snapshot:
        """Take a snapshot whose reader is a scanner. Raises what begin raises."""
        return self._begin(self._acquire(is_scanner=True))

    def _begin(self, reader: Reader) -> Snapshot:
        pool = self._pool
        try:
            numbers: list[Any] = reader.execute(_BEGIN).fetchall()
        except apsw.Error as error:
            failure = sql_error(error, reader.connection)
            pool.discard(reader)
            raise failure from error
        return Snapshot(pool, reader, *numbers[0])

    def _acquire(self, *, is_scanner: bool = False) -> Reader:
        try:
            return self._pool.acquire_scanner() if is_scanner else self._pool.acquire()
        except apsw.Error as error:
            raise sql_error(error) from error
