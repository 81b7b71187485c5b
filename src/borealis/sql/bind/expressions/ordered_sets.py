"""Ordered-set and hypothetical-set aggregates: percentile_cont(0.5) WITHIN GROUP (ORDER BY x), rank(3) WITHIN GROUP (…).

A call's arguments are the direct ones and, behind them, the expressions it orders by. A hypothetical-set aggregate's direct
arguments are a row as it might stand among the ordered ones: each shares a type with its ordering expression.
Source: PostgreSQL 16 documentation 4.2.7, 9.21, 10.3.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, UndefinedFunction, WrongObjectType
from borealis.functions.signatures import Function
from borealis.sql.bind.coerce import coerce_to_common, common_type
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.level import Level
from borealis.sql.bind.ordering import bind_sort_direction
from borealis.sql.bound.expressions import AggregateCall, Expr
from borealis.sql.parse import Node
from borealis.types.base import Oid
from borealis.types.registry import format_type


def check_ordered_set(function: Function, node: Node, args: tuple[Expr, ...], position: int | None) -> None:
    """Refuse a call whose form does not fit: no WITHIN GROUP, an OVER, or a wrong number of direct arguments."""
    name = function.name
    if "agg_within_group" not in node:
        raise WrongObjectType(f"WITHIN GROUP is required for ordered-set aggregate {name}", position=position)
    if "over" in node:
        raise FeatureNotSupported(
            f"OVER is not supported for ordered-set aggregate {name}", position=position
        )
    ordered = len(node.get("agg_order", ()))
    direct = len(args) - ordered
    hint = None
    if function.aggregate_kind == "h":
        if direct != ordered:
            hint = (
                f"To use the hypothetical-set aggregate {name}, the number of hypothetical direct arguments "
                f"(here {direct}) must match the number of ordering columns (here {ordered})."
            )
    elif direct != function.direct_args:
        plural = "" if function.direct_args == 1 else "s"
        hint = (
            f"There is an ordered-set aggregate {name}, but it requires {function.direct_args} direct "
            f"argument{plural}, not {direct}."
        )
    if hint is not None:
        given = ", ".join(format_type(arg.type, -1) for arg in args)
        raise UndefinedFunction(f"function {name}({given}) does not exist", hint=hint, position=position)


def unify_hypothetical(context: BindContext, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Bring each direct argument and the expression it is compared with to one type."""
    half = len(args) // 2
    direct, ordered = list(args[:half]), list(args[half:])
    for n, pair in enumerate(zip(direct, ordered, strict=True)):
        # The ordered expression comes first: an unknown literal becomes what it is compared with.
        type_ = common_type(context, (pair[1], pair[0]), "WITHIN GROUP", context.position_of(pair[0]))
        assert type_ is not None
        direct[n], ordered[n] = (coerce_to_common(context, expr, type_, "WITHIN GROUP") for expr in pair)
    return (*direct, *ordered)


def ordered_set_call(
    level: Level, node: Node, function: Function, args: tuple[Expr, ...], result: Oid, filter_: Expr | None
) -> AggregateCall:
    """Return the call: the last arguments are what it orders, by the directions the ORDER BY gives."""
    items = node["agg_order"]
    direct, ordered = args[: -len(items)], args[-len(items) :]
    order = tuple(
        bind_sort_direction(level.context, expr, item["SortBy"])
        for expr, item in zip(ordered, items, strict=True)
    )
    return AggregateCall(result, -1, function, (), False, order, filter_, direct)
