"""Operators: A_Expr in all its kinds, the overload chosen by PostgreSQL's rules."""

from __future__ import annotations

from borealis.errors import DatatypeMismatch, FeatureNotSupported, UndefinedFunction, WrongObjectType
from borealis.functions.signatures import functions
from borealis.sql.bind.coerce import coerce_to_common, coerce_type, common_type
from borealis.sql.bind.composites import is_composite
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.level import Level
from borealis.sql.bind.overloads import find_operator
from borealis.sql.bind.pathways import is_polymorphic
from borealis.sql.bind.polymorphism import resolve_polymorphic
from borealis.sql.bound.expressions import (
    BoolExpr,
    BoolOp,
    DistinctTest,
    Expr,
    FuncCall,
    InList,
    NullIf,
    Param,
    Row,
    ScalarArray,
)
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of


def operator_name(node: Node) -> str:
    names = [part["String"]["sval"] for part in node["name"]]
    if len(names) > 1 and names[0] != "pg_catalog":
        raise UndefinedFunction(f"operator does not exist: {'.'.join(names)}")
    return str(names[-1])


def bind_binary(context: BindContext, name: str, left: Expr, right: Expr, position: int | None) -> Expr:
    """Bind `left name right`, of scalars or of rows."""
    if isinstance(left, Row) and isinstance(right, Row):
        from borealis.sql.bind.expressions.rows import compare_rows

        return compare_rows(context, name, left, right, position)
    return bind_operands(context, name, left, right, position)


def bind_operands(context: BindContext, name: str, left: Expr, right: Expr, position: int | None) -> Expr:
    """Bind the operator of two values, rows among them: what PostgreSQL does where it writes the operator itself."""
    operator = find_operator(name, left.type, right.type, position)
    function = functions().get(operator.function)
    if function is None:
        raise FeatureNotSupported(
            f"operator {format_type(operator.left, -1)} {name} {format_type(operator.right, -1)} not supported",
            position=position,
        )
    args, result = resolve_polymorphic(
        context, function, (operator.left, operator.right), (left, right), position
    )
    return context.remember_from(FuncCall(result, -1, function, args), position, left)


def bind_prefix(context: BindContext, name: str, arg: Expr, position: int | None) -> Expr:
    operator = find_operator(name, Oid(0), arg.type, position)
    function = functions().get(operator.function)
    if function is None:
        raise FeatureNotSupported(
            f"operator {name} {format_type(operator.right, -1)} not supported", position=position
        )
    args, result = resolve_polymorphic(context, function, (operator.right,), (arg,), position)
    return context.remember(FuncCall(result, -1, function, args), position)


@binds("A_Expr")
def bind_operator(level: Level, node: Node) -> Expr:
    kind = node["kind"]
    match kind:
        case "AEXPR_OP":
            return _bind_plain(level, node)
        case "AEXPR_OP_ANY" | "AEXPR_OP_ALL":
            return _bind_scalar_array(level, node, is_any=kind == "AEXPR_OP_ANY")
        case "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT":
            return _bind_distinct(level, node, negated=kind == "AEXPR_NOT_DISTINCT")
        case "AEXPR_NULLIF":
            return _bind_nullif(level, node)
        case "AEXPR_IN":
            return _bind_in(level, node)
        case "AEXPR_LIKE" | "AEXPR_ILIKE" | "AEXPR_SIMILAR":
            return _bind_plain(level, node)
        case "AEXPR_BETWEEN" | "AEXPR_NOT_BETWEEN" | "AEXPR_BETWEEN_SYM" | "AEXPR_NOT_BETWEEN_SYM":
            return _bind_between(level, node, kind)
    raise FeatureNotSupported(
        f"operator expression {kind} not supported", position=level.context.position(node)
    )


def _bind_plain(level: Level, node: Node) -> Expr:
    context = level.context
    name, position = operator_name(node), context.position(node)
    if _is_row_with_subquery(node):
        from borealis.sql.bind.expressions.sublinks import compare_with_subquery

        return compare_with_subquery(level, name, node["lexpr"], node["rexpr"]["SubLink"], position)
    if "lexpr" not in node:
        return bind_prefix(context, name, bind_expr(level, node["rexpr"]), position)
    left = bind_expr(level, node["lexpr"])
    right = bind_expr(level, node["rexpr"])
    if "RowExpr" in node["lexpr"] and "RowExpr" in node["rexpr"]:
        return bind_binary(context, name, left, right, position)
    # Of a cast row the value is compared: ROW(1, NULL)::t = ROW(1, NULL)::t is true.
    return bind_operands(context, name, left, right, position)


def _is_row_with_subquery(node: Node) -> bool:
    """ROW(a, b) = (SELECT x, y): the subquery has as many columns as the row."""
    match node:
        case {"lexpr": {"RowExpr": _}, "rexpr": {"SubLink": {"subLinkType": "EXPR_SUBLINK"}}}:
            return True
    return False


def _bind_distinct(level: Level, node: Node, *, negated: bool) -> Expr:
    context = level.context
    position = context.position(node)
    left, right = bind_expr(level, node["lexpr"]), bind_expr(level, node["rexpr"])
    if isinstance(left, Row) and isinstance(right, Row):
        from borealis.sql.bind.expressions.rows import distinct_rows

        return distinct_rows(context, left, right, position, negated=negated)
    return distinct_test(context, left, right, position, negated=negated)


def distinct_test(
    context: BindContext, left: Expr, right: Expr, position: int | None, *, negated: bool
) -> Expr:
    equality = bind_operands(context, "=", left, right, position)
    left, right = _equality_args(context, equality, position)
    return DistinctTest(oids.BOOL, -1, left, right, negated)


