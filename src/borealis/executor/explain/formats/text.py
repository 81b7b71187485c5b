"""FORMAT TEXT: a line a node, its properties below it.

    Limit  (cost=100.12..104.13 rows=1 width=45)
      ->  Index Only Scan using t_pkey on t  (cost=…)
            Index Cond: (id = 1)
            -> Storage Scan on t_pkey  (cost=…)
                Projections: id
                -> B-Tree Scan on t_pkey  (cost=…)

PostgreSQL's nodes indent what is below them by six, DSQL's storage nodes by four, and have a shorter arrow. Of a storage
node below an index scan, `loops=1` stands in the estimate too, as recorded.
"""

from __future__ import annotations

from borealis.executor.explain.options import ExplainOptions
from borealis.executor.explain.plan_node import Actual, PlanNode
from borealis.executor.explain.report import Report, ordered_children
from borealis.metering.statement import estimate_lines


def text_lines(report: Report, options: ExplainOptions) -> list[str]:
    lines: list[str] = []
    _node(lines, report.plan, 0, options, is_root=True)
    if report.settings is not None and report.settings:
        shown = ", ".join(f"{name} = '{value}'" for name, value in report.settings.items())
        lines.append(f"Settings: {shown}")
    if report.query_identifier:
        lines.append(f"Query Identifier: {report.query_identifier}")
    lines += [f"SQLite: {statement}" for statement in report.sqlite]
    if report.planning_ms is not None:
        lines.append(f"Planning Time: {report.planning_ms:.3f} ms")
    if report.execution_ms is not None:
        lines.append(f"Execution Time: {report.execution_ms:.3f} ms")
    if report.dpus is not None:
        lines += estimate_lines(report.dpus)
    return lines


def _node(lines: list[str], node: PlanNode, indent: int, options: ExplainOptions, *, is_root: bool) -> None:
    if node.subplan:
        lines.append(" " * indent + node.subplan)
        indent += 2
        is_root = False
    arrow = "" if is_root else "-> " if node.is_storage else "->  "
    lines.append(" " * indent + arrow + node.title + _figures(node, options))
    inside = indent + (2 if is_root else 4 if node.is_storage else 6)
    if options.verbose and node.output:
        lines.append(f"{' ' * inside}Output: {', '.join(node.output)}")
    pad = " " * inside
    lines += [f"{pad}{each.label}: {each.text}" for each in node.properties if each.only in ("", "text")]
    for child in ordered_children(node):
        _node(lines, child, inside, options, is_root=False)


def _figures(node: PlanNode, options: ExplainOptions) -> str:
    text = ""
    if options.costs:
        estimate = node.estimate
        loops = " loops=1" if node.shows_loops else ""
        text += f"  (cost={estimate.startup:.2f}..{estimate.total:.2f} rows={estimate.rows:.0f} width={estimate.width}{loops})"
    if options.analyze and node.actual is not None:
        text += _actual(node.actual)
    return text


def _actual(actual: Actual) -> str:
    if not actual.loops:
        return " (never executed)"
    rows = actual.rows / actual.loops
    if actual.total_ms is None or actual.startup_ms is None:
        return f" (actual rows={rows:.0f} loops={actual.loops})"
    startup, total = actual.startup_ms / actual.loops, actual.total_ms / actual.loops
    return f" (actual time={startup:.3f}..{total:.3f} rows={rows:.0f} loops={actual.loops})"
