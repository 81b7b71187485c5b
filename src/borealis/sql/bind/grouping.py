"""GROUP BY, HAVING, and the rule that a grouped query's outputs are grouped expressions or aggregates.

GROUPING SETS, ROLLUP and CUBE are multiplied out into a list of sets; bind/grouping_sets.py makes rows of them.
Columns of a table whose primary key is grouped by depend on it, so they may stand alone.
Source: PostgreSQL 16 documentation, SELECT, GROUP BY; 7.2.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from borealis.errors import (
    GroupingError,
    StatementTooComplex,
    TooManyArguments,
    TooManyColumns,
    WindowingError,
)
from borealis.sql.bind.aggregate_levels import calls_in, given_to_its_query, own_nodes
from borealis.sql.bind.coerce import coerce_to_boolean
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.level import Level
from borealis.sql.bind.ordering import check_hashable, find_output
from borealis.sql.bind.walk import children
from borealis.sql.bound.expressions import (
    AggregateCall,
    Const,
    Expr,
    GroupingCall,
    SqlCall,
    SubLink,
    Var,
    WholeRow,
    WindowCall,
)
from borealis.sql.bound.relations import FromItem, Join, PlannedItem, TableRelation
from borealis.sql.bound.statements import Target
from borealis.sql.parse import Node
from borealis.types import oids

__all__ = ["Grouping", "GroupingCheck", "bind_group", "bind_having", "contains_window_call", "own_nodes"]

_COLUMN_NAME = re.compile(r'column "[^"]*"')
_SETS_MAX = 4_096
_CUBE_ELEMENTS_MAX = 12
_GROUPING_ARGUMENTS_MAX = 31

GroupingSet = tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """GROUP BY: all its expressions, and where there is more than one grouping set, the sets of them."""

    keys: tuple[Expr, ...] = ()
    sets: tuple[GroupingSet, ...] = ()

    @property
    def common(self) -> tuple[Expr, ...]:
        """The expressions every row is grouped by."""
        return tuple(key for key in self.keys if all(key in each for each in self.sets))


def contains_aggregate(level: Level, expr: Expr) -> bool:
    """Return whether an aggregate of this very query stands in the expression."""
    return any(
        isinstance(found, AggregateCall) and found.query in (0, level.number) for found in calls_in(expr)
    )


def contains_window_call(expr: Expr) -> bool:
    return any(isinstance(found, WindowCall) for found in own_nodes(expr))


def bind_group(level: Level, node: Node, targets: Sequence[Target]) -> Grouping:
    """Bind GROUP BY.

    Raises:
        StatementTooComplex: 54001, more than 4096 grouping sets.
    """
    items = node.get("groupClause", ())
    binder = _GroupBinder(level, targets)
    factors = [binder.sets(item) for item in items]
    if not any("GroupingSet" in item for item in items):
        return Grouping(tuple(binder.keys))
    count = 1
    for factor in factors:
        count *= len(factor)
    if count > _SETS_MAX:
        raise StatementTooComplex(f"too many grouping sets present (maximum {_SETS_MAX})")
    sets = [_united(parts) for parts in product(*factors)]
    if node.get("groupDistinct"):
        sets = _distinct(sets)
    keys = tuple(key for key in binder.keys if any(key in each for each in sets))
    return Grouping(keys) if len(sets) == 1 else Grouping(keys, tuple(sets))


def _united(parts: Iterable[GroupingSet]) -> GroupingSet:
    return tuple(dict.fromkeys(key for part in parts for key in part))


def _distinct(sets: Sequence[GroupingSet]) -> list[GroupingSet]:
    found: dict[frozenset[Expr], GroupingSet] = {}
    for each in sets:
        found.setdefault(frozenset(each), each)
    return list(found.values())


class _GroupBinder:
    """The items of one GROUP BY: each a list of sets, of which the clause is the product."""

    def __init__(self, level: Level, targets: Sequence[Target]) -> None:
        self._level = level
        self._targets = targets
        self.keys: list[Expr] = []

    def sets(self, item: Node) -> list[GroupingSet]:
        match item:
            case {"GroupingSet": {"kind": "GROUPING_SET_EMPTY"}}:
                return [()]
            case {"GroupingSet": {"kind": "GROUPING_SET_SETS", "content": content}}:
                return [each for part in content for each in self.sets(part)]
            case {"GroupingSet": {"kind": "GROUPING_SET_ROLLUP", "content": content}}:
                parts = [self._together(part) for part in content]
                return [_united(parts[:n]) for n in range(len(parts), -1, -1)]
            case {"GroupingSet": {"kind": "GROUPING_SET_CUBE", "content": content} as node}:
                return self._cube(node, content)
        return [self._together(item)]

    def _cube(self, node: Node, content: Sequence[Node]) -> list[GroupingSet]:
        if len(content) > _CUBE_ELEMENTS_MAX:
            raise TooManyColumns(
                f"CUBE is limited to {_CUBE_ELEMENTS_MAX} elements",
                position=self._level.context.position(node),
            )
        parts = [self._together(part) for part in content]
        return [_united(chosen) for n in range(len(parts), -1, -1) for chosen in combinations(parts, n)]

    def _together(self, item: Node) -> GroupingSet:
        """Bind one expression, or (a, b): several that are grouped by together."""
        match item:
            case {"RowExpr": {"row_format": "COERCE_IMPLICIT_CAST", "args": args}}:
                return _united(self._together(arg) for arg in args)
        return (self._key(item),)

    def _key(self, item: Node) -> Expr:
        level = self._level
        expr = find_output(level, item, self._targets, "GROUP BY", input_names_first=True)
        if contains_aggregate(level, expr):
            raise GroupingError(
                "aggregate functions are not allowed in GROUP BY", position=level.context.position_of(expr)
            )
        if contains_window_call(expr):
            raise WindowingError(
                "window functions are not allowed in GROUP BY", position=level.context.position_of(expr)
            )
        check_hashable(level.context, expr)
        if expr not in self.keys:
            self.keys.append(expr)
        return expr


@binds("GroupingFunc")
def bind_grouping_call(level: Level, node: Node) -> Expr:
    position = level.context.position(node)
    if len(node["args"]) > _GROUPING_ARGUMENTS_MAX:
        raise TooManyArguments("GROUPING must have fewer than 32 arguments", position=position)
    call = GroupingCall(oids.INT4, -1, tuple(bind_expr(level, arg) for arg in node["args"]))
    return level.context.remember(given_to_its_query(level, call, position), position)


def bind_having(level: Level, node: Node) -> Expr | None:
    if "havingClause" not in node:
        return None
    place, level.place = level.place, "HAVING"
    having = coerce_to_boolean(level.context, bind_expr(level, node["havingClause"]), "HAVING", None)
    level.place = place
    return having


class GroupingCheck:
    """Raises 42803 for a column that is neither grouped by, dependent on a grouped key, nor inside an aggregate."""

    def __init__(self, level: Level, grouping: Grouping, from_: FromItem | None) -> None:
        self._level = level
        self._group = grouping.keys
        self._dependent = _dependent_relations(grouping.common, from_)
        self._names = dict(_relation_names(from_))

    def check(self, expr: Expr) -> None:
        self._check(expr, inside_subquery=False)

    def _check(self, node: object, *, inside_subquery: bool) -> None:
        if isinstance(node, Const) or (isinstance(node, Expr) and node in self._group):
            return
        if isinstance(node, AggregateCall | GroupingCall) and self._is_done(node, inside_subquery):
            return
        if isinstance(node, Var):
            self._check_var(node, inside_subquery=inside_subquery)
            return
        if isinstance(node, WholeRow):
            self._check_whole_row(node, inside_subquery=inside_subquery)
            return
        if isinstance(node, SqlCall):
            # What the body takes from outside are the arguments.
            for arg in node.args:
                self._check(arg, inside_subquery=inside_subquery)
            return
        for child in children(node):
            is_query = isinstance(node, SubLink) and child is node.query
            self._check(child, inside_subquery=inside_subquery or is_query)

    def _is_done(self, call: AggregateCall | GroupingCall, inside_subquery: bool) -> bool:
        """Check a call of this query; return whether there is nothing to check in the arguments."""
        is_own = call.query == self._level.number if call.query else not inside_subquery
        if not is_own:
            return call.query != 0 and not inside_subquery
        if isinstance(call, AggregateCall):
            self._check_direct_args(call)
        else:
            self._check_grouping_call(call)
        return True

    def _check_grouping_call(self, call: GroupingCall) -> None:
        for arg in call.args:
            if arg not in self._group:
                raise GroupingError(
                    "arguments to GROUPING must be grouping expressions of the associated query level",
                    position=self._level.context.position_of(arg),
                )

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
        assert not isinstance(from_, PlannedItem), "planned after it is bound"
        for ordinal, derived in enumerate(from_.columns, 1):
            yield (from_.id, ordinal), f"{from_.alias}.{derived.name}"
