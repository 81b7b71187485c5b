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
_UNSIGNED = re.compile(r"[ \t\n\r\v\f]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)([ \t\n\r\v\f]*)", re.ASCII)
_BASES = {"x": 16, "o": 8, "b": 2}
_DIGITS_MAX = 40
_BEGINNING = re.compile(
    r"[ \t\n\r\v\f]*[+-]?(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|(\d+(?:_\d+)*))",
    re.ASCII,
)


def parse_integer(text: str) -> int | None:
    """Read PostgreSQL 16's integer forms: signs, underscores, 0x, 0o, 0b; None where it is none."""
    found = _DECIMAL.fullmatch(text)
    if found:
        value = _magnitude(found[2], 10)
        return -value if found[1] == "-" else value
    found = _BASED.fullmatch(text)
    if not found:
        return None
    sign, *parts = found.groups()
    letter, digits = next((parts[n], parts[n + 1]) for n in (0, 2, 4) if parts[n])
    value = _magnitude(digits, _BASES[letter.lower()])
    return -value if sign == "-" else value


def _magnitude(digits: str, base: int) -> int:
    """Return the value of digits; some value too large for any integer type if decimal digits are more than those have."""
    digits = digits.replace("_", "")
    if base == 10 and len(digits) > _DIGITS_MAX:
        digits = digits.lstrip("0")[:_DIGITS_MAX] or "0"
    return int(digits, base)


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
        if value is None and not self._begins_too_large(text):
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.sql_name}: "{text}"')
        if value is None or not self.minimum <= value <= self.maximum:
            raise NumericValueOutOfRange(f'value "{text}" is out of range for type {self.sql_name}')
        return value

    def _begins_too_large(self, text: str) -> bool:
        """Return whether the digits alone are too many: PostgreSQL says so before it sees what is wrong behind them."""
        found = _BEGINNING.match(text)
        if found is None:
            return False
        base, digits = next(
            (base, digits) for base, digits in zip((16, 8, 2, 10), found.groups(), strict=True) if digits
        )
        limit: int = -self.minimum // base
        return _magnitude(digits.replace("_", "")[:-1] or "0", base) > limit

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
    read_as = "oid"
    """The type its input names in errors."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.minimum, self.maximum = -(2**31), 2**32 - 1

    def decode_text(self, text: str, style: Style) -> int:
        """Read as C's strtoul does: a leading zero means octal, and there are no other forms than 0x."""
        found = _UNSIGNED.match(text)
        if found is None:
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.read_as}: "{text}"')
        sign, digits, _ = found.groups()
        base = 16 if digits[1:2] in ("x", "X") else 8 if digits[0] == "0" else 10
        value = _magnitude(digits[2:] if base == 16 else digits, base)
        if value < 2**64 and found.end() != len(text):
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.read_as}: "{text}"')
        value = -value if sign == "-" else value
        if not self.minimum <= value <= self.maximum:
            raise NumericValueOutOfRange(f'value "{text}" is out of range for type {self.read_as}')
        return value & 0xFFFFFFFF
