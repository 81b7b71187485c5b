"""Any SQL value as JSON: numbers and booleans bare, json as it is, arrays element by element, all else its text, quoted.

Dates and timestamps have their ISO form whatever DateStyle says; a number that JSON cannot show is a string.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from borealis.functions.array.elements import values
from borealis.types import oids
from borealis.types.base import Oid, Style, Value
from borealis.types.calendar import SECOND_US, offset_text
from borealis.types.json import quoted
from borealis.types.record import shown, take
from borealis.types.registry import type_of
from borealis.types.row_types import is_row_type
from borealis.types.zones import offset_at

Encoder = Callable[[Any], str]

NUMBERS = frozenset((oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.NUMERIC))
JSON_TYPES = frozenset((oids.JSON, oids.JSONB))
_MOMENTS = frozenset((oids.DATE, oids.TIMESTAMP))


def is_array(type_: Oid) -> bool:
    found = type_of(type_)
    return found.category == "A" and bool(found.element)


@lru_cache(maxsize=256)
def encoder(type_: Oid, style: Style) -> Encoder:
    """Return the function from a value, never None, to JSON."""
    encode = type_of(type_).encode_text
    if type_ == oids.BOOL:
        return lambda value: "true" if value else "false"
    if type_ in NUMBERS:
        return lambda value: _number(encode(value, style))
    if type_ in JSON_TYPES:
        return str
    if is_array(type_):
        return _array_encoder(type_, style)
    if is_record(type_):
        return lambda value: record_text(value, style, ",")
    text = text_encoder(type_, style)
    return lambda value: quoted(text(value))


def is_record(type_: Oid) -> bool:
    return type_ == oids.RECORD or is_row_type(type_)


def record_text(value: Value, style: Style, separator: str) -> str:
    """Return a record as an object of its columns."""
    shape, items = take(value)
    parts = [
        f"{quoted(name)}:{encoded(shown(item, type_, typmod), type_, style)}"
        for name, type_, typmod, item in zip(shape.names, shape.types, shape.typmods, items, strict=True)
    ]
    return "{" + separator.join(parts) + "}"


def text_encoder(type_: Oid, style: Style) -> Callable[[Any], str]:
    """Return the function from a value to the text that JSON shows of it as a string or key."""
    encode, iso = type_of(type_).encode_text, dataclasses.replace(style, date_style="ISO")
    if type_ in _MOMENTS:
        return lambda value: _with_t(encode(value, iso))
    if type_ == oids.TIMESTAMPTZ:
        return lambda value: _timestamptz(value, style.time_zone)
    if type_ == oids.BOOL:
        return lambda value: "true" if value else "false"
    return lambda value: encode(value, style)


def _number(text: str) -> str:
    return text if text[-1].isdigit() else f'"{text}"'  # NaN, Infinity


def _with_t(text: str) -> str:
    """A date and time are joined by a T; an era comes behind a blank still."""
    date, _, rest = text.partition(" ")
    return f"{date}T{rest}" if rest[:1].isdigit() else text


def _timestamptz(value: int, zone: str) -> str:
    """The offset shows its minutes always."""
    plain, utc = type_of(oids.TIMESTAMP).encode_text, Style()
    if not _is_finite(value):
        return plain(value, utc)
    offset = offset_at(zone, value)
    local = _with_t(plain(value + offset * SECOND_US, utc))
    moment, blank, era = local.partition(" ")
    return moment + offset_text(offset, colon_always=True) + blank + era


def _is_finite(value: int) -> bool:
    return -(2**63) < value < 2**63 - 1


def _array_encoder(type_: Oid, style: Style, separator: str = ",") -> Encoder:
    element = type_of(type_).element
    encode = encoder(element, style)

    def encode_items(items: list[Any], separator: str) -> str:
        return "[" + separator.join([encode_item(item) for item in items]) + "]"

    def encode_item(item: Any) -> str:
        if item is None:
            return "null"
        return encode_items(item, ",") if isinstance(item, list) else encode(item)

    return lambda array: encode_items(values(array, element), separator)


def pretty_array_encoder(type_: Oid, style: Style) -> Encoder:
    """Arrays of the outermost dimension a line each element."""
    return _array_encoder(type_, style, ",\n ")


def encoded(value: Value, type_: Oid, style: Style) -> str:
    return "null" if value is None else encoder(type_, style)(value)
