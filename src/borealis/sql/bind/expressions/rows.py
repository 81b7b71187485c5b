"""Rows and arrays: ROW(…), comparisons of rows, ARRAY[…], subscripts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from borealis.errors import DatatypeMismatch, FeatureNotSupported, SyntaxError_
from borealis.sql.bind.coerce import coerce_to_common, common_type
from borealis.sql.bind.composites import fields_of, select_field
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.columns import expand_star, is_star
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.expressions.operators import bind_operands, distinct_test
from borealis.sql.bind.level import Level
from borealis.sql.bound.expressions import (
    Array,
    BoolExpr,
    BoolOp,
    Expr,
    Row,
)
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of


@binds("RowExpr")
def bind_row(level: Level, node: Node) -> Expr:
    args = bind_list(level, node.get("args", ()))
    return level.context.remember(
        Row(oids.RECORD, -1, args, tuple(f"f{n}" for n in range(1, len(args) + 1))),
        level.context.position(node),
    )


def bind_list(level: Level, nodes: Sequence[Node]) -> tuple[Expr, ...]:
    """Bind the items of ROW(…) or VALUES (…), where t.* and (row).* stand for several."""
    bound: list[Expr] = []
    for node in nodes:
        match node:
            case {"ColumnRef": reference} if is_star(reference):
                position = level.context.position(reference)
                bound += (
                    level.context.remember(column.expr, position) for column in expand_star(level, reference)
                )
            case {"A_Indirection": {"indirection": [*_, {"A_Star": _}]} as body}:
                bound += (expr for _, expr in bind_all_fields(level, body))
            case _:
                bound.append(bind_expr(level, node))
    return tuple(bound)


def bind_all_fields(level: Level, node: Node) -> list[tuple[str, Expr]]:
    """Bind `(record).*`: its columns by name."""
    steps = node["indirection"][:-1]
    arg = bind_expr(level, {"A_Indirection": {**node, "indirection": steps}} if steps else node["arg"])
    return fields_of(level.context, arg, level.context.leftmost(node["arg"]))


def compare_rows(context: BindContext, name: str, left: Row, right: Row, position: int | None) -> Expr:
    """Bind a comparison of rows as one of their columns.

    (a, b) < (c, d) is a < c OR (a = c AND b < d), whose NULLs are PostgreSQL's.
    """
    if len(left.args) != len(right.args):
        raise SyntaxError_("unequal number of entries in row expressions", position=position)
    if not left.args:
        raise FeatureNotSupported("cannot compare rows of zero length", position=position)
    pairs = list(zip(left.args, right.args, strict=True))
    tests = tuple(_column_test(context, name, a, b, position) for a, b in pairs)
    if len(tests) == 1:
        return tests[0]
    if name in ("=", "<>"):
        return _bool(BoolOp.AND if name == "=" else BoolOp.OR, tests)
    if name in _STRICT:
        return _lexicographic(context, name, pairs, position)
    raise FeatureNotSupported(
        f"could not determine interpretation of row comparison operator {name}",
        hint="Row comparison operators must be associated with btree operator families.",
        position=position,
    )


_STRICT = {
    "<": "<",
    "<=": "<",
    ">": ">",
    ">=": ">",
    "~<~": "~<~",
    "~<=~": "~<~",
    "~>~": "~>~",
    "~>=~": "~>~",
}
"""Operators of a B-tree's order, and which of them rows that begin unlike are compared by."""


def _column_test(context: BindContext, name: str, left: Expr, right: Expr, position: int | None) -> Expr:
    test = bind_operands(context, name, left, right, position)
    if test.type != oids.BOOL:
        raise DatatypeMismatch(
            f"row comparison operator must yield type boolean, not type {format_type(test.type, -1)}",
            position=position,
        )
    return test


