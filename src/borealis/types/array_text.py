"""The text of arrays: `{1,NULL,"a b",{…}}`, with bounds in front where they are given: `[1:2]={…}`.

Structure first, then the elements: a text whose braces are wrong is refused for that, whatever its elements are.
Source: PostgreSQL 16 documentation 8.15.2 and 8.15.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

from borealis.errors import (
    ArraySubscriptError,
    FeatureNotSupported,
    InvalidTextRepresentation,
    ProgramLimitExceeded,
)

DIMENSIONS_MAX = 6
_BLANK = " \t\n\r\v\f"
_INT_MAX = 2**31 - 1
_SIMPLE = re.compile(r'\{([^"\\{}]*)\}')
_BOUND = re.compile(r"[0-9+-]*")
_ATOI = re.compile(r"[+-]?\d*", re.ASCII)
_PLAIN_RUN = re.compile(r'[^"\\{}, \t\n\r\v\f]+')
_QUOTED_RUN = re.compile(r'[^"\\]+')
_NEEDS_QUOTES = re.compile(r'[{}",\\ \t\n\r\v\f]')

Read = Callable[[str], Any]


def quoted_element(text: str) -> str:
    """Return an element as array text shows it, quoted where it could be misread."""
    if text and text.upper() != "NULL" and not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse(text: str, read: Read) -> list[Any]:
    """Return the elements, nested; read turns the text of one into its value.

    Raises: InvalidTextRepresentation 22P02, ArraySubscriptError 2202E, ProgramLimitExceeded 54000, FeatureNotSupported 0A000 for
        lower bounds other than 1, and what read raises.
    """
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        items = [item.strip(_BLANK) for item in simple[1].split(",")]
        if all(items):
            return [
                None if item in ("NULL", "null") or item.upper() == "NULL" else read(item) for item in items
            ]
    bounds, at = _read_bounds(text)
    scan = _Scan(text, at)
    scan.run()
    if bounds is not None:
        if scan.lengths() != [upper - lower + 1 for lower, upper in bounds]:
            raise _malformed(text, "Specified array dimensions do not match array contents.")
        for lower, _ in bounds:
            if lower != 1:
                raise FeatureNotSupported("array lower bounds other than 1 not supported")
    return scan.items(read)


def _malformed(text: str, detail: str) -> InvalidTextRepresentation:
    return InvalidTextRepresentation(f'malformed array literal: "{text}"', detail=detail)


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _BLANK:
        at += 1
    return at


def _read_bounds(text: str) -> tuple[list[tuple[int, int]] | None, int]:
    """Return the bounds in front, None without, and where the braces begin."""
    bounds: list[tuple[int, int]] = []
    at = _skip(text, 0)
    while text[at : at + 1] == "[":
        if len(bounds) >= DIMENSIONS_MAX:
            raise too_many_dimensions(len(bounds) + 1)
        bound, at = _read_bound(text, at + 1)
        bounds.append(bound)
        at = _skip(text, at)
    if not bounds:
        if text[at : at + 1] != "{":
            raise _malformed(text, 'Array value must start with "{" or dimension information.')
        return None, at
    if text[at : at + 1] != "=":
        raise _malformed(text, 'Missing "=" after array dimensions.')
    at = _skip(text, at + 1)
    if text[at : at + 1] != "{":
        raise _malformed(text, 'Array contents must start with "{".')
    return bounds, at


def _read_bound(text: str, at: int) -> tuple[tuple[int, int], int]:
    found = _BOUND.match(text, at)
    assert found is not None
    if not found[0]:
        raise _malformed(text, '"[" must introduce explicitly-specified array dimensions.')
    lower, upper, at = 1, _atoi(found[0]), found.end()
    if text[at : at + 1] == ":":
        found = _BOUND.match(text, at + 1)
        assert found is not None
        if not found[0]:
            raise _malformed(text, "Missing array dimension value.")
        lower, upper, at = upper, _atoi(found[0]), found.end()
    if text[at : at + 1] != "]":
        raise _malformed(text, 'Missing "]" after array dimensions.')
    if upper < lower:
        raise ArraySubscriptError("upper bound cannot be less than lower bound")
    return (lower, upper), at + 1


def _atoi(text: str) -> int:
    """C's atoi: what stands behind the digits is ignored, what is too large is cut to 32 bits."""
    found = _ATOI.match(text)
    assert found is not None
    value = int(found[0]) if found[0].strip("+-") else 0
    value = max(-(2**63), min(value, 2**63 - 1)) & 0xFFFFFFFF
    return value - 2**32 if value > _INT_MAX else value


def too_many_dimensions(count: int) -> ProgramLimitExceeded:
    return ProgramLimitExceeded(
        f"number of array dimensions ({count}) exceeds the maximum allowed ({DIMENSIONS_MAX})"
    )


class _State(Enum):
    NOTHING = 0
    LEVEL_BEGUN = 1
    ELEMENT = 2
    QUOTED = 3
    QUOTED_ENDED = 4
    LEVEL_ENDED = 5
    AFTER_ELEMENT_COMMA = 6
    AFTER_LEVEL_COMMA = 7


