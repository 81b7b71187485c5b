"""numeric_key: a numeric as bytes that compare as the numbers do, for entries of indexes.

    first byte   20 -Infinity, 40 below zero, 60 zero, 80 above zero, a0 Infinity, c0 NaN, which PostgreSQL puts last
    then         the exponent (4 bytes, biased), the digits as 1 to 10, and 0 to end them; below zero all of it inverted

Equal numbers have one form, 1.50 that of 1.5. Columns do not need it: they have a precision, so a form of their own.
"""

from __future__ import annotations

from decimal import Decimal

from borealis.functions.implementation import scalar

_BIAS = 1 << 31
_INVERTED = bytes(255 - n for n in range(256))


@scalar("numeric_key")
def numeric_key(value: str) -> bytes:
    number = Decimal(value)
    if number.is_nan():
        return b"\xc0"
    if number.is_infinite():
        return b"\xa0" if number > 0 else b"\x20"
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    if not digits:
        return b"\x60"
    body = (number.adjusted() + _BIAS).to_bytes(4, "big") + bytes(int(digit) + 1 for digit in digits) + b"\0"
    return b"\x80" + body if number > 0 else b"\x40" + body.translate(_INVERTED)
