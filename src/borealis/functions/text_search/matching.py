"""@@: whether a document matches a query. Headlines and cover ranking match words of their own by the same rules.

Above phrase operators a match is yes or no. Below, it has places: those of the last lexeme of each match, or, negated, all
places but those. A lexeme that has no positions may be anywhere, which a phrase counts as no.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from borealis.functions.implementation import scalar
from borealis.functions.json.scan import within_stack
from borealis.functions.text_search.documents import document
from borealis.functions.text_search.queries import plain_query
from borealis.types.text_search import query as queries
from borealis.types.text_search import vector as vectors
from borealis.types.text_search.query import Operand, Operator, Query
from borealis.types.text_search.vector import Lexeme, Vector


class Match(Enum):
    NO = 0
    YES = 1
    MAYBE = 2


@dataclass(slots=True)
class Places:
    match: Match
    places: Sequence[int] = ()  # rising
    is_negated: bool = False
    width: int = 0
    """How many lexemes before its place a match begins."""


Locate = Callable[[Operand], Places]
"""Finds an operand: NO, YES with its places, or MAYBE where it is there but has no place."""

_NOWHERE = Places(Match.NO)
_SOMEWHERE = Places(Match.MAYBE)


def matches(query: Query, locate: Locate) -> bool:
    """Raises RecursionError."""
    if isinstance(query, Operand):
        return locate(query).match is not Match.NO
    if query.left is None:
        return not matches(query.right, locate)
    match query.kind:
        case "&":
            return matches(query.left, locate) and matches(query.right, locate)
        case "|":
            return matches(query.left, locate) or matches(query.right, locate)
    return _places(query, locate).match is Match.YES


def _places(query: Query, locate: Locate) -> Places:
    if isinstance(query, Operand):
        return locate(query)
    if query.left is None:
        return _negated(_places(query.right, locate))
    left = _places(query.left, locate)
    if query.kind == "|":
        return _either(left, _places(query.right, locate))
    if left.match is Match.NO:
        return _NOWHERE
    right = _places(query.right, locate)
    if right.match is Match.NO:
        return _NOWHERE
    if Match.MAYBE in (left.match, right.match):
        return _SOMEWHERE
    return _both(query, left, right)


def _negated(found: Places) -> Places:
    if found.match is Match.MAYBE:
        return found
    if found.match is Match.NO:
        return Places(Match.YES, (), is_negated=True, width=found.width)
    if not found.places:
        return Places(Match.NO, width=found.width)  # all places, negated
    return Places(Match.YES, found.places, not found.is_negated, found.width)


def _both(query: Operator, left: Places, right: Places) -> Places:
    """Match of & and <->, where both sides match: a phrase where the right one is its distance behind the left."""
    if query.kind == "<->":
        width = query.distance + left.width + right.width
        a, b = _moved(left, query.distance + right.width), set(right.places)
    else:
        width = max(left.width, right.width)
        a, b = _moved(left, width - left.width), _moved(right, width - right.width)
    if left.is_negated and right.is_negated:
        return Places(Match.YES, _sorted(a | b), is_negated=True, width=width)
    if left.is_negated:
        return _found(b - a, width)
    return _found(a - b if right.is_negated else a & b, width)


def _either(left: Places, right: Places) -> Places:
    if left.match is Match.NO and right.match is Match.NO:
        return _NOWHERE
    if Match.MAYBE in (left.match, right.match):
        return _SOMEWHERE
    left, right = (_NOWHERE if found.match is Match.NO else found for found in (left, right))
    width = max(left.width, right.width)
    a, b = _moved(left, width - left.width), _moved(right, width - right.width)
    if left.is_negated and right.is_negated:
        return Places(Match.YES, _sorted(a & b), is_negated=True, width=width)
    if left.is_negated:
        return Places(Match.YES, _sorted(a - b), is_negated=True, width=width)
    if right.is_negated:
        return Places(Match.YES, _sorted(b - a), is_negated=True, width=width)
    return _found(a | b, width)


def _moved(found: Places, offset: int) -> set[int]:
    return {place + offset for place in found.places}


def _sorted(places: set[int]) -> list[int]:
    return sorted(place for place in places if place > 0)


def _found(places: set[int], width: int) -> Places:
    rising = _sorted(places)
    return Places(Match.YES if rising else Match.NO, rising, width=width)


def locations(query: Query, locate: Locate) -> list[Places] | None:
    """Return the places of each part that must match, None where the query does not. Raises RecursionError.

    Of alternatives that have several such parts each, one of the one stands with one of the other, in all combinations.
    """
    if isinstance(query, Operand):
        found = locate(query)
        return [found] if found.match is Match.YES else None
    if query.left is None:
        return [] if locations(query.right, locate) is None else None
    if query.kind == "<->":
        found = _places(query, locate)
        if found.match is not Match.YES:
            return None
        return [] if found.is_negated else [found]
    left = locations(query.left, locate)
    if query.kind == "&":
        right = None if left is None else locations(query.right, locate)
        return None if left is None or right is None else left + right
    right = locations(query.right, locate)
    if not left or not right:
        return None if left is None and right is None else (left or right or [])
    return [
        Places(Match.YES, sorted({*a.places, *b.places}), width=max(a.width, b.width))
        for a in left
        for b in right
    ]


def first_at_least(vector: Vector, word: str) -> int:
    return bisect_left(vector, word, key=lambda lexeme: lexeme.word)


def entries(vector: Vector, operand: Operand) -> list[Lexeme]:
    """Return the lexemes an operand names: one, or all that begin with it."""
    at = first_at_least(vector, operand.word)
    end = at
    while end < len(vector) and (
        vector[end].word.startswith(operand.word) if operand.is_prefix else vector[end].word == operand.word
    ):
        end += 1
    return list(vector[at:end])


def in_vector(vector: Vector) -> Locate:
    """Return what finds operands in a vector. A stripped lexeme matches whatever weights are asked for."""

    def locate(operand: Operand) -> Places:
        places: set[int] = set()
        for lexeme in entries(vector, operand):
            if not lexeme.positions:
                return _SOMEWHERE
            places.update(
                place
                for place, weight in lexeme.positions
                if not operand.weights or operand.weights >> weight & 1
            )
        return Places(Match.YES, sorted(places)) if places else _NOWHERE

    return locate


@within_stack
def _matches_vector(vector: Vector, query: Query | None) -> int:
    return int(query is not None and matches(query, in_vector(vector)))


@scalar("ts_match_vq")
def match_vector_query(vector: str, query: str) -> int:
    return _matches_vector(vectors.unpack(vector), queries.unpack(query))


@scalar("ts_match_qv")
def match_query_vector(query: str, vector: str) -> int:
    return match_vector_query(vector, query)


@scalar("ts_match_tq")
def match_text_query(text: str, query: str) -> int:
    return _matches_vector(document(text), queries.unpack(query))


@scalar("ts_match_tt")
def match_text_text(text: str, words: str) -> int:
    return _matches_vector(document(text), plain_query(words))
