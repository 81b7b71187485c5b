"""Selectivity: what part of a table's rows a condition leaves, from the statistics of the columns it names.

What nothing is known of gets PostgreSQL's defaults: = 0.005, a range 0.3333, both ends of one 0.005, LIKE 0.005. Of a value
that is not known when the plan is made (a parameter, another table's column), = leaves one of the column's distinct values.
Source: PostgreSQL 16 documentation 76.1, selfuncs.h (the defaults).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeGuard

from borealis.catalog.relations import Table
from borealis.errors import SqlError
from borealis.functions.comparison.datetimes import DATE_BOUNDS, date_midnight
from borealis.planner.extended import Together, comparable, compare, of_conjunction
from borealis.planner.statistics import ColumnStatistics, Statistics, TableStatistics
from borealis.planner.terms import COMMUTED, comparison_symbol, mixed_comparison, stripped
from borealis.sql.bound.expressions import (
    BooleanTest,
    BoolExpr,
    BoolOp,
    Const,
    Expr,
    FuncCall,
    InList,
    NullTest,
    ScalarArray,
    SubLink,
    SubLinkKind,
    Var,
)
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Query
from borealis.types import numeric, oids
from borealis.types.base import FixedNumeric, PackedNumeric, Value
from borealis.types.registry import stored_representation, type_of

DEFAULT_ROWS = 1_000_000.0
"""Of a table never analysed, as DSQL has it."""

EQUAL = 0.005
RANGE = 1 / 3
BOTH_ENDS = 0.005
MATCH = 0.005
IS_NULL = 0.005
UNKNOWN = 1 / 3
ARRAY_LENGTH = 10
"""Elements an array is taken to have."""

Fold = Callable[[Expr], Expr]


class TableEstimator:
    """One table's rows and what conditions leave of them."""

    def __init__(
        self,
        relation: TableRelation,
        statistics: Statistics,
        fold: Fold,
        rows_of: Callable[[Query], float] = lambda query: 10.0,
        expressions: Mapping[Expr, ColumnStatistics] = MappingProxyType({}),
        together: Sequence[Together] = (),
    ) -> None:
        """rows_of tells how many rows a query inside a condition gives.

        expressions are those over the relation that are known like columns; together what is known of several.
        """
        self.relation = relation.id
        self.table = table = relation.table
        self.rows_of = rows_of
        self.statistics: TableStatistics | None = statistics.of(table.oid)
        self.fold = fold
        self.together = together
        self._expressions = expressions
        self.rows = DEFAULT_ROWS if self.statistics is None else max(1.0, float(self.statistics.rows))
        self._unique = {
            index.columns[0]
            for index in table.indexes
            if index.is_unique and len(index.columns) == 1 and not index.is_computed
        }

    def column(self, attnum: int) -> ColumnStatistics | None:
        return None if self.statistics is None else self.statistics.columns.get(attnum)

    def distinct(self, attnum: int) -> float:
        """Return how many different values a column has."""
        if attnum in self._unique:
            return self.rows
        return self._distinct(self.column(attnum))

    def distinct_of(self, expr: Expr) -> float | None:
        """Return how many different values a column or a known expression has; None: it is neither."""
        key = stripped(expr)
        if self._is_column(key):
            return self.distinct(key.attnum)
        return self._distinct(self._expressions[key]) if key in self._expressions else None

    def _distinct(self, column: ColumnStatistics | None) -> float:
        if column is None:
            return min(self.rows, 1 / EQUAL)
        return max(1.0, column.distinct if column.distinct > 0 else -column.distinct * self.rows)

    def width(self, attnum: int) -> int:
        column = self.column(attnum)
        return column.width if column is not None and column.width else _width(self.table, attnum)

    def of_all(self, terms: Iterable[Expr]) -> float:
        """Return the selectivity of a conjunction."""
        if not self.together:
            return self.independent(terms)
        known, others = of_conjunction(self, list(terms), self.together)
        return max(known * self.independent(others), 1e-12)

    def independent(self, terms: Iterable[Expr]) -> float:
        """Return the selectivity of conditions that know nothing of each other, but the two ends of one column's range."""
        result, ends = 1.0, dict[Expr, list[tuple[str, float, bool]]]()
        for term in terms:
            end = self._end(term)
            if end is None:
                result *= self.of(term)
            else:
                ends.setdefault(end[0], []).append(end[1:])
        for found in ends.values():
            result *= _range(found)
        return max(result, 1e-12)

    def of(self, term: Expr) -> float:
        match term:
            case BoolExpr(op=BoolOp.AND):
                return self.of_all(term.args)
            case BoolExpr(op=BoolOp.OR):
                left = 1.0
                for arg in term.args:
                    left *= 1 - self.of(arg)
                return 1 - left
            case BoolExpr(op=BoolOp.NOT):
                return max(0.0, 1 - self.of(term.args[0]))
            case NullTest():
                nulls = self._nulls(term.arg)
                return 1 - nulls if term.negated else nulls
            case InList():
                each = min(1.0, sum(self._equal(term.left, item) for item in term.items))
                return 1 - each if term.negated else each
            case ScalarArray(is_any=True) if comparison_symbol(term.comparison) == "=":
                return min(1.0, ARRAY_LENGTH * self._equal(term.left, None))
            case Const():
                return 1.0 if term.value else 0.0
            case Var() | BooleanTest():
                return self._boolean(term)
            case SubLink(kind=SubLinkKind.ANY, comparison=FuncCall() as comparison):
                found = self.rows_of(term.query) * self._equal(comparison.args[0], None)
                return min(0.5, found) if comparison_symbol(comparison) == "=" else 0.5
            case SubLink():
                return 0.5
            case FuncCall():
                return self._call(term)
        return UNKNOWN

    def _call(self, term: FuncCall) -> float:
        symbol = comparison_symbol(term)
        if symbol == "=":
            left, right = term.args
            if self._is_known(stripped(left)):
                return self._equal(left, right)
            return self._equal(right, left)
        if symbol is not None:
            end = self._end(term)
            return RANGE if end is None else end[2]
        mixed = mixed_comparison(term)
        if mixed is not None:
            if mixed.symbol == "=":
                return self._equal(mixed.key, None)
            end = self._mixed_end(term)
            return RANGE if end is None else end[2]
        source = term.function.source
        if source.endswith(("ne", "nlike", "nregexeq")):
            return 1 - (EQUAL if source.endswith("ne") else MATCH)
        if "like" in source or "regex" in source:
            return MATCH
        return UNKNOWN

    def _is_column(self, expr: Expr) -> TypeGuard[Var]:
        """Whether an expression is a column of the table that statistics may be kept of."""
        return (
            isinstance(expr, Var)
            and expr.relation == self.relation
            and 0 < expr.attnum <= len(self.table.columns)
        )

    def _is_known(self, expr: Expr) -> bool:
        return self._is_column(expr) or expr in self._expressions

    def _of_key(self, key: Expr) -> ColumnStatistics | None:
        """Return the statistics of a column or an expression."""
        return self.column(key.attnum) if self._is_column(key) else self._expressions.get(key)

    def _nulls(self, expr: Expr) -> float:
        expr = stripped(expr)
        if self._is_column(expr):
            if self.table.columns[expr.attnum - 1].not_null:
                return 0.0
        column = self._of_key(expr)
        return IS_NULL if column is None else column.null_fraction

    def _boolean(self, term: Expr) -> float:
        var = stripped(term.arg if isinstance(term, BooleanTest) else term)
        column = self.column(var.attnum) if self._is_column(var) else None
        if column is None:
            return 0.5
        wanted = term.value if isinstance(term, BooleanTest) else True
        if wanted is None:
            return column.null_fraction
        for value, frequency in zip(column.most_common, column.frequencies, strict=False):
            if bool(value) == wanted:
                return 1 - frequency if isinstance(term, BooleanTest) and term.negated else frequency
        return 0.5

    def _equal(self, key: Expr, value: Expr | None) -> float:
        """Return the selectivity of key = value; None where it is not known."""
        key = stripped(key)
        if not self._is_known(key):
            return EQUAL
        if self._is_column(key) and key.attnum in self._unique:
            return 1 / self.rows
        column = self._of_key(key)
        if column is None:
            return max(EQUAL, 1 / self.rows)
        distinct = self._distinct(column)
        constant = None if value is None else self.fold(stripped(value))
        if not isinstance(constant, Const):
            return (1 - column.null_fraction) / distinct
        if constant.value is None:
            return 0.0
        common = list(zip(column.most_common, column.frequencies, strict=False))
        wanted = self._as_stored(key, constant.value)
        for each, frequency in common:
            if each == wanted:
                return frequency
        rest = 1 - column.null_fraction - sum(frequency for _, frequency in common)
        return max(rest, 0.0) / max(1.0, distinct - len(common))

    def constant(self, key: Expr, value: Expr) -> Value:
        """Return the value a key is compared with as statistics keep it; None where it is not known, or NULL."""
        constant = self.fold(stripped(value))
        return self._as_stored(key, constant.value) if isinstance(constant, Const) else None

    def _as_stored(self, key: Expr, value: Value) -> Value:
        """Return a constant in the form the key's values have in storage, which statistics keep; None: it fits none."""
        if value is None:
            return None
        typmod = self.table.columns[key.attnum - 1].typmod if self._is_column(key) else key.typmod
        match stored_representation(key.type, typmod):
            case FixedNumeric(scale=scale):
                try:
                    return float(Decimal(str(value)).scaleb(scale))
                except InvalidOperation:
                    return None
            case PackedNumeric(precision=precision, scale=scale):
                try:
                    return numeric.pack(numeric.apply_typmod(str(value), key.typmod), precision, scale)
                except SqlError:
                    return None
        return comparable(key, value)

    def _end(self, term: Expr) -> tuple[Expr, str, float, bool] | None:
        """Return (key, operator, selectivity, whether it is known) of one end of a range."""
        symbol = comparison_symbol(term)
        if symbol is None:
            return self._mixed_end(term)
        if symbol == "=" or not isinstance(term, FuncCall):
            return None
        left, right = term.args
        if not self._is_known(stripped(left)):
            left, right, symbol = right, left, COMMUTED[symbol]
        key = stripped(left)
        if not self._is_known(key):
            return None
        return self._end_of(key, symbol, right)

    def _end_of(self, key: Expr, symbol: str, value: Expr) -> tuple[Expr, str, float, bool]:
        known = self._below(key, value, at_most=symbol in ("<=", ">"))
        if known is None:
            return key, symbol[0], RANGE, False
        return key, symbol[0], known if symbol[0] == "<" else max(0.0, 1 - self._nulls(key) - known), True

    def _mixed_end(self, term: Expr) -> tuple[Expr, str, float, bool] | None:
        """Return the same of a comparison with a constant of another type."""
        mixed = mixed_comparison(term)
        if mixed is None or mixed.symbol == "=" or not self._is_column(mixed.key):
            return None
        value = self.fold(stripped(mixed.value))
        if not isinstance(value, Const) or not isinstance(value.value, int):
            return mixed.key, mixed.symbol[0], RANGE, False
        if mixed.is_rounded:
            same = Const(oids.DATE, -1, DATE_BOUNDS[mixed.symbol](value.value))
        else:  # the session's time zone moves it by some hours, which an estimate does not mind
            us = date_midnight(value.value) if value.type == oids.DATE else value.value
            same = Const(mixed.key.type, -1, us)
        return self._end_of(mixed.key, mixed.symbol, same)

    def _below(self, key: Expr, value: Expr, *, at_most: bool) -> float | None:
        """Return the part of the rows whose value lies below a constant, or is at most it; None where it is not known."""
        column = self._of_key(key)
        wanted = self.constant(key, value)
        if column is None or wanted is None:
            return None
        common = zip(column.most_common, column.frequencies, strict=False)
        try:
            below = sum(part for each, part in common if compare(each, wanted) < (1 if at_most else 0))
            within = _position(column.histogram, wanted)
        except TypeError:  # a constant that does not stand as the column does
            return None
        rest = max(0.0, 1 - column.null_fraction - sum(column.frequencies))
        if within is None:
            return below if column.most_common else None
        return below + within * rest


