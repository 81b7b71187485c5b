"""Casts of "char", a single byte, from and to integers and text. Source: PostgreSQL 16 documentation 8.3."""

from __future__ import annotations

from borealis.errors import NumericValueOutOfRange
from borealis.functions.implementation import scalar
from borealis.types import oids
from borealis.types.base import Style, Value
from borealis.types.registry import type_of

_BYTE = 256


@scalar("chartoi4")
def chartoi4(char: str) -> int:
    """Return the byte as a signed number."""
    data = type_of(oids.CHAR).encode_binary(char)
    byte = data[0] if data else 0
    return byte - _BYTE if byte >= _BYTE // 2 else byte


@scalar("i4tochar")
def i4tochar(number: int) -> Value:
    if not -_BYTE // 2 <= number < _BYTE // 2:
        raise NumericValueOutOfRange('"char" out of range')
    return type_of(oids.CHAR).decode_binary(bytes((number % _BYTE,)))


@scalar("text_char")
def text_char(text: str) -> Value:
    return type_of(oids.CHAR).decode_text(text, Style())
