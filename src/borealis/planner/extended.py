"""What statistics objects say of several conditions on one table, which by themselves would be taken as independent.

    mcv             conditions are tried on the commonest combinations; the rest is estimated as if it were independent
    dependencies    city = 'Rome' AND country = 'Italy': the one says the other, for a known part of the rows
    ndistinct       how many groups GROUP BY city, country makes

Source: PostgreSQL 16 documentation 70.2; mcv.c (mcv_combine_selectivities), dependencies.c (clauselist_apply_dependencies).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from borealis.catalog.statistics import Dependency, ExtendedStatistics
from borealis.planner.terms import COMMUTED, comparison_symbol, stripped
from borealis.sql.bound.expressions import BoolExpr, BoolOp, Const, Expr, FuncCall, InList, NullTest, Var
from borealis.types import oids
from borealis.types.base import PLAIN, Value
from borealis.types.registry import stored_representation

if TYPE_CHECKING:
    from borealis.planner.selectivity import TableEstimator

Truth = Callable[[tuple[Value, ...]], bool | None]
"""Of a combination of values, whether a condition holds; None: it is NULL."""

_COMPARED: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


@dataclass(frozen=True, slots=True)
class Together:
    """A statistics object, its columns and expressions over a relation."""

    keys: tuple[Expr, ...]  # in the order of found.attnums
    found: ExtendedStatistics

    def key_of(self, attnum: int) -> Expr:
        return self.keys[list(self.found.attnums).index(attnum)]


def compare(left: Value, right: Value) -> int:
    """Compare two values as they stand in storage, where their order is the type's; a float's NaN is text, above numbers."""
    if isinstance(left, str) != isinstance(right, str) and not isinstance(left, bytes):
        return isinstance(left, str) - isinstance(right, str)
    return (left > right) - (left < right)  # type: ignore[operator]


def comparable(key: Expr, value: Value) -> Value:
    """Return a stored value of a key in a form that compares: of a number kept as decimal text, the number."""
    if isinstance(value, str) and _is_decimal_text(key):
        return float(value)
    return value


def _is_decimal_text(key: Expr) -> bool:
    return (
        key.type == oids.NUMERIC
        and not isinstance(key, Var)
        and stored_representation(key.type, key.typmod) is PLAIN
    )


def of_conjunction(
    estimator: TableEstimator, terms: Sequence[Expr], objects: Sequence[Together]
) -> tuple[float, list[Expr]]:
    """Return what the objects say of some of the conditions, and the others."""
    result, left = 1.0, list(terms)
    for one in sorted(objects, key=lambda each: -_covered(each, left)):
        if not one.found.most_common:
            continue
        truths = {term: truth for term in left if (truth := _truth(estimator, term, one.keys)) is not None}
        if _covered(one, truths) < 2:
            continue
        result *= _of_most_common(estimator, one, truths)
        left = [term for term in left if term not in truths]
    by_key = _equalities(left)
    chosen = _strongest(objects, set(by_key))
    if not chosen:
        return result, left
    parts = {key: estimator.independent(found) for key, found in by_key.items()}
    for determining, implied, degree in reversed(chosen):
        given = prod(parts[key] for key in determining)
        part = parts[implied]
        parts[implied] = (degree if given <= part else degree * part / given) + (1 - degree) * part
    used = {key for determining, implied, _ in chosen for key in (*determining, implied)}
    spent = [term for key in used for term in by_key[key]]
    result *= prod(min(max(parts[key], 0.0), 1.0) for key in used)
    return result, [term for term in left if term not in spent]


def _covered(one: Together, terms: Iterable[Expr]) -> int:
    """Return how many of an object's keys conditions name."""
    named = {key for term in terms for key in _keys_in(term)}
    return sum(key in named for key in one.keys)


def _keys_in(term: Expr) -> set[Expr]:
    match term:
        case BoolExpr():
            return {key for arg in term.args for key in _keys_in(arg)}
        case FuncCall() if len(term.args) == 2:
            return {stripped(arg) for arg in term.args if not isinstance(stripped(arg), Const)}
        case InList():
            return {stripped(term.left)}
        case NullTest():
            return {stripped(term.arg)}
    return set()


# The commonest combinations


