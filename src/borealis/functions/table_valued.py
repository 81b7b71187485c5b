"""Set-returning functions as SQLite's table-valued functions: columns c1…cn, arguments in hidden columns.

    SELECT c1 FROM pg_generate_series_int4(1, 10)

A function is a generator of row tuples; a strict one is not called with a NULL argument, and gives no rows. SQLite pulls rows one at a time, so a LIMIT stops
the generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw

from borealis.functions.implementation import Context, SetReturning
from borealis.types.base import Value

_EQUALS = apsw.SQLITE_INDEX_CONSTRAINT_EQ


class RowsModule:
    """One set-returning function of one connection: SQLite's module, table and, for each scan, a cursor."""

    def __init__(self, function: SetReturning, context: Context) -> None:
        self.function = function
        self.context = context

    def Connect(self, *names: Any) -> tuple[str, RowsTable]:  # noqa: N802 - SQLite's name
        columns = [f"c{n}" for n in range(1, self.function.columns + 1)]
        hidden = [f"a{n} HIDDEN" for n in range(1, self.function.arguments + 1)]
        return f"CREATE TABLE rows({', '.join(columns + hidden)})", RowsTable(self.function, self.context)

    Create = Connect


class RowsTable:
    def __init__(self, function: SetReturning, context: Context) -> None:
        self.function = function
        self.context = context

    def BestIndexObject(self, index: apsw.IndexInfo) -> bool:  # noqa: N802
        """Ask for the arguments' values. An argument not known yet makes the plan unusable: another order is tried."""
        first = self.function.columns
        given: list[tuple[int, int]] = []
        for n in range(index.nConstraint):
            column = index.get_aConstraint_iColumn(n)
            if column < first or index.get_aConstraint_op(n) != _EQUALS:
                continue
            if not index.get_aConstraint_usable(n):
                return False
            given.append((column, n))
        for ordinal, (_, n) in enumerate(sorted(given), 1):
            index.set_aConstraintUsage_argvIndex(n, ordinal)
            index.set_aConstraintUsage_omit(n, True)
        index.estimatedCost = 10.0
        index.estimatedRows = 100
        return True

    def Open(self) -> RowsCursor:  # noqa: N802
        return RowsCursor(self.function, self.context)

    def Disconnect(self) -> None:  # noqa: N802
        pass

    Destroy = Disconnect


class RowsCursor:
    __slots__ = ("_context", "_function", "_number", "_row", "_rows")

    def __init__(self, function: SetReturning, context: Context) -> None:
        self._function = function
        self._context = context
        self._rows: Iterator[tuple[Value, ...]] = iter(())
        self._row: tuple[Value, ...] | None = None
        self._number = 0

    def Filter(self, number: int, text: str, arguments: tuple[Value, ...]) -> None:  # noqa: N802
        self._number = 0
        if self._function.strict and None in arguments:
            self._row = None
            return
        context = (self._context,) if self._function.wants_context else ()
        self._rows = self._function.rows(*context, *arguments)
        self._row = next(self._rows, None)

    def Eof(self) -> bool:  # noqa: N802
        return self._row is None

    def Rowid(self) -> int:  # noqa: N802
        return self._number

    def Column(self, column: int) -> Value:  # noqa: N802
        return None if self._row is None or not 0 <= column < len(self._row) else self._row[column]

    def Next(self) -> None:  # noqa: N802
        self._row = next(self._rows, None)
        self._number += 1

    def Close(self) -> None:  # noqa: N802
        self._rows = iter(())
