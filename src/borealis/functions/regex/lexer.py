"""Cuts a regular expression into tokens. What a character means depends on the syntax: advanced, extended or basic.

Inside of brackets the parser asks for bracket tokens instead.
Source: PostgreSQL 16 documentation 9.7.3.1 to 9.7.3.3, 9.7.3.6 (BREs).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.functions.regex.charsets import CHARACTER_MAX, CLASSES, Ranges, complement
from borealis.functions.regex.options import Options, Syntax, invalid
from borealis.functions.regex.syntax import Where


class Kind(enum.Enum):
    END = enum.auto()
    CHARACTER = enum.auto()  # value: the character
    ANY = enum.auto()
    CLASS = enum.auto()  # value: ranges
    BRACKET = enum.auto()  # [ or [^; value: whether it is negated
    ASSERTION = enum.auto()  # value: Where
    OPEN = enum.auto()  # value: whether it captures
    CLOSE = enum.auto()
    LOOK = enum.auto()  # value: (is ahead, is negative)
    OR = enum.auto()
    QUANTIFIER = enum.auto()  # value: (least, most) as text of * + ?, and whether it is greedy
    BOUND = enum.auto()  # {
    BACKREF = enum.auto()  # value: the number


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    value: object = None


_END = Token(Kind.END)
_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "B": "\\",
    "e": "\033",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_CLASS_ESCAPES = {"d": "digit", "s": "space", "w": "word"}
_WHERE_ESCAPES = {
    "A": Where.TEXT_START,
    "Z": Where.TEXT_END,
    "m": Where.WORD_START,
    "M": Where.WORD_END,
    "y": Where.WORD_BOUNDARY,
    "Y": Where.NO_WORD_BOUNDARY,
}
_LOOKS = {"=": (True, False), "!": (True, True), "<=": (False, False), "<!": (False, True)}
_HEX, _OCTAL, _DECIMAL = "0123456789abcdefABCDEF", "01234567", "0123456789"


class Lexer:
    def __init__(self, text: str, options: Options) -> None:
        self.text = text
        self.at = 0
        self.options = options
        self.group_count = 0  # opened so far, which decides whether \12 is a back reference
        self._previous: Token | None = None

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def next(self) -> Token:
        """Return the next token outside of brackets. Raises InvalidRegularExpression 2201B."""
        if self.options.is_expanded and self.options.syntax is not Syntax.LITERAL:
            self._skip_blanks()
        token = self._next()
        self._previous = token
        return token

    def _next(self) -> Token:
        if self.at >= len(self.text):
            return _END
        character = self.text[self.at]
        self.at += 1
        match self.options.syntax:
            case Syntax.LITERAL:
                return Token(Kind.CHARACTER, character)
            case Syntax.BASIC:
                return self._basic(character)
        return self._extended(character)

    def _skip_blanks(self) -> None:
        while True:
            while self.peek() and self.peek() in " \t\n\r\v\f":
                self.at += 1
            if self.peek() != "#":
                return
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end

    def _extended(self, character: str) -> Token:
        match character:
            case "|":
                return Token(Kind.OR)
            case "*" | "+" | "?":
                return Token(Kind.QUANTIFIER, (character, self._is_greedy()))
            case "{":
                if self.options.is_expanded:
                    self._skip_blanks()
                return (
                    Token(Kind.BOUND)
                    if self.peek() and self.peek() in _DECIMAL
                    else Token(Kind.CHARACTER, "{")
                )
            case "(":
                return self._open()
            case ")":
                return Token(Kind.CLOSE)
            case "[":
                return self._bracket()
            case ".":
                return Token(Kind.ANY)
            case "^":
                return Token(Kind.ASSERTION, Where.LINE_START)
            case "$":
                return Token(Kind.ASSERTION, Where.LINE_END)
            case "\\":
                return self._backslash()
        return Token(Kind.CHARACTER, character)

    def _is_greedy(self) -> bool:
        if self.options.syntax is Syntax.ADVANCED and self.peek() == "?":
            self.at += 1
            return False
        return True

    def _open(self) -> Token:
        if self.options.syntax is not Syntax.ADVANCED or self.peek() != "?":
            return Token(Kind.OPEN, True)
        self.at += 1
        if self.peek() == ":":
            self.at += 1
            return Token(Kind.OPEN, False)
        if self.peek() == "#":
            end = self.text.find(")", self.at)
            self.at = len(self.text) if end < 0 else end + 1
            return self.next()
        for text, found in _LOOKS.items():
            if self.text.startswith(text, self.at):
                self.at += len(text)
                return Token(Kind.LOOK, found)
        raise invalid("quantifier operand invalid")

    def _bracket(self) -> Token:
        for text, where in (("[:<:]]", Where.WORD_START), ("[:>:]]", Where.WORD_END)):
            if self.text.startswith(text, self.at):
                self.at += len(text)
                return Token(Kind.ASSERTION, where)
        if self.peek() == "^":
            self.at += 1
            return Token(Kind.BRACKET, True)
        return Token(Kind.BRACKET, False)

    def _backslash(self) -> Token:
        if self.at >= len(self.text):
            raise invalid("invalid escape \\ sequence")
        if self.options.syntax is Syntax.ADVANCED:
            return self.escape()
        character = self.text[self.at]
        self.at += 1
        return Token(Kind.CHARACTER, character)

    def escape(self) -> Token:
        """Return the token of an advanced escape, whose backslash is behind."""
        if self.at >= len(self.text):
            raise invalid("invalid escape \\ sequence")
        character = self.text[self.at]
        self.at += 1
        if not (character.isascii() and character.isalnum()):
            return Token(Kind.CHARACTER, character)
        if character in _SIMPLE_ESCAPES:
            return Token(Kind.CHARACTER, _SIMPLE_ESCAPES[character])
        if character in _WHERE_ESCAPES:
            return Token(Kind.ASSERTION, _WHERE_ESCAPES[character])
        if character.lower() in _CLASS_ESCAPES:
            ranges: Ranges = CLASSES[_CLASS_ESCAPES[character.lower()]]
            return Token(Kind.CLASS, ranges if character.islower() else complement(ranges))
        match character:
            case "c":
                if self.at >= len(self.text):
                    raise invalid("invalid escape \\ sequence")
                self.at += 1
                return Token(Kind.CHARACTER, chr(ord(self.text[self.at - 1]) & 0o37))
            case "u":
                return self._code(4, 4)
            case "U":
                return self._code(8, 8)
            case "x":
                return self._code(1, 255)
        if character in _DECIMAL:
            return self._number(character)
        raise invalid("invalid escape \\ sequence")

    def _digits(self, allowed: str, least: int, most: int) -> str:
        start = self.at
        while self.at - start < most and self.peek() and self.peek() in allowed:
            self.at += 1
        if self.at - start < least:
            raise invalid("invalid escape \\ sequence")
        return self.text[start : self.at]

    def _code(self, least: int, most: int) -> Token:
        code = int(self._digits(_HEX, least, most), 16)
        if code > CHARACTER_MAX:
            raise invalid("invalid escape \\ sequence")
        return Token(Kind.CHARACTER, chr(code))

    def _number(self, first: str) -> Token:
        r"""\1 is a back reference, \12 is one if there are so many groups, else it is octal."""
        start = self.at
        if first != "0":
            self.at -= 1
            digits = self._digits(_DECIMAL, 1, 255)
            if len(digits) == 1 or 0 < int(digits) <= self.group_count:
                return Token(Kind.BACKREF, int(digits))
        self.at = start - 1
        digits = self._digits(_OCTAL, 1, 3)
        if int(digits, 8) > 0o377:
            self.at -= 1
            digits = digits[:-1]
        return Token(Kind.CHARACTER, chr(int(digits, 8)))

    def _basic(self, character: str) -> Token:
        begins = self._previous is None or self._previous.kind is Kind.OPEN
        match character:
            case "*":
                if begins or (self._previous and self._previous == Token(Kind.ASSERTION, Where.LINE_START)):
                    return Token(Kind.CHARACTER, "*")
                return Token(Kind.QUANTIFIER, ("*", True))
            case "[":
                return self._bracket()
            case ".":
                return Token(Kind.ANY)
            case "^" if begins:
                return Token(Kind.ASSERTION, Where.LINE_START)
            case "$" if self.at >= len(self.text) or self.peek(2) == "\\)":
                return Token(Kind.ASSERTION, Where.LINE_END)
            case "\\":
                return self._basic_escape()
        return Token(Kind.CHARACTER, character)

    def _basic_escape(self) -> Token:
        if self.at >= len(self.text):
            raise invalid("invalid escape \\ sequence")
        character = self.text[self.at]
        self.at += 1
        match character:
            case "{":
                return Token(Kind.BOUND)
            case "(":
                return Token(Kind.OPEN, True)
            case ")":
                return Token(Kind.CLOSE)
            case "<":
                return Token(Kind.ASSERTION, Where.WORD_START)
            case ">":
                return Token(Kind.ASSERTION, Where.WORD_END)
        if character in "123456789":
            return Token(Kind.BACKREF, int(character))
        return Token(Kind.CHARACTER, character)