def _of_most_common(estimator: TableEstimator, one: Together, truths: dict[Expr, Truth]) -> float:
    simple = estimator.independent(truths)
    matched = base = total = 0.0
    for item in one.found.most_common:
        total += item.frequency
        if all(truth(item.values) for truth in truths.values()):
            matched += item.frequency
            base += item.base_frequency
    others = min(max(simple - base, 0.0), max(1 - total, 0.0))
    return min(matched + others, 1.0)


def _truth(estimator: TableEstimator, term: Expr, keys: Sequence[Expr]) -> Truth | None:
    """Return how a condition is decided by values of the keys; None: it cannot be."""
    match term:
        case BoolExpr():
            args = [_truth(estimator, arg, keys) for arg in term.args]
            known = [arg for arg in args if arg is not None]
            return _combined(term.op, known) if len(known) == len(args) else None
        case NullTest():
            place = _place(term.arg, keys)
            if place is None:
                return None
            negated = term.negated
            return lambda values: (values[place] is None) != negated
        case InList():
            return _one_of(estimator, term, keys)
        case FuncCall():
            return _compared(estimator, term, keys)
    return None


def _combined(op: BoolOp, args: list[Truth]) -> Truth:
    def truth(values: tuple[Value, ...]) -> bool | None:
        found = [arg(values) for arg in args]
        if op is BoolOp.NOT:
            return None if found[0] is None else not found[0]
        decisive = op is BoolOp.OR
        return decisive if decisive in found else None if None in found else not decisive

    return truth


def _place(expr: Expr, keys: Sequence[Expr]) -> int | None:
    key = stripped(expr)
    return keys.index(key) if key in keys else None


def _one_of(estimator: TableEstimator, term: InList, keys: Sequence[Expr]) -> Truth | None:
    place = _place(term.left, keys)
    wanted = [estimator.constant(keys[place], item) for item in term.items] if place is not None else []
    if place is None or any(value is None for value in wanted):
        return None
    negated = term.negated
    return lambda values: None if values[place] is None else (values[place] in wanted) != negated


def _compared(estimator: TableEstimator, term: FuncCall, keys: Sequence[Expr]) -> Truth | None:
    symbol = comparison_symbol(term)
    if symbol is None:
        return None
    left, right = term.args
    place = _place(left, keys)
    if place is None:
        place, right, symbol = _place(right, keys), left, COMMUTED[symbol]
    wanted = None if place is None else estimator.constant(keys[place], right)
    if place is None or wanted is None:
        return None
    decides = _COMPARED[symbol]
    return lambda values: None if values[place] is None else decides(compare(values[place], wanted))


# Dependencies


def _equalities(terms: Iterable[Expr]) -> dict[Expr, list[Expr]]:
    """Return the conditions that fix one key, or leave it some values, by key."""
    found: dict[Expr, list[Expr]] = {}
    for term in terms:
        is_equality = comparison_symbol(term) == "=" or (isinstance(term, InList) and not term.negated)
        keys = _keys_in(term) if is_equality else set()
        if len(keys) == 1:
            found.setdefault(keys.pop(), []).append(term)
    return found


def _strongest(objects: Sequence[Together], known: set[Expr]) -> list[tuple[tuple[Expr, ...], Expr, float]]:
    """Return the dependencies to apply: of most columns first, then of the highest degree; each implies another key."""
    every = [
        (tuple(one.key_of(attnum) for attnum in each.determining), one.key_of(each.implied), each)
        for one in objects
        for each in one.found.dependencies
    ]
    chosen: list[tuple[tuple[Expr, ...], Expr, float]] = []
    while True:
        fitting = [
            (determining, implied, each)
            for determining, implied, each in every
            if implied in known and known.issuperset(determining)
        ]
        if not fitting:
            return chosen
        determining, implied, best = max(fitting, key=_strength)
        chosen.append((determining, implied, best.degree))
        known = known - {implied}


def _strength(found: tuple[tuple[Expr, ...], Expr, Dependency]) -> tuple[int, float]:
    return len(found[0]), found[2].degree


# Groups


def distinct_together(objects: Sequence[Together], keys: Sequence[Expr]) -> tuple[float, list[Expr]] | None:
    """Return how many different combinations the object that knows most of the keys counted, and the other keys."""
    best: tuple[float, list[Expr]] | None = None
    for one in objects:
        for each in one.found.combinations:
            combined = [one.key_of(attnum) for attnum in each.attnums]
            if all(key in keys for key in combined):
                left = [key for key in keys if key not in combined]
                if best is None or len(left) < len(best[1]):
                    best = each.distinct, left
    return best
