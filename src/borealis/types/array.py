"""Arrays: never stored, so only in expressions, parameters and results.

A value is the JSON text of a list, nested for more dimensions, of the elements' Plain values; bytea, uuid, interval and timetz elements as
hexadecimal strings, float infinities as their names. Lower bounds are 1.
Source: PostgreSQL 16 documentation 8.15.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from borealis.errors import (
    FeatureNotSupported,
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    ProgramLimitExceeded,
)
from borealis.types import oids
from borealis.types.base import Style, Type, Value

HEX_ELEMENTS = frozenset((oids.BYTEA, oids.UUID, oids.INTERVAL, oids.TIMETZ))
"""Element types whose values are bytes."""

_DIMENSIONS_MAX = 6
_NEEDS_QUOTES = re.compile(r'[{}",\\\s]')
_BOUNDS = re.compile(r"\s*((?:\[[+-]?\d+(?::[+-]?\d+)?\])+)\s*=")
_BLANK = " \t\n\r\v\f"
_HEADER = struct.Struct("!iiI")
_INT4 = struct.Struct("!i")


def to_element(oid: int, value: Value) -> Any:
    """Return an element's value as JSON holds it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def from_element(oid: int, item: Any) -> Value:
    """Return the value of an element as JSON holds it."""
    if item is None:
        return None
    if oid in HEX_ELEMENTS:
        return bytes.fromhex(item)
    if oid in (oids.FLOAT4, oids.FLOAT8) and item != "NaN":
        return float(item)
    return item  # type: ignore[no-any-return]


def pack(items: list[Any]) -> str:
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def unpack(value: Value) -> list[Any]:
    assert isinstance(value, str)
    items: list[Any] = json.loads(value)
    return items


