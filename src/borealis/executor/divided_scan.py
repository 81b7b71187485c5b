"""DividedScan: a grouped query over a whole table, taken in ranges of the key by several threads (compile/division.py).

    range  range  range  …  the next one's end is looked for under a lock
      │      └───── another thread, on a scanner of its own
      └──────────── the statement's thread, on its first scanner
    rows of all ──▶ the statement over the groups, on the transaction's reader

Whoever is free takes the next range. The division is used once a statement has proved to be long (decision 3), where nothing of the
table is pending and the first range shows that grouping makes few of many; else the query runs as it stands.

Must hold: scanners stand at the very commit the transaction's snapshot stands at; none reads after the call has ended.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import apsw
import msgspec

from borealis.executor.compile.compilation import CompiledStatement
from borealis.executor.compile.division import Division
from borealis.executor.query import QueryAction
from borealis.executor.result import Result, Row
from borealis.sql.bound.statements import Query

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction
    from borealis.types.base import Value

RANGE_ROWS = 16_000
"""Rows a range: what sorts within the processor's caches, and long enough for threads not to wait for each other."""

_GROUPS_SHARE_MAX = 0.1
"""Of a range's rows: with more groups there is little to gain, and their rows are held in memory."""


class DividedScan(QueryAction):
    def __init__(self, node: Query, division: Division) -> None:
        super().__init__(node)
        self._division = division

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        if (
            transaction.scanners
            and not transaction.write_set.tables
            and transaction.connection_state().unlimited
        ):
            rows = self._divided(transaction, arguments)
            if rows is not None:
                return Result(rows, len(rows))
        return super().execute(transaction, arguments)

    def _divided(self, transaction: Transaction, arguments: tuple[Value, ...]) -> list[Row] | None:
        """Return the query's rows; None where dividing it does not pay."""
        ranges = _Ranges(self._division, transaction, arguments)
        if not ranges.begin() or not ranges.read_all():
            return None
        whole = self._division.whole
        rows = (msgspec.json.encode(ranges.rows).decode(),)
        return transaction.query(whole.sql, whole.bindings(arguments, rows, transaction))


class _Ranges:
    """The ranges of one execution, and what has been read of them."""

    def __init__(self, division: Division, transaction: Transaction, arguments: tuple[Value, ...]) -> None:
        self._division = division
        self._transaction = transaction
        self._arguments = arguments
        self._own, *self._others = [scanner.reader.connection for scanner in transaction.scanners]
        self._lock = threading.Lock()
        self._behind: Value = None
        """The key the next range begins behind."""
        self._is_out = False
        self._has_failed = False
        self.rows: list[Row] = []

    def begin(self) -> bool:
        """Read the first range; False where it is all there is, or makes too many groups."""
        found = self._own.execute(self._division.first_bound, (RANGE_ROWS - 1,)).fetchall()
        if not found:
            return False
        self._behind = found[0][0]
        self.rows += self._part(self._own, self._division.first, (self._behind,))
        return len(self.rows) <= RANGE_ROWS * _GROUPS_SHARE_MAX

    def read_all(self) -> bool:
        """Read all others; False where another thread met an error, to be met again by the query as it stands."""
        helpers = [
            threading.Thread(target=self._help, args=(connection,), name="divided scan")
            for connection in self._others
        ]
        for helper in helpers:
            helper.start()
        try:
            self._read(self._own)
        finally:
            self._is_out = True
            for helper in helpers:
                helper.join()
        return not self._has_failed

    def _help(self, connection: apsw.Connection) -> None:
        try:
            self._read(connection)
        except Exception:  # noqa: BLE001 - whatever it is, the query in the statement's own thread will tell it
            self._has_failed = self._is_out = True

    def _read(self, connection: apsw.Connection) -> None:
        division = self._division
        while True:
            self._transaction.check_canceled()
            with self._lock:
                if self._is_out:
                    return
                behind = self._behind
                found = connection.execute(division.next_bound, (behind, RANGE_ROWS - 1)).fetchall()
                if found:
                    self._behind = found[0][0]
                else:
                    self._is_out = True
            if found:
                rows = self._part(connection, division.middle, (behind, found[0][0]))
            else:
                rows = self._part(connection, division.last, (behind,))
            with self._lock:
                self.rows += rows

    def _part(self, connection: apsw.Connection, part: CompiledStatement, ends: Row) -> list[Row]:
        values = part.bindings(self._arguments, ends, self._transaction)
        return connection.execute(part.sql, values).fetchall()
