"""Overload resolution: which function or operator a call means, by PostgreSQL's real rules.

Source: PostgreSQL 16 documentation 10.2 (operators) and 10.3 (functions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from borealis.errors import AmbiguousFunction, UndefinedFunction
from borealis.functions.signatures import Function, Operator, functions_by_name, operators_by_name
from borealis.sql.bind.pathways import can_coerce, is_consistent
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

T = TypeVar("T")


_FIRST_MADE = 16_384
_NO_OPERATOR = (
    "No operator matches the given name and argument types. You might need to add explicit type casts."
)
_NO_PREFIX_OPERATOR = (
    "No operator matches the given name and argument type. You might need to add an explicit type cast."
)
"""The least oid of what a user makes."""


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """One overload with the argument types it has for this call: defaults left out, VARIADIC expanded."""

    item: T
    args: tuple[Oid, ...]
    is_variadic: bool = False


def find_operator(name: str, left: Oid, right: Oid, position: int | None) -> Operator:
    """Return the binary operator meant by `left name right`; left 0 for a prefix operator.

    Raises: UndefinedFunction 42883, AmbiguousFunction 42725.
    """
    operators = [
        operator for operator in operators_by_name().get(name, ()) if (operator.left == 0) == (left == 0)
    ]
    if left == 0:
        candidates = [Candidate(operator, (operator.right,)) for operator in operators]
        given: tuple[Oid, ...] = (right,)
    else:
        candidates = [Candidate(operator, (operator.left, operator.right)) for operator in operators]
        given = (left, right)
    exact = _exact_operator(candidates, given)
    if exact is not None:
        return exact
    found = choose(candidates, given)
    if len(found) == 1:
        return found[0].item
    described = _operator_text(name, given)
    if found:
        raise AmbiguousFunction(
            f"operator is not unique: {described}",
            hint="Could not choose a best candidate operator. You might need to add explicit type casts.",
            position=position,
        )
    raise UndefinedFunction(
        f"operator does not exist: {described}",
        hint=_NO_OPERATOR if len(given) > 1 else _NO_PREFIX_OPERATOR,
        position=position,
    )


def _operator_text(name: str, given: tuple[Oid, ...]) -> str:
    words = [format_type(oid, -1) for oid in given]
    return f"{name} {words[0]}" if len(words) == 1 else f"{words[0]} {name} {words[1]}"


def _exact_operator(candidates: Sequence[Candidate[Operator]], given: tuple[Oid, ...]) -> Operator | None:
    """Return the operator whose types are the given ones, an unknown side taken for the other side's type."""
    if len(given) == 2:
        left, right = given
        if left == oids.UNKNOWN and right != oids.UNKNOWN:
            given = (right, right)
        elif right == oids.UNKNOWN and left != oids.UNKNOWN:
            given = (left, left)
    if oids.UNKNOWN in given:
        return None
    return next((candidate.item for candidate in candidates if candidate.args == given), None)


def find_function(
    name: str, given: tuple[Oid, ...], functions: Sequence[Function] | None = None
) -> list[Candidate[Function]]:
    """Return the overloads a call may mean: one where it is decided, none where nothing fits.

    functions are those of the name; the built-in ones where not given.
    """
    known = functions_by_name().get(name, ()) if functions is None else functions
    candidates = _function_candidates(known, given)
    exact = [candidate for candidate in candidates if candidate.args == given]
    if exact:
        return [candidate for candidate in exact if not candidate.is_variadic] or exact
    found = choose(candidates, given)
    plain = [candidate for candidate in found if not candidate.is_variadic]
    return plain if len(plain) == 1 else found


def _function_candidates(functions: Sequence[Function], given: tuple[Oid, ...]) -> list[Candidate[Function]]:
    count = len(given)
    candidates = []
    for function in functions:
        declared = function.args
        if len(declared) - function.default_count <= count <= len(declared):
            candidates.append(Candidate(function, declared[:count]))
        if function.variadic and count >= len(declared):
            expanded = declared[:-1] + (function.variadic,) * (count - len(declared) + 1)
            candidates.append(Candidate(function, expanded, is_variadic=True))
    return _without_shadowed(candidates)


