"""The options of ts_headline: a list such as `MaxWords=10, StartSel="<em>", StopSel='</em>'`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from borealis.errors import InvalidParameterValue, SyntaxError_
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.registry import type_of

_BLANKS = " \t\n\r\f\v"
_TRUE = frozenset(("1", "on", "true", "t", "y", "yes"))
_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]+", re.ASCII)
_INT4 = range(-(2**31), 2**31)
_BYTES_MAX = 32_767


@dataclass(frozen=True, slots=True)
class HeadlineOptions:
    max_words: int = 35
    min_words: int = 15
    short_word: int = 3
    """Words of no more bytes are no good end of a headline."""
    max_fragments: int = 0
    """0: one stretch of the document."""
    highlight_all: bool = False
    start_sel: str = "<b>"
    stop_sel: str = "</b>"
    fragment_delimiter: str = " ... "


_NUMBERS = {
    "maxwords": "max_words",
    "minwords": "min_words",
    "shortword": "short_word",
    "maxfragments": "max_fragments",
}
_TEXTS = {"startsel": "start_sel", "stopsel": "stop_sel", "fragmentdelimiter": "fragment_delimiter"}


def read_options(text: str) -> HeadlineOptions:
    """Raises SyntaxError_ 42601, InvalidParameterValue 22023, InvalidTextRepresentation 22P02."""
    options = HeadlineOptions()
    for name, value in _ListReader(text).pairs():
        options = _with(options, name, value)
    return _checked(options)


def _with(options: HeadlineOptions, name: str, value: str) -> HeadlineOptions:
    key = name.lower()
    if key in _NUMBERS:
        number = type_of(oids.INT4).decode_text(value, Style())
        return replace(options, **{_NUMBERS[key]: number})  # type: ignore[arg-type]
    if key in _TEXTS:
        return replace(options, **{_TEXTS[key]: value})  # type: ignore[arg-type]
    if key == "highlightall":
        return replace(options, highlight_all=value.lower() in _TRUE)
    raise InvalidParameterValue(f'unrecognized headline parameter: "{name}"')


def _checked(options: HeadlineOptions) -> HeadlineOptions:
    if not options.highlight_all:
        if options.min_words >= options.max_words:
            raise InvalidParameterValue("MinWords should be less than MaxWords")
        if options.min_words <= 0:
            raise InvalidParameterValue("MinWords should be positive")
        if options.short_word < 0:
            raise InvalidParameterValue("ShortWord should be >= 0")
        if options.max_fragments < 0:
            raise InvalidParameterValue("MaxFragments should be >= 0")
    for name, value in (
        ("StartSel", options.start_sel),
        ("StopSel", options.stop_sel),
        ("FragmentDelimiter", options.fragment_delimiter),
    ):
        if len(value.encode()) > _BYTES_MAX:
            raise InvalidParameterValue(f'value for "{name}" is too long')
    return options


class _ListReader:
    """Reads `key = value, …`: keys bare or in double quotes, values bare, in double or in single quotes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def pairs(self) -> Iterator[tuple[str, str]]:
        while True:
            self._skip(_BLANKS + ",")
            if not self._peek():
                return
            key = self._key()
            self._skip(_BLANKS)
            if self._next() != "=":
                raise self._malformed()
            self._skip(_BLANKS)
            yield key, self._value()

    def _malformed(self) -> SyntaxError_:
        return SyntaxError_(f'invalid parameter list format: "{self._text}"')

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise self._malformed()
        self._at += 1
        return char

    def _skip(self, chars: str) -> None:
        while self._peek() and self._peek() in chars:
            self._at += 1

    def _key(self) -> str:
        if self._peek() == '"':
            self._at += 1
            return self._quoted('"')
        start = self._at
        self._next()
        while self._peek() and self._peek() not in _BLANKS + "=":
            self._at += 1
        return self._text[start : self._at]

    def _value(self) -> str:
        if self._text.startswith("E'", self._at):
            self._at += 1
        quote = self._peek()
        if not quote:
            raise self._malformed()
        if quote in ("'", '"'):
            self._at += 1
            return self._quoted(quote)
        start = self._at
        while self._peek() and self._peek() not in _BLANKS + ",":
            self._at += 1
        value = self._text[start : self._at]
        # A bare whole number is one, and is written anew: 007 is 7.
        return str(int(value)) if _WHOLE_NUMBER.fullmatch(value) and int(value) in _INT4 else value

    def _quoted(self, quote: str) -> str:
        parts: list[str] = []
        while True:
            char = self._next()
            if char == "\\" and quote == "'" and self._peek() == "\\":
                self._at += 1
            elif char == quote:
                if self._peek() != quote:
                    return "".join(parts)
                self._at += 1
            parts.append(char)
