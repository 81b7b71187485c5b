"""now() and its kin: the transaction's moment, the statement's, the clock's."""

from __future__ import annotations

from borealis.functions.datetime.moments import to_local
from borealis.functions.implementation import Context, scalar
from borealis.types.calendar import DAY_US, date_from_days, time_parts
from borealis.types.zones import abbreviation_at

_WEEKDAYS = ("Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri")  # 2000-01-01 was a Saturday
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@scalar("now", context=True)
def now(context: Context) -> int:
    return context.transaction_us


@scalar("statement_timestamp", context=True)
def statement_timestamp(context: Context) -> int:
    return context.statement_us


@scalar("clock_timestamp", deterministic=False, context=True)
def clock_timestamp(context: Context) -> int:
    return context.clock_us()


@scalar("timeofday", deterministic=False, context=True)
def timeofday(context: Context) -> str:
    moment, zone = context.clock_us(), context.style.time_zone
    days, us = divmod(to_local(zone, moment), DAY_US)
    year, month, day = date_from_days(days)
    hour, minute, second, micro = time_parts(us)
    return (
        f"{_WEEKDAYS[days % 7]} {_MONTHS[month - 1]} {day:02d} {hour:02d}:{minute:02d}:{second:02d}.{micro:06d} "
        f"{year:04d} {abbreviation_at(zone, moment)}"
    )
