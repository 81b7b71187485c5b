"""bit and bit varying: only at run time. A value is its digits, '0101', which order as PostgreSQL's bytes and length do.

A typmod is the length.
Source: PostgreSQL 16 documentation 8.10; recorded in tests/oracle/functions/bits.tsv.
"""

from __future__ import annotations

import struct

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidParameterValue,
    InvalidTextRepresentation,
    StringDataLengthMismatch,
    StringDataRightTruncation,
)
from borealis.types.base import Style, Type, Value

_LENGTH_MAX = 83_886_080
_COUNT = struct.Struct("!i")


class Bits(Type):
    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> str:
        if text[:1] in ("x", "X"):
            return "".join(f"{self._digit(each, 16):04b}" for each in text[1:])
        digits = text[1:] if text[:1] in ("b", "B") else text
        return "".join(str(self._digit(each, 2)) for each in digits)

    @staticmethod
    def _digit(digit: str, base: int) -> int:
        try:
            return int(digit, base) if digit.isascii() and digit.isalnum() else int("")
        except ValueError:
            kind = "binary" if base == 2 else "hexadecimal"
            raise InvalidTextRepresentation(f'"{digit}" is not a valid {kind} digit') from None

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        if len(data) < _COUNT.size:
            raise InvalidBinaryRepresentation("insufficient data left in message")
        (count,) = _COUNT.unpack_from(data)
        if count < 0 or len(data) != _COUNT.size + (count + 7) // 8:
            raise InvalidBinaryRepresentation("invalid length in external bit string")
        return from_bytes(data[_COUNT.size :])[:count]

    def encode_binary(self, value: Value) -> bytes:
        text = str(value)
        return _COUNT.pack(len(text)) + to_bytes(text)

    def typmod_in(self, modifiers: list[int]) -> int:
        if len(modifiers) != 1:
            raise InvalidParameterValue("invalid type modifier")
        (length,) = modifiers
        if length < 1:
            raise InvalidParameterValue(f"length for type {self.name} must be at least 1")
        if length > _LENGTH_MAX:
            raise InvalidParameterValue(f"length for type {self.name} cannot exceed {_LENGTH_MAX}")
        return length

    def typmod_text(self, typmod: int) -> str:
        return f"({typmod})" if typmod >= 0 else ""


class Varbit(Bits):
    pass


def from_bytes(data: bytes) -> str:
    return f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}" if data else ""


def to_bytes(digits: str) -> bytes:
    size = (len(digits) + 7) // 8
    return int(digits.ljust(size * 8, "0") or "0", 2).to_bytes(size, "big")


def fit_bit(digits: str, length: int, *, is_explicit: bool) -> str:
    """Return exactly `length` bits. Raises StringDataLengthMismatch 22026 unless the cast was written."""
    if len(digits) != length and not is_explicit:
        raise StringDataLengthMismatch(f"bit string length {len(digits)} does not match type bit({length})")
    return digits[:length].ljust(length, "0")


def fit_varbit(digits: str, length: int, *, is_explicit: bool) -> str:
    if len(digits) > length and not is_explicit:
        raise StringDataRightTruncation(f"bit string too long for type bit varying({length})")
    return digits[:length]
