"""Joins: the tree below a query's FROM. What is searched by an index for each outer row, or by none, is a Nested Loop."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.explain import costs
from borealis.executor.explain.build.builder import Builder, vars_in
from borealis.executor.explain.build.scans import filtered, other_plan, table_plan
from borealis.executor.explain.conditions import (
    Conditions,
    JoinTerms,
    ScanTerms,
    join_kind,
)
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.planner.physical import Estimate, JoinMethod, PlannedJoin, PlannedJoinKind, Scan
from borealis.planner.terms import comparison_symbol, stripped
from borealis.planner.units import relation_ids
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import Expr, FuncCall, Var
from borealis.sql.bound.relations import FromItem, Join, SubqueryRelation, TableRelation, ValuesRelation
from borealis.sql.bound.statements import Select, Values
from borealis.sql.bound.trees import relations_named

_WORDS = {
    PlannedJoinKind.LEFT: " Left",
    PlannedJoinKind.RIGHT: " Right",
    PlannedJoinKind.FULL: " Full",
    PlannedJoinKind.SEMI: " Semi",
    PlannedJoinKind.ANTI: " Anti",
}


def from_plan(build: Builder, item: FromItem, conditions: Conditions, wanted: Sequence[Expr]) -> PlanNode:
    """Build an item; wanted is what is asked of it above."""
    if isinstance(item, Join | PlannedJoin):
        return _join(build, item, conditions, wanted)
    if isinstance(item, Scan):
        terms = conditions.scans.get(item.relation.id, ScanTerms())
        return table_plan(build, item.relation, item, terms, wanted)
    terms = conditions.scans.get(item.id, ScanTerms())  # type: ignore[union-attr]
    if isinstance(item, TableRelation):
        return table_plan(build, item, None, terms, wanted)
    if isinstance(item, SubqueryRelation):
        return subquery_plan(build, item, terms, wanted)
    return other_plan(build, item, terms, wanted)  # type: ignore[arg-type]


def subquery_plan(
    build: Builder, item: SubqueryRelation, terms: ScanTerms, wanted: Sequence[Expr]
) -> PlanNode:
    """Build a subquery in FROM: its own plan, below a Subquery Scan where that changes anything."""
    if isinstance(item.query, Values) and _is_plain(item.query):
        return _values(build, item, item.query, terms, wanted)
    child = build.query(item.query)
    if not terms.filters and _gives_all(item, wanted):
        if isinstance(item.query, Select):
            build.names.pull_up(item.id, tuple(target.expr for target in item.query.targets))
        child.key = child.key or ("rows", item.id)
        return child
    alias = build.names.alias(item.id)
    old = child.estimate
    each = costs.TUPLE + costs.evaluation(terms.filters)
    rows = costs.clamped(old.rows * costs.selectivity(terms.filters)) if terms.filters else old.rows
    estimate = Estimate(old.startup, old.total + each * old.rows, rows, old.width)
    node = PlanNode("Subquery Scan", f"Subquery Scan on {quote_identifier(alias)}", estimate)
    node.details.append(Property("Alias", alias))
    filtered(build, node, item.id, terms.filters)
    build.output(node, wanted)
    node.adopt(child, "Subquery")
    return node


def _is_plain(node: Values) -> bool:
    return node == Values(node.rows, node.columns, node.relation)


def _values(
    build: Builder, item: SubqueryRelation, query: Values, terms: ScanTerms, wanted: Sequence[Expr]
) -> PlanNode:
    """VALUES in FROM are read by a Values Scan, whose columns have no other names than its own."""
    columns = tuple(
        Var(column.type, column.typmod, query.relation, n) for n, column in enumerate(query.columns, 1)
    )
    build.names.pull_up(item.id, columns)
    relation = ValuesRelation(query.relation, "*VALUES*", query.rows, query.columns)
    plan = other_plan(build, relation, terms, wanted)
    plan.key = ("rows", item.id)
    if plan.filtered is not None:
        plan.filtered = (("scanned", item.id), plan.filtered[1])
    return plan


def _gives_all(item: SubqueryRelation, wanted: Sequence[Expr]) -> bool:
    """Whether what is wanted are the subquery's columns, all of them in their order."""
    return [
        each.attnum if isinstance(each, Var) and each.relation == item.id else 0 for each in wanted
    ] == list(range(1, len(item.columns) + 1))


