"""Calls of aggregates and of window functions, and what stands around them: DISTINCT, ORDER BY, FILTER, OVER."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, InvalidColumnReference, WindowingError, WrongObjectType
from borealis.functions.signatures import Function
from borealis.sql.bind.aggregate_levels import given_to_its_query
from borealis.sql.bind.coerce import coerce_to_boolean, resolve_unknown
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.expressions.ordered_sets import ordered_set_call
from borealis.sql.bind.level import Level
from borealis.sql.bind.windows import bind_window
from borealis.sql.bound.expressions import AggregateCall, Expr, FuncCall, SortKey, WindowCall
from borealis.sql.parse import Node
from borealis.types.base import Oid

ORDERED_SETS = frozenset("oh")
"""Kinds of aggregates that have WITHIN GROUP."""


def aggregate_call(
    level: Level,
    node: Node,
    function: Function,
    given: tuple[Expr, ...],
    args: tuple[Expr, ...],
    result: Oid,
    position: int | None,
) -> Expr:
    """Bind a call of an aggregate without OVER. given: the arguments as they were, args: as the signature has them."""
    _refuse_sets(level, args, "aggregate function", position)
    if function.aggregate_kind == "n" and "agg_within_group" in node:
        raise WrongObjectType(
            f"{function.name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP",
            position=position,
        )
    if function.aggregate_kind in ORDERED_SETS:
        call = ordered_set_call(level, node, function, args, result, _filter(level, node))
        return given_to_its_query(level, call, position)
    if not args and "agg_star" not in node:
        raise WrongObjectType(
            f"{function.name}(*) must be used to call a parameterless aggregate function", position=position
        )
    call = AggregateCall(
        result,
        -1,
        function,
        args,
        bool(node.get("agg_distinct")),
        _aggregate_order(level, node, given),
        _filter(level, node),
    )
    return given_to_its_query(level, call, position)


def _refuse_sets(level: Level, args: tuple[Expr, ...], what: str, position: int | None) -> None:
    from borealis.sql.bind.grouping import own_nodes

    for inner in (found for arg in args for found in own_nodes(arg)):
        if isinstance(inner, FuncCall) and inner.function.returns_set:
            raise FeatureNotSupported(
                f"{what} calls cannot contain set-returning function calls",
                hint="You might be able to move the set-returning function into a LATERAL FROM item.",
                position=level.context.position_of(inner),
            )


def _aggregate_order(level: Level, node: Node, given: tuple[Expr, ...]) -> tuple[SortKey, ...]:
    """Bind ORDER BY in a call; beside DISTINCT it names arguments, as they were given, before they fitted the signature."""
    from borealis.sql.bind.ordering import bind_sort_direction

    keys = []
    for item in node.get("agg_order", ()):
        sort_by = item["SortBy"]
        expr = resolve_unknown(level.context, bind_expr(level, sort_by["node"]))
        _refuse_sets(level, (expr,), "aggregate function", None)
        if node.get("agg_distinct") and expr not in given:
            raise InvalidColumnReference(
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
                position=level.context.position_of(expr),
            )
        keys.append(bind_sort_direction(level.context, expr, sort_by))
    return tuple(keys)


def _filter(level: Level, node: Node) -> Expr | None:
    if "agg_filter" not in node:
        return None
    place, level.place = level.place, "FILTER"
    condition = bind_expr(level, node["agg_filter"])
    level.place = place
    return coerce_to_boolean(level.context, condition, "FILTER", None)


def window_call(
    level: Level, node: Node, function: Function, args: tuple[Expr, ...], result: Oid, position: int | None
) -> Expr:
    """Bind a call with OVER, of a window function or an aggregate."""
    from borealis.sql.bind.grouping import contains_window_call

    if level.place not in ("SELECT", "ORDER BY", "DISTINCT ON"):
        place = "JOIN conditions" if level.place == "JOIN/ON" else level.place
        place = "window definitions" if place.startswith("window ") else place
        place = {"FROM": "functions in FROM", "CHECK constraints": "check constraints"}.get(place, place)
        raise WindowingError(f"window functions are not allowed in {place}", position=position)
    _refuse_sets(level, args, "window function", position)
    if any(contains_window_call(arg) for arg in args):
        raise WindowingError("window function calls cannot be nested", position=position)
    if node.get("agg_distinct"):
        raise FeatureNotSupported("DISTINCT is not implemented for window functions", position=position)
    if node.get("agg_order"):
        raise FeatureNotSupported(
            "aggregate ORDER BY is not implemented for window functions", position=position
        )
    if not args and function.kind == "a" and "agg_star" not in node:
        raise WrongObjectType(
            f"{function.name}(*) must be used to call a parameterless aggregate function", position=position
        )
    level.has_window_calls = True
    return WindowCall(result, -1, function, args, _filter(level, node), bind_window(level, node["over"]))
