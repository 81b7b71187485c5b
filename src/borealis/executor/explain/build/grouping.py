"""GROUP BY, DISTINCT and windows.

SQLite groups by sorting, unless the rows come in the groups' order; PostgreSQL would call the first HashAggregate, or Sort
and GroupAggregate. Shown as HashAggregate: the sort is inside the node, not a step of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.explain import costs
from borealis.executor.explain.build.builder import Builder, aggregates_in
from borealis.executor.explain.build.nodes import ascending, hashed_aggregate, sort_plan, unique_plan
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.executor.explain.widths import width
from borealis.planner.physical import Estimate
from borealis.sql.bound.expressions import Expr, SortKey, WindowCall
from borealis.sql.bound.statements import Select
from borealis.sql.bound.trees import conjuncts


def aggregate_plan(build: Builder, node: Select, child: PlanNode, above: Sequence[Expr]) -> PlanNode:
    calls = aggregates_in([*above, *([] if node.having is None else [node.having])])
    groups = list(dict.fromkeys(node.group))
    if not node.group:
        plan = PlanNode("Aggregate", "Aggregate", costs.aggregate(child.estimate, calls, width(above), above))
        plan.details += [Property("Strategy", "Plain"), Property("Partial Mode", "Simple")]
    else:
        count = _groups(node.expected_groups, child, len(groups))
        estimate = costs.group(child.estimate, calls, len(groups), count, width(above), hashed=True)
        plan = hashed_aggregate(estimate)
    build.output(plan, above, child)
    if groups:
        plan.add("Group Key", build.sort_keys(plan, ascending(groups)))
        plan.add("Planned Partitions", 0, only="costs")
    plan.key = ("having", id(node))
    if node.having is not None:
        plan.add("Filter", build.text(plan, node.having, below=frozenset(child.exprs)))
        old, each = plan.estimate, costs.evaluation([node.having])
        rows = costs.clamped(old.rows * costs.selectivity(conjuncts(node.having)))
        plan.estimate = Estimate(old.startup, old.total + each * old.rows, rows, old.width)
        plan.filtered = (("groups", id(node)), "Rows Removed by Filter")
    if groups:
        old = plan.estimate
        total = old.total + costs.evaluation(above) * old.rows
        plan.estimate = Estimate(old.startup, total, old.rows, old.width)
    plan.adopt(child)
    return plan


def _groups(expected: float, child: PlanNode, columns: int) -> float:
    """Return how many groups there are, as the planner has it; where it has not said, of columns nothing is known of."""
    rows = child.estimate.rows
    return costs.clamped(min(expected, rows)) if expected else costs.groups_of(rows, columns)


def distinct_plan(
    build: Builder, node: Select, child: PlanNode, targets: Sequence[Expr], keys: Sequence[SortKey]
) -> PlanNode:
    """DISTINCT: where there is an ORDER BY, its sort serves both."""
    count = _groups(0.0 if node.is_grouped else node.expected_groups, child, len(targets))
    if keys:
        named = [key.expr for key in keys]
        every = [*keys, *ascending([expr for expr in targets if expr not in named])]
        sort = sort_plan(build, child, targets, every, width(targets))
        old = costs.unique(sort.estimate, len(targets), count)
        return unique_plan(build, sort, targets, Estimate(old.startup, old.total, count, width(targets)))
    estimate = costs.group(child.estimate, (), len(targets), count, width(targets), hashed=True)
    total = estimate.total + costs.evaluation(targets) * count
    plan = hashed_aggregate(Estimate(estimate.startup, total, count, estimate.width))
    build.output(plan, targets, child)
    plan.add("Group Key", build.sort_keys(plan, ascending(targets)))
    plan.adopt(child)
    return plan


def window_plan(
    build: Builder, child: PlanNode, calls: Sequence[WindowCall], above: Sequence[Expr]
) -> PlanNode:
    """One WindowAgg a window, each above the sort it wants."""
    windows: dict[object, list[WindowCall]] = {}
    for call in calls:
        windows.setdefault((call.window.partition, call.window.order), []).append(call)
    plan = child
    done: list[Expr] = []
    last = len(windows) - 1
    for ordinal, found in enumerate(windows.values()):
        window = found[0].window
        keys = [
            *ascending(window.partition),
            *(key for key in window.order if key.expr not in window.partition),
        ]
        if keys:
            plan = sort_plan(build, plan, plan.exprs, keys, plan.estimate.width)
        done += found
        shown = list(above) if ordinal == last else [*done, *plan.exprs]
        estimate = costs.window(plan.estimate, found, len(keys), width(shown))
        node = PlanNode("WindowAgg", "WindowAgg", estimate)
        build.output(node, shown, plan)
        node.adopt(plan)
        plan = node
    return plan
