"""Arithmetic on decimal text: exact, with PostgreSQL's display scales.

+  -   the larger scale          *   the sum of the scales          /   at least 16 significant digits
"""

from __future__ import annotations

import math
from decimal import Decimal

from borealis.errors import DivisionByZero, NumericValueOutOfRange
from borealis.functions.implementation import scalar
from borealis.functions.numeric import decimals
from borealis.functions.numeric.decimals import (
    EXACT,
    ONE,
    ZERO,
    chosen_scale,
    quotient,
    quotient_scale,
    scale_of,
    text,
)
from borealis.functions.numeric.representation import fixed_text
from borealis.functions.ordering import compare_numerics
from borealis.types.base import Value

_add, _subtract, _multiply = EXACT.add, EXACT.subtract, EXACT.multiply


def division_by_zero() -> DivisionByZero:
    return DivisionByZero("division by zero")


@scalar("numeric_add")
def numeric_add(left: str, right: str) -> str:
    return text(_add(Decimal(left), Decimal(right)))


@scalar("numeric_sub")
def numeric_sub(left: str, right: str) -> str:
    return text(_subtract(Decimal(left), Decimal(right)))


@scalar("numeric_mul")
def numeric_mul(left: str, right: str) -> str:
    product = _multiply(Decimal(left), Decimal(right))
    if (
        len(left) + len(right) > decimals.SCALE_MAX
        and product.is_finite()
        and scale_of(product) > decimals.SCALE_MAX
    ):
        product = decimals.scaled(product, decimals.SCALE_MAX)
    return text(product)


@scalar("numeric_div")
def numeric_div(left: str, right: str) -> str:
    if len(left) <= _SHORT and len(right) <= _SHORT and left[-1] <= "9" >= right[-1]:
        return _short_quotient(left, right)
    dividend, divisor = Decimal(left), Decimal(right)
    special = _special_quotient(dividend, divisor)
    return text(
        quotient(dividend, divisor, quotient_scale(dividend, divisor)) if special is None else special
    )


_SHORT = 40  # characters: the integers stay small


def _short_quotient(left: str, right: str) -> str:
    """Return the quotient of two short finite numbers: the same rule as decimals.quotient, in integers."""
    dividend, scale, dividend_weight, dividend_leading = _parts(left)
    divisor, divisor_scale, divisor_weight, divisor_leading = _parts(right)
    if not divisor:
        raise division_by_zero()
    weight = dividend_weight - divisor_weight - (dividend_leading <= divisor_leading)
    result_scale = chosen_scale(4 * weight, scale, divisor_scale)
    shift = result_scale + divisor_scale - scale
    numerator, denominator = abs(dividend), abs(divisor)
    if shift >= 0:
        numerator *= 10**shift
    else:
        denominator *= 10**-shift
    # Half away from zero.
    magnitude = (2 * numerator + denominator) // (2 * denominator)
    result = -magnitude if (dividend < 0) != (divisor < 0) else magnitude
    return fixed_text(result, result_scale) if result_scale else str(result)


def _parts(value: str) -> tuple[int, int, int, int]:
    """Return the unscaled integer, the scale, the base-10000 weight and the leading base-10000 digit."""
    whole, _, fraction = value.partition(".")
    unscaled = int(whole + fraction)
    if not unscaled:
        return 0, len(fraction), 0, 0
    digits = str(abs(unscaled))
    adjusted = len(digits) - 1 - len(fraction)
    weight = adjusted >> 2
    count = adjusted - 4 * weight + 1
    return unscaled, len(fraction), weight, int(digits[:count].ljust(count, "0"))


@scalar("fixed_mul")
def fixed_mul(left: int, right: int, scale: int) -> str:
    """Return the product of two scaled integers, which may be beyond int64, as decimal text."""
    product = left * right
    return fixed_text(product, scale) if scale else str(product)


@scalar("numeric_div_trunc")
def numeric_div_trunc(left: str, right: str) -> str:
    """div(x, y): the quotient, truncated."""
    dividend, divisor = Decimal(left), Decimal(right)
    special = _special_quotient(dividend, divisor)
    return text(EXACT.divide_int(dividend, divisor) if special is None else special)


