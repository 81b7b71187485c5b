"""float4, float8: SQLite REAL; NaN, which SQLite cannot hold, is the text 'NaN', which sorts above all numbers.

Output is the shortest text that reads back as the same value, laid out as PostgreSQL does: exponents below -4 and from 15 (float8) or
6 (float4) on.
"""

from __future__ import annotations

import math
import re
import struct

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
)
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?\d+)?", re.ASCII
)
_SPECIAL = {
    "nan": math.nan,
    "inf": math.inf,
    "infinity": math.inf,
    "+inf": math.inf,
    "+infinity": math.inf,
    "-inf": -math.inf,
    "-infinity": -math.inf,
}
_FLOAT4 = struct.Struct("!f")
_FLOAT8 = struct.Struct("!d")
NAN = "NaN"


def to_value(number: float) -> float | str:
    """Return a float as SQLite holds it."""
    return NAN if math.isnan(number) else number


def from_value(value: Value) -> float:
    """Return what SQLite holds as a float."""
    return math.nan if value == NAN else float(value)  # type: ignore[arg-type]


def round_float4(number: float) -> float:
    """Return the nearest float4. Raises OverflowError beyond its range."""
    return float(_FLOAT4.unpack(_FLOAT4.pack(number))[0])


class Double(Type):
    affinity = "REAL"
    storable = True
    indexable = True
    digits_before_exponent = 15
    packing = _FLOAT8

    def decode_text(self, text: str, style: Style) -> float | str:
        word = text.strip(" \t\n\r\v\f")
        special = _SPECIAL.get(word.lower())
        if special is not None:
            return to_value(special)
        if _NUMBER.fullmatch(word):
            number = float(word)
        elif _HEXADECIMAL.fullmatch(word):
            try:
                number = float.fromhex(word)
            except OverflowError:
                number = math.inf
        else:
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.sql_name}: "{text}"')
        rounded = self.rounded(number)
        lost = (
            rounded == 0
            and bool(re.search(r"[1-9a-fA-F]", re.split(r"[eEpP]", word)[0]))
            and number != rounded
        )
        if math.isinf(rounded) or lost or (number == 0 and self._has_digits(word)):
            raise NumericValueOutOfRange(f'"{word}" is out of range for type {self.sql_name}')
        return rounded

    @staticmethod
    def _has_digits(word: str) -> bool:
        """Return whether the mantissa is not zero, so that a zero result is an underflow."""
        if word.lstrip("+-")[:2].lower() == "0x":
            return False
        return bool(re.search(r"[1-9]", re.split(r"[eE]", word)[0]))

    def rounded(self, number: float) -> float:
        return number

    def shortest(self, number: float) -> str:
        """Return the shortest decimal that reads back as the number, in Python's form."""
        return repr(number)

    def encode_text(self, value: Value, style: Style) -> str:
        if value == NAN:
            return NAN
        number = float(value)  # type: ignore[arg-type]
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        if style.extra_float_digits <= 0:
            return self._fixed_digits(number, style.extra_float_digits)
        return self._laid_out(self.shortest(number))

    def _fixed_digits(self, number: float, extra: int) -> str:
        return f"{number:.{max(1, self.digits_before_exponent + extra)}g}"

    def _laid_out(self, shortest: str) -> str:
        mantissa, _, exponent_text = shortest.partition("e")
        sign = "-" if mantissa.startswith("-") else ""
        whole, _, fraction = mantissa.lstrip("-").partition(".")
        digits = whole + fraction
        point = len(whole) + int(exponent_text or 0)
        stripped = digits.lstrip("0")
        point -= len(digits) - len(stripped)
        digits = stripped.rstrip("0")
        if not digits:
            return sign + "0"
        exponent = point - 1
        if -4 <= exponent < self.digits_before_exponent:
            return sign + _positional(digits, point)
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"

    def decode_binary(self, data: bytes) -> float | str:
        if len(data) != self.packing.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return to_value(self.packing.unpack(data)[0])

    def encode_binary(self, value: Value) -> bytes:
        return self.packing.pack(from_value(value))

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        encode = self.encode_text
        return lambda value: encode(value, style).encode()

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self.encode_binary


def _positional(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]


class Real(Double):
    """float4: kept as the double of the same value."""

    digits_before_exponent = 6
    packing = _FLOAT4

    def rounded(self, number: float) -> float:
        try:
            return round_float4(number)
        except OverflowError:
            return math.inf

    def shortest(self, number: float) -> str:
        nearest = self.rounded(number)
        for precision in range(1, 9):
            text = f"{nearest:.{precision}g}"
            if self.rounded(float(text)) == nearest:
                return text
        return f"{nearest:.9g}"
