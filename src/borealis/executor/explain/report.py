"""Report: everything an EXPLAIN says, before it is given a format."""

from __future__ import annotations

from dataclasses import dataclass, field

from borealis.executor.explain.plan_node import PlanNode
from borealis.metering.dpu import Dpus


@dataclass(slots=True)
class Report:
    plan: PlanNode
    settings: dict[str, str] | None = None
    query_identifier: str = ""
    planning_ms: float | None = None
    execution_ms: float | None = None
    dpus: Dpus | None = None
    sqlite: list[str] = field(default_factory=list)
    """The statements SQLite runs, where they were asked for."""


def ordered_children(node: PlanNode) -> list[PlanNode]:
    """Return a node's children as they are printed: InitPlans, then what it reads, then SubPlans."""
    first = [child for child in node.children if child.relationship == "InitPlan"]
    last = [child for child in node.children if child.relationship == "SubPlan"]
    return [*first, *(child for child in node.children if child not in first and child not in last), *last]
