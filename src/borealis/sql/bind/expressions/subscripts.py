"""Subscripts: elements and slices of arrays, members of jsonb, and jsonb subscripts that are assigned to.

Indices that stand one behind the other belong together: a[1][2] is one element of two dimensions; where one of them is a
slice, [n] means [1:n].
Source: PostgreSQL 16 documentation 8.14.5, 8.15.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import DatatypeMismatch
from borealis.sql.bind.coerce import coerce, coerce_type, int4_const
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.pathways import CoercionContext, can_coerce
from borealis.sql.bound.expressions import ArraySlice, Expr, JsonbAssignment, JsonbSubscript, Subscript
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.array_text import DIMENSIONS_MAX, too_many_dimensions
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of


def bind_subscripts(level: Level, arg: Expr, indices: Sequence[Node]) -> Expr:
    """Bind `arg[…][…]`."""
    context = level.context
    if arg.type == oids.JSONB:
        return context.remember(
            JsonbSubscript(oids.JSONB, -1, arg, _jsonb_path(level, indices)), context.position_of(arg)
        )
    type_ = type_of(arg.type)
    if type_.category != "A" or not type_.element:
        raise _no_subscripts(arg.type, context.position_of(arg))
    if len(indices) > DIMENSIONS_MAX:
        raise too_many_dimensions(len(indices))
    if any("is_slice" in each for each in indices):
        bounds = tuple(_slice_bounds(level, each) for each in indices)
        return context.remember(ArraySlice(arg.type, arg.typmod, arg, bounds), context.position_of(arg))
    listed = tuple(_array_index(level, each["uidx"]) for each in indices)
    return context.remember(Subscript(type_.element, arg.typmod, arg, listed), context.position_of(arg))


def _no_subscripts(type_: Oid, position: int | None) -> DatatypeMismatch:
    return DatatypeMismatch(
        f"cannot subscript type {format_type(type_, -1)} because it does not support subscripting",
        position=position,
    )


def _array_index(level: Level, node: Node) -> Expr:
    context = level.context
    expr = bind_expr(level, node)
    index = coerce(context, expr, oids.INT4, how=CoercionContext.ASSIGNMENT)
    if index is None:
        raise DatatypeMismatch(
            "array subscript must have type integer",
            position=context.position_of(expr) or context.leftmost(node),
        )
    return index


def _slice_bounds(level: Level, indices: Node) -> tuple[Expr | None, Expr | None]:
    if "is_slice" not in indices:
        return int4_const(1), _array_index(level, indices["uidx"])
    lower, upper = (_array_index(level, indices[key]) if key in indices else None for key in ("lidx", "uidx"))
    return lower, upper


def _jsonb_path(level: Level, indices: Sequence[Node]) -> tuple[Expr, ...]:
    """Bind each step as int4 or text."""
    path = []
    for each in indices:
        if "is_slice" in each:
            inside = next(each[key] for key in ("uidx", "lidx") if key in each) if len(each) > 1 else None
            raise DatatypeMismatch(
                "jsonb subscript does not support slices",
                position=None if inside is None else level.context.leftmost(inside),
            )
        path.append(_jsonb_step(level.context, bind_expr(level, each["uidx"])))
    return tuple(path)


def _jsonb_step(context: BindContext, step: Expr) -> Expr:
    if step.type == oids.UNKNOWN:
        return coerce_type(context, step, oids.TEXT)
    wanted = [oid for oid in (oids.INT4, oids.TEXT) if can_coerce(step.type, oid)]
    if len(wanted) != 1:
        number = "only one type, integer or text" if wanted else "either integer or text"
        raise DatatypeMismatch(
            f"subscript type {format_type(step.type, -1)} is not supported",
            hint=f"jsonb subscript must be coercible to {number}.",
            position=context.position_of(step),
        )
    return coerce_type(context, step, wanted[0])


def bind_subscripted_assignment(
    level: Level,
    name: str,
    column: Expr,
    indirection: Sequence[Node],
    value: Expr,
    position: int | None,
) -> Expr:
    """Bind `SET column[…] = value`: what the whole column becomes. column: what it is before; position: the column's."""
    context = level.context
    indices = [step["A_Indices"] for step in indirection if "A_Indices" in step]
    if column.type != oids.JSONB or len(indices) < len(indirection):
        raise _no_subscripts(column.type, position)
    coerced = coerce(context, value, oids.JSONB, how=CoercionContext.ASSIGNMENT)
    if coerced is None:
        raise DatatypeMismatch(
            f'subscripted assignment to "{name}" requires type jsonb but expression is of type '
            f"{format_type(value.type, -1)}",
            hint="You will need to rewrite or cast the expression.",
            position=position,
        )
    return JsonbAssignment(oids.JSONB, -1, column, _jsonb_path(level, indices), coerced)
