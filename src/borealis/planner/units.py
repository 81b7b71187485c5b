"""Units: what a FROM clause is taken apart into before its order is chosen.

    FROM a JOIN b ON … LEFT JOIN c ON …     units a, b, c; ON of inner joins becomes WHERE's, c keeps its own

A LEFT JOIN's right side is a unit that has to come after the relations its ON names; whatever else is joined may come before it
or behind it, since ON does not name that. RIGHT JOIN is a LEFT JOIN turned round. A LEFT JOIN whose missing rows WHERE would throw
away is an inner one. A FULL JOIN, and a join on the right side of a LEFT JOIN, are one unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from borealis.planner.physical import PlannedJoin, Scan
from borealis.planner.terms import outer_relations
from borealis.sql.bound.expressions import (
    BoolExpr,
    BoolOp,
    Expr,
    FuncCall,
    InList,
    NullTest,
    Relabel,
    ScalarArray,
    Var,
)
from borealis.sql.bound.relations import FromItem, Join, JoinKind, Relation
from borealis.sql.bound.trees import conjuncts, relations_named


@dataclass(slots=True, eq=False)
class Unit:
    """Something joined as a whole."""

    item: FromItem
    ids: frozenset[int]
    requires: frozenset[int] = frozenset()  # relations that must have been joined before
    on: tuple[Expr, ...] | None = None  # the conditions of a LEFT JOIN whose right side it is


def relations_in(item: FromItem) -> list[Relation]:
    """Return the relations of a FROM clause, bound or planned, not those inside its subqueries."""
    if isinstance(item, Join | PlannedJoin):
        return [*relations_in(item.left), *relations_in(item.right)]
    return [item.relation] if isinstance(item, Scan) else [item]  # type: ignore[list-item]


def relation_ids(item: FromItem) -> frozenset[int]:
    return frozenset(relation.id for relation in relations_in(item))


def take_apart(item: FromItem, where: Expr | None) -> tuple[list[Unit], list[Expr]]:
    """Return the units of a FROM clause, and the conditions that hold of all of its rows."""
    terms = list(conjuncts(where))
    units: list[Unit] = []
    _collect(item, units, terms)
    group = frozenset(number for unit in units for number in unit.ids)
    for unit in units:
        unit.requires |= (outer_relations(unit.item) & group) - unit.ids
    _reduce(units, terms)
    return units, terms


def _collect(item: FromItem, units: list[Unit], terms: list[Expr]) -> frozenset[int]:
    """Add an item's units; returns the ids of its relations."""
    if isinstance(item, Join) and item.kind is JoinKind.INNER:
        ids = _collect(item.left, units, terms) | _collect(item.right, units, terms)
        terms += conjuncts(item.condition)
        return ids
    if isinstance(item, Join) and item.kind in (JoinKind.LEFT, JoinKind.RIGHT):
        kept, filled = (item.left, item.right) if item.kind is JoinKind.LEFT else (item.right, item.left)
        left = _collect(kept, units, terms)
        ids = relation_ids(filled)
        on = conjuncts(item.condition)
        named = (relations_named(on) & left) or left
        units.append(Unit(filled, ids, named, on))
        return left | ids
    ids = relation_ids(item)
    units.append(Unit(item, ids))
    return ids


def _reduce(units: Sequence[Unit], terms: list[Expr]) -> None:
    """Make inner joins of LEFT JOINs whose missing rows the conditions throw away."""
    changed = True
    while changed:
        changed = False
        for unit in units:
            if unit.on is not None and any(rejects_missing(term, unit.ids) for term in terms):
                terms += unit.on
                unit.on, changed = None, True
                unit.requires = outer_relations(unit.item) & unit.requires


def rejects_missing(term: Expr, ids: frozenset[int]) -> bool:
    """Whether a condition cannot be true where the columns of the relations are NULL."""
    match term:
        case BoolExpr(op=BoolOp.AND):
            return any(rejects_missing(arg, ids) for arg in term.args)
        case BoolExpr(op=BoolOp.OR):
            return all(rejects_missing(arg, ids) for arg in term.args)
        case NullTest(negated=True):
            return _is_missing(term.arg, ids)
        case InList():
            return _is_missing(term.left, ids)
        case ScalarArray(is_any=True, comparison=FuncCall() as comparison):
            return comparison.function.strict and _is_missing(term.left, ids)
        case FuncCall():
            return _is_missing(term, ids)
    return False


def _is_missing(expr: Expr, ids: frozenset[int]) -> bool:
    """Whether an expression is NULL where the relations' columns are."""
    match expr:
        case Var():
            return expr.relation in ids
        case Relabel():
            return _is_missing(expr.arg, ids)
        case FuncCall():
            return (
                expr.function.strict
                and not expr.function.returns_set
                and any(_is_missing(arg, ids) for arg in expr.args)
            )
    return False


def named_in(term: object, group: Iterable[int]) -> frozenset[int]:
    """Return which relations of a group a condition names, inside its subqueries too."""
    return relations_named(term) & frozenset(group)