def _without_shadowed(candidates: list[Candidate[Function]]) -> list[Candidate[Function]]:
    """Of overloads with the same types for this call, keep one: a plain one before a variadic, a built-in one first.

    Two that CREATE FUNCTION made are both kept: that one of them fills in defaults decides nothing.
    """
    kept: dict[tuple[Oid, ...], Candidate[Function]] = {}
    alike: list[Candidate[Function]] = []
    for candidate in candidates:
        other = kept.get(candidate.args)
        if other is None or (other.is_variadic and not candidate.is_variadic):
            kept[candidate.args] = candidate
        elif other.is_variadic == candidate.is_variadic and other.item.oid >= _FIRST_MADE:
            alike.append(candidate)
    return [*kept.values(), *alike]


def choose(candidates: Sequence[Candidate[T]], given: tuple[Oid, ...]) -> list[Candidate[T]]:
    """Narrow candidates by PostgreSQL's steps; one left is the answer, several are ambiguous."""
    left = [
        candidate
        for candidate in candidates
        if all(can_coerce(source, target) for source, target in zip(given, candidate.args, strict=True))
        and is_consistent(given, candidate.args)
    ]
    if len(left) <= 1:
        return left
    left = _keep_best(left, lambda candidate: _exact_matches(candidate, given))
    if len(left) == 1:
        return left
    left = _keep_best(left, lambda candidate: _preferred_matches(candidate, given))
    if len(left) == 1 or oids.UNKNOWN not in given:
        return left
    left = _by_category_of_unknowns(left, given)
    if len(left) == 1:
        return left
    return _unknowns_as_the_known_type(left, given)


def _keep_best(candidates: list[Candidate[T]], score: object) -> list[Candidate[T]]:
    scores = [score(candidate) for candidate in candidates]  # type: ignore[operator]
    best = max(scores)
    return [candidate for candidate, points in zip(candidates, scores, strict=True) if points == best]


def _exact_matches(candidate: Candidate[T], given: tuple[Oid, ...]) -> int:
    return sum(
        source != oids.UNKNOWN and source == target
        for source, target in zip(given, candidate.args, strict=True)
    )


def _preferred_matches(candidate: Candidate[T], given: tuple[Oid, ...]) -> int:
    """Count the arguments that match exactly or take the preferred type of the given type's category."""
    points = 0
    for source, target in zip(given, candidate.args, strict=True):
        if source == oids.UNKNOWN:
            continue
        target_type = type_of(target)
        if source == target or (target_type.preferred and target_type.category == type_of(source).category):
            points += 1
    return points


def _by_category_of_unknowns(candidates: list[Candidate[T]], given: tuple[Oid, ...]) -> list[Candidate[T]]:
    """Decide each unknown argument's category: string if any candidate takes one, else what all agree on."""
    wanted: list[tuple[int, str, bool]] = []  # ordinal, category, whether only a preferred type will do
    for ordinal, source in enumerate(given):
        if source != oids.UNKNOWN:
            continue
        accepted = [type_of(candidate.args[ordinal]) for candidate in candidates]
        categories = {type_.category for type_ in accepted}
        if "S" in categories:
            category = "S"
        elif len(categories) == 1:
            category = categories.pop()
        else:
            return candidates
        has_preferred = any(type_.preferred and type_.category == category for type_ in accepted)
        wanted.append((ordinal, category, has_preferred))
    left = [
        candidate
        for candidate in candidates
        if all(
            type_of(candidate.args[ordinal]).category == category
            and (not has_preferred or type_of(candidate.args[ordinal]).preferred)
            for ordinal, category, has_preferred in wanted
        )
    ]
    return left or candidates


def _unknowns_as_the_known_type(candidates: list[Candidate[T]], given: tuple[Oid, ...]) -> list[Candidate[T]]:
    """Where all known arguments have one type, take the unknown ones for that type too."""
    known = {source for source in given if source != oids.UNKNOWN}
    if len(known) != 1:
        return candidates
    (source,) = known
    matching = [
        candidate
        for candidate in candidates
        if all(can_coerce(source, target) for target in candidate.args)
        and is_consistent([source] * len(given), candidate.args)
    ]
    return matching if len(matching) == 1 else candidates
