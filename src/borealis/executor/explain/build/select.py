"""SELECT: the nodes above FROM, in PostgreSQL's order.

Limit ─ LockRows ─ Sort ─ Unique ─ ProjectSet ─ WindowAgg ─ Aggregate ─ FROM and WHERE
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from borealis.executor.compile import comparison
from borealis.executor.compile.fold import folded
from borealis.executor.explain import costs
from borealis.executor.explain.build import grouping
from borealis.executor.explain.build.builder import Builder, aggregates_in, down_to, in_order, vars_in
from borealis.executor.explain.build.ctes import add_ctes
from borealis.executor.explain.build.joins import from_plan
from borealis.executor.explain.build.nodes import ascending, sort_plan, unique_plan
from borealis.executor.explain.build.scans import function_rows, push_limit
from borealis.executor.explain.conditions import assign
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.explain.widths import width
from borealis.planner.paths import gives_order, known_indexes
from borealis.planner.physical import Estimate, PlannedJoin, PlannedJoinKind, Scan
from borealis.planner.terms import stripped
from borealis.planner.units import relation_ids, relations_in
from borealis.sql.bound.expressions import Const, Expr, FuncCall, SortKey, SubLink, WindowCall
from borealis.sql.bound.relations import SubqueryRelation
from borealis.sql.bound.statements import Query, Select


def select_plan(build: Builder, node: Select) -> PlanNode:
    own = frozenset() if node.from_ is None else relation_ids(node.from_)
    return build.level(own, lambda: _plan(build, node))


def _plan(build: Builder, node: Select) -> PlanNode:
    add_ctes(build, node.ctes)
    _pull_up(build, node)
    targets = [target.expr for target in node.targets]
    keys = [key for key in node.order if not isinstance(folded(key.expr), Const)]
    above = [*targets, *(key.expr for key in keys if key.expr not in targets)]
    plan = _below(build, node, above)
    windows = windows_in(above)
    if node.is_grouped or node.group:
        plan = grouping.aggregate_plan(build, node, plan, _before_windows(above, windows))
    if windows:
        plan = grouping.window_plan(build, plan, windows, above)
    if any(returns_set(expr) for expr in above):
        plan = _project_set(build, plan, above)
    if node.distinct:
        plan = grouping.distinct_plan(build, node, plan, targets, keys)
    elif keys or node.distinct_on:
        plan = _sort(build, node, plan, above, keys)
        if node.distinct_on:
            plan = unique_plan(build, plan, above, _half(plan.estimate, len(node.distinct_on)))
    if node.locks:
        old = plan.estimate
        lock = PlanNode(
            "LockRows",
            "LockRows",
            Estimate(old.startup, old.total + costs.TUPLE * old.rows, old.rows, old.width),
        )
        build.output(lock, above, plan)
        lock.adopt(plan)
        plan = lock
    return limit_plan(build, node, plan, above)


def _before_windows(above: Sequence[Expr], windows: Sequence[WindowCall]) -> Sequence[Expr]:
    """Return what windows are computed over: the other expressions, their keys, and the aggregates in them."""
    if not windows:
        return above
    plain = [expr for expr in above if not windows_in([expr])]
    keys = [key for call in windows for key in window_keys(call)]
    return list(dict.fromkeys([*plain, *keys, *aggregates_in(above)]))


def _pull_up(build: Builder, node: Select) -> None:
    """Show the columns of plain subqueries as what they are; SQLite reads them as part of this query too."""
    for relation in relations_in(node.from_) if node.from_ is not None else ():
        if isinstance(relation, SubqueryRelation) and _is_one_row(relation.query):
            assert isinstance(relation.query, Select)
            build.names.pull_up(relation.id, tuple(target.expr for target in relation.query.targets))


def _is_one_row(query: Query) -> bool:
    return isinstance(query, Select) and query == Select(query.targets)


def _below(build: Builder, node: Select, above: Sequence[Expr]) -> PlanNode:
    """Build FROM and WHERE."""
    conditions = assign(node.from_, node.where)
    if node.from_ is None:
        return _result(build, node, above, conditions.constant)
    wanted = _wanted(node, above, relation_ids(node.from_))
    plan = from_plan(build, node.from_, conditions, wanted)
    if conditions.late:
        plan.add("Filter", build.terms(plan, conditions.late))
    constant = [term for term in conditions.constant if not _is_true(term)]
    if constant:
        gate = PlanNode("Result", "Result", plan.estimate)
        build.output(gate, wanted, plan)
        gate.add("One-Time Filter", build.terms(gate, constant))
        gate.key = ("from", id(node))
        gate.adopt(plan)
        plan = gate
    return plan


def _is_true(term: Expr) -> bool:
    value = folded(term)
    return isinstance(value, Const) and bool(value.value)


def _wanted(node: Select, above: Sequence[Expr], own: frozenset[int]) -> Sequence[Expr]:
    """Return what FROM has to give: the targets, or the columns that nodes above make them of."""
    if node.is_grouped or node.group:
        having = [] if node.having is None else [node.having]
        groups = list(dict.fromkeys(node.group))
        first = [expr for expr in above if expr in groups]
        inner = [*first, *(expr for expr in groups if expr not in first)]
        rest = vars_in([expr for expr in (*above, *having) if expr not in groups], own)
        return [*inner, *(var for var in rest if var not in inner)]
    if windows_in(above) or any(returns_set(expr) for expr in above):
        plain = [expr for expr in above if not windows_in([expr]) and not returns_set(expr)]
        keys = [key for call in windows_in(above) for key in window_keys(call) if key not in plain]
        plain = list(dict.fromkeys([*plain, *keys]))
        rest = vars_in([expr for expr in above if expr not in plain], own)
        return [*plain, *(var for var in rest if var not in plain)]
    return above


def _result(build: Builder, node: Select, above: Sequence[Expr], constant: Sequence[Expr]) -> PlanNode:
    grouped = node.is_grouped or node.group
    shown = [] if grouped else [expr for expr in above if not windows_in([expr]) and not returns_set(expr)]
    total = costs.TUPLE + costs.evaluation(shown)
    plan = PlanNode("Result", "Result", Estimate(0.0, total, 1, width(shown)))
    build.output(plan, shown)
    plan.key = ("from", id(node))
    if constant:
        terms = [folded(term) for term in constant]
        if any(isinstance(term, Const) and not term.value for term in terms):
            plan.add("One-Time Filter", "false")
        elif not all(isinstance(term, Const) for term in terms):
            plan.add("One-Time Filter", build.terms(plan, constant))
            each = costs.evaluation(constant)
            plan.estimate = Estimate(each, total + each, 1, width(shown))
    return plan


def _project_set(build: Builder, child: PlanNode, above: Sequence[Expr]) -> PlanNode:
    sets = [
        each
        for expr in above
        for each in in_order(expr)
        if isinstance(each, FuncCall) and each.function.returns_set
    ]
    rows = child.estimate.rows * max(function_rows(each) for each in sets)
    old = child.estimate
    total = old.total + costs.TUPLE * old.rows + costs.evaluation(above) * old.rows + costs.TUPLE * rows / 2
    node = PlanNode("ProjectSet", "ProjectSet", Estimate(old.startup, total, rows, width(above)))
    build.output(node, above, child)
    node.adopt(child)
    return node


def _sort(
    build: Builder, node: Select, child: PlanNode, above: Sequence[Expr], keys: Sequence[SortKey]
) -> PlanNode:
    """Add a Sort, unless the rows come in that order already: the planner says so of a scan."""
    every = list(keys)
    named = [key.expr for key in keys]
    every += ascending([expr for expr in node.distinct_on if expr not in named])
    if keys and not node.distinct_on and falls_out(node, keys):
        return child
    count = _number(node.limit)
    offset = _number(node.offset) or 0
    bound = None if count is None or node.distinct_on else float(count + offset)
    return sort_plan(build, child, above, every, width(above), bound)


def falls_out(node: Select, keys: Sequence[SortKey]) -> bool:
    """Whether the rows come in the query's order: that of the index its first table is read through."""
    first = node.from_
    while isinstance(first, PlannedJoin) and first.kind in (PlannedJoinKind.INNER, PlannedJoinKind.LEFT):
        first = first.left
    if (
        not isinstance(first, Scan)
        or first.index is None
        or windows_in([target.expr for target in node.targets])
    ):
        return False
    found = [known for known in known_indexes(first.relation, ()) if known.index.oid == first.index.oid]
    wanted = [replace(key, expr=stripped(key.expr)) for key in keys]
    if not found or not all(comparison.is_native(key.expr.type) for key in wanted):
        return False
    return gives_order(first.index, found[0].keys, first.ranges, first.relation, wanted) == first.backward


