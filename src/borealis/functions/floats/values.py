"""Python floats and the values SQLite holds: NaN as text, float4 rounded to single precision."""

from __future__ import annotations

import math

from borealis.errors import NumericValueOutOfRange
from borealis.types.base import Value
from borealis.types.floating import single

NAN = math.nan


def to_python(value: Value) -> float:
    """Return a float; the text 'NaN' becomes one."""
    return value if type(value) is float else float(value)  # type: ignore[arg-type]


def to_value(number: float) -> Value:
    return number if number == number else "NaN"  # noqa: PLR0124 - the test for NaN


def overflow() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("value out of range: overflow")


def underflow() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("value out of range: underflow")


def checked_single(number: float) -> Value:
    """Return a float8 as float4: 22003 where it has no place there."""
    result = single(number)
    if math.isinf(result) and not math.isinf(number):
        raise overflow()
    if result == 0 and number != 0:
        raise underflow()
    return to_value(result)
