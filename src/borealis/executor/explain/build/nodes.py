"""Nodes that queries of every kind have: Sort, Unique, HashAggregate."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.explain import costs
from borealis.executor.explain.build.builder import Builder
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.planner.physical import Estimate
from borealis.sql.bound.expressions import Expr, SortKey


def sort_plan(
    build: Builder,
    child: PlanNode,
    outputs: Sequence[Expr],
    keys: Sequence[SortKey],
    row_width: int,
    limit: float | None = None,
) -> PlanNode:
    """Sort a child's rows; limit: how many of them are wanted."""
    plan = PlanNode("Sort", "Sort", costs.sort(child.estimate, row_width, limit))
    build.output(plan, outputs, child)
    plan.add("Sort Key", build.sort_keys(plan, keys, child))
    plan.adopt(child)
    return plan


def unique_plan(build: Builder, child: PlanNode, outputs: Sequence[Expr], estimate: Estimate) -> PlanNode:
    """Leave the first of equal rows that a child gives side by side."""
    plan = PlanNode("Unique", "Unique", estimate)
    build.output(plan, outputs, child)
    plan.adopt(child)
    return plan


def hashed_aggregate(estimate: Estimate) -> PlanNode:
    plan = PlanNode("Aggregate", "HashAggregate", estimate)
    plan.details += [Property("Strategy", "Hashed"), Property("Partial Mode", "Simple")]
    return plan


def ascending(exprs: Sequence[Expr]) -> list[SortKey]:
    return [SortKey(expr, False, False) for expr in exprs]
