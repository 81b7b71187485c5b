"""INSERT, UPDATE, DELETE: `Insert on t` above what gives its rows."""

from __future__ import annotations

from borealis.executor.explain.build.builder import Builder
from borealis.executor.explain.build.ctes import add_ctes
from borealis.executor.explain.build.joins import from_plan
from borealis.executor.explain.conditions import assign
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.executor.explain.widths import width
from borealis.planner.physical import Estimate
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.bound.relations import Join, JoinKind, TableRelation
from borealis.sql.bound.statements import Delete, Insert, Target, Update


def write_plan(build: Builder, node: Insert | Update | Delete) -> PlanNode:
    return build.level(frozenset((node.relation,)), lambda: _write(build, node))


def _write(build: Builder, node: Insert | Update | Delete) -> PlanNode:
    add_ctes(build, node.ctes)
    child = _insert_source(build, node) if isinstance(node, Insert) else _targeted(build, node)
    alias = node.table.name if isinstance(node, Insert) else node.alias
    operation = type(node).__name__
    rows = child.estimate.rows if node.returning else 0
    estimate = Estimate(child.estimate.startup, child.estimate.total, rows, _returned_width(node.returning))
    plan = PlanNode("ModifyTable", f"{operation} on {build.table_name(node.table, alias)}", estimate)
    plan.details += [Property("Operation", operation), Property("Relation Name", node.table.name)]
    if build.verbose:
        plan.details.append(Property("Schema", node.table.schema.name))
    plan.details.append(Property("Alias", alias))
    if node.returning:
        build.output(plan, [target.expr for target in node.returning])
    if isinstance(node, Insert) and node.on_conflict is not None:
        conflict = node.on_conflict
        plan.add("Conflict Resolution", "NOTHING" if conflict.assignments is None else "UPDATE")
        if conflict.index is not None:
            plan.add("Conflict Arbiter Indexes", [quote_identifier(conflict.index.name)])
        if conflict.where is not None:
            columns = tuple(column.name for column in node.table.columns)
            build.names.add_named(0, "excluded", columns)
            plan.add("Conflict Filter", build.text(plan, conflict.where))
    plan.key = ("written", id(node))
    plan.adopt(child)
    return plan


def _returned_width(returning: tuple[Target, ...]) -> int:
    return width([target.expr for target in returning])


def _insert_source(build: Builder, node: Insert) -> PlanNode:
    """Build the rows to insert; the defaults of the other columns are computed with them."""
    plan = build.query(node.source)
    columns = [Var(column.type, column.typmod, -1, n) for n, column in enumerate(node.table.columns, 1)]
    old = plan.estimate
    plan.estimate = Estimate(old.startup, old.total, old.rows, width(columns))
    if build.verbose and plan.output:
        shown = dict(zip(node.attnums, plan.output, strict=False))
        for attnum, default in node.defaults:
            shown[attnum] = build.text(plan, default, prefixed=build.is_prefixed)
        plan.output = [shown[column.attnum] for column in node.table.live_columns if column.attnum in shown]
    return plan


def _targeted(build: Builder, node: Update | Delete) -> PlanNode:
    item, where = node.search if node.search is not None else (None, node.where)
    if item is None:
        others = node.from_ if isinstance(node, Update) else node.using
        item = TableRelation(node.relation, node.alias, node.table)
        if others is not None:
            item = Join(JoinKind.INNER, item, others, None)
    conditions = assign(item, where)
    assigned: list[Expr] = [expr for _, expr in node.assignments] if isinstance(node, Update) else []
    returned = [target.expr for target in node.returning]
    wanted: list[Expr] = [*assigned, *returned]
    return from_plan(build, item, conditions, wanted)
