"""GROUP BY, HAVING, and the rule that a grouped query's outputs are grouped expressions or aggregates.

Columns of a table whose primary key is grouped by depend on it, so they may stand alone.
Source: PostgreSQL 16 documentation, SELECT, GROUP BY.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borealis.errors import FeatureNotSupported, GroupingError, WindowingError
from borealis.sql.bind.coerce import coerce_to_boolean
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.ordering import check_hashable, find_output
from borealis.sql.bind.walk import children
from borealis.sql.bound.expressions import AggregateCall, Const, Expr, SubLink, Var, WholeRow, WindowCall
from borealis.sql.bound.relations import FromItem, Join, TableRelation
from borealis.sql.bound.statements import Target
from borealis.sql.parse import Node

_COLUMN_NAME = re.compile(r'column "[^"]*"')


def contains_aggregate(level: Level, expr: Expr) -> bool:
    """Return whether an aggregate of this very query stands in the expression."""
    return any(isinstance(found, AggregateCall) for found in own_nodes(expr))


def contains_window_call(expr: Expr) -> bool:
    return any(isinstance(found, WindowCall) for found in own_nodes(expr))


def own_nodes(expr: object) -> Iterator[object]:
    """Yield nodes of the expression, not of queries inside it."""
    yield expr
    for child in children(expr):
        if isinstance(expr, SubLink) and child is expr.query:
            continue
        yield from own_nodes(child)


def bind_group(level: Level, node: Node, targets: Sequence[Target]) -> tuple[Expr, ...]:
    keys: list[Expr] = []
    for item in node.get("groupClause", ()):
        if "GroupingSet" in item:
            raise FeatureNotSupported("GROUPING SETS, ROLLUP and CUBE not supported")
        expr = find_output(level, item, targets, "GROUP BY", input_names_first=True)
        if contains_aggregate(level, expr):
            raise GroupingError(
                "aggregate functions are not allowed in GROUP BY", position=level.context.position_of(expr)
            )
        if contains_window_call(expr):
            raise WindowingError(
                "window functions are not allowed in GROUP BY", position=level.context.position_of(expr)
            )
        check_hashable(level.context, expr)
        if expr not in keys:
            keys.append(expr)
    return tuple(keys)


def bind_having(level: Level, node: Node) -> Expr | None:
    if "havingClause" not in node:
        return None
    place, level.place = level.place, "HAVING"
    having = coerce_to_boolean(level.context, bind_expr(level, node["havingClause"]), "HAVING", None)
    level.place = place
    return having


class GroupingCheck:
    """Raises 42803 for a column that is neither grouped by, dependent on a grouped key, nor inside an aggregate."""

    def __init__(self, level: Level, group: tuple[Expr, ...], from_: FromItem | None) -> None:
        self._level = level
        self._group = group
        self._dependent = _dependent_relations(group, from_)
        self._names = dict(_relation_names(from_))

    def check(self, expr: Expr) -> None:
        self._check(expr, inside_subquery=False)

    def _check(self, node: object, *, inside_subquery: bool) -> None:
        if isinstance(node, Const) or (isinstance(node, Expr) and node in self._group):
            return
        if isinstance(node, AggregateCall) and not inside_subquery:
            self._check_direct_args(node)
            return
        if isinstance(node, Var):
            self._check_var(node, inside_subquery=inside_subquery)
            return
        if isinstance(node, WholeRow):
            self._check_whole_row(node, inside_subquery=inside_subquery)
            return
        for child in children(node):
            is_query = isinstance(node, SubLink) and child is node.query
            self._check(child, inside_subquery=inside_subquery or is_query)

    def _check_direct_args(self, call: AggregateCall) -> None:
        try:
            for arg in call.direct_args:
                self._check(arg, inside_subquery=False)
        except GroupingError as error:
            error.detail = "Direct arguments of an ordered-set aggregate must use only grouped columns."
            raise

    def _check_whole_row(self, row: WholeRow, *, inside_subquery: bool) -> None:
        """A whole row is grouped if all its columns are."""
        try:
            for arg in row.args:
                self._check(arg, inside_subquery=inside_subquery)
        except GroupingError as error:
            error.message = _COLUMN_NAME.sub(f'column "{row.alias}.*"', error.message, count=1)
            error.position = self._level.context.position_of(row)
            raise

    def _check_var(self, var: Var, *, inside_subquery: bool) -> None:
        if var.relation not in self._level.relation_ids or var.relation in self._dependent:
            return
        name = self._names.get((var.relation, var.attnum), "?")
        position = self._level.context.position_of(var)
        if inside_subquery:
            raise GroupingError(
                f'subquery uses ungrouped column "{name}" from outer query', position=position
            )
        raise GroupingError(
            f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function',
            position=position,
        )


def _base_tables(from_: FromItem | None) -> Iterator[TableRelation]:
    if isinstance(from_, Join):
        yield from _base_tables(from_.left)
        yield from _base_tables(from_.right)
    elif isinstance(from_, TableRelation):
        yield from_


def _dependent_relations(group: tuple[Expr, ...], from_: FromItem | None) -> set[int]:
    """Return the tables whose whole primary key is grouped by."""
    grouped = {(key.relation, key.attnum) for key in group if isinstance(key, Var)}
    return {
        relation.id
        for relation in _base_tables(from_)
        if relation.table.primary_key is not None
        and all((relation.id, attnum) in grouped for attnum in relation.table.primary_key.columns)
    }


def _relation_names(from_: FromItem | None) -> Iterator[tuple[tuple[int, int], str]]:
    if isinstance(from_, Join):
        yield from _relation_names(from_.left)
        yield from _relation_names(from_.right)
    elif isinstance(from_, TableRelation):
        for column in from_.table.live_columns:
            yield (from_.id, column.attnum), f"{from_.alias}.{column.name}"
    elif from_ is not None:
        for ordinal, derived in enumerate(from_.columns, 1):
            yield (from_.id, ordinal), f"{from_.alias}.{derived.name}"
