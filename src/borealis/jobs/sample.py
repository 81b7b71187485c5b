"""Sample: how many rows a table has, and some of them: all of a small table, of a larger one 30,000 places by chance.

The rows come in the order of the key. Between two pieces transactions commit, so the sample is of no one moment.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import apsw

from borealis.jobs.distribution import TARGET
from borealis.storage.layout import TableLayout
from borealis.transaction.intent import Row

COUNTED = 20_000
"""Rows counted at a time: a millisecond or two."""

READ = 500
"""Rows read at a time, likewise."""

SAMPLE = 300 * TARGET


class Sample:
    def __init__(self, random_: random.Random) -> None:
        self.count = 0
        self.rows: list[Row] = []
        self.is_whole = False
        """All that is wanted has been read."""
        self._random = random_
        self._after: Row = ()
        self._is_counted = False
        self._gaps: Iterator[int] = iter(())

    def step(self, connection: apsw.Connection, layout: TableLayout) -> None:
        """Count, then read, a piece."""
        if self._is_counted:
            self.is_whole = self._read_some(connection, layout)
        else:
            self._count_some(connection, layout)

    def _count_some(self, connection: apsw.Connection, layout: TableLayout) -> None:
        """Count a piece; after the last one, choose the places of the sample."""
        key = ",".join(layout.key_columns)
        rest = self._rest(layout)
        last: list[Any] = connection.execute(
            f"SELECT {key} {rest} LIMIT 1 OFFSET {COUNTED - 1}", self._after
        ).fetchall()
        if last:
            self.count += COUNTED
            (self._after,) = last
            return
        counted: Any = connection.execute(f"SELECT count(*) FROM (SELECT 1 {rest})", self._after).get
        self.count += int(counted)
        self._after, self._is_counted = (), True
        if self.count > SAMPLE:
            places = sorted(self._random.sample(range(self.count), SAMPLE))
            self._gaps = iter([one - before - 1 for one, before in zip(places, [-1, *places], strict=False)])

    def _read_some(self, connection: apsw.Connection, layout: TableLayout) -> bool:
        """Read a piece; return whether that was the last."""
        columns = ",".join((*layout.key_columns, *layout.columns))
        width, rows = len(layout.key_columns), self.rows
        if self.count <= SAMPLE:
            found: list[Any] = connection.execute(
                f"SELECT {columns} {self._rest(layout)} LIMIT {READ}", self._after
            ).fetchall()
            rows += [row[width:] for row in found]
            if len(found) < READ or len(rows) >= SAMPLE:
                return True
            self._after = found[-1][:width]
            return False
        for _ in range(READ // 2):
            gap = next(self._gaps, None)
            if gap is None:
                return True
            one: Any = connection.execute(
                f"SELECT {columns} {self._rest(layout)} LIMIT 1 OFFSET {gap}", self._after
            ).fetchone()
            if one is None:
                return True  # rows have gone meanwhile
            self._after = one[:width]
            rows.append(one[width:])
        return False

    def _rest(self, layout: TableLayout) -> str:
        key = ",".join(layout.key_columns)
        where = f" WHERE ({key})>({','.join('?' * len(layout.key_columns))})" if self._after else ""
        return f"FROM {layout.name}{where} ORDER BY {key}"
