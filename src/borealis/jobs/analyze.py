"""ANALYZE: counts a table's rows and looks at a sample of them, for the planner. No transaction depends on what it writes.

    sample    count the rows, read some
    describe  one column, one expression, one combination of columns at a time
    write     relation_statistics, column_statistics, extended_statistics, and the number by which every process learns of it

Expressions need the executor; it is imported with the first table that keeps one, as for the other jobs.
Source: PostgreSQL 16, analyze.c, extended_stats.c.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import apsw

from borealis.catalog.statistics import ColumnStatistics, Combination, Dependency, ExtendedStatistics
from borealis.jobs import combinations, statistics_rows
from borealis.jobs.distribution import TARGET, WIDE_BYTES, describe
from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.sample import READ, Sample
from borealis.jobs.statistics_rows import Described
from borealis.jobs.tables import Tables
from borealis.jobs.value_widths import width_function
from borealis.storage.catalog_rows import read_layout
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Row
from borealis.types import oids
from borealis.types.base import PLAIN, Oid, Value
from borealis.types.registry import type_of

if TYPE_CHECKING:
    from borealis.catalog.objects import Statistics
    from borealis.executor.kept_expressions import ExpressionGroup, KeptExpressions

_WITHOUT_ORDER = frozenset({oids.JSON})


class Analysis:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        self._job = job
        self._tables = tables
        self._sample = Sample(random.Random(tables.random.getrandbits(64)))  # noqa: S311 - no secret
        self._description: Iterator[None] | None = None
        self._found: statistics_rows.Found = []
        self._extended: statistics_rows.Extended = []
        self._index_counts: dict[int, int] = {}
        """Of indexes that are partial, how many entries they have."""

    def step(self, committer: Committer) -> Outcome | None:
        connection = committer.database.writer
        layout = read_layout(connection, self._job.object)
        if layout is None:
            return Outcome("completed", "Skipped job for nonexistent table.", is_object_gone=True)
        if not self._sample.is_whole:
            self._sample.step(connection, layout)
            return None
        if self._description is None:
            self._description = self._describe(connection)
        for _ in self._description:
            return None
        remaining = _columns(connection, self._job.object)
        found = [
            (column, one)
            for column, one in self._found
            if column in remaining or column.relation != self._job.object
        ]
        committer.write(
            lambda writer: statistics_rows.write(
                writer, self._job, self._sample.count, self._index_counts, found, self._extended
            )
        )
        committer.statistics_changed()
        return Outcome("completed")

    def _describe(self, connection: apsw.Connection) -> Iterator[None]:
        """Describe a piece, give way, and go on."""
        columns = _columns(connection, self._job.object)
        values: dict[int, Sequence[Value]] = {}
        for column in columns:
            at = column.attnum - 1
            values[column.attnum] = [row[at] if at < len(row) else None for row in self._sample.rows]
            self._found.append((column, self._described(column, values[column.attnum], self._sample.count)))
            yield
        if _keeps_expressions(connection, self._job.object):
            yield from self._describe_kept({column.attnum: column for column in columns}, values)

    def _described(self, column: Described, values: Sequence[Value], rows: float) -> ColumnStatistics:
        return describe(
            values,
            rows,
            width_of=width_function(
                column.type,
                column.typmod,
                column.representation,
                is_computed=column.relation != self._job.object,
            ),
            width_of_none=max(type_of(column.type).length, 0),
            order=None if column.type in _WITHOUT_ORDER else _order_of(column),
        )

    def _describe_kept(
        self, columns: dict[int, Described], values: dict[int, Sequence[Value]]
    ) -> Iterator[None]:
        """Describe the expressions of indexes and statistics objects, then the objects' columns together."""
        kept = self._kept()
        of_objects: dict[int, dict[int, tuple[Described, Sequence[Value]]]] = {}
        for group in kept.groups:
            rows: list[Row] = []
            for first in range(0, len(self._sample.rows), READ):
                rows += self._computed(group, self._sample.rows[first : first + READ])
                yield
            count = self._sample.count * len(rows) / max(len(self._sample.rows), 1)
            self._index_counts[group.owner] = math.ceil(count)
            for place, expression in enumerate(group.expressions):
                described = Described(
                    expression.relation, expression.attnum, expression.type, expression.typmod
                )
                computed = [row[place] for row in rows]
                self._found.append((described, self._described(described, computed, count)))
                of_objects.setdefault(expression.relation, {})[expression.attnum] = described, computed
                yield
        for statistics in kept.statistics:
            if statistics.target == 0 or any(attnum not in columns for attnum in statistics.columns):
                continue
            own = {attnum: (columns[attnum], values[attnum]) for attnum in statistics.columns}
            own |= of_objects.get(statistics.oid, {})
            yield from self._describe_together(statistics, own)

    def _kept(self) -> KeptExpressions:
        from borealis.executor.kept_expressions import KeptExpressions

        with self._tables.snapshot() as snapshot:
            return KeptExpressions(self._tables.catalog(snapshot), self._job.object)

    def _computed(self, group: ExpressionGroup, rows: Sequence[Row]) -> list[Row]:
        with self._tables.snapshot() as snapshot:
            return group.values(snapshot.reader.connection, rows)

    def _describe_together(
        self, statistics: Statistics, columns: dict[int, tuple[Described, Sequence[Value]]]
    ) -> Iterator[None]:
        count = self._sample.count
        values = {attnum: found for attnum, (_, found) in columns.items()}
        distinct: list[Combination] = []
        if "d" in statistics.kinds:
            yield from combinations.count_distinct(values, count, distinct)
        narrow = _narrow(columns)
        dependencies: list[Dependency] = []
        if "f" in statistics.kinds:
            yield from combinations.find_dependencies(narrow, dependencies)
        target = TARGET if statistics.target < 0 else statistics.target
        common = combinations.most_common(narrow, count, target) if "m" in statistics.kinds else ()
        found = ExtendedStatistics(
            statistics.oid, tuple(columns), tuple(distinct), tuple(dependencies), common
        )
        self._extended.append((found, tuple(described for described, _ in columns.values())))
        yield