def _join(
    build: Builder, item: Join | PlannedJoin, conditions: Conditions, wanted: Sequence[Expr]
) -> PlanNode:
    terms = conditions.joins.get(id(item), JoinTerms())
    kind = join_kind(item)
    _search_by_key(item, kind, terms, conditions)
    asked = [*wanted, *terms.condition, *terms.filters]
    for each in conditions.scans.values():
        asked += [term for term in each.index if len(relations_named(term)) > 1]
    left_ids, right_ids = relation_ids(item.left), relation_ids(item.right)
    outer = from_plan(build, item.left, conditions, vars_in(asked, left_ids))
    inner = from_plan(build, item.right, conditions, vars_in(asked, right_ids))
    hash_terms = [term for term in terms.condition if _is_equality(term, left_ids, right_ids)]
    is_hashed = isinstance(item, PlannedJoin) and item.method is JoinMethod.HASH and bool(hash_terms)
    if not isinstance(item, PlannedJoin):
        is_hashed = bool(hash_terms)
    name = "Hash Join" if is_hashed else "Nested Loop"
    node = PlanNode(name, _title(name, kind), _estimate(item, outer, inner, terms.condition))
    node.details.append(Property("Join Type", kind.value))
    node.key = ("join", id(item))
    node.exprs = (*outer.exprs, *inner.exprs)
    build.output(node, wanted, node)
    if build.verbose:
        node.add("Inner Unique", value=False, only="data")
    rest = terms.condition
    if is_hashed:
        node.add("Hash Cond", build.terms(node, hash_terms))
        rest = [term for term in terms.condition if term not in hash_terms]
    if rest:
        node.add("Join Filter", build.terms(node, rest))
    if terms.filters:
        node.add("Filter", build.terms(node, terms.filters))
    node.adopt(outer, "Outer")
    if is_hashed:
        wrapper = PlanNode(
            "Hash",
            "Hash",
            Estimate(inner.estimate.total, inner.estimate.total, inner.estimate.rows, inner.estimate.width),
        )
        wrapper.output = list(inner.output)
        wrapper.adopt(inner, "Outer")
        inner = wrapper
    node.adopt(inner, "Inner")
    return node


def _search_by_key(
    item: Join | PlannedJoin, kind: PlannedJoinKind, terms: JoinTerms, conditions: Conditions
) -> None:
    """Let a table that is joined by its primary key be searched by it: SQLite needs no hash where there is a key."""
    scan = item.right
    if not isinstance(scan, Scan) or scan.ranges or scan.index is None or not scan.index.is_primary:
        return
    if kind not in (PlannedJoinKind.INNER, PlannedJoinKind.LEFT):
        return
    number, first = scan.relation.id, scan.index.columns[0]
    for term in terms.condition:
        if not _is_equality(term, relation_ids(item.left), frozenset((number,))):
            continue
        assert isinstance(term, FuncCall)
        sides = [stripped(arg) for arg in term.args]
        if any(isinstance(side, Var) and (side.relation, side.attnum) == (number, first) for side in sides):
            conditions.scans.setdefault(number, ScanTerms()).index.append(term)
            terms.condition.remove(term)
            return


def _title(name: str, kind: PlannedJoinKind) -> str:
    word = _WORDS.get(kind, "")
    if not word:
        return name
    return f"Hash{word} Join" if name == "Hash Join" else f"Nested Loop{word} Join"


def _is_equality(term: Expr, left: frozenset[int], right: frozenset[int]) -> bool:
    if comparison_symbol(term) != "=" or not isinstance(term, FuncCall):
        return False
    first, second = (relations_named(arg) & (left | right) for arg in term.args)
    return bool(first and second) and (
        (first <= left and second <= right) or (first <= right and second <= left)
    )


def _estimate(
    item: Join | PlannedJoin, outer: PlanNode, inner: PlanNode, condition: Sequence[Expr]
) -> Estimate:
    if isinstance(item, PlannedJoin) and _reads_tables(item):
        return item.estimate
    left, right = outer.estimate, inner.estimate
    rows = costs.clamped(left.rows * right.rows * costs.selectivity(condition))
    each = costs.TUPLE + costs.evaluation(condition)
    again = (left.rows - 1) * (right.total - right.startup)
    total = left.total + right.total + again + left.rows * right.rows * each
    return Estimate(left.startup + right.startup, total, rows, left.width + right.width)


def _reads_tables(item: FromItem) -> bool:
    if isinstance(item, Join | PlannedJoin):
        return _reads_tables(item.left) or _reads_tables(item.right)
    return isinstance(item, Scan | TableRelation)
