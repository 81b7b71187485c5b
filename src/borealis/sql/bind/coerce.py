"""Coercion: makes an expression one of another type, with the casts standing in the tree.

An unknown literal becomes a constant of the target type here, by that type's input; an open parameter takes the type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from borealis.errors import CannotCoerce, DatatypeMismatch, FeatureNotSupported, SqlError
from borealis.functions.signatures import Function
from borealis.sql.bind.composites import coerce_to_row_type, coerce_to_rows
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.pathways import (
    CoercionContext,
    Method,
    can_coerce,
    find_pathway,
    is_array,
    is_polymorphic,
    length_coercion,
)
from borealis.sql.bound.expressions import (
    CoerceArray,
    CoerceViaIO,
    Const,
    Expr,
    FuncCall,
    Param,
    Relabel,
)
from borealis.types import interval, oids
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type, type_of
from borealis.types.row_types import is_array_of_rows, is_row_type

_CLOCK_WORDS = re.compile(r"\b(now|today|tomorrow|yesterday)\b", re.IGNORECASE)
_CLOCK_TYPES = frozenset((oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ))
_OBJECT_TYPES = frozenset((oids.REGCLASS, oids.REGTYPE, oids.REGPROC, oids.REGPROCEDURE, oids.REGNAMESPACE))
"""Types whose literals name an object of the catalog, which the value is the oid of."""


def null_const(oid: Oid) -> Const:
    return Const(oid, -1, None)


def int4_const(value: int) -> Const:
    return Const(oids.INT4, -1, value)


def bool_const(value: bool) -> Const:
    return Const(oids.BOOL, -1, int(value))


def literal(context: BindContext, text: str | None, oid: Oid, typmod: int, position: int | None) -> Const:
    """Read an unknown literal as a constant of a type.

    Raises: what the type's input raises, with the literal's position.
    """
    if text is None or oid == oids.UNKNOWN:
        return Const(oid, -1, text)
    if oid in _CLOCK_TYPES and _CLOCK_WORDS.search(text):
        context.is_cacheable = False
    try:
        if oid == oids.INTERVAL and typmod >= 0:
            value: Value = interval.read(text, context.style, typmod)
        else:
            value = type_of(oid).decode_text(text, context.style)
    except SqlError as error:
        raise error.at(position) from None
    return Const(oid, -1, value)


def coerce(
    context: BindContext,
    expr: Expr,
    target: Oid,
    typmod: int = -1,
    *,
    how: CoercionContext = CoercionContext.IMPLICIT,
    position: int | None = None,
) -> Expr | None:
    """Return the expression as one of the target type and typmod, or None if it cannot be."""
    if not can_coerce(expr.type, target, how):
        return None
    coerced = coerce_type(context, expr, target, how, position, typmod)
    return apply_typmod(coerced, target, typmod, is_explicit=how is CoercionContext.EXPLICIT)


def coerce_type(
    context: BindContext,
    expr: Expr,
    target: Oid,
    how: CoercionContext = CoercionContext.IMPLICIT,
    position: int | None = None,
    typmod: int = -1,
) -> Expr:
    """Coerce where can_coerce has said yes.

    Typmods are left alone, but for the fields of an interval, which its literals are read by.
    """
    if target in (expr.type, oids.ANY):
        return expr
    if is_polymorphic(target) and expr.type != oids.UNKNOWN:
        return expr
    if is_row_type(target):
        row = coerce_to_row_type(context, expr, target, how, position)
        if row is None:
            raise cannot_cast(expr.type, target, position)
        return row
    if is_array_of_rows(target):
        rows = coerce_to_rows(context, expr, target, context.position_of(expr) or position)
        if rows is None:
            raise cannot_cast(expr.type, target, position)
        return rows
    if target == oids.RECORD and is_row_type(expr.type):
        return context.remember(Relabel(target, -1, expr), context.position_of(expr))
    if expr.type == oids.UNKNOWN:
        return _coerce_unknown(context, expr, target, typmod, position)
    pathway = find_pathway(expr.type, target, how)
    if pathway is None:
        raise cannot_cast(expr.type, target, position)
    match pathway.method:
        case Method.RELABEL:
            return context.remember(Relabel(target, -1, expr), context.position_of(expr))
        case Method.VIA_IO:
            return CoerceViaIO(target, -1, expr)
        case Method.ARRAY:
            return _coerce_array(context, expr, target, how)
        case Method.FUNCTION:
            assert pathway.function is not None
            return cast_call(pathway.function, expr, target, how, typmod)


def cast_call(
    function: Function, expr: Expr, target: Oid, how: CoercionContext, typmod: int = -1
) -> FuncCall:
    """Call a cast function: its second argument is a typmod, its third whether the cast was written."""
    args: tuple[Expr, ...] = (expr,)
    if len(function.args) > 1:
        args += (
            int4_const(typmod if target == oids.BIT else -1),
        )  # an integer is read to the length it gets
    if len(function.args) > 2:
        args += (bool_const(how is CoercionContext.EXPLICIT),)
    return FuncCall(target, -1, function, args)


def _coerce_unknown(context: BindContext, expr: Expr, target: Oid, typmod: int, position: int | None) -> Expr:
    position = context.position_of(expr) or position
    if isinstance(expr, Const):
        assert expr.value is None or isinstance(expr.value, str)
        const = literal(context, expr.value, target, typmod, position)
        if target in _OBJECT_TYPES and isinstance(const.value, int):
            context.keep_literal(expr, target, const.value)
        return context.remember(const, position)
    if isinstance(expr, Param):
        return context.parameters.resolve(expr, target, position)
    return CoerceViaIO(target, -1, expr)  # a column of a subquery whose literal was left unknown


def _coerce_array(context: BindContext, expr: Expr, target: Oid, how: CoercionContext) -> Expr:
    element = Param(type_of(expr.type).element, -1, 0)
    cast = coerce_type(context, element, type_of(target).element, how)
    return CoerceArray(target, -1, expr, cast)


def apply_typmod(expr: Expr, oid: Oid, typmod: int, *, is_explicit: bool) -> Expr:
    """Make values fit varchar(n), numeric(p,s) and the like; explicit casts of strings truncate."""
    if typmod < 0 or expr.typmod == typmod:
        return expr
    if is_array(type_of(oid)):
        element_type = type_of(oid).element
        element = apply_typmod(Param(element_type, -1, 0), element_type, typmod, is_explicit=is_explicit)
        return expr if isinstance(element, Param) else CoerceArray(oid, typmod, expr, element)
    function = length_coercion(oid)
    if function is None:
        return expr
    args: tuple[Expr, ...] = (expr, int4_const(typmod))
    if len(function.args) > 2:
        args += (bool_const(is_explicit),)
    return FuncCall(oid, typmod, function, args)


def cannot_cast(source: Oid, target: Oid, position: int | None) -> CannotCoerce:
    return CannotCoerce(
        f"cannot cast type {format_type(source, -1)} to {format_type(target, -1)}", position=position
    )


def coerce_explicit(context: BindContext, expr: Expr, target: Oid, typmod: int, position: int | None) -> Expr:
    """CAST(x AS type)."""
    coerced = coerce(context, expr, target, typmod, how=CoercionContext.EXPLICIT, position=position)
    if coerced is None:
        raise cannot_cast(expr.type, target, position)
    return coerced


def coerce_to_boolean(context: BindContext, expr: Expr, construct: str, position: int | None) -> Expr:
    """Coerce the argument of WHERE, AND, JOIN/ON and the like."""
    coerced = coerce(context, expr, oids.BOOL, how=CoercionContext.ASSIGNMENT, position=position)
    if coerced is None:
        raise DatatypeMismatch(
            f"argument of {construct} must be type boolean, not type {format_type(expr.type, -1)}",
            position=context.position_of(expr) or position,
        )
    return coerced


def coerce_to_bigint(context: BindContext, expr: Expr, construct: str, position: int | None) -> Expr:
    """Coerce the argument of LIMIT or OFFSET."""
    coerced = coerce(context, expr, oids.INT8, how=CoercionContext.ASSIGNMENT, position=position)
    if coerced is None:
        raise DatatypeMismatch(
            f"argument of {construct} must be type bigint, not type {format_type(expr.type, -1)}",
            position=context.position_of(expr) or position,
        )
    return coerced


def common_type(
    context: BindContext, exprs: Sequence[Expr], construct: str | None, position: int | None = None
) -> Oid | None:
    """Return the type the branches of CASE, UNION, VALUES and the like share.

    With construct None an impossible choice gives None, else it raises 42804.
    Source: PostgreSQL 16 documentation 10.5.
    """
    chosen = oids.UNKNOWN
    for expr in exprs:
        candidate = expr.type
        if candidate in (chosen, oids.UNKNOWN):
            continue
        if chosen == oids.UNKNOWN:
            chosen = candidate
            continue
        chosen_type, candidate_type = type_of(chosen), type_of(candidate)
        if chosen_type.category != candidate_type.category:
            if construct is None:
                return None
            raise DatatypeMismatch(
                f"{construct} types {format_type(chosen, -1)} and {format_type(candidate, -1)} cannot be matched",
                position=context.position_of(expr) or position,
            )
        if not chosen_type.preferred and can_coerce(chosen, candidate) and not can_coerce(candidate, chosen):
            chosen = candidate
    return oids.TEXT if chosen == oids.UNKNOWN else chosen


def common_typmod(exprs: Sequence[Expr], oid: Oid) -> int:
    """Return the typmod all branches agree on, or -1."""
    typmods = {expr.typmod if expr.type == oid else -1 for expr in exprs}
    return typmods.pop() if len(typmods) == 1 else -1


def coerce_to_common(
    context: BindContext, expr: Expr, target: Oid, construct: str, position: int | None = None
) -> Expr:
    position = context.position_of(expr) or position
    if not can_coerce(expr.type, target):
        raise CannotCoerce(
            f"{construct} could not convert type {format_type(expr.type, -1)} to {format_type(target, -1)}",
            position=position,
        )
    return coerce_type(context, expr, target, position=position)


def resolve_unknown(context: BindContext, expr: Expr) -> Expr:
    """Make text of an output column that nothing gave a type."""
    if expr.type != oids.UNKNOWN:
        return expr
    return coerce_type(context, expr, oids.TEXT)


def refuse_record(expr: Expr, what: str) -> None:
    if expr.type == oids.RECORD:
        raise FeatureNotSupported(f"{what} of type record not supported")
