"""SELECT: its clauses in the order they depend on each other, FROM first."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from borealis.errors import InvalidColumnReference, InvalidRecursion
from borealis.sql.bind.aggregate_levels import calls_in
from borealis.sql.bind.coerce import coerce_to_boolean
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.from_clause import bind_from
from borealis.sql.bind.grouping import Grouping, GroupingCheck, bind_group, bind_having
from borealis.sql.bind.grouping_sets import over_groups
from borealis.sql.bind.level import Level
from borealis.sql.bind.locking import bind_locks
from borealis.sql.bind.ordering import bind_limit, bind_order, bind_ties, check_hashable, find_output
from borealis.sql.bind.set_returning import expand_sets
from borealis.sql.bind.targets import bind_targets
from borealis.sql.bind.windows import bind_window_clause
from borealis.sql.bound.expressions import Expr, SortKey
from borealis.sql.bound.relations import FromItem
from borealis.sql.bound.statements import Select, Target
from borealis.sql.parse import Node


def bind_select(level: Level, node: Node, *, keep_unknown: bool = False) -> Select:
    ctes = bind_ctes(level, node.get("withClause"))
    from_ = bind_from(level, node.get("fromClause", ()))
    level.place = "SELECT"
    bind_window_clause(level, node.get("windowClause", ()))
    distinct_nodes = node.get("distinctClause")
    keep_unknown = keep_unknown and distinct_nodes is None and "groupClause" not in node
    targets = bind_targets(level, node.get("targetList", ()), keep_unknown=keep_unknown)
    where = bind_where(level, node.get("whereClause"))
    having = bind_having(level, node)
    order = bind_order(level, node.get("sortClause", ()), targets)
    grouping = bind_group(level, node, targets)
    distinct, distinct_on = _bind_distinct(level, distinct_nodes, targets, order)
    if level.has_aggregates and level.names_itself:
        raise _aggregate_in_recursion(level, targets, having, order)
    is_grouped = bool(grouping.keys) or having is not None or level.has_aggregates or "groupClause" in node
    if is_grouped:
        _check_grouping(level, grouping, from_, targets, having, order, distinct_on)
    limit = bind_limit(level, node.get("limitCount"), "LIMIT")
    offset = bind_limit(level, node.get("limitOffset"), "OFFSET")
    locks = bind_locks(level, node, from_, _lock_obstacle(level, node, distinct or bool(distinct_on), having))
    select = Select(
        targets,
        from_,
        where,
        grouping.keys,
        is_grouped,
        having,
        distinct,
        distinct_on,
        order,
        limit,
        offset,
        bind_ties(level, node),
        ctes,
        locks,
    )
    if is_grouped and not (level.has_aggregates or grouping.keys or grouping.sets):
        select = _of_one_group(select)
    elif is_grouped:
        select = over_groups(level, select, grouping)
    return expand_sets(level, select)


def _of_one_group(select: Select) -> Select:
    """Return a query of one group that asks nothing of the group's rows: FROM and WHERE do not matter, nor are they run."""
    return dataclasses.replace(select, from_=None, where=select.having, having=None, is_grouped=False)


def _aggregate_in_recursion(
    level: Level, targets: Sequence[Target], having: Expr | None, order: Sequence[SortKey]
) -> InvalidRecursion:
    exprs = [target.expr for target in targets] + [key.expr for key in order]
    calls = (call for expr in (*exprs, *([having] if having else [])) for call in calls_in(expr))
    first = next(calls, None)
    return InvalidRecursion(
        "aggregate functions are not allowed in a recursive query's recursive term",
        position=None if first is None else level.context.position_of(first),
    )


def _lock_obstacle(level: Level, node: Node, is_distinct: bool, having: Expr | None) -> str | None:
    """Return the clause FOR UPDATE cannot stand beside, None where the query's rows are rows of tables."""
    if is_distinct:
        return "DISTINCT clause"
    if "groupClause" in node:
        return "GROUP BY clause"
    if having is not None:
        return "HAVING clause"
    if level.has_aggregates:
        return "aggregate functions"
    return "window functions" if level.has_window_calls else None


def bind_where(level: Level, node: Node | None) -> Expr | None:
    if node is None:
        return None
    place, level.place = level.place, "WHERE"
    where = coerce_to_boolean(level.context, bind_expr(level, node), "WHERE", None)
    level.place = place
    return where


def _bind_distinct(
    level: Level, nodes: Sequence[Node] | None, targets: Sequence[Target], order: tuple[SortKey, ...]
) -> tuple[bool, tuple[Expr, ...]]:
    """Bind DISTINCT and DISTINCT ON, and hold ORDER BY to what each allows."""
    if nodes is None:
        return False, ()
    if all(not item for item in nodes):
        for target in targets:
            check_hashable(level.context, target.expr)
        outputs = [target.expr for target in targets]
        for key in order:
            if key.expr not in outputs:
                raise InvalidColumnReference(
                    "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    position=level.context.position_of(key.expr),
                )
        return True, ()
    exprs = tuple(find_output(level, item, targets, "DISTINCT ON") for item in nodes)
    leading = [key.expr for key in order[: len(exprs)]]
    for ordinal, expr in enumerate(leading):
        if expr in exprs:
            continue
        # An item of DISTINCT ON that ORDER BY has further back, or not at all.
        missing = next((n for n, each in enumerate(exprs) if each not in leading[:ordinal]), 0)
        raise InvalidColumnReference(
            "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
            position=level.context.leftmost(nodes[missing]),
        )
    return False, exprs


def _check_grouping(
    level: Level,
    grouping: Grouping,
    from_: FromItem | None,
    targets: Sequence[Target],
    having: Expr | None,
    order: Sequence[SortKey],
    distinct_on: Sequence[Expr],
) -> None:
    check = GroupingCheck(level, grouping, from_)
    for target in targets:
        check.check(target.expr)
    if having is not None:
        check.check(having)
    for key in order:
        check.check(key.expr)
    for expr in distinct_on:
        check.check(expr)
