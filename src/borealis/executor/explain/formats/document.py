"""The structure that JSON, YAML and XML share: keys and their order as PostgreSQL has them.

A document is dicts and lists; numbers stand as Number, since cost=0.01 is printed so and not as 0.01's nearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from borealis.executor.explain.options import ExplainOptions
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.explain.report import Report, ordered_children

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    text: str


def query_document(report: Report, options: ExplainOptions) -> Document:
    """Return one statement's group: its Plan, and what is said of it."""
    document: Document = {"Plan": _plan(report.plan, options)}
    if report.settings is not None:
        document["Settings"] = dict(report.settings)
    if report.query_identifier:
        document["Query Identifier"] = report.query_identifier
    if report.sqlite:
        document["SQLite"] = list(report.sqlite)
    if report.planning_ms is not None:
        document["Planning Time"] = Number(f"{report.planning_ms:.3f}")
    if options.analyze:
        document["Triggers"] = []
    if report.execution_ms is not None:
        document["Execution Time"] = Number(f"{report.execution_ms:.3f}")
    if report.dpus is not None:
        document["Statement DPU Estimate"] = {
            "Compute": Number(f"{report.dpus.compute:.5f}"),
            "Read": Number(f"{report.dpus.read:.5f}"),
            "Write": Number(f"{report.dpus.write:.5f}"),
            "Total": Number(f"{report.dpus.total:.5f}"),
        }
    return document


_BEFORE_RELATIONSHIP = ("Strategy", "Partial Mode", "Operation")


def _plan(node: PlanNode, options: ExplainOptions) -> Document:
    found: Document = {"Node Type": node.type}
    for each in node.details:
        if each.label in _BEFORE_RELATIONSHIP:
            found[each.label] = each.value
    if node.relationship:
        found["Parent Relationship"] = node.relationship
    if node.subplan:
        found["Subplan Name"] = node.subplan
    found["Parallel Aware"] = False
    found["Async Capable"] = False
    for each in node.details:
        if each.label not in _BEFORE_RELATIONSHIP:
            found[each.label] = each.value
    if options.costs:
        estimate = node.estimate
        found["Startup Cost"] = Number(f"{estimate.startup:.2f}")
        found["Total Cost"] = Number(f"{estimate.total:.2f}")
        found["Plan Rows"] = Number(f"{estimate.rows:.0f}")
        found["Plan Width"] = Number(str(estimate.width))
    if options.analyze and node.actual is not None:
        _actual(found, node, options)
    if options.verbose and node.output:
        found["Output"] = list(node.output)
    for each in node.properties:
        if each.only == "text" or (each.only == "costs" and not options.costs):
            continue
        is_count = isinstance(each.value, int) and not isinstance(each.value, bool)
        found[each.label] = Number(str(each.value)) if is_count else each.value
    children = ordered_children(node)
    if children:
        found["Plans"] = [_plan(child, options) for child in children]
    return found


def _actual(found: Document, node: PlanNode, options: ExplainOptions) -> None:
    actual = node.actual
    assert actual is not None
    loops = max(actual.loops, 1)
    if options.timing and not node.is_storage and (actual.total_ms is not None or not actual.loops):
        found["Actual Startup Time"] = Number(f"{(actual.startup_ms or 0.0) / loops:.3f}")
        found["Actual Total Time"] = Number(f"{(actual.total_ms or 0.0) / loops:.3f}")
    found["Actual Rows"] = Number(f"{actual.rows / loops:.0f}")
    found["Actual Loops"] = Number(str(actual.loops))
