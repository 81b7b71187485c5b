"""float4, float8: SQLite REAL; NaN, which SQLite cannot hold, is the text 'NaN', which sorts above all numbers.

Output is the shortest text that reads back as the same value (shortest.py), laid out as PostgreSQL does: with an exponent below -4 and from
15 (float8) or 6 (float4) on.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
)
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.shortest import DOUBLE, SINGLE, is_exact, shortest

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?\d+)?", re.ASCII
)
_SPECIAL = {
    "nan": math.nan,
    "+nan": math.nan,
    "-nan": math.nan,
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
_SINGLE_NORMAL_MIN = 2.0**-126
_SINGLE_MAX = 2.0**128 - 2.0**104
_OVERFLOW_AT = 2.0**128 - 2.0**103  # as far from the greatest float4 as from the next, were there one


def to_value(number: float) -> float | str:
    """Return a float as SQLite holds it."""
    return NAN if math.isnan(number) else number


def from_value(value: Value) -> float:
    """Return what SQLite holds as a float."""
    return math.nan if value == NAN else float(value)  # type: ignore[arg-type]


def round_float4(number: float) -> float:
    """Return the nearest float4. Raises OverflowError beyond its range."""
    return float(_FLOAT4.unpack(_FLOAT4.pack(number))[0])


def single(number: float) -> float:
    """Return the nearest float4; a finite number beyond its range becomes infinite."""
    try:
        return round_float4(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def single_of_decimal(number: Decimal) -> float:
    """Return the nearest float4 of what a double may not hold: rounded twice, it may lie on the wrong side of the middle."""
    double = float(number)
    near = single(double)
    other = _other_neighbour(double, near)
    distance = number - Decimal(double) if other is not None else 0
    return near if other is None or not distance or (distance > 0) == (near > other) else other


def _other_neighbour(double: float, near: float) -> float | None:
    """Return the float4 that is as far from a double as near is; None where near is the nearest."""
    if abs(double) == _OVERFLOW_AT:
        return math.copysign(_SINGLE_MAX, double)
    other = 2 * double - near
    return other if other != near and single(other) == other else None


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
        found = _HEXADECIMAL.match(word) or _NUMBER.match(word)
        if found is None:
            raise self._malformed(text)
        number = self._read(found[0])
        if found.end() != len(word):
            raise self._malformed(text)
        return number

    def _malformed(self, text: str) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'invalid input syntax for type {self.sql_name}: "{text}"')

    def _read(self, word: str) -> float:
        is_hexadecimal = word.lstrip("+-")[:2] in ("0x", "0X")
        try:
            number = self.rounded(float.fromhex(word)) if is_hexadecimal else self._nearest(word)
        except OverflowError:
            number = math.inf
        # A zero that has other digits before its exponent is too small.
        significand = word.lower().partition("p" if is_hexadecimal else "e")[0]
        lost = not number and significand.strip("+-0x." if is_hexadecimal else "+-0.")
        if math.isinf(number) or lost:
            raise NumericValueOutOfRange(f'"{word}" is out of range for type {self.sql_name}')
        return number

    def _nearest(self, word: str) -> float:
        """Return the value nearest to a decimal number."""
        return float(word)

    def rounded(self, number: float) -> float:
        return number

    def shortest(self, number: float) -> str:
        """Return the shortest decimal that reads back as the number."""
        return repr(number) if is_exact(number, DOUBLE) else shortest(number, DOUBLE)

    def encode_text(self, value: Value, style: Style) -> str:
        if value == NAN:
            return NAN
        number = float(value)  # type: ignore[arg-type]
        if not number:
            return "0" if math.copysign(1.0, number) > 0 else "-0"
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
        # Where repr's own layout is PostgreSQL's: neither exponent nor the `.0` of whole numbers.
        shortest_at_once = self.packing is _FLOAT8 and style.extra_float_digits > 0

        def encode_double(value: Value) -> bytes:
            if shortest_at_once and type(value) is float and 1e-4 <= abs(value) < 1e15:
                return repr(value).removesuffix(".0").encode()
            return encode(value, style).encode()

        return encode_double

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

    def _nearest(self, word: str) -> float:
        double = float(word)
        near = single(double)
        return near if _other_neighbour(double, near) is None else single_of_decimal(Decimal(word))

    def rounded(self, number: float) -> float:
        return single(number)

    def shortest(self, number: float) -> str:
        if is_exact(number, SINGLE) and abs(number) >= _SINGLE_NORMAL_MIN:
            text = f"{number:.6g}"  # whatever six digits can say, they say again
            if self.rounded(float(text)) == number:
                return text
        return shortest(number, SINGLE)