def limit_plan(build: Builder, node: Query, child: PlanNode, above: Sequence[Expr]) -> PlanNode:
    if node.limit is None and node.offset is None:
        return child
    count, offset = _number(node.limit), _number(node.offset) or 0
    limit = PlanNode("Limit", "Limit", costs.limit(child.estimate, count, offset))
    limit.limit = (count, offset) if node.limit is None or count is not None else None
    build.output(limit, above, child)
    for expr in (node.limit, node.offset):
        if expr is not None and any(isinstance(each, SubLink) for each in in_order(expr)):
            build.text(limit, expr)
    if count is not None and not any(each.label == "Filter" for each in child.properties):
        push_limit(child, count + offset)
    limit.adopt(child)
    return limit


def _number(expr: Expr | None) -> int | None:
    """Return a LIMIT's or OFFSET's number, where it is known."""
    value = folded(expr) if expr is not None else None
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _half(child: Estimate, columns: int) -> Estimate:
    return costs.unique(child, columns, costs.groups_of(child.rows, columns))


def window_keys(call: WindowCall) -> list[Expr]:
    return [*call.window.partition, *(key.expr for key in call.window.order)]


def windows_in(exprs: Sequence[Expr]) -> list[WindowCall]:
    found: dict[WindowCall, None] = {}
    for expr in exprs:
        for each in down_to(expr, SubLink):
            if isinstance(each, WindowCall):
                found.setdefault(each)
    return list(found)


def returns_set(expr: Expr) -> bool:
    return any(isinstance(each, FuncCall) and each.function.returns_set for each in down_to(expr, SubLink))
