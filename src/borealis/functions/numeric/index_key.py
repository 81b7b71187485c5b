"""numeric_key: a numeric as bytes that compare as the numbers do, for entries of indexes, and to sort by.

    first byte   20 -Infinity, 40 below zero, 60 zero, 80 above zero, a0 Infinity, c0 NaN, which PostgreSQL puts last
    then         the exponent (4 bytes, biased), the digits as 1 to 10, and 0 to end them; below zero all of it inverted

Equal numbers have one form, 1.50 that of 1.5. Columns do not need it: they have a precision, so a form of their own. ORDER BY has
it of aggregates: computed once a row, where a collation is called for each comparison.
"""

from __future__ import annotations

from decimal import Decimal

from borealis.functions.implementation import scalar

_BIAS = 1 << 31
_INVERTED = bytes(255 - n for n in range(256))
_DIGITS = bytes.maketrans(b"0123456789", bytes(range(1, 11)))


@scalar("numeric_key")
def numeric_key(value: str) -> bytes:
    whole, _, fraction = value.removeprefix("-").partition(".")
    if not (whole + fraction).isdigit():
        return _special_key(Decimal(value))
    whole = whole.lstrip("0")
    digits = whole + fraction if whole else fraction.lstrip("0")
    exponent = len(whole) - 1 if whole else len(digits) - len(fraction) - 1
    digits = digits.rstrip("0")
    if not digits:
        return b"\x60"
    body = (exponent + _BIAS).to_bytes(4, "big") + digits.encode().translate(_DIGITS) + b"\0"
    return b"\x40" + body.translate(_INVERTED) if value[0] == "-" else b"\x80" + body


def _special_key(number: Decimal) -> bytes:
    assert not number.is_finite(), "a numeric's text has no exponent"
    if number.is_nan():
        return b"\xc0"
    return b"\xa0" if number > 0 else b"\x20"
