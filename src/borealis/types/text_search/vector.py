"""A tsvector's lexemes. It stands as its text in PostgreSQL's one form: 'cat':3A,7 'fat':2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from borealis.errors import ProgramLimitExceeded
from borealis.types.base import Value
from borealis.types.text_search.lexeme_reader import LexemeReader, Position
from borealis.types.text_search.limits import LEXEME_BYTES_END, POSITION_END, POSITIONS_MAX, TEXT_BYTES_MAX

_LETTERS = {3: "A", 2: "B", 1: "C", 0: ""}
_WEIGHTS = {"A": 3, "B": 2, "C": 1}
_LEXEME = re.compile(r"'((?:[^']|'')*)'(?::([0-9ABC,]+))?")
CACHED_MAX = 4_096
"""Texts longer than this are taken apart each time: a value may have a megabyte."""

_HEADER_BYTES = 8
_ENTRY_BYTES = 4


@dataclass(frozen=True, slots=True)
class Lexeme:
    word: str
    positions: tuple[Position, ...] = ()
    """Rising; empty where a tsvector has been stripped."""


Vector = tuple[Lexeme, ...]
"""Lexemes in the order of their bytes, each once."""


def pack(vector: Iterable[Lexeme]) -> str:
    return " ".join(map(_lexeme_text, vector))


def quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _lexeme_text(lexeme: Lexeme) -> str:
    if not lexeme.positions:
        return quoted(lexeme.word)
    places = ",".join([f"{place}{_LETTERS[weight]}" for place, weight in lexeme.positions])
    return f"{quoted(lexeme.word)}:{places}"


def _unpacked(text: str) -> Vector:
    return tuple(
        [
            Lexeme(
                found[1].replace("''", "'").replace("\\\\", "\\"),
                tuple(map(_position, found[2].split(","))) if found[2] else (),
            )
            for found in _LEXEME.finditer(text)
        ]
    )


def _position(text: str) -> Position:
    weight = _WEIGHTS.get(text[-1], 0)
    return (int(text[:-1] if weight else text), weight)


_unpacked_before = lru_cache(maxsize=256)(_unpacked)


def unpack(value: Value) -> Vector:
    text = str(value)
    return _unpacked_before(text) if len(text) <= CACHED_MAX else _unpacked(text)


def read(text: str) -> Vector:
    """Read what a client wrote: any order, lexemes and positions repeated.

    Raises: SyntaxError_ 42601, ProgramLimitExceeded 54000.
    """
    reader = LexemeReader(text, "tsvector")
    words: dict[str, list[Position]] = {}
    total = 0
    while (item := reader.next()) is not None:
        word, positions = item
        size = len(word.encode())
        if size >= LEXEME_BYTES_END:
            raise ProgramLimitExceeded(f"word is too long ({size} bytes, max {LEXEME_BYTES_END - 1} bytes)")
        if total > TEXT_BYTES_MAX:
            raise too_long(total)
        total += size
        words.setdefault(word, []).extend(positions)
    return checked(Lexeme(word, settled(words[word])) for word in sorted(words))


def settled(positions: list[Position]) -> tuple[Position, ...]:
    """Return positions in order, each once with its highest weight, no more than a lexeme may have."""
    if not positions:
        return ()
    first, *rest = sorted(positions, key=lambda position: position[0])
    found = [first]
    for place, weight in rest:
        last, last_weight = found[-1]
        if place == last:
            found[-1] = (place, max(weight, last_weight))
            continue
        found.append((place, weight))
        if len(found) == POSITIONS_MAX or place == POSITION_END - 1:
            break
    return tuple(found)


def checked(lexemes: Iterable[Lexeme]) -> Vector:
    """Return the lexemes if together they are not too long. Raises ProgramLimitExceeded 54000."""
    vector = tuple(lexemes)
    size = data_bytes(vector)
    if size > TEXT_BYTES_MAX:
        raise too_long(size)
    return vector


def too_long(size: int) -> ProgramLimitExceeded:
    return ProgramLimitExceeded(f"string is too long for tsvector ({size} bytes, max {TEXT_BYTES_MAX} bytes)")


def data_bytes(vector: Vector) -> int:
    """Return how many bytes PostgreSQL keeps the lexemes and positions in; positions begin at even ones."""
    size = 0
    for lexeme in vector:
        size += len(lexeme.word.encode())
        if lexeme.positions:
            size += size % 2 + 2 + 2 * len(lexeme.positions)
    return size


def total_bytes(vector: Vector) -> int:
    """Return the size of PostgreSQL's value, which its order of tsvectors begins with."""
    return _HEADER_BYTES + _ENTRY_BYTES * len(vector) + data_bytes(vector)
