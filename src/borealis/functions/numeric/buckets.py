"""width_bucket: in which of `count` equal buckets between two bounds a number falls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from borealis.errors import InvalidArgumentForWidthBucket, NumericValueOutOfRange
from borealis.functions.implementation import scalar
from borealis.functions.numeric import decimals
from borealis.types.base import Value

_INT4_MAX = 2**31 - 1


def _check_count(count: int) -> None:
    if count <= 0:
        raise InvalidArgumentForWidthBucket("count must be greater than zero")


def _past_the_end(count: int) -> int:
    if count == _INT4_MAX:
        raise NumericValueOutOfRange("integer out of range")
    return count + 1


def width_bucket(operand: Decimal, low: Decimal, high: Decimal, count: int) -> int:
    _check_count(count)
    if operand.is_nan() or low.is_nan() or high.is_nan():
        raise InvalidArgumentForWidthBucket("operand, lower bound, and upper bound cannot be NaN")
    if low.is_infinite() or high.is_infinite():
        raise InvalidArgumentForWidthBucket("lower and upper bounds must be finite")
    if low == high:
        raise InvalidArgumentForWidthBucket("lower bound cannot equal upper bound")
    outside = _outside(operand, low, high, count)
    if outside is not None:
        return outside
    share = decimals.EXACT.multiply(decimals.EXACT.subtract(operand, low), Decimal(count))
    return int(decimals.EXACT.divide_int(share, decimals.EXACT.subtract(high, low))) + 1


def _outside(operand: Any, low: Any, high: Any, count: int) -> int | None:
    if low < high:
        return 0 if operand < low else _past_the_end(count) if operand >= high else None
    return 0 if operand > low else _past_the_end(count) if operand <= high else None


@scalar("width_bucket_float8")
def width_bucket_float8(operand: Value, low: Value, high: Value, count: int) -> int:
    _check_count(count)
    if not (isinstance(operand, float) and isinstance(low, float) and isinstance(high, float)):
        raise InvalidArgumentForWidthBucket("operand, lower bound, and upper bound cannot be NaN")
    if abs(low) == float("inf") or abs(high) == float("inf"):
        raise InvalidArgumentForWidthBucket("lower and upper bounds must be finite")
    if low == high:
        raise InvalidArgumentForWidthBucket("lower bound cannot equal upper bound")
    outside = _outside(operand, low, high, count)
    if outside is not None:
        return outside
    # Halved where the difference of the bounds is beyond a double.
    scale = 0.5 if abs(high - low) == float("inf") else 1.0
    share = (operand * scale - low * scale) / (high * scale - low * scale)
    return min(int(count * share), count - 1) + 1
