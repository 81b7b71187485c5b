"""Aggregate calls: arguments, DISTINCT, ORDER BY, FILTER, WITHIN GROUP; functions.lookup writes the call itself."""

from __future__ import annotations

from borealis.executor.compile.compilation import Compilation, Partials, compiles
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.ordering import order_terms
from borealis.functions import lookup
from borealis.functions.aggregates.hypothetical import sort_keys_text
from borealis.functions.implementation import Sql
from borealis.sql.bound import expressions as bound


@compiles(bound.GroupingCall)
def grouping_call(compilation: Compilation, node: bound.GroupingCall) -> Sql:
    """GROUPING where there is one grouping set, which has them all; several are bound as constants."""
    return Sql("0")


@compiles(bound.AggregateCall)
def aggregate_call(compilation: Compilation, node: bound.AggregateCall) -> Sql:
    partials, compilation.partials = compilation.partials, None  # what it is over are rows
    try:
        return _call(compilation, node, partials)
    finally:
        compilation.partials = partials


def _call(compilation: Compilation, node: bound.AggregateCall, partials: Partials | None) -> Sql:
    # An ordered-set aggregate takes the values to order as arguments behind its direct ones.
    ordered = (
        tuple(key.expr for key in node.order) if node.function.aggregate_kind in ("o", "h") else node.args
    )
    exprs = (*node.direct_args, *ordered)
    args = tuple(compilation.expr(expr) for expr in exprs)
    if node.function.aggregate_kind == "h":
        args = (Sql(compilation.parameters.literal(sort_keys_text(node.order))), *args)
    return lookup.emit_aggregate(
        node.function,
        args,
        tuple(expr.type for expr in exprs),
        distinct=node.distinct,
        order=", ".join(order_terms(compilation, node.order)),
        filter="" if node.filter is None else condition(compilation, node.filter),
        combine=None if partials is None else partials.combined,
    )
