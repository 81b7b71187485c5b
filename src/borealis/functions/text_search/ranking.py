"""ts_rank: how often a document has the words of a query, and how near each other where all are wanted.

PostgreSQL computes in float4, so that every step is rounded to it here too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

from borealis.errors import ArraySubscriptError, InvalidParameterValue, NullValueNotAllowed
from borealis.functions.array.elements import dimensions, values
from borealis.functions.implementation import scalar
from borealis.functions.text_search.matching import entries
from borealis.types import array, oids
from borealis.types.floating import from_value, round_float4
from borealis.types.text_search import query as queries
from borealis.types.text_search import vector as vectors
from borealis.types.text_search.lexeme_reader import Position
from borealis.types.text_search.limits import POSITION_END
from borealis.types.text_search.query import Operand, Query, operands
from borealis.types.text_search.vector import Vector

Weights = Sequence[float]
"""Of D, C, B and A."""

_DEFAULT_WEIGHTS = tuple(map(round_float4, (0.1, 0.2, 0.4, 1.0)))
_NO_PLACE: tuple[Position, ...] = ((POSITION_END - 1, 0),)
"""What a lexeme without positions has for the distance to others."""
_FAR = 100
_FARTHEST = round_float4(1e-30)
_LEAST = round_float4(1e-20)
_SUM_OF_SQUARES = 1.64493406685  # π²/6, the sum of 1/n²

BY_LOG_LENGTH, BY_LENGTH, BY_EXTENT_DISTANCE, BY_WORDS, BY_LOG_WORDS, BY_ITSELF = 1, 2, 4, 8, 16, 32
"""The bits of a normalization."""

_f = round_float4


def document_length(vector: Vector) -> int:
    return sum(len(lexeme.positions) or 1 for lexeme in vector)


def read_weights(weights: str) -> Weights:
    """Raises ArraySubscriptError 2202E, NullValueNotAllowed 22004, InvalidParameterValue 22023."""
    lengths = dimensions(array.unpack(weights))
    if len(lengths) != 1:
        raise ArraySubscriptError("array of weight must be one-dimensional")
    if lengths[0] < len(_DEFAULT_WEIGHTS):
        raise ArraySubscriptError("array of weight is too short")
    found = values(weights, oids.FLOAT4)
    if None in found:
        raise NullValueNotAllowed("array of weight must not contain nulls")
    numbers = [from_value(value) for value in found[: len(_DEFAULT_WEIGHTS)]]
    known = [
        number if number >= 0 else default for number, default in zip(numbers, _DEFAULT_WEIGHTS, strict=True)
    ]
    if any(number > 1.0 for number in known):
        raise InvalidParameterValue("weight out of range")
    return known


def _distinct(query: Query) -> list[Operand]:
    """Return one operand of each word, in order of words.

    Of `a` and `a:*` PostgreSQL keeps whichever its sort leaves first; of up to six operands that is the first, as here.
    """
    found: dict[str, Operand] = {}
    for operand in operands(query):
        found.setdefault(operand.word, operand)
    return [found[word] for word in sorted(found)]


def _nearness(distance: int) -> float:
    if distance > _FAR:
        return _FARTHEST
    return _f(1.0 / (1.005 + 0.05 * math.exp(_f(distance) / 1.5 - 2)))


def _rank_of_all(weights: Weights, vector: Vector, query: Query) -> float:
    """Rank by the distances between the places of each two words; negative where no two are there."""
    wanted = _distinct(query)
    if len(wanted) < 2:
        return _rank_of_any(weights, vector, query)
    rank = -1.0
    seen: list[tuple[Position, ...] | None] = [None] * len(wanted)
    for n, operand in enumerate(wanted):
        for lexeme in entries(vector, operand):
            seen[n] = places = lexeme.positions or _NO_PLACE
            for others in seen[:n]:
                if others is None:
                    continue
                for (at, weight), (other_at, other_weight) in product(places, others):
                    distance = abs(at - other_at)
                    if not distance:
                        if places is not _NO_PLACE and others is not _NO_PLACE:
                            continue
                        distance = POSITION_END
                    both = _f(_f(weights[weight] * weights[other_weight]) * _nearness(distance))
                    found = _f(math.sqrt(both))
                    rank = found if rank < 0 else _f(1.0 - (1.0 - rank) * (1.0 - found))
    return rank


def _rank_of_any(weights: Weights, vector: Vector, query: Query) -> float:
    """Rank by the words' own places: the best one counts whole, the others less the later they come."""
    wanted = _distinct(query)
    rank = 0.0
    for operand in wanted:
        for lexeme in entries(vector, operand):
            total, best, best_at = 0.0, -1.0, 0
            for n, (_, weight) in enumerate(lexeme.positions or ((0, 0),)):
                total = _f(total + _f(weights[weight] / ((n + 1) * (n + 1))))
                if weights[weight] > best:
                    best, best_at = weights[weight], n
            less = _f(best / ((best_at + 1) * (best_at + 1)))
            rank = _f(rank + _f(_f(best + total) - less) / _SUM_OF_SQUARES)
    return _f(rank / len(wanted)) if wanted else rank


def _rank(weights: Weights, vector: Vector, query: Query | None, normalization: int) -> float:
    if not vector or query is None:
        return 0.0
    wants_all = not isinstance(query, Operand) and query.kind in ("&", "<->")
    rank = (_rank_of_all if wants_all else _rank_of_any)(weights, vector, query)
    if rank < 0:
        rank = _LEAST
    if normalization & BY_LOG_LENGTH:
        rank = _f(rank / (math.log(document_length(vector) + 1) / math.log(2.0)))
    if normalization & BY_LENGTH:
        rank = _f(rank / document_length(vector))
    if normalization & BY_WORDS:
        rank = _f(rank / len(vector))
    if normalization & BY_LOG_WORDS:
        rank = _f(rank / (math.log(len(vector) + 1) / math.log(2.0)))
    if normalization & BY_ITSELF:
        rank = _f(rank / _f(rank + 1))
    return rank


Rank = Callable[[Weights, Vector, Query | None, int], float]


def register(name: str, rank: Rank) -> None:
    """Register the four forms of a rank: with and without weights, with and without a normalization."""

    @scalar(f"{name}_wttf")
    def weighted_normalized(weights: str, vector: str, query: str, normalization: int) -> float:
        return rank(read_weights(weights), vectors.unpack(vector), queries.unpack(query), normalization)

    @scalar(f"{name}_wtt")
    def weighted(weights: str, vector: str, query: str) -> float:
        return weighted_normalized(weights, vector, query, 0)

    @scalar(f"{name}_ttf")
    def normalized(vector: str, query: str, normalization: int) -> float:
        return rank(_DEFAULT_WEIGHTS, vectors.unpack(vector), queries.unpack(query), normalization)

    @scalar(f"{name}_tt")
    def plain(vector: str, query: str) -> float:
        return normalized(vector, query, 0)


register("ts_rank", _rank)
