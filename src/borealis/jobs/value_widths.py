"""How many bytes PostgreSQL would take for a value: what pg_stats calls its width. Source: PostgreSQL 16, varatt.h, numeric.c."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from borealis.types import oids
from borealis.types.base import Oid, Representation, Style, Value
from borealis.types.registry import type_of

_SHORT_BYTES_MAX = 126
"""Up to this, one byte of length stands in front of a value in a row; else four, as always in front of a computed one."""

_NUMERIC_BASE_DIGITS = 4


def width_function(
    type_: Oid, typmod: int, representation: Representation, *, is_computed: bool = False
) -> Callable[[Value], int]:
    """Return the function from a stored value of a column, or of an expression, to its width."""
    length = type_of(type_).length
    if length > 0:
        return lambda value: length
    short_max = -1 if is_computed else _SHORT_BYTES_MAX

    def with_length(size: int) -> int:
        return size + (1 if size <= short_max else 4)

    if type_ == oids.NUMERIC:
        encode = type_of(type_).text_encoder(Style(), representation)
        return lambda value: with_length(_of_numeric(encode(value).decode()))
    if type_ == oids.BPCHAR and typmod > 4:
        padded = typmod - 4
        return lambda value: with_length(max(padded, _bytes(value)))
    return lambda value: with_length(_bytes(value))


def _bytes(value: Value) -> int:
    return len(value) if isinstance(value, bytes) else len(str(value).encode())


def _of_numeric(text: str) -> int:
    """A word of sign and scale, and two bytes for each four digits that are not zeros at an end."""
    number = Decimal(text)
    if not number.is_finite() or not number:
        return 2
    _, digits, exponent = number.normalize().as_tuple()
    assert isinstance(exponent, int)
    above = -(-(len(digits) + exponent) // _NUMERIC_BASE_DIGITS)
    below = exponent // _NUMERIC_BASE_DIGITS
    return 2 + 2 * (above - min(below, above))
