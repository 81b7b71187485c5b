"""Groups before the join: where a LEFT JOIN is grouped by its left side's key, the right side is grouped first.

    SELECT a.id, count(b.v) FROM a LEFT JOIN b ON b.x = a.id AND c GROUP BY a.id
    SELECT a.id, coalesce(d.n, 0) FROM a LEFT JOIN (SELECT x, count(v) AS n FROM b WHERE c GROUP BY x) d ON d.x = a.id

The rows of a group are then one row of the left side with those it is joined with, which are one group of the right side, or a
missing row. Aggregates of what is NULL in a missing row are NULL of it, count is 0. What is joined is one row a group, not all
rows, and the columns that only ON reads are gone by then. Whether it pays, the planner finds by costing both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from borealis.planner.rebuild import rebuilt
from borealis.planner.terms import joined, stripped
from borealis.planner.unnest import Correlation, correlation
from borealis.sql.bound.expressions import (
    AggregateCall,
    Coalesce,
    Const,
    Expr,
    GroupingCall,
    SubLink,
    Var,
    WholeRow,
    WindowCall,
)
from borealis.sql.bound.relations import Join, JoinKind, RelationColumn, SubqueryRelation, TableRelation
from borealis.sql.bound.statements import Select, Target
from borealis.sql.bound.trees import any_node, children, conjuncts, is_volatile, relations_named

_AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})


def rewrites_of_groups(node: Select, new_id: Callable[[], int]) -> Iterator[Select]:
    """Yield the query with its LEFT JOIN's right side grouped first, where that says the same."""
    join = node.from_
    if not node.group or not isinstance(join, Join) or join.kind is not JoinKind.LEFT or node.locks:
        return
    left, right = join.left, join.right
    if not isinstance(left, TableRelation) or not isinstance(right, TableRelation):
        return
    if not _is_by_key(node, left) or relations_named(node.where) & {right.id}:
        return
    outputs = (*node.targets, *node.order, *node.distinct_on, *conjuncts(node.having))
    calls = _aggregates(outputs, right.id)
    parts = _parts_of_on(join.condition, left.id, right.id)
    if calls and parts is not None:
        yield _grouped_first(node, join, right, calls, *parts, new_id())


def _is_by_key(node: Select, left: TableRelation) -> bool:
    """Whether each row of the left side is a group of its own: GROUP BY names its columns, and all of its key's."""
    if not all(isinstance(expr, Var) and expr.relation == left.id and expr.attnum > 0 for expr in node.group):
        return False
    named = {expr.attnum for expr in node.group if isinstance(expr, Var)}
    key = left.table.primary_key
    return key is not None and named >= set(key.columns)


def _aggregates(outputs: object, right: int) -> list[AggregateCall] | None:
    """Return the aggregates over the right side, which it must not be named outside of; None: there is more to it."""
    found: dict[AggregateCall, None] = {}
    pending = [outputs]
    while pending:
        node = pending.pop()
        if isinstance(node, AggregateCall):
            if not _is_null_of_missing(node, right):
                return None
            found[node] = None
        elif isinstance(node, SubLink | WindowCall | GroupingCall | WholeRow) or (
            isinstance(node, Var) and node.relation == right
        ):
            return None
        else:
            pending += children(node)
    return list(found)


def _is_null_of_missing(call: AggregateCall, right: int) -> bool:
    """Whether an aggregate of a missing row alone is one of nothing: of a column, which raises nothing for rows never joined."""
    if call.function.name not in _AGGREGATES or call.filter is not None or call.order or call.direct_args:
        return False
    column = stripped(call.args[0]) if len(call.args) == 1 else None
    return isinstance(column, Var) and column.relation == right


def _parts_of_on(
    condition: Expr | None, left: int, right: int
) -> tuple[list[Correlation], list[Expr]] | None:
    """Return ON's equalities between the sides, and its conditions on the right one; None where there are others."""
    equalities: list[Correlation] = []
    own: list[Expr] = []
    for term in conjuncts(condition):
        if is_volatile(term) or any_node(term, lambda each: isinstance(each, SubLink)):
            return None
        named = relations_named(term)
        if named == {right}:
            own.append(term)
            continue
        found = correlation(term, frozenset((right,)))
        if found is None or named != {left, right}:
            return None
        equalities.append(found)
    return (equalities, own) if equalities else None


def _grouped_first(
    node: Select,
    join: Join,
    right: TableRelation,
    calls: list[AggregateCall],
    equalities: list[Correlation],
    own: list[Expr],
    relation: int,
) -> Select:
    keys = tuple(each.inner for each in equalities)
    targets = tuple(Target(expr, f"column{n}") for n, expr in enumerate((*keys, *calls), 1))
    groups = Select(targets, right, joined(own), keys, is_grouped=True)
    columns = tuple(RelationColumn(each.name, each.expr.type, each.expr.typmod) for each in targets)
    on = joined(
        each.with_inner(Var(each.inner.type, each.inner.typmod, relation, n))
        for n, each in enumerate(equalities, 1)
    )
    item = SubqueryRelation(relation, "subquery", groups, columns)
    values: dict[AggregateCall, Expr] = {}
    for ordinal, call in enumerate(calls, len(keys) + 1):
        value: Expr = Var(call.type, call.typmod, relation, ordinal)
        if call.function.name == "count":
            value = Coalesce(call.type, call.typmod, (value, Const(call.type, -1, 0)))
        values[call] = value

    def replaced(each: object) -> object | None:
        return values[each] if isinstance(each, AggregateCall) else None

    having = rebuilt(node.having, replaced) if node.having is not None else None
    return replace(
        node,
        targets=tuple(rebuilt(each, replaced) for each in node.targets),
        order=tuple(rebuilt(each, replaced) for each in node.order),
        distinct_on=tuple(rebuilt(each, replaced) for each in node.distinct_on),
        from_=replace(join, right=item, condition=on),
        where=joined((*conjuncts(node.where), *conjuncts(having))),
        group=(),
        is_grouped=False,
        having=None,
    )