def _equality_args(context: BindContext, equality: Expr, position: int | None) -> tuple[Expr, Expr]:
    """Return the operands of an = as values of one type, which IS NOT can compare."""
    assert isinstance(equality, FuncCall)
    if equality.type != oids.BOOL:
        raise DatatypeMismatch("IS DISTINCT FROM requires = operator to yield boolean", position=position)
    left, right = equality.args
    oid = common_type(context, (left, right), "IS DISTINCT FROM", position)
    assert oid is not None
    return (
        coerce_to_common(context, left, oid, "IS DISTINCT FROM", position),
        coerce_to_common(context, right, oid, "IS DISTINCT FROM", position),
    )


def _bind_nullif(level: Level, node: Node) -> Expr:
    context = level.context
    position = context.position(node)
    left, right = bind_expr(level, node["lexpr"]), bind_expr(level, node["rexpr"])
    equality = bind_operands(context, "=", left, right, position)
    assert isinstance(equality, FuncCall)
    left, right = equality.args
    return context.remember(NullIf(left.type, left.typmod, left, right, equality), position)


def _bind_in(level: Level, node: Node) -> Expr:
    """x IN (list): one comparison type for all where there is one, else a chain of = and OR."""
    context = level.context
    position = context.position(node)
    negated = operator_name(node) == "<>"
    left = bind_expr(level, node["lexpr"])
    items = [bind_expr(level, item) for item in node["rexpr"]["List"]["items"]]
    oid = common_type(context, [left, *items], None)
    if oid is not None and is_composite(oid) and oid != oids.RECORD and len(items) > 1:
        # A literal beside rows of a table is one of them; alone it would be read as an anonymous record, which cannot be.
        items = [
            coerce_to_common(context, item, oid, "IN", position) if item.type == oids.UNKNOWN else item
            for item in items
        ]
    if isinstance(left, Row) or any(isinstance(item, Row) for item in items):
        return _in_as_chain(context, left, items, position, negated=negated)
    # Types with an equality of their own are left to it; text compares as text whatever string type it has.
    if (
        oid is None
        or is_composite(oid)
        or not all(_in_compatible(context, item, oid) for item in (left, *items))
    ):
        return _in_as_chain(context, left, items, position, negated=negated)
    find_operator("=", oid, oid, position)
    left = coerce_to_common(context, left, oid, "IN", position)
    coerced = tuple(coerce_to_common(context, item, oid, "IN", position) for item in items)
    return InList(oids.BOOL, -1, left, coerced, negated)


def _in_compatible(context: BindContext, item: Expr, oid: Oid) -> bool:
    from borealis.sql.bind.pathways import can_coerce

    return can_coerce(item.type, oid)


def _in_as_chain(
    context: BindContext, left: Expr, items: list[Expr], position: int | None, *, negated: bool
) -> Expr:
    tests = tuple(bind_binary(context, "<>" if negated else "=", left, item, position) for item in items)
    if len(tests) == 1:
        return tests[0]
    return BoolExpr(oids.BOOL, -1, BoolOp.AND if negated else BoolOp.OR, tests)


def _bind_between(level: Level, node: Node, kind: str) -> Expr:
    context = level.context
    position = context.position(node)
    sets_before = len(level.set_returning)
    arg = bind_expr(level, node["lexpr"])
    low, high = (bind_expr(level, bound) for bound in node["rexpr"]["List"]["items"])
    negated = "NOT" in kind
    if len(level.set_returning) > sets_before:
        raise DatatypeMismatch(
            f"argument of {'OR' if negated else 'AND'} must not return a set",
            position=context.leftmost(node["lexpr"]),
        )
    between = _between(context, arg, low, high, position, negated=negated)
    if not kind.endswith("_SYM"):
        return between
    swapped = _between(context, arg, high, low, position, negated=negated)
    return BoolExpr(oids.BOOL, -1, BoolOp.AND if negated else BoolOp.OR, (between, swapped))


def _between(
    context: BindContext, arg: Expr, low: Expr, high: Expr, position: int | None, *, negated: bool
) -> Expr:
    if negated:
        tests = (
            bind_binary(context, "<", arg, low, position),
            bind_binary(context, ">", arg, high, position),
        )
        return BoolExpr(oids.BOOL, -1, BoolOp.OR, tests)
    tests = (bind_binary(context, ">=", arg, low, position), bind_binary(context, "<=", arg, high, position))
    return BoolExpr(oids.BOOL, -1, BoolOp.AND, tests)


def _bind_scalar_array(level: Level, node: Node, *, is_any: bool) -> Expr:
    """x op ANY (array): the operator is looked up for the element type."""
    context = level.context
    name, position = operator_name(node), context.position(node)
    left, right = bind_expr(level, node["lexpr"]), bind_expr(level, node["rexpr"])
    if right.type == oids.UNKNOWN:
        # As for a scalar: the operator tells what the literal is, and the array is of that.
        operator = find_operator(name, left.type, oids.UNKNOWN, position)
        array = type_of(left.type if is_polymorphic(operator.right) else operator.right).array
        if not array:
            raise WrongObjectType("op ANY/ALL (array) requires array on right side", position=position)
        right = coerce_type(context, right, array, position=position)
    right_type = type_of(right.type)
    if not right_type.element or right_type.category != "A":
        raise WrongObjectType("op ANY/ALL (array) requires array on right side", position=position)
    comparison = bind_binary(context, name, left, Param(right_type.element, -1, 0), position)
    if comparison.type != oids.BOOL:
        raise WrongObjectType("op ANY/ALL (array) requires operator to yield boolean", position=position)
    assert isinstance(comparison, FuncCall)
    return ScalarArray(oids.BOOL, -1, comparison.args[0], right, comparison, is_any)
