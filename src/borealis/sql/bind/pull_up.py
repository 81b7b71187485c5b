"""Simple subqueries and views in FROM become part of the query around them, as PostgreSQL's planner makes them.

    SELECT v.b FROM (SELECT id, b FROM t WHERE a > 0) v WHERE v.id = 1   ──►   SELECT t.b FROM t WHERE t.id = 1 AND t.a > 0

So a view over a table finds rows by the table's keys and indexes, and FOR UPDATE of it locks the table's rows. Only
what is read from one table, and not on the side of an outer join that may be NULL, is pulled up; SQLite does as well
with the rest as it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from borealis.sql.bind.walk import is_volatile, rewrite, rewrite_query, walk
from borealis.sql.bound.expressions import (
    BoolExpr,
    BoolOp,
    Expr,
    FuncCall,
    SubLink,
    Var,
    WholeRow,
    WindowCall,
)
from borealis.sql.bound.relations import FromItem, Join, JoinKind, SubqueryRelation, TableRelation
from borealis.sql.bound.statements import Query, Select
from borealis.types import oids


def pull_up(query: Query) -> Query:
    """Return the query with every plain subquery of its FROM pulled up."""
    if not isinstance(query, Select):
        return query
    while (found := next(_plain(query.from_), None)) is not None:
        query = _without(query, found)
    return query


def table_below(item: SubqueryRelation) -> TableRelation | None:
    """Return the one table that a plain subquery, or one over another, reads; None for others."""
    select = item.query
    if item.lateral or not isinstance(select, Select) or not _is_plain(select):
        return None
    if isinstance(select.from_, TableRelation):
        return select.from_
    return table_below(select.from_) if isinstance(select.from_, SubqueryRelation) else None


def _is_plain(select: Select) -> bool:
    if select != Select(select.targets, select.from_, select.where):
        return False
    return not any(
        isinstance(node, SubLink | WindowCall) or (isinstance(node, FuncCall) and node.function.returns_set)
        for target in select.targets
        for node in walk(target.expr)
    ) and not any(is_volatile(target.expr) for target in select.targets)


def _plain(item: FromItem | None) -> Iterator[SubqueryRelation]:
    if isinstance(item, SubqueryRelation) and table_below(item) is not None:
        yield item
    elif isinstance(item, Join) and item.kind is JoinKind.INNER:
        yield from _plain(item.left)
        yield from _plain(item.right)


def _without(query: Select, found: SubqueryRelation) -> Select:
    """Return the query with the subquery's FROM in its place, and its columns' expressions for its columns."""
    inner = found.query
    assert isinstance(inner, Select)
    assert inner.from_ is not None
    exprs = [target.expr for target in inner.targets]

    def pulled(expr: Expr) -> Expr | None:
        if isinstance(expr, Var) and expr.relation == found.id:
            return exprs[expr.attnum - 1]
        if isinstance(expr, WholeRow) and expr.relation == found.id:
            return replace(expr, relation=0, args=tuple(rewrite(arg, pulled) for arg in expr.args))
        return None

    moved = replace(query, from_=_replaced(query.from_, found, inner.from_))
    changed = rewrite_query(moved, pulled)
    return replace(changed, where=_both(changed.where, inner.where))


def _replaced(item: FromItem | None, old: SubqueryRelation, new: FromItem) -> FromItem | None:
    if item is old:
        return new
    if isinstance(item, Join):
        left, right = _replaced(item.left, old, new), _replaced(item.right, old, new)
        assert left is not None
        assert right is not None
        return replace(item, left=left, right=right)
    return item


def _both(left: Expr | None, right: Expr | None) -> Expr | None:
    if left is None or right is None:
        return right if left is None else left
    return BoolExpr(oids.BOOL, -1, BoolOp.AND, (left, right))
