"""Equalities between columns, what follows from them, and how selective they are.

    a.x = b.y AND b.y = c.z      c.z = a.x follows; a.x, b.y, c.z are one class
    a.x = b.y AND b.y = $1       a.x = $1 follows

What follows serves access paths and orders; it is no condition of its own and narrows no estimate twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from borealis.planner.terms import comparison_symbol, stripped
from borealis.sql.bound.expressions import Expr, FuncCall, Var
from borealis.sql.bound.trees import is_volatile, relations_named


@dataclass(slots=True, eq=False)
class EqualityClass:
    """Columns that are equal in every row, by one operator over one type, and perhaps equal to constants."""

    members: list[Var] = field(default_factory=list)
    constants: list[Expr] = field(default_factory=list)
    samples: list[FuncCall] = field(default_factory=list)


def equality_classes(terms: Iterable[Expr], group: frozenset[int]) -> list[EqualityClass]:
    """Return the classes the conditions make of the columns of a group of relations."""
    classes: list[EqualityClass] = []
    for term in terms:
        if comparison_symbol(term) != "=" or not isinstance(term, FuncCall):
            continue
        if term.function.args[0] != term.function.args[1]:
            continue
        left, right = (_side(arg, group) for arg in term.args)
        sides = [side for side in (left, right) if side is not None]
        others = [arg for arg, side in zip(term.args, (left, right), strict=True) if side is None]
        if not sides or any(relations_named(other) & group or is_volatile(other) for other in others):
            continue
        found = _class_of(classes, sides, term)
        found.samples.append(term)
        found.members += [side for side in dict.fromkeys(sides) if side not in found.members]
        found.constants += [other for other in others if other not in found.constants]
    return classes


def _side(arg: Expr, group: frozenset[int]) -> Var | None:
    side = stripped(arg)
    return side if isinstance(side, Var) and side.relation in group and side.type == arg.type else None


def _class_of(classes: list[EqualityClass], sides: Sequence[Var], term: FuncCall) -> EqualityClass:
    """Return the class of the sides, two made one where they stand in two."""
    found = [
        each
        for each in classes
        if each.samples[0].function == term.function and any(side in each.members for side in sides)
    ]
    if not found:
        classes.append(EqualityClass())
        return classes[-1]
    first = found[0]
    for other in found[1:]:
        first.members += [each for each in other.members if each not in first.members]
        first.constants += [each for each in other.constants if each not in first.constants]
        first.samples += other.samples
        classes.remove(other)
    return first


def derived(classes: Iterable[EqualityClass], terms: Sequence[Expr]) -> list[Expr]:
    """Return the equalities that follow and do not stand among the conditions."""
    found: list[Expr] = []
    for each in classes:
        sample = each.samples[0]
        present = {frozenset(map(stripped, term.args)) for term in each.samples}
        for number, member in enumerate(each.members):
            others: list[Expr] = [
                other for other in each.members[:number] if other.relation != member.relation
            ]
            others += each.constants[:1]
            found += [
                replace(sample, args=(member, other))
                for other in others
                if frozenset((member, stripped(other))) not in present
            ]
    return [term for term in found if term not in terms]
