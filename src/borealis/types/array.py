"""Arrays: never stored, so only in expressions, parameters and results.

A value is the JSON text of a list, nested for more dimensions, of the elements' Plain values; bytea, uuid, interval and timetz elements as
hexadecimal strings, float infinities as JSON5's Infinity, which SQLite reads and writes as 9e999. Lower bounds are 1.
Source: PostgreSQL 16 documentation 8.15.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator
from typing import Any

from borealis.errors import (
    FeatureNotSupported,
    InvalidBinaryRepresentation,
)
from borealis.types import array_text, oids
from borealis.types.array_text import quoted_element
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.registered import SHOWN, text_of_shown, value_of_shown

HEX_ELEMENTS = frozenset((oids.BYTEA, oids.UUID, oids.INTERVAL, oids.TIMETZ))
"""Element types whose values are bytes."""

_HEADER = struct.Struct("!iiI")
_INT4 = struct.Struct("!i")


def to_element(oid: int, value: Value) -> Any:
    """Return an element's value as JSON holds it."""
    if isinstance(value, bytes):
        return value.hex()
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

        return pack(array_text.parse(text, read))

    def encode_text(self, value: Value, style: Style) -> str:
        return self._form(unpack(value), style)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        if representation == SHOWN:
            return text_of_shown
        return super().text_encoder(style, representation)

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        if representation == SHOWN:
            return lambda value: self.encode_binary(value_of_shown(value))
        return self.encode_binary

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
        if not 0 <= dimensions <= array_text.DIMENSIONS_MAX:
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
