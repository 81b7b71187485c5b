"""ts_rank_cd: by how short the stretches of a document are in which the whole query is found (cover density)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from borealis.functions.json.scan import within_stack
from borealis.functions.text_search.matching import Locate, Match, Places, entries, matches
from borealis.functions.text_search.ranking import (
    BY_EXTENT_DISTANCE,
    BY_ITSELF,
    BY_LENGTH,
    BY_LOG_LENGTH,
    BY_LOG_WORDS,
    BY_WORDS,
    Weights,
    document_length,
    register,
)
from borealis.types.floating import round_float4
from borealis.types.text_search.query import Operand, Query, operands
from borealis.types.text_search.vector import Vector


@dataclass(frozen=True, slots=True)
class _Spot:
    """A lexeme of the document at one of its places, with the operands that name it."""

    place: int
    weight: int
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class _Cover:
    first: int  # spots, by number
    last: int
    begin: int  # places
    end: int


def _spots(vector: Vector, query: Query) -> list[_Spot]:
    """Return the spots in order of places; a lexeme without positions has none."""
    found: dict[tuple[int, int, str], list[Operand]] = {}
    for operand in operands(query):
        for lexeme in entries(vector, operand):
            for place, weight in lexeme.positions:
                if not operand.weights or operand.weights >> weight & 1:
                    found.setdefault((place, weight, lexeme.word), []).append(operand)
    return [_Spot(key[0], key[1], tuple(found[key])) for key in sorted(found)]


class _Seen:
    """Operands found as yet, with their places."""

    def __init__(self) -> None:
        self._places: dict[int, set[int]] = {}

    def add(self, spot: _Spot) -> None:
        for operand in spot.operands:
            self._places.setdefault(id(operand), set()).add(spot.place)

    def locate(self, operand: Operand) -> Places:
        places = self._places.get(id(operand))
        return Places(Match.NO) if places is None else Places(Match.YES, sorted(places))


def _first_match(spots: Sequence[_Spot], numbers: range, query: Query) -> int | None:
    """Return the spot with which, taken in this order, the query matches first."""
    seen = _Seen()
    locate: Locate = seen.locate
    for number in numbers:
        seen.add(spots[number])
        if matches(query, locate):
            return number
    return None


def _covers(spots: Sequence[_Spot], query: Query) -> Iterator[_Cover]:
    """Yield the shortest stretches, each beginning behind the begin of the one before."""
    start = 0
    while start <= len(spots):
        last = _first_match(spots, range(start, len(spots)), query)
        if last is None:
            return
        first = _first_match(spots, range(last, start - 1, -1), query)
        if first is None:
            start += 1
            continue
        yield _Cover(first, last, spots[first].place, spots[last].place)
        start = first + 1


@within_stack
def _rank(weights: Weights, vector: Vector, query: Query | None, normalization: int) -> float:
    spots = [] if query is None else _spots(vector, query)
    if query is None or not spots:
        return 0.0
    costs = [1.0 / weight if weight else math.inf for weight in weights]
    rank = distances = previous = 0.0
    count = 0
    for cover in _covers(spots, query):
        cost = 0.0
        for spot in spots[cover.first : cover.last + 1]:
            cost += costs[spot.weight]
        between = cover.last - cover.first
        noise = cover.end - cover.begin - between
        if noise < 0:  # places beyond the last are not told apart
            noise = between // 2
        rank += (between + 1) / cost / (1 + noise)
        middle = (cover.begin + cover.end) / 2.0
        if count and middle > previous:
            distances += 1.0 / (middle - previous)
        previous = middle
        count += 1
    if normalization & BY_EXTENT_DISTANCE and count and distances > 0:
        extent = count / distances
    else:
        extent = 0.0
    return round_float4(_normalized(rank, vector, normalization, extent))


def _normalized(rank: float, vector: Vector, normalization: int, extent: float) -> float:
    """extent: the mean distance between covers where it is asked for and there are several, else 0."""
    if normalization & BY_LOG_LENGTH:
        rank /= math.log(document_length(vector) + 1)
    if normalization & BY_LENGTH:
        rank /= document_length(vector)
    if extent:
        rank /= extent
    if normalization & BY_WORDS:
        rank /= len(vector)
    if normalization & BY_LOG_WORDS:
        rank /= math.log(len(vector) + 1) / math.log(2.0)
    if normalization & BY_ITSELF:
        rank /= rank + 1
    return rank


register("ts_rankcd", _rank)
