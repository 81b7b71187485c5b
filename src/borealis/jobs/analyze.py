"""ANALYZE: counts a table's rows and looks at a sample of them, for the planner. No transaction depends on what it writes.

    count     all rows, 20,000 at a time: SQLite walks the keys
    sample    all of a small table, of a larger one 30,000 places by chance, in the order of the key, some hundred at a time
    describe  one column at a time, the longest of the pieces
    write     relation_statistics, column_statistics, and the number by which every process learns of it

Between two pieces transactions commit, so the sample is of no one moment. Source: PostgreSQL 16, analyze.c.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

from borealis.catalog.statistics import ColumnStatistics, pack
from borealis.jobs.distribution import TARGET, describe
from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.jobs.value_widths import width_function
from borealis.storage.catalog_rows import read_layout
from borealis.storage.layout import TableLayout
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Row
from borealis.types import array, oids
from borealis.types.base import Oid, Representation, Style, Value
from borealis.types.registry import stored_representation, type_of

COUNTED = 20_000
"""Rows counted at a time: a millisecond or two."""

READ = 500
"""Rows read at a time, likewise."""

SAMPLE = 300 * TARGET

_WITHOUT_ORDER = frozenset({oids.JSON})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table as the catalog has it now."""

    attnum: int
    type: Oid
    typmod: int

    @property
    def representation(self) -> Representation:
        return stored_representation(self.type, self.typmod)


class Analysis:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        self._job = job
        self._random = random.Random(tables.random.getrandbits(64))  # noqa: S311 - no secret
        self._after: Row = ()
        self._count = 0
        self._rows: list[Row] | None = None
        self._gaps: Iterator[int] = iter(())
        self._columns: list[Column] | None = None  # those still to be described, once all rows are read
        self._found: list[tuple[Column, ColumnStatistics]] = []

    def step(self, committer: Committer) -> Outcome | None:
        connection = committer.database.writer
        layout = read_layout(connection, self._job.object)
        if layout is None:
            return Outcome("completed", "Skipped job for nonexistent table.", is_object_gone=True)
        if self._rows is None:
            self._count_some(connection, layout)
            return None
        if self._columns is None:
            if self._read_some(connection, layout, self._rows):
                self._columns = _columns(connection, self._job.object)
            return None
        if self._columns:
            column = self._columns.pop(0)
            self._found.append((column, self._described(column, self._rows)))
            return None
        remaining = _columns(connection, self._job.object)
        found = [(column, one) for column, one in self._found if column in remaining]
        count, job = self._count, self._job
        committer.write(lambda writer: _write(writer, job, count, found))
        committer.statistics_changed()
        return Outcome("completed")

    def _count_some(self, connection: apsw.Connection, layout: TableLayout) -> None:
        """Count a piece; after the last one, choose the places of the sample."""
        key = ",".join(layout.key_columns)
        rest = self._rest(layout)
        last: list[Any] = connection.execute(
            f"SELECT {key} {rest} LIMIT 1 OFFSET {COUNTED - 1}", self._after
        ).fetchall()
        if last:
            self._count += COUNTED
            (self._after,) = last
            return
        counted: Any = connection.execute(f"SELECT count(*) FROM (SELECT 1 {rest})", self._after).get
        self._count += int(counted)
        self._after, self._rows = (), []
        if self._count > SAMPLE:
            places = sorted(self._random.sample(range(self._count), SAMPLE))
            self._gaps = iter([one - before - 1 for one, before in zip(places, [-1, *places], strict=False)])

    def _read_some(self, connection: apsw.Connection, layout: TableLayout, rows: list[Row]) -> bool:
        """Read a piece of the sample; return whether that was the last."""
        columns = ",".join((*layout.key_columns, *layout.columns))
        width = len(layout.key_columns)
        if self._count <= SAMPLE:
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

    def _described(self, column: Column, rows: list[Row]) -> ColumnStatistics:
        return describe(
            [row[column.attnum - 1] if column.attnum <= len(row) else None for row in rows],
            self._count,
            width_of=width_function(column.type, column.typmod, column.representation),
            width_of_none=max(type_of(column.type).length, 0),
            order=None if column.type in _WITHOUT_ORDER else _order,
        )


def _order(value: Value) -> object:
    """Return what orders stored values: the one text among floats is NaN, above all numbers."""
    return (1, 0.0) if value == "NaN" else (0, value) if isinstance(value, float) else value


def _columns(connection: apsw.Connection, table: int) -> list[Column]:
    rows: Any = connection.execute(
        "SELECT attnum,atttypid,atttypmod FROM pg_attribute WHERE attrelid=? AND attnum>0 AND NOT attisdropped "
        "ORDER BY attnum",
        (table,),
    )
    return [Column(attnum, Oid(type_), typmod) for attnum, type_, typmod in rows]


def _write(
    writer: apsw.Connection, job: OpenJob, count: int, found: list[tuple[Column, ColumnStatistics]]
) -> None:
    execute = writer.cursor().execute
    execute(
        "INSERT OR REPLACE INTO relation_statistics SELECT ?,?,update_us FROM job WHERE job_id=?",
        (job.object, count, job.id),
    )
    execute("DELETE FROM column_statistics WHERE relation=?", (job.object,))
    for column, one in found:
        if not count:
            break
        common, histogram = (_shown(column, values) for values in (one.most_common, one.histogram))
        frequencies = tuple(map(_float4, one.frequencies))
        row = (
            _float4(one.null_fraction),
            one.width,
            _float4(one.distinct),
            pack(one.most_common),
            pack(frequencies),
            pack(one.histogram),
            None if one.correlation is None else _float4(one.correlation),
            common,
            array.pack(list(frequencies)) if frequencies else None,
            histogram,
        )
        execute(
            "INSERT INTO column_statistics VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", (job.object, column.attnum, *row)
        )
    execute("UPDATE meta SET statistics_version=statistics_version+1")


def _shown(column: Column, values: tuple[Value, ...]) -> str | None:
    """Return values as pg_stats shows them, an array of their texts."""
    if not values:
        return None
    encode = type_of(column.type).text_encoder(Style(), column.representation)
    texts = [encode(value).decode() for value in values]
    if column.type == oids.BPCHAR:
        texts = [text.ljust(column.typmod - 4) for text in texts]
    return array.pack(texts)


def _float4(value: float) -> float:
    """Return what a real holds of it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
