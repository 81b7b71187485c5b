"""Set operations and VALUES.

UNION ALL is an Append; UNION an Append with its duplicates taken out; INTERSECT and EXCEPT a HashSetOp over both sides, each
below a Subquery Scan. A recursive WITH item is a Recursive Union.
"""

from __future__ import annotations

from borealis.executor.explain import costs
from borealis.executor.explain.build.builder import Builder
from borealis.executor.explain.build.ctes import add_ctes
from borealis.executor.explain.build.nodes import ascending, hashed_aggregate, sort_plan, unique_plan
from borealis.executor.explain.build.select import limit_plan
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.executor.explain.widths import width, width_of
from borealis.planner.physical import Estimate
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import Const, Expr, Var
from borealis.sql.bound.statements import Query, Select, SetOp, SetOperation, Values


def set_plan(build: Builder, node: SetOperation) -> PlanNode:
    return build.level(frozenset((node.relation,)), lambda: _set(build, node))


def _set(build: Builder, node: SetOperation) -> PlanNode:
    add_ctes(build, node.ctes)
    columns: list[Expr] = [
        Var(column.type, column.typmod, node.relation, n) for n, column in enumerate(node.columns, 1)
    ]
    first = _first(node)
    if isinstance(first, Select):
        build.names.pull_up(node.relation, tuple(target.expr for target in first.targets))
    else:
        build.names.add_named(node.relation, "*SELECT*", tuple(column.name for column in node.columns))
    if build.recursing and _is_recursive(build, node):
        plan = _recursive(build, node)
    elif node.op is SetOp.UNION:
        plan = _append(build, node)
        if not node.all:
            plan = _distinct(build, plan, columns)
    else:
        plan = _setop(build, node, columns)
    if node.order:
        plan = sort_plan(build, plan, columns, node.order, plan.estimate.width)
    return limit_plan(build, node, plan, columns)


def _columns_of(build: Builder, side: Query, ordinal: int, node: SetOperation) -> list[str]:
    """Return how a side's columns are named above it; a constant stands for itself."""
    exprs = (
        [target.expr for target in side.targets] if isinstance(side, Select) else [None] * len(node.columns)
    )
    names = [column.name for column in node.columns]
    blank = PlanNode("", "", Estimate(0.0, 0.0, 0.0, 0))
    return [
        build.text(blank, expr)
        if isinstance(expr, Const)
        else f"{quote_identifier(f'*SELECT* {ordinal}')}.{quote_identifier(name)}"
        for expr, name in zip(exprs, names, strict=True)
    ]


def _first(node: Query) -> Query:
    return _first(node.left) if isinstance(node, SetOperation) else node


def _is_recursive(build: Builder, node: SetOperation) -> bool:
    return any(build.ctes[cte][0].query is node for cte in build.recursing)


def _members(node: Query, all_: bool) -> list[Query]:
    """Return the queries that one Append has below it: UNIONs of one kind side by side are one."""
    if (
        isinstance(node, SetOperation)
        and node.op is SetOp.UNION
        and not (node.order or node.limit or node.offset or node.ctes)
    ):
        if node.all == all_ or not all_:
            return [*_members(node.left, all_), *_members(node.right, all_)]
    return [node]


def _append(build: Builder, node: SetOperation) -> PlanNode:
    members = [*_members(node.left, node.all), *_members(node.right, node.all)]
    plans = [build.query(member) for member in members]
    for member, plan in zip(members, plans, strict=True):
        plan.key = plan.key or ("member", id(member))
    columns_width = sum(width_of(column.type, column.typmod) for column in node.columns)
    append = PlanNode("Append", "Append", costs.append([plan.estimate for plan in plans], columns_width))
    append.add("Subplans Removed", 0, only="data")
    for plan in plans:
        append.adopt(plan, "Member")
    append.exprs = tuple(
        Var(column.type, column.typmod, node.relation, n) for n, column in enumerate(node.columns, 1)
    )
    return append