def _order_of(column: Described) -> Callable[[Value], object]:
    """Return the function from a stored value to what orders such values and tells them apart."""
    if column.type == oids.NUMERIC and column.representation is PLAIN:
        return _order_of_decimal
    return _order


def _order(value: Value) -> object:
    """The one text among floats is NaN, above all numbers."""
    return (1, 0.0) if value == "NaN" else (0, value) if isinstance(value, float) else value


def _order_of_decimal(value: Value) -> object:
    return (1, Decimal(0)) if value == "NaN" else (0, Decimal(str(value)))


def _narrow(columns: dict[int, tuple[Described, Sequence[Value]]]) -> dict[int, Sequence[Value]]:
    """Return the values of the rows in which none is wide."""
    wide: set[int] = set()
    for _, values in columns.values():
        wide.update(
            place
            for place, value in enumerate(values)
            if isinstance(value, str | bytes) and len(value) > WIDE_BYTES
        )
    if not wide:
        return {attnum: values for attnum, (_, values) in columns.items()}
    return {
        attnum: [value for place, value in enumerate(values) if place not in wide]
        for attnum, (_, values) in columns.items()
    }


def _columns(connection: apsw.Connection, table: int) -> list[Described]:
    rows: Any = connection.execute(
        "SELECT attnum,atttypid,atttypmod FROM pg_attribute WHERE attrelid=? AND attnum>0 AND NOT attisdropped "
        "ORDER BY attnum",
        (table,),
    )
    return [Described(table, attnum, Oid(type_), typmod) for attnum, type_, typmod in rows]


def _keeps_expressions(connection: apsw.Connection, table: int) -> bool:
    """Whether an index of the table computes something, or a statistics object is over it."""
    found: Any = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM pg_index WHERE indrelid=?1 AND (indexprs IS NOT NULL OR indpred IS NOT NULL)) "
        "OR EXISTS (SELECT 1 FROM pg_statistic_ext WHERE stxrelid=?1)",
        (table,),
    ).get
    return bool(found)
