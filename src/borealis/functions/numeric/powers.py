"""Roots, exponentials and logarithms of numerics, with the display scales PostgreSQL chooses.

Each result has at least 16 significant digits by an estimate of its decimal weight; the estimates are PostgreSQL's, since
they show in the number of digits. The values are computed with guard digits and rounded half away from zero.
Source: PostgreSQL 16 documentation 9.3; scales as observed from its results (tests/oracle/functions/numeric.cases).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

from borealis.errors import InvalidArgumentForLogarithm, InvalidArgumentForPowerFunction
from borealis.functions.implementation import scalar
from borealis.functions.numeric import decimals
from borealis.functions.numeric.arithmetic import division_by_zero
from borealis.functions.numeric.decimals import (
    EXACT,
    INFINITY,
    NAN,
    ONE,
    ZERO,
    chosen_scale,
    scale_of,
    scaled,
    text,
    weight_of,
)

_LOG10_E = 0.434294481903252
_LN_10 = 2.302585092994046
_RESULT_WEIGHT_MAX = 2_000 * 3  # |ln(result)| beyond which PostgreSQL calls it overflow or zero
_GUARD_DIGITS = 12
_INT4_MAX = 2**31 - 1


def _context(digits: int) -> Context:
    return Context(
        prec=max(digits, 1) + _GUARD_DIGITS, rounding=ROUND_HALF_EVEN, Emin=EXACT.Emin, Emax=EXACT.Emax
    )


@scalar("numeric_sqrt")
def numeric_sqrt(value: str) -> str:
    number = Decimal(value)
    if number.is_nan():
        return value
    if number < 0:
        raise InvalidArgumentForPowerFunction("cannot take square root of a negative number")
    if number.is_infinite():
        return value
    scale = chosen_scale(weight_of(number) * 2 + 1, scale_of(number))
    # One digit more, cut off: rounded twice, 1.4999… would be 2.
    digits = math.isqrt(int(number.scaleb(2 * (scale + 1), EXACT)))
    return text(scaled(Decimal(digits).scaleb(-(scale + 1), EXACT), scale))


@scalar("numeric_exp")
def numeric_exp(value: str) -> str:
    number = Decimal(value)
    if not number.is_finite():
        return "0" if number == -INFINITY else value
    weight = max(min(float(number) * _LOG10_E, 2_000.0), -2_000.0)
    return text(exponential(number, chosen_scale(int(weight), scale_of(number))))


def exponential(number: Decimal, scale: int) -> Decimal:
    """Return e to the power of a finite number, rounded to a scale."""
    if abs(number) >= _RESULT_WEIGHT_MAX:
        if number > 0:
            raise decimals.overflow()
        return scaled(ZERO, scale)
    digits = scale + int(float(number) * _LOG10_E) + 2
    return scaled(number.exp(_context(digits)), scale)


def logarithm_weight(number: Decimal) -> int:
    """Return an estimate of the decimal weight of ln(number): log10(abs(ln(number))), truncated; 0 for none."""
    if number <= 0:
        return 0
    if Decimal("0.9") <= number <= Decimal("1.1"):
        distance = (
            number - 1
            if abs(number.adjusted()) < 20 and scale_of(number) < 20
            else EXACT.subtract(number, ONE)
        )
        if not distance:
            return 0
        return 4 * weight_of(distance) + int(math.log10(decimals.leading_digit_of(distance)))
    weight = 4 * weight_of(number)
    leading = int(number.scaleb(-weight, EXACT))
    shifted = int(number.scaleb(4 - weight, EXACT))
    if EXACT.compare(number, Decimal(leading).scaleb(weight, EXACT)) != 0:
        leading, weight = shifted, weight - 4
    return int(math.log10(abs(math.log(leading) + weight * _LN_10)))


def logarithm(number: Decimal, scale: int) -> Decimal:
    """Return ln of a finite number, rounded to a scale; raises 2201E unless it is positive."""
    _check_logarithm(number)
    return scaled(number.ln(_context(scale + max(logarithm_weight(number), 0) + 3)), scale)


def _check_logarithm(number: Decimal) -> None:
    if not number:
        raise InvalidArgumentForLogarithm("cannot take logarithm of zero")
    if number < 0:
        raise InvalidArgumentForLogarithm("cannot take logarithm of a negative number")


@scalar("numeric_ln")
def numeric_ln(value: str) -> str:
    number = Decimal(value)
    if number.is_nan():
        return value
    _check_logarithm(number)
    if number.is_infinite():
        return value
    return text(logarithm(number, chosen_scale(logarithm_weight(number), scale_of(number))))


@scalar("numeric_log")
def numeric_log(base: str, value: str) -> str:
    return text(_logarithm_to_base(Decimal(base), Decimal(value)))


@scalar("log(numeric)", "log10(numeric)")
def numeric_log10(value: str) -> str:
    return text(_logarithm_to_base(Decimal(10), Decimal(value)))


def _logarithm_to_base(base: Decimal, number: Decimal) -> Decimal:
    if base.is_nan() or number.is_nan():
        return NAN
    if base < 0 or number < 0:
        raise InvalidArgumentForLogarithm("cannot take logarithm of a negative number")
    _check_logarithm(base)
    _check_logarithm(number)
    if base.is_infinite():
        return NAN if number.is_infinite() else ZERO
    if number.is_infinite():
        return INFINITY
    weight = logarithm_weight(number) - logarithm_weight(base)
    scale = chosen_scale(weight, scale_of(base), scale_of(number))
    context = _context(scale + abs(weight) + 8)
    divisor = base.ln(context)
    if not divisor:
        raise division_by_zero()
    return scaled(context.divide(number.ln(context), divisor), scale)


@scalar("numeric_power")
def numeric_power(base: str, exponent: str) -> str:
    return text(power(Decimal(base), Decimal(exponent)))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    special = _special_power(base, exponent)
    if special is not None:
        return special
    if exponent == exponent.to_integral_value() and abs(exponent) <= _INT4_MAX:
        return _integer_power(base, int(exponent), scale_of(exponent))
    if not base:
        return scaled(ZERO, decimals.SIGNIFICANT_DIGITS_MIN)
    negative = False
    if base < 0:
        if exponent != exponent.to_integral_value():
            raise _complex()
        negative = EXACT.remainder(exponent, Decimal(2)) != 0
        base = -base
    return _real_power(base, exponent, negative=negative)


def _real_power(base: Decimal, exponent: Decimal, *, negative: bool) -> Decimal:
    rough = float(_context(20).multiply(base.ln(_context(20)), exponent))
    if abs(rough) > 2_000 * 3.01:
        if rough > 0:
            raise decimals.overflow()
        return scaled(ZERO, decimals.RESULT_SCALE_MAX)
    weight = int(rough * _LOG10_E)
    scale = chosen_scale(weight, scale_of(base), scale_of(exponent))
    context = _context(max(scale + weight, 0) + 16)
    result = exponential(context.multiply(base.ln(context), exponent), scale)
    return -result if negative and result else result


def _integer_power(base: Decimal, exponent: int, exponent_scale: int) -> Decimal:
    weight = exponent * _log10(base) if base else 0.0
    if weight > decimals.DIGITS_MAX:
        raise decimals.overflow()
    if weight + 1 < -decimals.RESULT_SCALE_MAX:
        return scaled(ZERO, decimals.RESULT_SCALE_MAX)
    scale = chosen_scale(int(weight), scale_of(base), exponent_scale)
    if exponent == 0:
        return scaled(ONE, scale)
    if not base:
        if exponent < 0:
            raise division_by_zero()
        return scaled(ZERO, scale)
    context = _context(max(scale + int(weight), 0) + 24)
    return scaled(context.power(base, Decimal(exponent)), scale)


def _log10(base: Decimal) -> float:
    exponent = base.adjusted()
    return math.log10(abs(float(base.scaleb(-exponent, EXACT)))) + exponent


def _complex() -> InvalidArgumentForPowerFunction:
    return InvalidArgumentForPowerFunction(
        "a negative number raised to a non-integer power yields a complex result"
    )


def _special_power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """Return the power where an operand is NaN or infinite, as POSIX's pow has it; raise for 0 to a negative power."""
    if base.is_nan():
        return ONE if exponent.is_finite() and not exponent else NAN
    if exponent.is_nan():
        return ONE if base.is_finite() and base == 1 else NAN
    if not base and exponent < 0:
        raise InvalidArgumentForPowerFunction("zero raised to a negative power is undefined")
    if base.is_finite() and exponent.is_finite():
        return None
    if base < 0 and exponent.is_finite() and exponent != exponent.to_integral_value():
        raise _complex()
    if base == 1 or not exponent:
        return ONE
    if not base:
        return ZERO
    if exponent.is_infinite():
        if base == -1:
            return ONE
        return INFINITY if (abs(base) > 1) == (exponent > 0) else ZERO
    if exponent < 0:
        return ZERO
    if base > 0:
        return INFINITY
    return -INFINITY if EXACT.remainder(exponent, Decimal(2)) else INFINITY
