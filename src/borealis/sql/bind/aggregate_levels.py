"""Which query an aggregate belongs to: the innermost one whose columns its arguments name.

    SELECT (SELECT max(o.x) FROM i) FROM o      max(o.x) is the outer query's: one row of o's aggregate, not one a row

A call of an outer query keeps that query's Level.number until bind/grouping_sets.py has put the aggregates of each query into
its rows. GROUPING(…) follows the same rule.
Source: PostgreSQL 16 documentation 4.2.7; errors as its parser raises them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TypeVar

from borealis.errors import GroupingError
from borealis.sql.bind.level import Level
from borealis.sql.bind.walk import children, walk
from borealis.sql.bound.expressions import AggregateCall, GroupingCall, SubLink, Var, WindowCall

_REFUSED_IN = {
    "WHERE": "WHERE",
    "GROUP BY": "GROUP BY",
    "LIMIT": "LIMIT",
    "OFFSET": "OFFSET",
    "UPDATE": "UPDATE",
    "VALUES": "VALUES",
    "RETURNING": "RETURNING",
    "FILTER": "FILTER",
    "CHECK constraints": "check constraints",
    "DEFAULT expressions": "DEFAULT expressions",
    "column generation expressions": "column generation expressions",
    "index expressions": "index expressions",
    "index predicates": "index predicates",
    "statistics expressions": "statistics expressions",
    "JOIN/ON": "JOIN conditions",
    "FROM": "functions in FROM",
    "window ROWS": "window ROWS",
    "window RANGE": "window RANGE",
    "window GROUPS": "window GROUPS",
}
"""What a place is called where no aggregate may stand."""

_Call = TypeVar("_Call", AggregateCall, GroupingCall)


def given_to_its_query(level: Level, call: _Call, position: int | None) -> _Call:
    """Return the call as one of the query it belongs to, which from now on is grouped.

    Raises:
        GroupingError: 42803, an aggregate inside another, or in a clause that has none.
    """
    owner = _owner(level, call, position)
    if isinstance(call, AggregateCall):
        _refuse_nested_in_direct(level, owner, call)
    _refuse_place(level, owner, call, position)
    owner.has_aggregates = True
    if owner is level:
        return call
    _refuse_lower_variables(level, owner, call)
    if not owner.number:
        owner.number = level.context.new_id()
    return dataclasses.replace(call, query=owner.number)


def _owner(level: Level, call: AggregateCall | GroupingCall, position: int | None) -> Level:
    parts = list(_decisive(call))
    named = {each.relation for part in parts for each in walk(part) if isinstance(each, Var)}
    inner = [found for part in parts for found in calls_in(part) if isinstance(found, AggregateCall)]
    for found in (each for part in parts for each in own_nodes(part)):
        if isinstance(found, WindowCall):
            raise GroupingError(
                "aggregate function calls cannot contain window function calls",
                position=level.context.position_of(found),
            )
    for outer in level.chain():
        nested = next((each for each in inner if _belongs(each, outer, level)), None)
        if nested is not None:
            raise GroupingError(
                "aggregate function calls cannot be nested", position=level.context.position_of(nested)
            )
        if outer.relation_ids & named:
            return outer
    return level


def _refuse_nested_in_direct(level: Level, owner: Level, call: AggregateCall) -> None:
    """An aggregate in a direct argument must be of a query further out than the call's own."""
    inner = [found for arg in call.direct_args for found in calls_in(arg) if isinstance(found, AggregateCall)]
    if not inner:
        return
    for query in level.chain():
        for found in inner:
            if _belongs(found, query, level):
                raise GroupingError(
                    "aggregate function calls cannot be nested", position=level.context.position_of(found)
                )
        if query is owner:
            return


def _refuse_lower_variables(level: Level, owner: Level, call: AggregateCall | GroupingCall) -> None:
    if not isinstance(call, AggregateCall):
        return
    for lower in level.chain():
        if lower is owner:
            return
        for found in (each for arg in call.direct_args for each in walk(arg)):
            if isinstance(found, Var) and found.relation in lower.relation_ids:
                raise GroupingError(
                    "outer-level aggregate cannot contain a lower-level variable in its direct arguments",
                    position=level.context.position_of(found),
                )


def _decisive(call: AggregateCall | GroupingCall) -> Iterator[object]:
    """Yield what an aggregate's level is decided by: all but its direct arguments."""
    for part in children(call):
        if not (isinstance(call, AggregateCall) and any(part is arg for arg in call.direct_args)):
            yield part


def _belongs(call: AggregateCall, query: Level, level: Level) -> bool:
    return query is level if call.query == 0 else call.query == query.number


def own_nodes(expr: object) -> Iterator[object]:
    """Yield nodes of the expression, not of queries inside it."""
    yield expr
    for child in children(expr):
        if isinstance(expr, SubLink) and child is expr.query:
            continue
        yield from own_nodes(child)


def calls_in(expr: object) -> Iterator[AggregateCall | GroupingCall]:
    """Yield the calls of this query or one outside that stand in an expression of it, queries inside it included."""
    yield from _calls_in(expr, inside_subquery=False)


def _calls_in(node: object, *, inside_subquery: bool) -> Iterator[AggregateCall | GroupingCall]:
    if isinstance(node, AggregateCall | GroupingCall) and (node.query or not inside_subquery):
        yield node
    for child in children(node):
        is_query = isinstance(node, SubLink) and child is node.query
        yield from _calls_in(child, inside_subquery=inside_subquery or is_query)


def _refuse_place(level: Level, owner: Level, call: _Call, position: int | None) -> None:
    what = "aggregate functions" if isinstance(call, AggregateCall) else "grouping operations"
    place = _REFUSED_IN.get(owner.place)
    if owner.place == "FROM" and owner is not level:
        place = "FROM clause of their own query level"
    if place is not None:
        raise GroupingError(f"{what} are not allowed in {place}", position=position)
