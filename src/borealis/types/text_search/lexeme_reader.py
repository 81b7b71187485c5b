r"""One lexeme of a tsvector's or tsquery's text: bare up to a blank or sign, or 'quoted', with backslashes in both.

fat  'it''s'  a\:b  cat:3A,7,12*      a tsvector's positions are read here, a tsquery's weights by its own reader
"""

from __future__ import annotations

from borealis.errors import SqlError, SyntaxError_
from borealis.types.text_search.limits import limited

BLANKS = frozenset(" \t\n\r\f\v")
SIGNS = frozenset("!&|()<")
DIGITS = frozenset("0123456789")
_WEIGHTS = {"a": 3, "A": 3, "*": 3, "b": 2, "B": 2, "c": 1, "C": 1, "d": 0, "D": 0}
_INT8_MAX = 2**63 - 1

Position = tuple[int, int]
"""A place in the document, from 1, and a weight: 3 for A down to 0 for D."""


class LexemeReader:
    """Reads lexemes one after another from `at` on."""

    def __init__(self, text: str, type_name: str, *, is_web: bool = False) -> None:
        """type_name: tsvector or tsquery. is_web: quotes and backslashes are letters, and a double quote ends a lexeme."""
        self.text = text
        self.at = 0
        self._type_name = type_name
        self._is_query = type_name == "tsquery"
        self._is_web = is_web

    def syntax_error(self) -> SqlError:
        return SyntaxError_(f'syntax error in {self._type_name}: "{self.text}"')

    def peek(self) -> str:
        """Return the next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def next(self) -> tuple[str, list[Position]] | None:
        """Return the next lexeme and its positions, None at the end. Raises SyntaxError_ 42601."""
        while self.peek() in BLANKS:
            self.at += 1
        first = self.peek()
        if not first:
            return None
        if first == "'" and not self._is_web:
            self.at += 1
            word = self._quoted()
        else:
            word = self._bare()
        if self._is_query or self.peek() != ":":
            return word, []
        self.at += 1
        return word, self._positions()

    def _ends_bare(self, char: str) -> bool:
        if not char or char in BLANKS:
            return True
        return (self._is_query and char in SIGNS) or (self._is_web and char == '"')

    def _escaped(self) -> str:
        self.at += 1
        char = self.peek()
        if not char:
            raise SyntaxError_(f'there is no escaped character: "{self.text}"')
        self.at += 1
        return char

    def _bare(self) -> str:
        if self._ends_bare(self.peek()):
            raise self.syntax_error()
        parts: list[str] = []
        while True:
            char = self.peek()
            if char == "\\" and not self._is_web:
                parts.append(self._escaped())
            # A colon begins no lexeme of a tsvector with nothing before it, but may be its first letter.
            elif self._ends_bare(char) or (char == ":" and parts):
                return "".join(parts)
            else:
                parts.append(char)
                self.at += 1

    def _quoted(self) -> str:
        parts: list[str] = []
        while True:
            char = self.peek()
            if not char:
                raise self.syntax_error()
            if char == "\\":
                parts.append(self._escaped())
                continue
            self.at += 1
            if char != "'":
                parts.append(char)
            elif self.peek() == "'":
                parts.append("'")
                self.at += 1
            elif parts:
                return "".join(parts)
            else:
                raise self.syntax_error()

    def _positions(self) -> list[Position]:
        """Read `3A,7`. A letter may stand anywhere in a number and further digits say nothing, as in PostgreSQL."""
        found: list[Position] = []
        while True:
            place = self._place()
            weight = 0
            while True:
                char = self.peek()
                if char in _WEIGHTS:
                    if weight:
                        raise self.syntax_error()
                    weight = _WEIGHTS[char]
                elif char not in DIGITS:
                    break
                self.at += 1
            found.append((place, weight))
            if char != ",":
                break
            self.at += 1
        if char and char not in BLANKS:
            raise self.syntax_error()
        return found

    def _place(self) -> int:
        start = self.at
        while self.peek() in DIGITS:
            self.at += 1
        if self.at == start:
            raise self.syntax_error()
        # C's atoi: the number as a long, of which an int keeps 32 bits.
        number = min(int(self.text[start : self.at]), _INT8_MAX) & 0xFFFFFFFF
        place = limited(number if number < 1 << 31 else number - (1 << 32)) & 0x3FFF
        if not place:
            raise SyntaxError_(f'wrong position info in tsvector: "{self.text}"')
        return place
