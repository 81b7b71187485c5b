"""NOT NULL, CHECK and size limits of a new row, in PostgreSQL's order and words.

Source: PostgreSQL 16 ExecConstraints (execMain.c) for order, texts and the DETAIL line; limits in dsql-facts.md §3.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis import limits
from borealis.catalog.relations import Column, Table
from borealis.errors import CheckViolation, NotNullViolation
from borealis.executor.compile.compilation import Compilation, CompiledStatement
from borealis.executor.compile.rows import define_row, select_conditions
from borealis.sql.bound.expressions import Expr
from borealis.transaction.intent import Row
from borealis.types import oids
from borealis.types.base import Style, Value
from borealis.types.registry import stored_representation, type_of

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

_SMALL = 200  # characters; a row of values below this is below every limit
_DETAIL_VALUE_MAX = 64  # execMain.c, ExecBuildSlotValueDescription's maxfieldlen
_NUMBERS = frozenset(
    {oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8, oids.DATE, oids.TIME}
    | {oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.UUID, oids.INTERVAL, oids.TIMETZ, oids.NUMERIC}
)
"""Types whose values are small by nature."""


class RowConstraints:
    """What any new row of a table must satisfy by itself."""

    def __init__(self, table: Table, relation: int, checks: tuple[tuple[str, Expr], ...]) -> None:
        self.table = table
        self._not_null = tuple(column for column in table.live_columns if column.not_null)
        self._long = tuple(column for column in table.live_columns if column.type not in _NUMBERS)
        self._keys = tuple(
            tuple(attnum - 1 for attnum in index.columns if table.columns[attnum - 1].type not in _NUMBERS)
            for index in table.indexes
            if not index.is_computed  # index_entries.py looks at those
        )
        self._checks = tuple(sorted(checks))  # by name, as PostgreSQL does
        self._relation = relation
        self._statement: CompiledStatement | None = None

    def check(self, transaction: Transaction, row: Row) -> None:
        """Raise what PostgreSQL would for a row that may not be stored."""
        if None in row:
            self._check_not_null(row, transaction.style)
        if self._long:
            self._check_sizes(row)
        if self._checks:
            self._check_checks(transaction, row)

    def _check_not_null(self, row: Row, style: Style) -> None:
        table = self.table
        for column in self._not_null:
            if row[column.attnum - 1] is None:
                raise NotNullViolation(
                    f'null value in column "{column.name}" of relation "{table.name}" violates not-null constraint',
                    detail=failing_row(table, row, style),
                    schema=table.schema.name,
                    table=table.name,
                    column=column.name,
                )

    def _check_sizes(self, row: Row) -> None:
        total = 0
        for column in self._long:
            value = row[column.attnum - 1]
            if value is not None and (size := len(value)) > _SMALL:  # type: ignore[arg-type] # long types are str or bytes
                total += size
        if total == 0:
            return
        sizes = [size_bytes(value) for value in row]
        for column in self._long:
            if sizes[column.attnum - 1] > limits.COLUMN_BYTES_MAX:
                raise limits.column_size_exceeded(_limit_name(column))
        if sum(sizes) > limits.ROW_BYTES_MAX:
            raise limits.row_size_exceeded()
        for ordinals in self._keys:
            if sum(sizes[ordinal] for ordinal in ordinals) > limits.KEY_BYTES_MAX:
                raise limits.key_size_exceeded()

    def _check_checks(self, transaction: Transaction, row: Row) -> None:
        statement = self._statement
        if statement is None:
            compilation = Compilation()
            define_row(compilation, self._relation, self.table)
            statement = select_conditions(compilation, [condition for _, condition in self._checks])
            self._statement = statement
        (results,) = transaction.row_statement(statement, (), row)
        for (name, _), passed in zip(self._checks, results, strict=True):
            if passed == 0 and passed is not None:
                raise CheckViolation(
                    f'new row for relation "{self.table.name}" violates check constraint "{name}"',
                    detail=failing_row(self.table, row, transaction.style),
                    schema=self.table.schema.name,
                    table=self.table.name,
                    constraint=name,
                )


def _limit_name(column: Column) -> str:
    return type_of(column.type).name


def size_bytes(value: Value) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    return len(value) if isinstance(value, bytes) else 8


def failing_row(table: Table, row: Row, style: Style) -> str:
    """Return `Failing row contains (1, null, abc).`: long values are cut."""
    return f"Failing row contains ({', '.join(_shown(table, column, row, style) for column in table.live_columns)})."


def _shown(table: Table, column: Column, row: Row, style: Style) -> str:
    value = row[column.attnum - 1]
    if value is None:
        return "null"
    text = value_text(column, value, style)
    data = text.encode()
    if len(data) <= _DETAIL_VALUE_MAX:
        return text
    return data[:_DETAIL_VALUE_MAX].decode(errors="ignore") + "..."


def value_text(column: Column, value: Value, style: Style) -> str:
    """Return a stored value as PostgreSQL prints it."""
    type_ = type_of(column.type)
    if column.type == oids.BPCHAR and isinstance(value, str):
        return value.ljust(max(column.typmod - 4, 0))
    return type_.text_encoder(style, stored_representation(column.type, column.typmod))(value).decode()
