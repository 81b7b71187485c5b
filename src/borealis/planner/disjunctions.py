"""What an OR of ANDs says besides: what all of its arms share, and what they leave of each relation by itself.

    (a.x = b.y AND a.z = 1) OR (a.x = b.y AND b.w = 2)       a.x = b.y AND (a.z = 1 OR b.w = 2)
    (a.z = 1 AND b.w = 3) OR (a.z = 2 AND b.w = 4)           (a.z = 1 OR a.z = 2), (b.w = 3 OR b.w = 4) follow

A condition that follows stands beside the OR, which still has to be looked at. Nothing is done to volatile conditions.
Source: PostgreSQL 16, prepqual.c (find_duplicate_ors), orclauses.c.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from borealis.planner.terms import disjuncts, joined
from borealis.planner.units import Unit, named_in
from borealis.sql.bound.expressions import BoolExpr, BoolOp, Expr, SubLink
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.trees import any_node, conjuncts, is_volatile
from borealis.types import oids


def factored(terms: Iterable[Expr]) -> list[Expr]:
    """Return conditions with what the arms of an OR share as conditions of their own."""
    return list(dict.fromkeys(each for term in terms for each in _factored(term)))


def _factored(term: Expr) -> Sequence[Expr]:
    arms = _arms(term)
    shared = [each for each in arms[0] if all(each in arm for arm in arms[1:])] if arms else []
    if not shared:
        return (term,)
    rests = [[each for each in arm if each not in shared] for arm in arms]
    return (*shared, _any_of(rests)) if all(rests) else shared


def restrictions(terms: Iterable[Expr], units: Sequence[Unit]) -> list[Expr]:
    """Return the conditions on one table each that follow from ORs over several."""
    group = frozenset(number for unit in units for number in unit.ids)
    found = []
    for term in terms:
        named = named_in(term, group)
        if len(named) < 2:
            continue
        arms = _arms(term)
        for unit in units:
            if arms and unit.on is None and isinstance(unit.item, TableRelation) and unit.ids <= named:
                own = [
                    [each for each in arm if named_in(each, group) == unit.ids and not _asks(each)]
                    for arm in arms
                ]
                if all(own):
                    found.append(_any_of(own))
    return found


def _arms(term: Expr) -> list[tuple[Expr, ...]]:
    """Return the conditions of each arm of an OR; none where it is no OR, or a volatile one."""
    arms = disjuncts(term)
    return [] if len(arms) < 2 or is_volatile(term) else [conjuncts(arm) for arm in arms]


def _any_of(arms: Sequence[Sequence[Expr]]) -> Expr:
    different = tuple(dict.fromkeys(joined(arm) for arm in arms))
    args = tuple(arm for arm in different if arm is not None)
    return args[0] if len(args) == 1 else BoolExpr(oids.BOOL, -1, BoolOp.OR, args)


def _asks(term: Expr) -> bool:
    """Whether it holds a subquery, which would be run twice."""
    return any_node(term, lambda node: isinstance(node, SubLink))
