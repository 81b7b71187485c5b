"""interval: sum, difference, product, quotient, and justify_*.

A product's fraction of a month flows into days, that of a day into microseconds, through float8 as in PostgreSQL.
"""

from __future__ import annotations

import math

from borealis.errors import DivisionByZero
from borealis.functions.datetime.limits import checked_interval, interval_out_of_range, truncated
from borealis.functions.floats.values import to_python
from borealis.functions.implementation import scalar
from borealis.types.base import Value
from borealis.types.calendar import DAY_US, SECOND_US
from borealis.types.interval import unpack

_MONTH_DAYS = 30
_DAY_S = 86_400
_INT32_MAX = 2**31


@scalar("interval_um")
def interval_um(value: bytes) -> bytes:
    months, days, us = unpack(value)
    return checked_interval(-months, -days, -us)


@scalar("interval_pl")
def interval_pl(left: bytes, right: bytes) -> bytes:
    a, b = unpack(left), unpack(right)
    return checked_interval(a[0] + b[0], a[1] + b[1], a[2] + b[2])


@scalar("interval_mi")
def interval_mi(left: bytes, right: bytes) -> bytes:
    a, b = unpack(left), unpack(right)
    return checked_interval(a[0] - b[0], a[1] - b[1], a[2] - b[2])


@scalar("interval_mul")
def interval_mul(value: bytes, factor: Value) -> bytes:
    number = to_python(factor)
    months, days, us = unpack(value)
    return _cascaded(months * number, days * number, us * number)


@scalar("mul_d_interval")
def mul_d_interval(factor: Value, value: bytes) -> bytes:
    return interval_mul(value, factor)


@scalar("interval_div")
def interval_div(value: bytes, divisor: Value) -> bytes:
    number = to_python(divisor)
    if number == 0:
        raise DivisionByZero("division by zero")
    months, days, us = unpack(value)
    return _cascaded(months / number, days / number, us / number)


def _cascaded(months: float, days: float, us: float) -> bytes:
    """Return an interval of these fractional fields, each fraction passed down to the next."""
    whole_months, whole_days = _whole(months), _whole(days)
    month_days = _to_microsecond((months - whole_months) * _MONTH_DAYS)
    seconds = _to_microsecond((days - whole_days + month_days - int(month_days)) * _DAY_S)
    if abs(seconds) >= _DAY_S:
        carried = int(seconds / _DAY_S)
        whole_days += carried
        seconds -= carried * _DAY_S
    total = us + seconds * SECOND_US
    if not math.isfinite(total):
        raise interval_out_of_range()
    return checked_interval(whole_months, whole_days + int(month_days), round(total))


def _whole(number: float) -> int:
    if number != number or abs(number) > _INT32_MAX:  # noqa: PLR0124 - the test for NaN
        raise interval_out_of_range()
    return int(number)


def _to_microsecond(number: float) -> float:
    return round(number * SECOND_US) / SECOND_US


def justified_hours(months: int, days: int, us: int) -> tuple[int, int, int]:
    """Turn 24 hours into days, both of one sign."""
    whole, us = truncated(us, DAY_US)
    days += whole
    return (months, *_of_one_sign(days, us, DAY_US))


def justified_days(months: int, days: int, us: int) -> tuple[int, int, int]:
    whole, days = truncated(days, _MONTH_DAYS)
    return (*_of_one_sign(months + whole, days, _MONTH_DAYS), us)


def _of_one_sign(greater: int, smaller: int, unit: int) -> tuple[int, int]:
    if greater > 0 and smaller < 0:
        return greater - 1, smaller + unit
    if greater < 0 and smaller > 0:
        return greater + 1, smaller - unit
    return greater, smaller


@scalar("interval_justify_hours")
def interval_justify_hours(value: bytes) -> bytes:
    return checked_interval(*justified_hours(*unpack(value)))


@scalar("interval_justify_days")
def interval_justify_days(value: bytes) -> bytes:
    return checked_interval(*justified_days(*unpack(value)))


@scalar("interval_justify_interval")
def interval_justify_interval(value: bytes) -> bytes:
    months, days, us = unpack(value)
    whole_days, us = truncated(us, DAY_US)
    whole_months, days = truncated(days + whole_days, _MONTH_DAYS)
    months += whole_months
    if months > 0 and (days < 0 or (days == 0 and us < 0)):
        months, days = months - 1, days + _MONTH_DAYS
    elif months < 0 and (days > 0 or (days == 0 and us > 0)):
        months, days = months + 1, days - _MONTH_DAYS
    days, us = _of_one_sign(days, us, DAY_US)
    return checked_interval(months, days, us)


@scalar("interval_finite")
def interval_finite(value: bytes) -> int:
    return 1
