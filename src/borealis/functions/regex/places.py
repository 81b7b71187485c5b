"""Places between characters, and the assertions that hold there. A word is of letters, digits and _, ASCII's."""

from __future__ import annotations

from dataclasses import dataclass

from borealis.functions.regex.syntax import Where

NOTHING, NEWLINE, WORD, OTHER = range(4)
"""Kinds of neighbour: the text's end, a newline, a word's character, any other."""

_WORD = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


@dataclass(slots=True)
class Place:
    text: str
    at: int
    before: int
    after: int


def kind_of(character: str) -> int:
    if character in _WORD:
        return WORD
    return NEWLINE if character == "\n" else OTHER


def kind_before(text: str, at: int) -> int:
    return kind_of(text[at - 1]) if at else NOTHING


def passes(where: Where, place: Place) -> bool:
    before, after = place.before, place.after
    match where:
        case Where.TEXT_START:
            return before == NOTHING
        case Where.TEXT_END:
            return after == NOTHING
        case Where.LINE_START:
            return before <= NEWLINE
        case Where.LINE_END:
            return after <= NEWLINE
        case Where.WORD_START:
            return before != WORD and after == WORD
        case Where.WORD_END:
            return before == WORD and after != WORD
        case Where.WORD_BOUNDARY:
            return (before == WORD) != (after == WORD)
    return (before == WORD) == (after == WORD)
