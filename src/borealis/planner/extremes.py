"""min and max of a column of one table: what an index answers by its first or last entry.

SQLite stops at the first row where min or max is all a query asks for and the rows come in its order; several of them are
asked for one by one.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.planner.physical import base_table
from borealis.sql.bound.expressions import AggregateCall, SortKey, SubLink, SubLinkKind, Var
from borealis.sql.bound.statements import Select, Target


def _extremes(node: Select) -> list[AggregateCall] | None:
    """Return the aggregates of a query that asks for nothing but min and max of one table's columns."""
    table = base_table(node.from_)
    if table is None or not node.is_grouped or node.group or node.having is not None:
        return None
    if (
        node.ctes
        or node.locks
        or node.distinct
        or node.distinct_on
        or node.limit
        or node.offset
        or node.order
    ):
        return None
    found = [target.expr for target in node.targets]
    calls = [expr for expr in found if isinstance(expr, AggregateCall)]
    if len(calls) != len(found) or not calls:
        return None
    return calls if all(_is_extreme(call, table.id) for call in calls) else None


def _is_extreme(call: AggregateCall, relation: int) -> bool:
    return (
        call.function.name in ("min", "max")
        and not call.filter
        and not call.order
        and len(call.args) == 1
        and isinstance(call.args[0], Var)
        and call.args[0].relation == relation
        and call.args[0].attnum > 0
    )


def extreme_of(node: Select) -> SortKey | None:
    """Return the order in which the first row is what a query asks for, or the first of what it asks for."""
    calls = _extremes(node)
    if calls is None or len({call.args for call in calls}) > 1:
        return None
    descending = calls[0].function.name == "max"
    return SortKey(calls[0].args[0], descending, nulls_first=False)  # NULLs are no extremes


def one_by_one(node: Select) -> Select:
    """Return a query that asks for each of several by a query of its own."""
    return Select(tuple(replace(target, expr=_scalar(node, target)) for target in node.targets))


def _scalar(node: Select, target: Target) -> SubLink:
    query = replace(node, targets=(target,))
    return SubLink(target.expr.type, target.expr.typmod, SubLinkKind.SCALAR, query)
