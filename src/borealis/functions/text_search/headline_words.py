"""The tokens of a document as a headline sees them: what the query wants of each, and whether it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.functions.text_search.configuration import is_word, lexeme_of
from borealis.functions.text_search.matching import Locate, Match, Places
from borealis.functions.text_search.word_parser import tokens
from borealis.functions.text_search.word_states import KINDS
from borealis.types.text_search.limits import LEXEME_BYTES_END, limited
from borealis.types.text_search.query import Operand, Query, operands

_TAG = KINDS["tag"]
_WHOLES = frozenset(KINDS[alias] for alias in ("url", "numhword", "asciihword", "hword"))
"""Tokens whose parts follow them, and are shown instead."""
_NOT_COUNTED = _WHOLES | {_TAG, KINDS["blank"]}
_NO_END = _NOT_COUNTED | {
    KINDS[alias] for alias in ("sfloat", "version", "float", "int", "uint", "protocol", "entity")
}


@dataclass(slots=True)
class HeadlineWord:
    kind: int
    token: str
    size: int  # in bytes
    place: int = 0  # among lexemes
    operand: Operand | None = None
    is_repeated: bool = False
    """Another operand of the query, at the word before."""
    is_shown: bool = False
    is_marked: bool = False
    is_blank: bool = False  # shown as a blank
    is_skipped: bool = False  # shown by its parts

    @property
    def is_wanted(self) -> bool:
        return self.operand is not None and not self.is_repeated

    @property
    def counts(self) -> bool:
        return self.kind not in _NOT_COUNTED

    def is_bad_end(self, short_word: int) -> bool:
        return (self.kind in _NO_END or self.size <= short_word) and not self.is_wanted

    def show(self, *, highlights_all: bool) -> None:
        if self.operand is not None:
            self.is_marked = True
        if self.kind in _WHOLES:
            self.is_skipped = True
        elif self.kind == _TAG and not highlights_all:
            self.is_blank = True
        self.is_shown = not self.is_repeated


def headline_words(text: str, query: Query | None) -> list[HeadlineWord]:
    """Return the words; where several operands want one, it is there once for each."""
    wanted = operands(query)
    found: list[HeadlineWord] = []
    place = 0
    for kind, token in tokens(text):
        size = len(token.encode())
        if size >= LEXEME_BYTES_END:
            continue
        word = HeadlineWord(kind, token, size)
        found.append(word)
        if not is_word(kind):
            continue
        place += 1
        word.place = limited(place)
        lexeme = lexeme_of(token)
        for operand in wanted:
            if not (lexeme.startswith(operand.word) if operand.is_prefix else lexeme == operand.word):
                continue
            if word.operand is None:
                word.operand = operand
            else:
                found.append(HeadlineWord(kind, token, size, word.place, operand, is_repeated=True))
    return found


def in_words(words: Sequence[HeadlineWord]) -> Locate:
    """Return what finds operands among words."""
    places: dict[int, list[int]] = {}
    for word in words:
        if word.operand is not None:
            found = places.setdefault(id(word.operand), [])
            if not found or found[-1] < word.place:
                found.append(word.place)

    def locate(operand: Operand) -> Places:
        found = places.get(id(operand))
        return Places(Match.NO) if found is None else Places(Match.YES, found)

    return locate