def _distinct(build: Builder, child: PlanNode, columns: list[Expr]) -> PlanNode:
    rows = child.estimate.rows
    sorted_ = costs.unique(costs.sort(child.estimate, width(columns)), len(columns), rows)
    estimate = costs.group(child.estimate, (), len(columns), rows, width(columns), hashed=True)
    if sorted_.total <= estimate.total:
        sort = sort_plan(build, child, columns, ascending(columns), width(columns))
        return unique_plan(build, sort, columns, sorted_)
    plan = hashed_aggregate(estimate)
    build.output(plan, columns, child)
    plan.add("Group Key", [build.text(plan, column, below=frozenset(child.exprs)) for column in columns])
    plan.adopt(child)
    return plan


def _setop(build: Builder, node: SetOperation, columns: list[Expr]) -> PlanNode:
    sides = []
    for ordinal, side in enumerate((node.left, node.right), 1):
        child = build.query(side)
        old = child.estimate
        estimate = Estimate(old.startup, old.total + costs.TUPLE * old.rows, old.rows, old.width + 4)
        scan = PlanNode("Subquery Scan", f'Subquery Scan on "*SELECT* {ordinal}"', estimate)
        scan.details.append(Property("Alias", f"*SELECT* {ordinal}"))
        if build.verbose:
            scan.output = [*_columns_of(build, side, ordinal, node), str(ordinal - 1)]
        scan.key = ("member", id(side))
        scan.adopt(child, "Subquery")
        sides.append(scan)
    append = PlanNode(
        "Append", "Append", costs.append([side.estimate for side in sides], sides[0].estimate.width)
    )
    append.add("Subplans Removed", 0, only="data")
    for member in sides:
        append.adopt(member, "Member")
    word = "Intersect" if node.op is SetOp.INTERSECT else "Except"
    command = f"{word} All" if node.all else word
    old = append.estimate
    total = old.total + costs.OPERATOR * old.rows * len(columns)
    rows = sides[0].estimate.rows
    plan = PlanNode("SetOp", f"HashSetOp {command}", Estimate(old.startup, total, rows, old.width))
    plan.details += [Property("Strategy", "Hashed"), Property("Command", command)]
    append.exprs = tuple(columns)
    build.output(plan, columns, append)
    if build.verbose:
        plan.output.append("(0)")
    plan.adopt(append)
    return plan


def _recursive(build: Builder, node: SetOperation) -> PlanNode:
    left, right = build.query(node.left), build.query(node.right)
    rows = left.estimate.rows + 10 * right.estimate.rows
    total = left.estimate.total + 10 * right.estimate.total + costs.TUPLE * rows
    plan = PlanNode(
        "Recursive Union",
        "Recursive Union",
        Estimate(left.estimate.startup, total, rows, left.estimate.width),
    )
    plan.adds_up = node.all
    plan.adopt(left, "Outer")
    plan.adopt(right, "Inner")
    return plan


def values_plan(build: Builder, node: Values) -> PlanNode:
    return build.level(frozenset((node.relation,)), lambda: _values(build, node))


def _values(build: Builder, node: Values) -> PlanNode:
    add_ctes(build, node.ctes)
    columns: list[Expr] = [
        Var(column.type, column.typmod, node.relation, n) for n, column in enumerate(node.columns, 1)
    ]
    if len(node.rows) == 1 and not node.order:
        row = node.rows[0]
        plan = PlanNode("Result", "Result", Estimate(0.0, costs.TUPLE + costs.evaluation(row), 1, width(row)))
        build.output(plan, row)
        return limit_plan(build, node, plan, row)
    rows = float(len(node.rows))
    estimate = Estimate(0.0, (costs.OPERATOR + costs.TUPLE) * rows, rows, width(columns))
    plan = PlanNode("Values Scan", 'Values Scan on "*VALUES*"', estimate)
    plan.details.append(Property("Alias", "*VALUES*"))
    plan.given = len(node.rows)
    build.output(plan, columns)
    for row in node.rows:
        for expr in row:
            build.subplans_of(plan, expr)
    if node.order:
        plan = sort_plan(build, plan, columns, node.order, estimate.width)
    return limit_plan(build, node, plan, columns)
