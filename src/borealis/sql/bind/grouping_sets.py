"""Grouped queries that one GROUP BY cannot say, as a query over the rows their groups give.

    SELECT a, b, sum(c), grouping(a) FROM t GROUP BY ROLLUP (a, b) HAVING count(*) > 1 ORDER BY 1

    WITH s AS MATERIALIZED (SELECT a, b, c FROM t)
    SELECT g.c1, g.c2, g.c3, g.c4 FROM (
      SELECT a, b, sum(c), 0, count(*) FROM s GROUP BY a, b UNION ALL
      SELECT a, NULL, sum(c), 0, count(*) FROM s GROUP BY a UNION ALL
      SELECT NULL, NULL, sum(c), 1, count(*) FROM s GROUP BY ()) g
    WHERE g.c5 > 1 ORDER BY g.c1

So are those made whose aggregates stand in a query inside (its WHERE, its list), and those grouped by what is volatile: there the
list of sets has one member. What stands above the groups (HAVING, windows, DISTINCT, ORDER BY, LIMIT) needs nothing of its own.
Source: PostgreSQL 16 documentation 7.2.4, 4.2.7.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import reduce

from borealis.sql.bind.composites import is_composite, record_shape
from borealis.sql.bind.grouping import Grouping, GroupingSet
from borealis.sql.bind.level import Level
from borealis.sql.bind.set_returning import expand_sets
from borealis.sql.bind.walk import is_volatile, rewrite
from borealis.sql.bound.expressions import (
    AggregateCall,
    Const,
    Expr,
    GroupingCall,
    SubLink,
    Var,
    WholeRow,
)
from borealis.sql.bound.relations import CteRelation, RelationColumn, SubqueryRelation
from borealis.sql.bound.statements import Cte, Query, Select, SetOp, SetOperation, Target

Change = Callable[[Expr], Expr | None]


def over_groups(level: Level, select: Select, grouping: Grouping) -> Select:
    """Return the query as one over its groups' rows, if it cannot be grouped as it stands."""
    is_mixed = any(is_volatile(key) for key in grouping.keys)
    if not (grouping.sets or is_mixed or level.number):
        return select
    rows = _GroupRows(level, grouping)
    targets = tuple(dataclasses.replace(target, expr=rows.outer(target.expr)) for target in select.targets)
    order = tuple(dataclasses.replace(key, expr=rows.outer(key.expr)) for key in select.order)
    distinct_on = tuple(map(rows.outer, select.distinct_on))
    having = None if select.having is None else rows.outer(select.having)
    if grouping.sets or is_mixed:
        query, source = _united(level, select, grouping, rows)
        ctes = (*select.ctes, source)
    else:
        query, ctes = rows.query(select, grouping.keys, lambda node: None), select.ctes
    return dataclasses.replace(
        select,
        targets=targets,
        from_=SubqueryRelation(rows.number, "", query, rows.columns),
        where=having,
        group=(),
        is_grouped=False,
        having=None,
        distinct_on=distinct_on,
        order=order,
        ctes=ctes,
    )


def _united(level: Level, select: Select, grouping: Grouping, rows: _GroupRows) -> tuple[Query, Cte]:
    """Return the groups of every set, and the source all of them read."""
    source = _Source(level, grouping.keys)
    members: list[Query] = []
    for keys in grouping.sets or (grouping.keys,):
        number = level.context.new_id()
        change = source.reader(number)
        over = Select((), CteRelation(number, "", source.number, ()))
        members.append(rows.query(over, keys, change))
    cte = source.cte(select)
    members = [_with_columns(member, cte.columns) for member in members]
    columns = rows.columns

    def both(left: Query, right: Query) -> Query:
        return SetOperation(SetOp.UNION, True, left, right, columns, level.context.new_id())

    return reduce(both, members), cte


def _null_like(key: Expr) -> Const:
    return Const(key.type, key.typmod, None)


def _with_columns(member: Query, columns: tuple[RelationColumn, ...]) -> Query:
    """Say what the source's columns are, now that all who read it have been made."""
    assert isinstance(member, Select)
    assert isinstance(member.from_, CteRelation)
    return dataclasses.replace(member, from_=dataclasses.replace(member.from_, columns=columns))


