"""Operators: A_Expr in all its kinds, as the comparisons PostgreSQL keeps for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from borealis.sql.bind.expressions.operators import operator_name
from borealis.sql.bind.overloads import find_operator
from borealis.sql.bound import expressions as bound
from borealis.sql.deparse.expressions import Expressions, left_types, shows
from borealis.sql.deparse.nodes import (
    AnyAll,
    Boolean,
    Distinct,
    Listed,
    Operator,
    RowComparison,
    Shown,
    Subquery,
)
from borealis.sql.parse import Node
from borealis.types.base import Oid
from borealis.types.registry import type_of


@shows("A_Expr")
def _operator(to: Expressions, node: Node) -> Shown:
    expr = to.trace.exprs[id(node)]
    match node["kind"]:
        case "AEXPR_OP_ANY" | "AEXPR_OP_ALL" as kind:
            assert isinstance(expr, bound.ScalarArray)
            left = to.shown(node["lexpr"], expr.left.type)
            return AnyAll(left, operator_name(node), kind[-3:], to.shown(node["rexpr"], expr.array.type))
        case "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT" as kind:
            shown = _distinct(to, node, expr)
            return Boolean("NOT", (shown,)) if kind == "AEXPR_NOT_DISTINCT" else shown
        case "AEXPR_NULLIF":
            assert isinstance(expr, bound.NullIf)
            args = to.shown(node["lexpr"], expr.left.type), to.shown(node["rexpr"], expr.right.type)
            return Listed("NULLIF(", args, ")")
        case "AEXPR_IN":
            return _in(to, node, expr)
        case "AEXPR_BETWEEN" | "AEXPR_NOT_BETWEEN" | "AEXPR_BETWEEN_SYM" | "AEXPR_NOT_BETWEEN_SYM":
            return _between(to, node, expr)
    return _plain(to, node, expr)


def _plain(to: Expressions, node: Node, expr: bound.Expr) -> Shown:
    name = operator_name(node)
    if "lexpr" not in node:
        wanted = expr.args[0].type if isinstance(expr, bound.FuncCall) else Oid(0)
        return Operator(name, (to.shown(node["rexpr"], wanted),))
    left, right = node["lexpr"], node["rexpr"]
    if "RowExpr" in left and "RowExpr" in right:
        return _rows(to, name, left["RowExpr"].get("args", ()), right["RowExpr"].get("args", ()), expr)
    if "RowExpr" in left and isinstance(expr, bound.SubLink):
        tests = to.all_shown(left["RowExpr"].get("args", ()))
        return Subquery("ROWCOMPARE_SUBLINK", name, tests, right["SubLink"]["subselect"])
    return comparison(to, name, left, right, expr)


def comparison(to: Expressions, name: str, left: Node, right: Node, expr: bound.Expr | None) -> Shown:
    """Return `left name right`, its operands of the types the bound call has."""
    types = [arg.type for arg in expr.args] if isinstance(expr, bound.FuncCall) else [Oid(0), Oid(0)]
    return Operator(name, (to.shown(left, types[0]), to.shown(right, types[-1])))


def _rows(to: Expressions, name: str, left: list[Node], right: list[Node], expr: bound.Expr) -> Shown:
    tests = list(_calls(expr))
    if name in ("=", "<>") and len(tests) == len(left):
        shown = tuple(comparison(to, name, *each) for each in zip(left, right, tests, strict=True))
        return shown[0] if len(shown) == 1 else Boolean("AND" if name == "=" else "OR", shown)
    types = left_types(expr)
    # Of (a, b) < (c, d) each pair but the last is compared twice: a < c OR (a = c AND b < d).
    pairs = [*types[::2][: len(left) - 1], *types[-1:]] if len(left) > 1 else types
    return RowComparison(
        tuple(to.shown(each, wanted) for each, wanted in zip(left, pairs, strict=True)),
        name,
        tuple(to.shown(each, wanted) for each, wanted in zip(right, pairs, strict=True)),
    )


def _calls(expr: bound.Expr) -> Iterator[bound.Expr]:
    if isinstance(expr, bound.BoolExpr):
        for arg in expr.args:
            yield from _calls(arg)
    else:
        yield expr


def _distinct(to: Expressions, node: Node, expr: bound.Expr) -> Shown:
    wanted = expr.left.type if isinstance(expr, bound.DistinctTest) else Oid(0)
    return Distinct(to.shown(node["lexpr"], wanted), to.shown(node["rexpr"], wanted))


def _between(to: Expressions, node: Node, expr: bound.Expr) -> Shown:
    arg, (low, high) = node["lexpr"], node["rexpr"]["List"]["items"]
    is_negated = "NOT" in node["kind"]
    first, second = ("<", ">") if is_negated else (">=", "<=")
    tests = list(_calls(expr))

    def within(low: Node, high: Node, pair: list[bound.Expr]) -> Boolean:
        shown = comparison(to, first, arg, low, pair[0]), comparison(to, second, arg, high, pair[1])
        return Boolean("OR" if is_negated else "AND", shown)

    if not node["kind"].endswith("_SYM"):
        return within(low, high, tests)
    both = within(low, high, tests[:2]), within(high, low, tests[2:])
    return Boolean("AND" if is_negated else "OR", both)


def _in(to: Expressions, node: Node, expr: bound.Expr) -> Shown:
    """Return x IN (list): one comparison with an array of what names no column, one with each of the others."""
    name = operator_name(node)
    left, items = node["lexpr"], node["rexpr"]["List"]["items"]
    listed = [item for item in items if not _names_column(item)]
    shown: list[Shown] = []
    if isinstance(expr, bound.InList) and len(listed) > 1:
        shown.append(_in_array(to, name, left, listed, expr.left.type))
    else:
        listed = []
    calls = list(_calls(expr))
    for ordinal, item in enumerate(items):
        if item in listed:
            continue
        if isinstance(expr, bound.InList):
            operator = find_operator(name, expr.left.type, expr.left.type, None)
            shown.append(Operator(name, (to.shown(left, operator.left), to.shown(item, operator.right))))
        elif "RowExpr" in item and "RowExpr" in left:
            test = expr.args[ordinal] if isinstance(expr, bound.BoolExpr) and len(items) > 1 else expr
            shown.append(_rows(to, name, left["RowExpr"]["args"], item["RowExpr"]["args"], test))
        else:
            shown.append(comparison(to, name, left, item, calls[ordinal]))
    return shown[0] if len(shown) == 1 else Boolean("OR" if name == "=" else "AND", tuple(shown))


def _in_array(to: Expressions, name: str, left: Node, items: list[Node], element: Oid) -> Shown:
    operator = find_operator(name, element, element, None)
    array: Shown = Listed("ARRAY[", to.all_shown(items, element), "]")
    compared = operator.right if type_of(operator.right).array else element
    if compared != element:
        array = to.cast(array, type_of(element).array, type_of(compared).array, -1, is_implicit=True)
    return AnyAll(to.shown(left, compared), name, "ANY" if name == "=" else "ALL", array)


def _names_column(node: Any) -> bool:
    if isinstance(node, dict):
        return "ColumnRef" in node or any(map(_names_column, node.values()))
    return isinstance(node, list) and any(map(_names_column, node))