def _range(ends: list[tuple[str, float, bool]]) -> float:
    upper = [part for symbol, part, _ in ends if symbol == "<"]
    lower = [part for symbol, part, _ in ends if symbol == ">"]
    if not upper or not lower:
        return min(upper or lower)
    if not all(is_known for _, _, is_known in ends):
        return BOTH_ENDS
    return max(min(upper) + min(lower) - 1, 1e-6)


def _position(histogram: Sequence[Value], value: Value) -> float | None:
    """Return which part of a histogram lies below a value."""
    if len(histogram) < 2:
        return None
    place = bisect_left(histogram, 0, key=lambda each: compare(each, value))
    if place == 0:
        return 0.0
    if place == len(histogram):
        return 1.0
    lower, upper, wanted = _number(histogram[place - 1]), _number(histogram[place]), _number(value)
    inside = 0.5
    if lower is not None and upper is not None and wanted is not None and upper > lower:
        inside = (wanted - lower) / (upper - lower)
    return (place - 1 + min(1.0, max(0.0, inside))) / (len(histogram) - 1)


def _number(value: Value) -> float | None:
    """Return a value on a scale, where its type has one; of text and bytes, the first eight bytes are."""
    if isinstance(value, int | float):
        return float(value)
    data = value.encode() if isinstance(value, str) else value
    return None if data is None else float(int.from_bytes(data[:8].ljust(8, b"\0")))


def _width(table: Table, attnum: int) -> int:
    length = type_of(table.columns[attnum - 1].type).length
    return length if length > 0 else 32
