"""The shortest decimal digits that read back as a binary floating-point number.

Among the decimals strictly between the halfway points to a number's neighbours, the one of fewest digits is taken, of those the nearest.
Python's repr takes a halfway point too, where reading rounds it to this number; PostgreSQL does not: 1e23 is shown as 9.999999999999999e+22.
Halfway points have few digits only where they are whole, so repr serves for doubles below 2**53.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Format(NamedTuple):
    bits: int  # of the significand, the leading one included
    exponent_min: int  # of the significand's last bit
    digits_max: int  # always enough


DOUBLE = Format(53, -1_074, 17)
SINGLE = Format(24, -149, 9)


def is_exact(number: float, layout: Format) -> bool:
    """Return whether no halfway point next to the number can be shorter than it."""
    return abs(number) < 1 << layout.bits


def shortest(number: float, layout: Format) -> str:
    """Return a positive or negative finite number as digits and exponent, `-12345e-3`."""
    _, exponent = math.frexp(abs(number))
    exponent = max(exponent - layout.bits, layout.exponent_min)
    significand = (
        int(math.ldexp(abs(number), -exponent))
        if exponent > -1_000
        else int(math.ldexp(math.ldexp(abs(number), 500), -exponent - 500))
    )
    # In quarters of the last bit: the number, and the halfway points below and above. Below a power of two they are half as far.
    below = 1 if significand == 1 << (layout.bits - 1) and exponent > layout.exponent_min else 2
    value, low, high = 4 * significand, 4 * significand - below, 4 * significand + 2
    exponent -= 2
    sign = "-" if number < 0 else ""
    first = math.floor(math.log10(abs(number))) + 1
    for digits in range(1, layout.digits_max + 1):
        power = first - digits
        found = _nearest(value, low, high, exponent, power)
        if found is not None:
            return f"{sign}{found}e{power}"
    raise AssertionError(number)


def _nearest(value: int, low: int, high: int, exponent: int, power: int) -> int | None:
    """Return n with low < n·10**power / 2**exponent < high, nearest to value, if there is one."""
    numerator, denominator = 1, 1
    if exponent >= 0:
        numerator <<= exponent
    else:
        denominator <<= -exponent
    if power >= 0:
        denominator *= 10**power
    else:
        numerator *= 10**-power
    floor, rest = divmod(value * numerator, denominator)
    candidates = (floor, floor + 1) if (2 * rest, floor & 1) <= (denominator, 0) else (floor + 1, floor)
    for each in candidates:
        if low * numerator < each * denominator < high * numerator:
            return each
    return None
