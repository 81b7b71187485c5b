"""Functions that take tsvectors apart, change them, put them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from borealis.errors import (
    InternalError,
    InvalidParameterValue,
    NullValueNotAllowed,
    ZeroLengthCharacterString,
)
from borealis.functions.array.elements import flat
from borealis.functions.implementation import scalar, set_returning
from borealis.types import array
from borealis.types.base import Value
from borealis.types.text_search.lexeme_reader import Position
from borealis.types.text_search.limits import POSITION_END, POSITIONS_MAX, limited
from borealis.types.text_search.vector import Lexeme, Vector, checked, pack, unpack

_WEIGHTS = {"a": 3, "b": 2, "c": 1, "d": 0}
_LETTERS = "DCBA"


def _changed(vector: str, change: Callable[[Lexeme], Lexeme]) -> str:
    return pack(map(change, unpack(vector)))


def _texts(texts: str) -> list[str | None]:
    return [None if text is None else str(text) for text in flat(array.unpack(texts))]


@scalar("tsvector_length")
def length(vector: str) -> int:
    return len(unpack(vector))


@scalar("tsvector_strip")
def strip(vector: str) -> str:
    return _changed(vector, lambda lexeme: Lexeme(lexeme.word))


def _with_weight(lexeme: Lexeme, weight: int) -> Lexeme:
    return Lexeme(lexeme.word, tuple([(place, weight) for place, _ in lexeme.positions]))


def _signed_byte(char: str) -> int:
    r"""Return a "char" as C has it: `\\303` is negative, the empty one 0."""
    code = int(char[1:], 8) if len(char) > 1 else ord(char or "\0")
    return code - 256 if code > 127 else code


@scalar("tsvector_setweight")
def set_weight(vector: str, letter: str) -> str:
    weight = _WEIGHTS.get(letter.lower())
    if weight is None:
        raise InternalError(f"unrecognized weight: {_signed_byte(letter)}")
    return _changed(vector, lambda lexeme: _with_weight(lexeme, weight))


@scalar("tsvector_setweight_by_filter")
def set_weight_of(vector: str, letter: str, words: str) -> str:
    weight = _WEIGHTS.get(letter.lower())
    if weight is None:
        raise InternalError(f"unrecognized weight: {letter}")
    wanted = set(_texts(words))
    return _changed(vector, lambda lexeme: _with_weight(lexeme, weight) if lexeme.word in wanted else lexeme)


def _without(vector: str, words: set[str | None]) -> str:
    return pack(lexeme for lexeme in unpack(vector) if lexeme.word not in words)


@scalar("tsvector_delete_str")
def delete(vector: str, word: str) -> str:
    return _without(vector, {word})


@scalar("tsvector_delete_arr")
def delete_all(vector: str, words: str) -> str:
    return _without(vector, set(_texts(words)))


@scalar("tsvector_filter")
def keep_weights(vector: str, letters: str) -> str:
    weights = set()
    for letter in _texts(letters):
        if letter is None:
            raise NullValueNotAllowed("weight array may not contain nulls")
        if letter.lower() not in _WEIGHTS:
            raise InvalidParameterValue(f'unrecognized weight: "{letter}"')
        weights.add(_WEIGHTS[letter.lower()])
    kept = (
        Lexeme(lexeme.word, tuple([each for each in lexeme.positions if each[1] in weights]))
        for lexeme in unpack(vector)
    )
    return pack(lexeme for lexeme in kept if lexeme.positions)


@scalar("tsvector_to_array")
def to_array(vector: str) -> str:
    return array.pack([lexeme.word for lexeme in unpack(vector)])


@scalar("array_to_tsvector")
def of_array(words: str) -> str:
    found = set()
    for word in _texts(words):
        if word is None:
            raise NullValueNotAllowed("lexeme array may not contain nulls")
        if not word:
            raise ZeroLengthCharacterString("lexeme array may not contain empty strings")
        found.add(word)
    return pack(map(Lexeme, sorted(found)))


@set_returning("tsvector_unnest", columns=3)
def unnest(vector: str) -> Iterator[tuple[Value, ...]]:
    for lexeme in unpack(vector):
        if lexeme.positions:
            places, weights = zip(*lexeme.positions, strict=True)
            yield lexeme.word, array.pack(list(places)), array.pack([_LETTERS[weight] for weight in weights])
        else:
            yield lexeme.word, None, None


@scalar("tsvector_concat")
def concatenate(left: str, right: str) -> str:
    """Join two documents: positions of the second are counted on from the last of the first."""
    a, b = unpack(left), unpack(right)
    offset = max((lexeme.positions[-1][0] for lexeme in a if lexeme.positions), default=0)
    return pack(_joined(a, b, offset))


def _joined(a: Vector, b: Vector, offset: int) -> Vector:
    places = {lexeme.word: list(lexeme.positions) for lexeme in a}
    for lexeme in b:
        _append(places.setdefault(lexeme.word, []), lexeme.positions, offset)
    return checked(Lexeme(word, tuple(places[word])) for word in sorted(places))


def _append(found: list[Position], positions: tuple[Position, ...], offset: int) -> None:
    """Add as many as a lexeme may have; once the last place is taken, no more."""
    for place, weight in positions:
        if len(found) >= POSITIONS_MAX or (found and found[-1][0] == POSITION_END - 1):
            return
        found.append((limited(place + offset), weight))
