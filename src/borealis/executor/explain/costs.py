"""What the nodes above the scans cost, by PostgreSQL's formulas and its default constants.

Source: PostgreSQL 16, costsize.c and selfuncs.c, as described in its documentation 20.7.2 and 76.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from borealis.planner.physical import Estimate
from borealis.planner.selectivity import EQUAL, IS_NULL, MATCH, RANGE
from borealis.planner.terms import comparison_symbol
from borealis.sql.bound.expressions import (
    AggregateCall,
    Array,
    BoolExpr,
    BoolOp,
    CoerceViaIO,
    Const,
    DistinctTest,
    Expr,
    FuncCall,
    InList,
    MinMax,
    NullIf,
    NullTest,
    Param,
    ScalarArray,
    SubLink,
    WindowCall,
)
from borealis.sql.bound.trees import children, walk

TUPLE = 0.01
OPERATOR = 0.0025
DISTINCT_DEFAULT = 200.0
"""Different values of what nothing is known of."""

ANYTHING = 0.5


def clamped(rows: float) -> float:
    """Return an estimate of rows: whole, and one at least."""
    return 1.0 if rows <= 1 else float(round(rows)) if rows < 1e18 else rows


def evaluation(exprs: Iterable[Expr]) -> float:
    """Return what evaluating expressions once costs: an operator's price for each call that is not a constant's."""
    return sum(_calls(expr) for expr in exprs) * OPERATOR


def _calls(node: object) -> float:
    """Count calls, those inside an aggregate's arguments and in subqueries left out: they are paid elsewhere."""
    match node:
        case AggregateCall() | SubLink():
            return 0
        case Expr() if _is_constant(node):
            return 0
        case ScalarArray():
            length = len(node.array.elements) if isinstance(node.array, Array) else _ARRAY_LENGTH
            return length / 2 + _calls(node.left) + _calls(node.array)
        case InList():
            return len(node.items) / 2 + _calls(node.left)
    own = 2 if isinstance(node, CoerceViaIO) else isinstance(node, FuncCall | DistinctTest | NullIf | MinMax)
    return own + sum(_calls(child) for child in children(node))


_ARRAY_LENGTH = 10


def _is_constant(expr: Expr) -> bool:
    return all(
        isinstance(each, Const | Param) or (isinstance(each, FuncCall) and each.function.volatility == "i")
        for each in walk(expr)
        if isinstance(each, Expr)
    )


def selectivity(terms: Iterable[Expr]) -> float:
    """Return what part of the rows a conjunction leaves, where there are no statistics."""
    part = 1.0
    for term in terms:
        part *= _selectivity(term)
    return part


def _selectivity(term: Expr) -> float:
    match term:
        case BoolExpr(op=BoolOp.AND):
            return selectivity(term.args)
        case BoolExpr(op=BoolOp.OR):
            rest = 1.0
            for arg in term.args:
                rest *= 1 - _selectivity(arg)
            return 1 - rest
        case BoolExpr():
            return 1 - _selectivity(term.args[0])
        case NullTest():
            return 1 - IS_NULL if term.negated else IS_NULL
        case InList():
            part = min(1.0, len(term.items) * EQUAL)
            return 1 - part if term.negated else part
        case Const():
            return 1.0 if term.value else 0.0
        case FuncCall():
            symbol = comparison_symbol(term)
            if symbol is not None:
                return EQUAL if symbol == "=" else RANGE
            if term.function.source.endswith("ne"):
                return 1 - EQUAL
            return MATCH if "like" in term.function.source or "regex" in term.function.source else RANGE
    return ANYTHING


def scan(
    startup: float, each: float, rows: float, terms: Sequence[Expr], columns: Iterable[Expr], width: int
) -> Estimate:
    """A scan whose rows cost so much each, its conditions and outputs added in PostgreSQL's order."""
    left = clamped(rows * selectivity(terms)) if terms else rows
    run = (each + evaluation(terms)) * rows + evaluation(columns) * left
    return Estimate(startup, startup + run, left, width)


def _log2(number: float) -> float:
    """Return the logarithm with PostgreSQL's constant, whose last digit shows in rounded costs."""
    return math.log(number) / 0.693147180559945


def sort(child: Estimate, width: int, limit: float | None = None) -> Estimate:
    rows = max(child.rows, 2.0)
    comparison = 2 * OPERATOR
    if limit is not None and 0 < limit < rows / 2:
        compared = comparison * rows * _log2(2 * limit)
    else:
        compared = comparison * rows * _log2(rows)
    startup = child.total + compared
    return Estimate(startup, startup + OPERATOR * rows, child.rows, width)


def aggregate(
    child: Estimate, calls: Iterable[AggregateCall], width: int, outputs: Iterable[Expr] = ()
) -> Estimate:
    """One row of all rows."""
    startup = child.total + _transitions(calls) * child.rows
    return Estimate(startup, startup + TUPLE + evaluation(outputs), 1, width)


def group(
    child: Estimate, calls: Iterable[AggregateCall], columns: int, groups: float, width: int, *, hashed: bool
) -> Estimate:
    work = (OPERATOR * columns + _transitions(calls)) * child.rows
    if hashed:
        startup = child.total + work
        return Estimate(startup, startup + TUPLE * groups, groups, width)
    return Estimate(child.startup, child.total + work + TUPLE * groups, groups, width)


def _transitions(calls: Iterable[AggregateCall]) -> float:
    """Return what one row costs all aggregates."""
    return sum(
        OPERATOR + evaluation(call.args) + (evaluation([call.filter]) if call.filter else 0) for call in calls
    )


def unique(child: Estimate, columns: int, groups: float) -> Estimate:
    return Estimate(child.startup, child.total + OPERATOR * child.rows * columns, groups, child.width)


def window(child: Estimate, calls: Iterable[WindowCall], keys: int, width: int) -> Estimate:
    each = sum(OPERATOR + evaluation(call.args) for call in calls) + OPERATOR * keys + TUPLE
    return Estimate(child.startup, child.total + each * child.rows, child.rows, width)


def limit(child: Estimate, count: float | None, offset: float) -> Estimate:
    rows, startup, total = child.rows, child.startup, child.total
    run = child.total - child.startup
    if offset:
        skipped = min(offset, rows)
        startup += run * skipped / child.rows
        rows = max(rows - skipped, 1.0)
    if count is not None:
        taken = min(max(count, 1.0), rows)
        total = startup + run * taken / child.rows
        rows = taken
    return Estimate(startup, total, rows, child.width)


def append(children: list[Estimate], width: int) -> Estimate:
    rows = sum(child.rows for child in children)
    startup = children[0].startup if children else 0.0
    total = sum(child.total for child in children) + 0.5 * TUPLE * rows
    return Estimate(startup, total, rows, width)


def groups_of(rows: float, columns: int) -> float:
    """Return how many groups rows make by columns of which nothing is known."""
    return clamped(min(rows, math.prod([DISTINCT_DEFAULT] * columns))) if columns else 1.0  # inf where many