class _GroupRows:
    """The rows of groups as a relation: the keys, then what else the query's expressions ask of them."""

    def __init__(self, level: Level, grouping: Grouping) -> None:
        self.number = level.context.new_id()
        self._level = level
        self._keys = grouping.keys
        self._others: list[Expr] = []

    @property
    def columns(self) -> tuple[RelationColumn, ...]:
        exprs = (*self._keys, *self._others)
        return tuple(
            RelationColumn(f"c{n}", expr.type, expr.typmod, _shape(expr)) for n, expr in enumerate(exprs, 1)
        )

    def outer(self, expr: Expr) -> Expr:
        """Return an expression of the query over the relation's columns."""
        if isinstance(expr, Const) and expr in self._keys:
            return self._column(self._keys.index(expr), expr)
        return rewrite(expr, lambda node: self._outer(node, inside_subquery=False))

    def _outer(self, node: Expr, *, inside_subquery: bool) -> Expr | None:
        if isinstance(node, SubLink):
            return self._outer_sublink(node, inside_subquery=inside_subquery)
        if not isinstance(node, Expr) or isinstance(node, Const):
            return None
        if node in self._keys:
            return self._column(self._keys.index(node), node)
        if isinstance(node, AggregateCall | GroupingCall):
            is_own = node.query == self._level.number if node.query else not inside_subquery
            return self._other(dataclasses.replace(node, query=0)) if is_own else None
        if isinstance(node, Var):
            return self._other(node) if node.relation in self._level.relation_ids else None
        if isinstance(node, WholeRow) and node.relation in self._level.relation_ids:
            # Its columns are grouped by, each for itself; the row of a group is always there.
            args = tuple(
                rewrite(arg, lambda each: self._outer(each, inside_subquery=True)) for arg in node.args
            )
            return dataclasses.replace(node, relation=0, args=args)
        return None

    def _outer_sublink(self, node: SubLink, *, inside_subquery: bool) -> Expr:
        query = rewrite(node.query, lambda each: self._outer(each, inside_subquery=True))  # type: ignore[arg-type] # a tree too
        comparison = node.comparison
        if comparison is not None:
            comparison = rewrite(comparison, lambda each: self._outer(each, inside_subquery=inside_subquery))
        return dataclasses.replace(node, query=query, comparison=comparison)  # type: ignore[arg-type]

    def _other(self, expr: Expr) -> Expr:
        if expr not in self._others:
            self._others.append(expr)
        return self._column(len(self._keys) + self._others.index(expr), expr)

    def _column(self, ordinal: int, expr: Expr) -> Expr:
        return Var(expr.type, expr.typmod, self.number, ordinal + 1, _shape(expr))

    def query(self, source: Select, keys: GroupingSet, change: Change) -> Select:
        """Return the rows of one grouping set, over FROM and WHERE of a source."""
        exprs = [rewrite(key, change) if key in keys else _null_like(key) for key in self._keys]
        exprs += (
            _grouping_bits(other, keys)
            if isinstance(other, GroupingCall)
            else _inside(self._in_group(other, keys), change)
            for other in self._others
        )
        return Select(
            tuple(Target(expr, f"c{n}") for n, expr in enumerate(exprs, 1)),
            source.from_,
            source.where,
            group=tuple(rewrite(key, change) for key in keys),
            is_grouped=True,
        )

    def _in_group(self, expr: Expr, keys: GroupingSet) -> Expr:
        """Make NULLs of the keys this set lacks in an aggregate's direct arguments, which are taken of the group, not of its rows."""
        if not isinstance(expr, AggregateCall):
            return expr
        lacking = set(self._keys).difference(keys)
        direct = tuple(
            rewrite(
                arg, lambda node: _null_like(node) if isinstance(node, Expr) and node in lacking else None
            )
            for arg in expr.direct_args
        )
        return dataclasses.replace(expr, direct_args=direct)


def _inside(expr: Expr, change: Change) -> Expr:
    """Rewrite what stands inside a call, not the call, which may be equal to a key of an outer query."""
    return rewrite(
        expr, lambda node: None if node is expr and isinstance(node, AggregateCall) else change(node)
    )


def _grouping_bits(call: GroupingCall, keys: Sequence[Expr]) -> Const:
    bits = 0
    for arg in call.args:
        bits = bits << 1 | (arg not in keys)
    return Const(call.type, -1, bits)


class _Source:
    """FROM and WHERE of the query, computed once: the keys, then the columns aggregates name."""

    def __init__(self, level: Level, keys: tuple[Expr, ...]) -> None:
        self.number = level.context.new_id()
        self._level = level
        self._exprs: list[Expr] = list(keys)

    def reader(self, relation: int) -> Change:
        """Return what makes of an expression over FROM one over a reference to the source."""

        def change(node: Expr) -> Expr | None:
            if not isinstance(node, Expr) or isinstance(node, AggregateCall):
                return None
            is_own = isinstance(node, Var | WholeRow) and node.relation in self._level.relation_ids
            if node not in self._exprs:
                if not is_own:
                    return None
                self._exprs.append(node)
            elif isinstance(node, Const):
                return None
            ordinal = self._exprs.index(node) + 1
            return Var(node.type, node.typmod, relation, ordinal, _shape(node))

        return change

    def cte(self, select: Select) -> Cte:
        targets = tuple(Target(expr, f"c{n}") for n, expr in enumerate(self._exprs, 1))
        query = Select(targets, select.from_, select.where)
        waiting = list(self._level.set_returning)
        query = expand_sets(self._level, query)
        self._level.set_returning.extend(waiting)
        columns = tuple(
            RelationColumn(f"c{n}", expr.type, expr.typmod, _shape(expr))
            for n, expr in enumerate(self._exprs, 1)
        )
        return Cte(self.number, "groups", query, columns, recursive=False, materialized=True)


def _shape(expr: Expr):  # type: ignore[no-untyped-def]
    return record_shape(expr) if is_composite(expr.type) else None