def _special_quotient(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Return the quotient where an operand is NaN, infinite or a zero divisor."""
    if dividend.is_finite() and divisor.is_finite():
        if not divisor:
            raise division_by_zero()
        return None
    if dividend.is_nan() or divisor.is_nan():
        return decimals.NAN
    if dividend.is_infinite():
        if divisor.is_infinite():
            return decimals.NAN
        if not divisor:
            raise division_by_zero()
        return dividend if divisor > 0 else -dividend
    return ZERO


@scalar("numeric_mod")
def numeric_mod(left: str, right: str) -> str:
    dividend, divisor = Decimal(left), Decimal(right)
    if not (dividend.is_finite() and divisor.is_finite()):
        if dividend.is_nan() or divisor.is_nan():
            return "NaN"
        if dividend.is_infinite():
            if not divisor:
                raise division_by_zero()
            return "NaN"
        return left
    if not divisor:
        raise division_by_zero()
    return text(
        decimals.scaled(EXACT.remainder(dividend, divisor), max(scale_of(dividend), scale_of(divisor)))
    )


@scalar("numeric_uminus")
def numeric_uminus(value: str) -> str:
    return text(EXACT.minus(Decimal(value)))


@scalar("numeric_abs")
def numeric_abs(value: str) -> str:
    return value.removeprefix("-")


@scalar("numeric_sign")
def numeric_sign(value: str) -> str:
    number = Decimal(value)
    if number.is_nan():
        return "NaN"
    return str((number > 0) - (number < 0))


@scalar("numeric_inc")
def numeric_inc(value: str) -> str:
    return text(_add(Decimal(value), ONE))


@scalar("numeric_cmp")
def numeric_cmp(left: str, right: str) -> int:
    return compare_numerics(left, right)


@scalar("numeric_larger")
def numeric_larger(left: str, right: str) -> str:
    return left if compare_numerics(left, right) > 0 else right


@scalar("numeric_smaller")
def numeric_smaller(left: str, right: str) -> str:
    return left if compare_numerics(left, right) < 0 else right


@scalar("numeric_gcd")
def numeric_gcd(left: str, right: str) -> str:
    a, b = Decimal(left), Decimal(right)
    if a.is_nan() or b.is_nan() or a.is_infinite() or b.is_infinite():
        return "NaN"
    scale = max(scale_of(a), scale_of(b))
    return text(Decimal(_gcd(a, b, scale)).scaleb(-scale, EXACT))


@scalar("numeric_lcm")
def numeric_lcm(left: str, right: str) -> str:
    a, b = Decimal(left), Decimal(right)
    if a.is_nan() or b.is_nan() or a.is_infinite() or b.is_infinite():
        return "NaN"
    scale = max(scale_of(a), scale_of(b))
    if not a or not b:
        return text(decimals.scaled(ZERO, scale))
    product = _unscaled(a, scale) * _unscaled(b, scale)
    return text(Decimal(abs(product) // _gcd(a, b, scale)).scaleb(-scale, EXACT))


def _unscaled(value: Decimal, scale: int) -> int:
    return int(value.scaleb(scale, EXACT))


def _gcd(a: Decimal, b: Decimal, scale: int) -> int:
    return math.gcd(_unscaled(a, scale), _unscaled(b, scale))


@scalar("numeric_fac")
def numeric_fac(number: int) -> str:
    if number < 0:
        raise NumericValueOutOfRange("factorial of a negative number is undefined")
    if number > 32_177:  # the first whose factorial has too many digits
        raise decimals.overflow()
    result = ONE
    for factor in range(2, number + 1):
        result = _multiply(result, Decimal(factor))
    return text(result)


@scalar("numeric_scale")
def numeric_scale(value: str) -> Value:
    number = Decimal(value)
    return scale_of(number) if number.is_finite() else None


@scalar("numeric_min_scale")
def numeric_min_scale(value: str) -> Value:
    number = Decimal(value)
    return _min_scale(value) if number.is_finite() else None


@scalar("numeric_trim_scale")
def numeric_trim_scale(value: str) -> str:
    return value if "." not in value else value.rstrip("0").removesuffix(".")


def _min_scale(value: str) -> int:
    return len(value.partition(".")[2].rstrip("0"))


@scalar("width_bucket_numeric")
def width_bucket_numeric(operand: str, low: str, high: str, count: int) -> int:
    from borealis.functions.numeric.buckets import width_bucket

    return width_bucket(Decimal(operand), Decimal(low), Decimal(high), count)


@scalar("raise_division_by_zero", deterministic=False)
def raise_division_by_zero(dividend: Value) -> Value:
    """Raise for x / 0; strict, so NULL / 0 is NULL."""
    raise division_by_zero()
