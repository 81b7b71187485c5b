"""Whether one condition implies another, both over the same relations: what lets a partial index serve a query.

    a = 5 AND b > 7    implies    b > 3, a IS NOT NULL, a = 5 OR c

Known are equal terms, what a strict operator says of NULLs, AND, OR, and comparisons of one expression with constants. The
answer may be no where a cleverer one would be yes, never the other way round.
Source: PostgreSQL 16, predtest.c, of which this is the part applications meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borealis.functions import ordering
from borealis.sql.bound.expressions import (
    BooleanTest,
    BoolExpr,
    BoolOp,
    Const,
    Expr,
    FuncCall,
    NullTest,
    Relabel,
    ScalarArray,
)
from borealis.types import oids
from borealis.types.base import Oid, Value


def implies(given: Expr | None, wanted: Expr) -> bool:
    """Return whether wanted is true of every row of which given is true."""
    if given is None:
        return False
    given, wanted = _simple(given), _simple(wanted)
    if given == wanted:
        return True
    if isinstance(wanted, BoolExpr) and wanted.op is BoolOp.AND:
        return all(implies(given, term) for term in wanted.args)
    if isinstance(given, BoolExpr) and given.op is BoolOp.OR:
        return all(implies(term, wanted) for term in given.args)
    if isinstance(given, BoolExpr) and given.op is BoolOp.AND and any(implies(t, wanted) for t in given.args):
        return True
    if isinstance(wanted, BoolExpr) and wanted.op is BoolOp.OR:
        return any(implies(given, term) for term in wanted.args)
    if isinstance(wanted, NullTest) and wanted.negated:
        return _is_untrue_without(given, wanted.arg)
    return _follows(given, wanted)


def _simple(expr: Expr) -> Expr:
    """Return a boolean without `= true`, `IS TRUE` and the like around it, which change nothing where it is true."""
    if isinstance(expr, BooleanTest) and expr.value is True and not expr.negated:
        return _simple(expr.arg)
    if isinstance(expr, FuncCall) and expr.function.source == "booleq":
        for known, other in (expr.args, expr.args[::-1]):
            if isinstance(known, Const) and known.value is not None:
                inverted = BoolExpr(oids.BOOL, -1, BoolOp.NOT, (other,))
                return _simple(other) if known.value else inverted
    return expr


def _is_untrue_without(given: Expr, arg: Expr) -> bool:
    """Return whether a condition cannot be true where arg is NULL."""
    match given:
        case BoolExpr(op=BoolOp.AND):
            return any(_is_untrue_without(each, arg) for each in given.args)
        case BoolExpr(op=BoolOp.NOT) | NullTest(negated=True):
            inner = given.args[0] if isinstance(given, BoolExpr) else given.arg
            return _is_null_without(inner, arg)
        case ScalarArray(is_any=True):
            return isinstance(given.comparison, FuncCall) and _is_null_without(given.left, arg)
    return _is_null_without(given, arg)


def _is_null_without(expr: Expr, arg: Expr) -> bool:
    """Return whether an expression is NULL where arg is."""
    if expr == arg:
        return True
    if isinstance(expr, FuncCall):
        return expr.function.strict and any(_is_null_without(each, arg) for each in expr.args)
    return isinstance(expr, Relabel) and _is_null_without(expr.arg, arg)


@dataclass(frozen=True, slots=True)
class _Comparison:
    subject: Expr
    operator: str  # lt, le, eq, ne, ge, gt
    value: Value
    type: Oid


_MIRRORED = {"lt": "gt", "le": "ge", "eq": "eq", "ne": "ne", "ge": "le", "gt": "lt"}
_INTEGERS = frozenset({oids.INT2, oids.INT4, oids.INT8})

_FOLLOWS: dict[tuple[str, str], Callable[[int], bool]] = {
    # (given, wanted): what the given constant's order to the wanted one has to be: below, equal, above as -1, 0, 1
    ("lt", "lt"): lambda order: order <= 0,
    ("lt", "le"): lambda order: order <= 0,
    ("lt", "ne"): lambda order: order <= 0,
    ("le", "lt"): lambda order: order < 0,
    ("le", "le"): lambda order: order <= 0,
    ("le", "ne"): lambda order: order < 0,
    ("eq", "lt"): lambda order: order < 0,
    ("eq", "le"): lambda order: order <= 0,
    ("eq", "eq"): lambda order: order == 0,
    ("eq", "ne"): lambda order: order != 0,
    ("eq", "ge"): lambda order: order >= 0,
    ("eq", "gt"): lambda order: order > 0,
    ("ge", "gt"): lambda order: order > 0,
    ("ge", "ge"): lambda order: order >= 0,
    ("ge", "ne"): lambda order: order > 0,
    ("gt", "gt"): lambda order: order >= 0,
    ("gt", "ge"): lambda order: order >= 0,
    ("gt", "ne"): lambda order: order >= 0,
    ("ne", "ne"): lambda order: order == 0,
}


def _follows(given: Expr, wanted: Expr) -> bool:
    """Return whether one comparison with a constant follows from another of the same expression."""
    a, b = _comparison(given), _comparison(wanted)
    if a is None or b is None or a.subject != b.subject:
        return False
    if a.type != b.type and not {a.type, b.type} <= _INTEGERS:
        return False
    rule = _FOLLOWS.get((a.operator, b.operator))
    return rule is not None and rule(ordering.compare(a.type, a.value, b.value))


def _comparison(expr: Expr) -> _Comparison | None:
    if not isinstance(expr, FuncCall) or len(expr.args) != 2:
        return None
    operator = comparison_operator(expr)
    if operator is None:
        return None
    left, right = expr.args
    if isinstance(right, Const) and right.value is not None:
        return _Comparison(left, operator, right.value, right.type)
    if isinstance(left, Const) and left.value is not None:
        return _Comparison(right, _MIRRORED[operator], left.value, left.type)
    return None


def comparison_operator(call: FuncCall) -> str | None:
    """Return which of the six comparisons of a btree a call is, by the name of the function behind it."""
    source = call.function.source
    if call.type != oids.BOOL or len(call.args) != 2 or not call.function.strict:
        return None
    for known in _COMPARED:
        if source.startswith(known) and (rest := source[len(known) :].lstrip("_")) in _MIRRORED:
            return rest
    return None


_COMPARED = (
    *("int24", "int42", "int28", "int82", "int48", "int84", "int2", "int4", "int8", "bool", "char", "name"),
    *("float48", "float84", "float4", "float8", "numeric", "text", "bpchar", "bytea", "uuid", "date"),
    *("timestamptz", "timestamp", "timetz", "time", "interval", "oid"),
)
"""What pg_proc.prosrc of a comparison begins with."""
