"""date, time and timetz with integers, intervals and each other.

Dates plus integers are native where the text is short; the Python function has the infinities and the error.
"""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow
from borealis.functions.datetime.limits import (
    DATE_END,
    DATE_FOREVER,
    DATE_MIN,
    DATE_NEVER,
    FOREVER,
    NEVER,
    TIMESTAMP_END_DATE,
    checked_date,
    checked_timestamp,
    is_infinite_date,
)
from borealis.functions.datetime.moments import plus_interval
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.types.calendar import DAY_US, SECOND_US
from borealis.types.interval import pack, unpack
from borealis.types.time import pack_timetz, unpack_timetz


def midnight(date: int) -> int:
    """Return a date as a timestamp. Raises 22008."""
    if DATE_MIN <= date < TIMESTAMP_END_DATE:
        return date * DAY_US
    if date == DATE_FOREVER:
        return FOREVER
    if date == DATE_NEVER:
        return NEVER
    raise DatetimeFieldOverflow("date out of range for timestamp")


def _shift(sign: str, name: str) -> None:
    @emitter(name)
    def emit(args: tuple[Sql, ...]) -> Sql:
        date, days = args[0].text, args[1].text
        if not (is_cheap(date) and is_cheap(days)):
            return Sql(f"pg_date_shift({date}, {sign}({days}))")
        # Infinite dates are outside of the range, so that the function meets them too.
        inside = f"BETWEEN {DATE_MIN} AND {DATE_END - 1}"
        return Sql(
            f"(CASE WHEN {date} {inside} AND {date} {sign} {days} {inside} THEN {date} {sign} {days} "
            f"ELSE pg_date_shift({date}, {sign}({days})) END)"
        )


_shift("+", "date_pli")
_shift("-", "date_mii")


@scalar("date_shift")
def date_shift(date: int, days: int) -> int:
    return date if is_infinite_date(date) else checked_date(date + days)


@scalar("integer_pl_date(int4,date)")
def integer_pl_date(days: int, date: int) -> int:
    return date_shift(date, days)


@emitter("date_mi")
def date_mi(args: tuple[Sql, ...]) -> Sql:
    left, right = args[0].text, args[1].text
    if not (is_cheap(left) and is_cheap(right)):
        return Sql(f"pg_date_difference({left}, {right})")
    finite = f"({DATE_NEVER}, {DATE_FOREVER})"
    return Sql(
        f"(CASE WHEN {left} IN {finite} OR {right} IN {finite} THEN pg_date_difference({left}, {right}) "
        f"ELSE {left} - {right} END)"
    )


@scalar("date_difference")
def date_difference(left: int, right: int) -> int:
    if is_infinite_date(left) or is_infinite_date(right):
        raise DatetimeFieldOverflow("cannot subtract infinite dates")
    return left - right


@scalar("date_pl_interval")
def date_pl_interval(date: int, interval: bytes) -> int:
    return plus_interval(midnight(date), *unpack(interval))


@scalar("date_mi_interval")
def date_mi_interval(date: int, interval: bytes) -> int:
    months, days, us = unpack(interval)
    return plus_interval(midnight(date), -months, -days, -us)


@scalar("interval_pl_date(interval,date)")
def interval_pl_date(interval: bytes, date: int) -> int:
    return plus_interval(midnight(date), *unpack(interval))


@scalar("date_finite")
def date_finite(date: int) -> int:
    return int(not is_infinite_date(date))


@scalar("datetime_timestamp")
def datetime_timestamp(date: int, time: int) -> int:
    if is_infinite_date(date):
        return midnight(date)
    return checked_timestamp(midnight(date) + time)


@scalar("timedate_pl(time,date)")
def timedate_pl(time: int, date: int) -> int:
    return datetime_timestamp(date, time)


@scalar("datetimetz_timestamptz")
def datetimetz_timestamptz(date: int, timetz: bytes) -> int:
    if is_infinite_date(date):
        return midnight(date)
    time, offset = unpack_timetz(timetz)
    return checked_timestamp(midnight(date) + time - offset * SECOND_US)


@scalar("timetzdate_pl(timetz,date)")
def timetzdate_pl(timetz: bytes, date: int) -> int:
    return datetimetz_timestamptz(date, timetz)


@scalar("time_mi_time")
def time_mi_time(left: int, right: int) -> bytes:
    return pack(0, 0, left - right)


@scalar("time_pl_interval")
def time_pl_interval(time: int, interval: bytes) -> int:
    return (time + unpack(interval)[2]) % DAY_US


@scalar("time_mi_interval")
def time_mi_interval(time: int, interval: bytes) -> int:
    return (time - unpack(interval)[2]) % DAY_US


@scalar("interval_pl_time(interval,time)")
def interval_pl_time(interval: bytes, time: int) -> int:
    return (time + unpack(interval)[2]) % DAY_US


@scalar("timetz_pl_interval")
def timetz_pl_interval(timetz: bytes, interval: bytes) -> bytes:
    time, offset = unpack_timetz(timetz)
    return pack_timetz((time + unpack(interval)[2]) % DAY_US, offset)


@scalar("timetz_mi_interval")
def timetz_mi_interval(timetz: bytes, interval: bytes) -> bytes:
    time, offset = unpack_timetz(timetz)
    return pack_timetz((time - unpack(interval)[2]) % DAY_US, offset)


@scalar("interval_pl_timetz(interval,timetz)")
def interval_pl_timetz(interval: bytes, timetz: bytes) -> bytes:
    return timetz_pl_interval(timetz, interval)
