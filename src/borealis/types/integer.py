"""int2, int4, int8, oid: SQLite integers of their range."""

from __future__ import annotations

import re
import struct

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
)
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

_DECIMAL = re.compile(r"[ \t\n\r\v\f]*([+-]?)(\d+(?:_\d+)*)[ \t\n\r\v\f]*", re.ASCII)
_BASED = re.compile(
    r"[ \t\n\r\v\f]*([+-]?)0(?:([xX])((?:_?[0-9a-fA-F])+)|([oO])((?:_?[0-7])+)|([bB])((?:_?[01])+))[ \t\n\r\v\f]*",
    re.ASCII,
)
_UNSIGNED = re.compile(r"[ \t\n\r\v\f]*([+-]?)(0[xX])?([0-9a-fA-F]+)[ \t\n\r\v\f]*", re.ASCII)
_BASES = {"x": 16, "o": 8, "b": 2}


def parse_integer(text: str) -> int | None:
    """Read PostgreSQL 16's integer forms: signs, underscores, 0x, 0o, 0b; None where it is none."""
    found = _DECIMAL.fullmatch(text)
    if found:
        return int(found[1] + found[2].replace("_", ""))
    found = _BASED.fullmatch(text)
    if not found:
        return None
    sign, *parts = found.groups()
    letter, digits = next((parts[n], parts[n + 1]) for n in (0, 2, 4) if parts[n])
    return int(sign + digits.replace("_", ""), _BASES[letter.lower()])


class Integer(Type):
    """A signed integer; format is struct's letter of its width."""

    affinity = "INTEGER"
    storable = True
    indexable = True
    format = "i"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.minimum, self.maximum = -(2 ** (8 * self.length - 1)), 2 ** (8 * self.length - 1) - 1
        self._struct = struct.Struct("!" + self.format)

    def decode_text(self, text: str, style: Style) -> int:
        value = parse_integer(text)
        if value is None:
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.sql_name}: "{text}"')
        if not self.minimum <= value <= self.maximum:
            raise NumericValueOutOfRange(f'value "{text}" is out of range for type {self.sql_name}')
        return value

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> int:
        if len(data) != self._struct.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        value: int = self._struct.unpack(data)[0]
        return value

    def encode_binary(self, value: Value) -> bytes:
        return self._struct.pack(value)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return b"%d".__mod__

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self._struct.pack


class Smallint(Integer):
    format = "h"


class Bigint(Integer):
    format = "q"


class ObjectIdentifier(Integer):
    """oid: unsigned; a negative text is read as the same bits, as PostgreSQL does."""

    storable = False
    indexable = False
    format = "I"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.minimum, self.maximum = -(2**31), 2**32 - 1

    def decode_text(self, text: str, style: Style) -> int:
        """Read as C's strtoul does: a leading zero means octal, and there are no other forms than 0x."""
        found = _UNSIGNED.fullmatch(text)
        if not found:
            raise InvalidTextRepresentation(f'invalid input syntax for type oid: "{text}"')
        base = 16 if found[2] else 8 if found[3].startswith("0") else 10
        try:
            value = int(found[1] + found[3], base)
        except ValueError:
            raise InvalidTextRepresentation(f'invalid input syntax for type oid: "{text}"') from None
        if not self.minimum <= value <= self.maximum:
            raise NumericValueOutOfRange(f'value "{text}" is out of range for type oid')
        return value & 0xFFFFFFFF
