"""Casts among floats, integers and numeric.

A float prints as numeric with the digits the type can vouch for: 15 of a double, 6 of a real.
"""

from __future__ import annotations

import math
from decimal import Decimal

from borealis.functions.floats.values import checked_single, to_value
from borealis.functions.implementation import Sql, emitter, scalar, template
from borealis.functions.numeric import decimals
from borealis.functions.numeric.representation import as_fixed, to_plain
from borealis.types.base import FixedNumeric, Value
from borealis.types.floating import single_of_decimal

_EXACT_MAX = 2**53

for _source in ("i2tod", "i4tod", "i8tod"):
    template(_source, "CAST({0} AS REAL)")
template("ftod", "{0}")
template("i2tof", "CAST({0} AS REAL)")


@scalar("i4tof", "i8tof")
def integer_to_single(value: int) -> Value:
    return _single_of_integer(value)


def _single_of_integer(value: int) -> float:
    """Return the nearest float4, rounded once: a large integer must not be rounded to double first."""
    shift = max(abs(value).bit_length() - 24, 0)
    if shift == 0:
        return float(value)
    quotient, rest = divmod(value, 1 << shift)
    half = 1 << (shift - 1)
    if rest > half or (rest == half and quotient & 1):
        quotient += 1
    return float(quotient << shift)


@scalar("dtof")
def double_to_single(value: Value) -> Value:
    return checked_single(value) if type(value) is float else value


@emitter("numeric_float8")
def numeric_to_double(args: tuple[Sql, ...]) -> Sql:
    known = as_fixed(args[0])
    if known is not None and isinstance(known.representation, FixedNumeric):
        kind = known.representation
        # Both operands exact, one division: correctly rounded.
        if kind.bound <= _EXACT_MAX:
            return Sql(
                f"(CAST({known.text} AS REAL) / {10**kind.scale}.0)"
                if kind.scale
                else f"CAST({known.text} AS REAL)"
            )
    return Sql(f"pg_numeric_float8({to_plain(args[0]).text})")


@scalar("numeric_float8")
def numeric_float8(value: str) -> Value:
    number = float(value)
    if math.isinf(number) and "Inf" not in value:
        raise _unreadable(value, "double precision")
    if number == 0 and Decimal(value):
        raise _unreadable(value, "double precision")
    return to_value(number)


@scalar("numeric_float4")
def numeric_float4(value: str) -> Value:
    number = float(value)
    if not math.isfinite(number) and ("Inf" in value or number != number):  # noqa: PLR0124
        return to_value(number)
    result = single_of_decimal(Decimal(value))
    if math.isinf(result) or (result == 0 and Decimal(value)):
        raise _unreadable(value, "real")
    return result


def _unreadable(value: str, type_name: str) -> Exception:
    from borealis.errors import NumericValueOutOfRange

    return NumericValueOutOfRange(f'"{value}" is out of range for type {type_name}')


def _digits_of(value: Value, digits: int) -> str:
    if type(value) is not float:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return decimals.text(Decimal(f"{value:.{digits}g}"))


@scalar("float8_numeric")
def float8_numeric(value: Value) -> str:
    return _digits_of(value, 15)


@scalar("float4_numeric")
def float4_numeric(value: Value) -> str:
    return _digits_of(value, 6)
