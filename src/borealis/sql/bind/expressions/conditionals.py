"""AND, OR, NOT, IS tests, CASE, COALESCE, GREATEST and LEAST."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import DatatypeMismatch, FeatureNotSupported
from borealis.sql.bind.coerce import (
    bool_const,
    coerce_to_boolean,
    coerce_to_common,
    common_type,
    common_typmod,
)
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.expressions.operators import bind_operands
from borealis.sql.bind.level import Level
from borealis.sql.bound.expressions import (
    BooleanTest,
    BoolExpr,
    BoolOp,
    Case,
    Coalesce,
    Const,
    Expr,
    MinMax,
    NullTest,
    Row,
    WholeRow,
)
from borealis.sql.parse import Node
from borealis.types import oids

_BOOL_OPS = {"AND_EXPR": BoolOp.AND, "OR_EXPR": BoolOp.OR, "NOT_EXPR": BoolOp.NOT}


@binds("BoolExpr")
def bind_boolean(level: Level, node: Node) -> Expr:
    op = _BOOL_OPS[node["boolop"]]
    bound = BoolExpr(oids.BOOL, -1, op, tuple(_bind_operand(level, node, op, arg) for arg in node["args"]))
    return level.context.remember(bound, level.context.position(node)) if op is BoolOp.NOT else bound


def _bind_operand(level: Level, node: Node, op: BoolOp, arg: Node) -> Expr:
    sets_before = len(level.set_returning)
    bound = coerce_to_boolean(level.context, bind_expr(level, arg), op.value, level.context.position(node))
    if len(level.set_returning) > sets_before:
        raise DatatypeMismatch(
            f"argument of {op.value} must not return a set", position=level.context.leftmost(arg)
        )
    return bound


def conjunction(args: Sequence[Expr], op: BoolOp = BoolOp.AND) -> Expr:
    return args[0] if len(args) == 1 else BoolExpr(oids.BOOL, -1, op, tuple(args))


@binds("NullTest")
def bind_null_test(level: Level, node: Node) -> Expr:
    arg = bind_expr(level, node["arg"])
    negated = node["nulltesttype"] == "IS_NOT_NULL"
    if isinstance(arg, Row | WholeRow):
        if not arg.args:
            return bool_const(True)
        # A row is null when all its columns are, and not null when none is: the two are no opposites.
        tests = [NullTest(oids.BOOL, -1, column, negated, is_of_value=True) for column in arg.args]
        return conjunction(tests)
    return NullTest(oids.BOOL, -1, arg, negated)


def _refuse_sets(level: Level, before: int, construct: str) -> None:
    """Raise for a set-returning function bound inside a construct that may skip its arguments."""
    if len(level.set_returning) > before:
        raise FeatureNotSupported(
            f"set-returning functions are not allowed in {construct}",
            hint="You might be able to move the set-returning function into a LATERAL FROM item.",
            position=level.context.position_of(level.set_returning[-1]),
        )


_BOOLEAN_TESTS: dict[str, tuple[bool | None, bool, str]] = {
    "IS_TRUE": (True, False, "IS TRUE"),
    "IS_NOT_TRUE": (True, True, "IS NOT TRUE"),
    "IS_FALSE": (False, False, "IS FALSE"),
    "IS_NOT_FALSE": (False, True, "IS NOT FALSE"),
    "IS_UNKNOWN": (None, False, "IS UNKNOWN"),
    "IS_NOT_UNKNOWN": (None, True, "IS NOT UNKNOWN"),
}


@binds("BooleanTest")
def bind_boolean_test(level: Level, node: Node) -> Expr:
    value, negated, construct = _BOOLEAN_TESTS[node["booltesttype"]]
    arg = coerce_to_boolean(
        level.context, bind_expr(level, node["arg"]), construct, level.context.position(node)
    )
    return BooleanTest(oids.BOOL, -1, arg, value, negated)


@binds("CaseExpr")
def bind_case(level: Level, node: Node) -> Expr:
    context = level.context
    position = context.position(node)
    sets_before = len(level.set_returning)
    operand = bind_expr(level, node["arg"]) if "arg" in node else None
    if operand is not None and operand.type == oids.UNKNOWN:
        from borealis.sql.bind.coerce import resolve_unknown

        operand = resolve_unknown(context, operand)
    conditions, results = [], []
    for branch in node["args"]:
        when = branch["CaseWhen"]
        condition = bind_expr(level, when["expr"])
        if operand is not None:
            condition = bind_operands(context, "=", operand, condition, context.position(when))
        conditions.append(coerce_to_boolean(context, condition, "CASE/WHEN", context.position(when)))
        results.append(bind_expr(level, when["result"]))
    otherwise: Expr = (
        bind_expr(level, node["defresult"]) if "defresult" in node else Const(oids.UNKNOWN, -1, None)
    )
    _refuse_sets(level, sets_before, "CASE")
    branches = [otherwise, *results]
    oid = common_type(context, branches, "CASE", position)
    assert oid is not None
    coerced = [coerce_to_common(context, result, oid, "CASE/WHEN", position) for result in results]
    otherwise = coerce_to_common(context, otherwise, oid, "CASE/ELSE", position)
    typmod = common_typmod([*coerced, otherwise], oid)
    return context.remember(
        Case(oid, typmod, tuple(zip(conditions, coerced, strict=True)), otherwise), position
    )


@binds("CoalesceExpr")
def bind_coalesce(level: Level, node: Node) -> Expr:
    args = _common_args(level, node, "COALESCE")
    return level.context.remember(
        Coalesce(args[0].type, common_typmod(args, args[0].type), args), level.context.position(node)
    )


@binds("MinMaxExpr")
def bind_min_max(level: Level, node: Node) -> Expr:
    is_greatest = node["op"] == "IS_GREATEST"
    args = _common_args(level, node, "GREATEST" if is_greatest else "LEAST")
    call = MinMax(args[0].type, common_typmod(args, args[0].type), is_greatest, args)
    return level.context.remember(call, level.context.position(node))


def _common_args(level: Level, node: Node, construct: str) -> tuple[Expr, ...]:
    context = level.context
    position = context.position(node)
    sets_before = len(level.set_returning)
    args = [bind_expr(level, arg) for arg in node["args"]]
    if construct == "COALESCE":
        _refuse_sets(level, sets_before, construct)
    oid = common_type(context, args, construct, position)
    assert oid is not None
    return tuple(coerce_to_common(context, arg, oid, construct, position) for arg in args)