def _lexicographic(
    context: BindContext, name: str, pairs: list[tuple[Expr, Expr]], position: int | None
) -> Expr:
    (left, right), *rest = pairs
    if not rest:
        return bind_operands(context, name, left, right, position)
    strictly = bind_operands(context, _STRICT[name], left, right, position)
    equal = bind_operands(context, "=", left, right, position)
    return _bool(
        BoolOp.OR, (strictly, _bool(BoolOp.AND, (equal, _lexicographic(context, name, rest, position))))
    )


def _bool(op: BoolOp, args: tuple[Expr, ...]) -> Expr:
    return BoolExpr(oids.BOOL, -1, op, args)


def distinct_rows(
    context: BindContext, left: Row, right: Row, position: int | None, *, negated: bool
) -> Expr:
    if len(left.args) != len(right.args):
        raise SyntaxError_("unequal number of entries in row expressions", position=position)
    tests = tuple(
        distinct_test(context, a, b, position, negated=negated)
        for a, b in zip(left.args, right.args, strict=True)
    )
    return tests[0] if len(tests) == 1 else _bool(BoolOp.AND if negated else BoolOp.OR, tests)


@binds("A_ArrayExpr")
def bind_array(level: Level, node: Node) -> Expr:
    context = level.context
    position = context.position(node)
    elements = [bind_expr(level, element) for element in node.get("elements", ())]
    if not elements:
        raise _undetermined(position)
    oid = common_type(context, elements, "ARRAY", position)
    assert oid is not None
    return _array(context, elements, oid, position)


def bind_array_of(level: Level, node: Node, array_type: Oid) -> Expr:
    """ARRAY[…]::type[]: the elements take the cast's type, so that an empty one has a type at all."""
    context = level.context
    element_type = type_of(array_type).element
    elements = [
        bind_array_of(level, element["A_ArrayExpr"], array_type)
        if "A_ArrayExpr" in element
        else bind_expr(level, element)
        for element in node.get("elements", ())
    ]
    if elements and any(type_of(element.type).category == "A" for element in elements):
        return Array(array_type, -1, tuple(elements))
    from borealis.sql.bind.coerce import coerce_explicit

    position = context.position(node)
    coerced = tuple(coerce_explicit(context, element, element_type, -1, position) for element in elements)
    return Array(array_type, -1, coerced)


def _array(context: BindContext, elements: list[Expr], oid: Oid, position: int | None) -> Expr:
    type_ = type_of(oid)
    # ARRAY[ARRAY[…], …] is an array of two dimensions, whose type is the inner ones'.
    array_type = oid if type_.category == "A" else type_.array
    if not array_type:
        raise FeatureNotSupported(
            f"could not find array type for data type {type_.sql_name}", position=position
        )
    coerced = tuple(coerce_to_common(context, element, oid, "ARRAY", position) for element in elements)
    return context.remember(Array(array_type, -1, coerced), position)


def _undetermined(position: int | None) -> Exception:
    from borealis.errors import IndeterminateDatatype

    return IndeterminateDatatype(
        "cannot determine type of empty array",
        hint="Explicitly cast to the desired type, for example ARRAY[]::integer[].",
        position=position,
    )


@binds("A_Indirection")
def bind_indirection(level: Level, node: Node) -> Expr:
    from borealis.sql.bind.expressions.subscripts import bind_subscripts

    context = level.context
    arg = bind_expr(level, node["arg"])
    for is_subscripts, steps in groupby(node["indirection"], key=lambda step: "A_Indices" in step):
        if is_subscripts:
            arg = bind_subscripts(level, arg, [step["A_Indices"] for step in steps])
            continue
        for step in steps:
            arg = _field_of(context, arg, step, context.leftmost(node["arg"]))
    return arg


def _field_of(context: BindContext, arg: Expr, step: Node, position: int | None) -> Expr:
    match step:
        case {"String": {"sval": name}}:
            return select_field(context, arg, name, position)
    raise FeatureNotSupported('row expansion via "*" is not supported here', position=position)