_MAY_BEGIN_ELEMENT = frozenset((_State.LEVEL_BEGUN, _State.ELEMENT, _State.AFTER_ELEMENT_COMMA))
_MAY_BEGIN_QUOTED = frozenset((_State.LEVEL_BEGUN, _State.AFTER_ELEMENT_COMMA))
_MAY_BEGIN_LEVEL = frozenset((_State.NOTHING, _State.LEVEL_BEGUN, _State.AFTER_LEVEL_COMMA))
_MAY_END = frozenset((_State.ELEMENT, _State.QUOTED_ENDED, _State.LEVEL_ENDED))


class _Scan:
    """The structure of the braces, and the elements' texts within it."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._contents = text[at:]  # what the messages show
        self._at = at
        self._state = _State.NOTHING
        self._open: list[list[Any]] = []
        self._counts: list[int | None] = [None] * DIMENSIONS_MAX
        self._parts: list[str] = []
        self._is_literal = False  # quoted or escaped somewhere, so never NULL
        self._kept = 0  # how many characters of parts blanks behind them do not belong to
        self._root: list[Any] = []

    def _malformed(self, detail: str) -> InvalidTextRepresentation:
        return _malformed(self._contents, detail)

    def _unexpected(self, character: str) -> InvalidTextRepresentation:
        return self._malformed(f'Unexpected "{character}" character.')

    def lengths(self) -> list[int]:
        """Return the length of each dimension; none of an empty array."""
        lengths = []
        level: Any = self._root
        while isinstance(level, list) and level:
            lengths.append(len(level))
            level = level[0]
        return lengths

    def items(self, read: Read) -> list[Any]:
        return _read_items(self._root, read)

    def run(self) -> None:
        while self._state is _State.NOTHING or self._open:
            character = self._text[self._at : self._at + 1]
            match character:
                case "":
                    raise self._malformed("Unexpected end of input.")
                case "\\":
                    self._take_escape()
                case '"':
                    self._take_quoted()
                case "{":
                    self._begin_level()
                case "}":
                    self._end_level()
                case ",":
                    self._take_comma()
                case _ if character in _BLANK:
                    self._parts += character if self._parts else ""
                    self._at += 1
                case _:
                    self._take_run()
        if self._text[self._at :].strip(_BLANK):
            raise self._malformed("Junk after closing right brace.")

    def _keep(self, text: str) -> None:
        self._parts.append(text)
        self._kept = len(self._parts)

    def _take_run(self) -> None:
        if self._state not in _MAY_BEGIN_ELEMENT:
            raise self._malformed("Unexpected array element.")
        self._state = _State.ELEMENT
        found = _PLAIN_RUN.match(self._text, self._at)
        assert found is not None
        self._keep(found[0])
        self._at = found.end()

    def _take_escape(self) -> None:
        if self._state not in _MAY_BEGIN_ELEMENT:
            raise self._unexpected("\\")
        self._state = _State.ELEMENT
        self._escaped()

    def _escaped(self) -> None:
        character = self._text[self._at + 1 : self._at + 2]
        if not character:
            raise self._malformed("Unexpected end of input.")
        self._keep(character)
        self._is_literal = True
        self._at += 2

    def _take_quoted(self) -> None:
        if self._state not in _MAY_BEGIN_QUOTED:
            raise self._malformed("Unexpected array element.")
        self._is_literal = True
        self._at += 1
        while self._text[self._at : self._at + 1] != '"':
            found = _QUOTED_RUN.match(self._text, self._at)
            if found is not None:
                self._keep(found[0])
                self._at = found.end()
            elif self._at < len(self._text):
                self._escaped()
            else:
                raise self._malformed("Unexpected end of input.")
        self._at += 1
        self._state = _State.QUOTED_ENDED

    def _begin_level(self) -> None:
        if self._state not in _MAY_BEGIN_LEVEL:
            raise self._unexpected("{")
        if len(self._open) >= DIMENSIONS_MAX:
            raise too_many_dimensions(len(self._open) + 1)
        level: list[Any] = []
        if self._open:
            self._open[-1].append(level)
        else:
            self._root = level
        self._open.append(level)
        self._state = _State.LEVEL_BEGUN
        self._at += 1

    def _end_level(self) -> None:
        is_empty = len(self._open) == 1 and self._state is _State.LEVEL_BEGUN
        if self._state not in _MAY_END and not is_empty:
            raise self._unexpected("}")
        self._end_element()
        level = self._open.pop()
        depth = len(self._open)
        if self._counts[depth] not in (None, len(level)):
            raise self._malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
        self._counts[depth] = len(level)
        self._state = _State.LEVEL_ENDED
        self._at += 1

    def _take_comma(self) -> None:
        if self._state not in _MAY_END:
            raise self._unexpected(",")
        self._end_element()
        is_level = self._state is _State.LEVEL_ENDED
        self._state = _State.AFTER_LEVEL_COMMA if is_level else _State.AFTER_ELEMENT_COMMA
        self._at += 1

    def _end_element(self) -> None:
        if self._state in (_State.ELEMENT, _State.QUOTED_ENDED):
            text = "".join(self._parts[: self._kept])
            is_null = not self._is_literal and text.upper() == "NULL"
            self._open[-1].append(None if is_null else text)
        self._parts, self._kept, self._is_literal = [], 0, False


def _read_items(items: list[Any], read: Read) -> list[Any]:
    return [
        None if item is None else _read_items(item, read) if isinstance(item, list) else read(item)
        for item in items
    ]