class Array(Type):
    affinity = "TEXT"

    def __init__(self, *args: object, element_type: Type, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.element_type = element_type

    def typmod_in(self, modifiers: list[int]) -> int:
        return self.element_type.typmod_in(modifiers)

    def decode_text(self, text: str, style: Style) -> str:
        def read(item: str) -> Any:
            return to_element(self.element, self.element_type.decode_text(item, style))

        return pack(_Parser(text, read).parse())

    def encode_text(self, value: Value, style: Style) -> str:
        return self._form(unpack(value), style)

    def _form(self, items: list[Any], style: Style) -> str:
        parts = []
        for item in items:
            if item is None:
                parts.append("NULL")
            elif isinstance(item, list):
                parts.append(self._form(item, style))
            else:
                parts.append(
                    quoted_element(self.element_type.encode_text(from_element(self.element, item), style))
                )
        return "{" + ",".join(parts) + "}"

    def decode_binary(self, data: bytes) -> str:
        try:
            return pack(self._from_wire(data))
        except struct.error:
            raise InvalidBinaryRepresentation("insufficient data left in message") from None

    def _from_wire(self, data: bytes) -> list[Any]:
        dimensions, _, element = _HEADER.unpack_from(data)
        if not 0 <= dimensions <= _DIMENSIONS_MAX:
            raise InvalidBinaryRepresentation(f"invalid number of dimensions: {dimensions}")
        if element != self.element:
            raise InvalidBinaryRepresentation(
                f"binary data has array element type {element} instead of expected {self.element}"
            )
        offset, lengths = _HEADER.size, []
        for _ in range(dimensions):
            length, lower = struct.unpack_from("!ii", data, offset)
            if length < 0 or length > len(data):
                raise InvalidBinaryRepresentation("invalid array size")
            if lower != 1 and length:
                raise FeatureNotSupported(f"array lower bound {lower} not supported")
            lengths.append(length)
            offset += 8
        if not dimensions or 0 in lengths:
            return []
        return _shape(self._elements(data, offset, math.prod(lengths)), lengths)

    def _elements(self, data: bytes, offset: int, count: int) -> Iterator[Any]:
        for _ in range(count):
            (size,) = _INT4.unpack_from(data, offset)
            offset += 4
            if size < 0:
                yield None
                continue
            if offset + size > len(data):
                raise InvalidBinaryRepresentation("insufficient data left in message")
            yield to_element(self.element, self.element_type.decode_binary(data[offset : offset + size]))
            offset += size

    def encode_binary(self, value: Value) -> bytes:
        items = unpack(value)
        lengths, level = [], items
        while isinstance(level, list) and level:
            lengths.append(len(level))
            level = level[0]
        flat = list(flatten(items))
        head = _HEADER.pack(len(lengths), int(None in flat), self.element)
        parts = [head, *(struct.pack("!ii", length, 1) for length in lengths)]
        for item in flat:
            if item is None:
                parts.append(_INT4.pack(-1))
            else:
                encoded = self.element_type.encode_binary(from_element(self.element, item))
                parts += (_INT4.pack(len(encoded)), encoded)
        return b"".join(parts)


def flatten(items: list[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def _shape(elements: Iterator[Any], lengths: list[int]) -> list[Any]:
    if len(lengths) == 1:
        return [next(elements) for _ in range(lengths[0])]
    return [_shape(elements, lengths[1:]) for _ in range(lengths[0])]


def quoted_element(text: str) -> str:
    """Return an element as array text shows it, quoted where it could be misread."""
    if text and text.upper() != "NULL" and not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Parser:
    """Reads `{1,NULL,"a b",{…}}`."""

    def __init__(self, text: str, read: Callable[[str], Any]) -> None:
        self._text = text
        self._read = read
        self._at = 0

    def parse(self) -> list[Any]:
        bounds = _BOUNDS.match(self._text)
        if bounds:
            if any(not bound.startswith("[1:") for bound in re.findall(r"\[[^\]]*\]", bounds[1])):
                raise FeatureNotSupported("array lower bounds other than 1 not supported")
            self._at = bounds.end()
        self._skip()
        if self._peek() != "{":
            raise self._malformed('Array value must start with "{" or dimension information.')
        items = self._list(1)
        self._skip()
        if self._at < len(self._text):
            raise self._malformed("Junk after closing right brace.")
        return items

    def _list(self, depth: int) -> list[Any]:
        if depth > _DIMENSIONS_MAX:
            raise ProgramLimitExceeded(
                f"number of array dimensions ({depth}) exceeds the maximum allowed ({_DIMENSIONS_MAX})"
            )
        self._at += 1
        items: list[Any] = []
        self._skip()
        if self._peek() == "}":
            if depth > 1:
                raise self._malformed('Unexpected "}" character.')
            self._at += 1
            return items
        while True:
            self._skip()
            items.append(self._list(depth + 1) if self._peek() == "{" else self._item())
            self._skip()
            character = self._peek()
            self._at += 1
            if character == "}":
                break
            if character != ",":
                raise self._malformed(
                    "Unexpected end of input." if not character else "Unexpected array element."
                )
        shapes = {len(item) if isinstance(item, list) else None for item in items}
        if len(shapes) > 1:
            raise self._malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
        return items

    def _item(self) -> Any:
        if self._peek() == '"':
            return self._read(self._quoted())
        start = self._at
        parts: list[str] = []
        escaped = False
        while self._peek() not in ("", ",", "}"):
            character = self._peek()
            if character in '{"':
                raise self._malformed(
                    f'Unexpected "{character}" character.'
                    if character == "{"
                    else "Unexpected array element."
                )
            if character == "\\":
                escaped = True
                self._at += 1
                character = self._peek()
            parts.append(character)
            self._at += 1
        word = "".join(parts).rstrip(_BLANK) if not escaped else "".join(parts)
        if not word and self._at == start:
            raise self._malformed(
                f'Unexpected "{self._peek()}" character.' if self._peek() else "Unexpected end of input."
            )
        if not escaped and word.upper() == "NULL":
            return None
        return self._read(word)

    def _quoted(self) -> str:
        parts: list[str] = []
        self._at += 1
        while True:
            character = self._peek()
            if not character:
                raise self._malformed("Unexpected end of input.")
            self._at += 1
            if character == '"':
                return "".join(parts)
            if character == "\\":
                character = self._peek()
                self._at += 1
            parts.append(character)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self) -> None:
        while self._peek() and self._peek() in _BLANK:
            self._at += 1

    def _malformed(self, detail: str) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'malformed array literal: "{self._text}"', detail=detail)
