"""Decimal text to decimal.Decimal and back, within PostgreSQL's limits.

A Decimal's exponent carries the display scale, as PostgreSQL's dscale does: '1.50' + '2' is '3.50', '1.5' * '2.0' is
'3.00'. The one context computes sums and products of any legal numerics exactly; nothing that has no end (a quotient,
a root) may be computed in it.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal

from borealis.errors import NumericValueOutOfRange

EXACT = Context(prec=400_000, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
"""Infinity - Infinity and 0 * Infinity are NaN, as in PostgreSQL: nothing is trapped."""

DIGITS_MAX = 131_072  # before the point
SCALE_MAX = 16_383
RESULT_SCALE_MAX = 1_000  # what division, roots and logarithms choose themselves
SIGNIFICANT_DIGITS_MIN = 16

NAN = Decimal("NaN")
INFINITY = Decimal("Infinity")
ZERO = Decimal(0)
ONE = Decimal(1)


def overflow() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("value overflows numeric format")


def text(value: Decimal) -> str:
    """Return PostgreSQL's text of a value; raises 22003 if it is beyond numeric's range."""
    result = str(value)
    if "E" in result:
        result = _long_text(value)
    elif len(result) > DIGITS_MAX:
        check(value)
    if result[0] == "-" and not value:
        return result[1:]
    return result


def _long_text(value: Decimal) -> str:
    check(value)
    return format(scaled(value, 0) if value.as_tuple().exponent > 0 else value, "f")  # type: ignore[operator]


def check(value: Decimal) -> Decimal:
    if value.is_finite() and value and value.adjusted() >= DIGITS_MAX:
        raise overflow()
    return value


def scale_of(value: Decimal) -> int:
    """Return the display scale of a finite value."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def scaled(value: Decimal, scale: int) -> Decimal:
    """Return the value with this display scale, rounded half away from zero."""
    return value.quantize(Decimal((0, (1,), -scale)), context=EXACT)


def with_scale_at_least(value: Decimal, scale: int) -> Decimal:
    return value if scale_of(value) >= scale else scaled(value, scale)


def weight_of(value: Decimal) -> int:
    """Return the exponent of the leading base-10000 digit: PostgreSQL's weight. 0 for zero."""
    return value.adjusted() // 4 if value else 0


def leading_digit_of(value: Decimal) -> int:
    """Return the leading base-10000 digit."""
    return int(abs(value).scaleb(-4 * weight_of(value), EXACT)) if value else 0


def chosen_scale(digits_before: int, *scales: int) -> int:
    """Return the scale that gives 16 significant digits, and no less than the arguments' own."""
    return min(max(SIGNIFICANT_DIGITS_MIN - digits_before, 0, *scales), RESULT_SCALE_MAX)


def quotient(dividend: Decimal, divisor: Decimal, scale: int) -> Decimal:
    """Return dividend / divisor rounded half away from zero to a scale; finite, the divisor not zero."""
    whole, rest = EXACT.divmod(dividend.scaleb(scale, EXACT), divisor)
    if 2 * abs(rest) >= abs(divisor) and rest:
        whole = EXACT.add(whole, ONE if dividend.is_signed() == divisor.is_signed() else -ONE)
    return whole.scaleb(-scale, EXACT)


def quotient_scale(dividend: Decimal, divisor: Decimal) -> int:
    """Return the display scale PostgreSQL gives a quotient: 16 significant digits by base-10000 weights."""
    weight = weight_of(dividend) - weight_of(divisor)
    if leading_digit_of(dividend) <= leading_digit_of(divisor):
        weight -= 1
    return chosen_scale(4 * weight, scale_of(dividend), scale_of(divisor))
