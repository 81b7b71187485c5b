"""timestamptz and the session's time zone: the casts that need it."""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow
from borealis.functions.datetime.days import midnight
from borealis.functions.datetime.limits import (
    DATE_FOREVER,
    DATE_NEVER,
    FOREVER,
    TIMESTAMP_END_DATE,
    TIMESTAMP_MIN,
    checked_timestamp,
    is_infinite,
    is_infinite_date,
)
from borealis.functions.datetime.moments import from_local, to_local
from borealis.functions.implementation import Context, scalar, template
from borealis.types.base import Value
from borealis.types.calendar import DAY_US, SECOND_US
from borealis.types.time import pack_timetz
from borealis.types.zones import offset_at, offset_at_local


def zoned(zone: str, timestamp: int) -> int:
    """Return a local timestamp as timestamptz."""
    return timestamp if is_infinite(timestamp) else from_local(zone, timestamp)


def unzoned(zone: str, timestamp: int) -> int:
    """Return a timestamptz as a local timestamp."""
    return timestamp if is_infinite(timestamp) else checked_timestamp(to_local(zone, timestamp))


@scalar("timestamp_timestamptz", context=True)
def timestamp_timestamptz(context: Context, timestamp: int) -> int:
    return zoned(context.style.time_zone, timestamp)


@scalar("timestamptz_timestamp", context=True)
def timestamptz_timestamp(context: Context, timestamp: int) -> int:
    return unzoned(context.style.time_zone, timestamp)


@scalar("date_timestamptz", context=True)
def date_timestamptz(context: Context, date: int) -> int:
    timestamp = midnight(date)
    if is_infinite(timestamp):
        return timestamp
    moment = timestamp - offset_at_local(context.style.time_zone, timestamp) * SECOND_US
    if not TIMESTAMP_MIN <= moment < TIMESTAMP_END_DATE * DAY_US:
        raise DatetimeFieldOverflow("date out of range for timestamp")
    return moment


@scalar("timestamptz_date", context=True)
def timestamptz_date(context: Context, timestamp: int) -> int:
    if is_infinite(timestamp):
        return DATE_FOREVER if timestamp == FOREVER else DATE_NEVER
    return to_local(context.style.time_zone, timestamp) // DAY_US


@scalar("timestamptz_time", context=True)
def timestamptz_time(context: Context, timestamp: int) -> Value:
    if is_infinite(timestamp):
        return None
    return to_local(context.style.time_zone, timestamp) % DAY_US


@scalar("timestamptz_timetz", context=True)
def timestamptz_timetz(context: Context, timestamp: int) -> Value:
    if is_infinite(timestamp):
        return None
    offset = offset_at(context.style.time_zone, timestamp)
    return pack_timetz((timestamp + offset * SECOND_US) % DAY_US, offset)


@scalar("time_timetz", context=True)
def time_timetz(context: Context, time: int) -> bytes:
    """A time's offset is the one in force at that time today."""
    zone = context.style.time_zone
    today = to_local(zone, context.transaction_us) // DAY_US
    return pack_timetz(time, offset_at_local(zone, today * DAY_US + time))


@scalar("timestamptz(date,time)", context=True)
def timestamptz_from_date_and_time(context: Context, date: int, time: int) -> int:
    if is_infinite_date(date):
        return midnight(date)
    return zoned(context.style.time_zone, checked_timestamp(midnight(date) + time))


# The three-way comparisons across types; <, = and the others are in comparison/datetimes.py.
_MIDNIGHT, _ZONED = "pg_date_midnight({})", "pg_timestamp_in_zone({})"
_ZONED_MIDNIGHT = _ZONED.format(_MIDNIGHT)
for _key, _left, _right in (
    ("date_cmp_timestamp", _MIDNIGHT, "{}"),
    ("timestamp_cmp_date", "{}", _MIDNIGHT),
    ("date_cmp_timestamptz", _ZONED_MIDNIGHT, "{}"),
    ("timestamptz_cmp_date", "{}", _ZONED_MIDNIGHT),
    ("timestamp_cmp_timestamptz", _ZONED, "{}"),
    ("timestamptz_cmp_timestamp", "{}", _ZONED),
):
    template(_key, f"pg_order({_left.replace('{}', '{0}')}, {_right.replace('{}', '{1}')})")


@scalar("order")
def order(left: int, right: int) -> int:
    return (left > right) - (left < right)
