"""timestamp and timestamptz with intervals, and with each other.

moment + interval   months first (the day clamped to the month's last), then days, then microseconds;
                    of a timestamptz, months and days in a zone's local time
moment - moment     days and microseconds, never months
"""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow
from borealis.functions.datetime.intervals import justified_hours
from borealis.functions.datetime.limits import (
    FOREVER,
    NEVER,
    checked_interval,
    checked_timestamp,
    interval_out_of_range,
    is_infinite,
)
from borealis.functions.datetime.zone_names import zone_of
from borealis.functions.implementation import Context, scalar
from borealis.types.calendar import DAY_US, SECOND_US, date_from_days, days_from_date, days_in_month
from borealis.types.interval import unpack
from borealis.types.zones import offset_at, offset_at_local


def plus_months(timestamp: int, months: int) -> int:
    """Return the same day and time of another month, its last day where it is shorter; it may be out of range."""
    days, us = divmod(timestamp, DAY_US)
    year, month, day = date_from_days(days)
    carried, month = divmod(month - 1 + months, 12)
    year, month = year + carried, month + 1
    return days_from_date(year, month, min(day, days_in_month(year, month))) * DAY_US + us


def plus_interval(timestamp: int, months: int, days: int, us: int) -> int:
    if is_infinite(timestamp):
        return timestamp
    if months:
        timestamp = checked_timestamp(plus_months(timestamp, months))
    if days:
        timestamp = checked_timestamp(timestamp + days * DAY_US)
    return checked_timestamp(timestamp + us)


def plus_interval_in_zone(zone: str, timestamp: int, months: int, days: int, us: int) -> int:
    if is_infinite(timestamp):
        return timestamp
    if months:
        timestamp = from_local(zone, plus_months(to_local(zone, timestamp), months))
    if days:
        timestamp = from_local(zone, to_local(zone, timestamp) + days * DAY_US)
    return checked_timestamp(timestamp + us)


def to_local(zone: str, timestamp: int) -> int:
    """Return a finite timestamptz's local time, which may lie just outside of timestamp's range."""
    return timestamp + offset_at(zone, timestamp) * SECOND_US


def from_local(zone: str, timestamp: int) -> int:
    """Return the timestamptz of a finite local time. Raises 22008."""
    return checked_timestamp(timestamp - offset_at_local(zone, timestamp) * SECOND_US)


@scalar("timestamp_pl_interval")
def timestamp_pl_interval(timestamp: int, interval: bytes) -> int:
    return plus_interval(timestamp, *unpack(interval))


@scalar("timestamp_mi_interval")
def timestamp_mi_interval(timestamp: int, interval: bytes) -> int:
    months, days, us = unpack(interval)
    return plus_interval(timestamp, -months, -days, -us)


@scalar("interval_pl_timestamp(interval,timestamp)")
def interval_pl_timestamp(interval: bytes, timestamp: int) -> int:
    return plus_interval(timestamp, *unpack(interval))


@scalar("timestamptz_pl_interval", context=True)
def timestamptz_pl_interval(context: Context, timestamp: int, interval: bytes) -> int:
    return plus_interval_in_zone(context.style.time_zone, timestamp, *unpack(interval))


@scalar("timestamptz_mi_interval", context=True)
def timestamptz_mi_interval(context: Context, timestamp: int, interval: bytes) -> int:
    months, days, us = unpack(interval)
    return plus_interval_in_zone(context.style.time_zone, timestamp, -months, -days, -us)


@scalar("interval_pl_timestamptz(interval,timestamptz)", context=True)
def interval_pl_timestamptz(context: Context, interval: bytes, timestamp: int) -> int:
    return plus_interval_in_zone(context.style.time_zone, timestamp, *unpack(interval))


@scalar("timestamptz_pl_interval_at_zone")
def timestamptz_pl_interval_at_zone(timestamp: int, interval: bytes, zone: str) -> int:
    return plus_interval_in_zone(zone_of(zone), timestamp, *unpack(interval))


@scalar("timestamptz_mi_interval_at_zone")
def timestamptz_mi_interval_at_zone(timestamp: int, interval: bytes, zone: str) -> int:
    months, days, us = unpack(interval)
    return plus_interval_in_zone(zone_of(zone), timestamp, -months, -days, -us)


@scalar("timestamp_mi")
def timestamp_mi(left: int, right: int) -> bytes:
    if is_infinite(left) or is_infinite(right):
        raise DatetimeFieldOverflow("cannot subtract infinite timestamps")
    us = left - right
    if not NEVER <= us <= FOREVER:
        raise interval_out_of_range()
    return checked_interval(*justified_hours(0, 0, us))


@scalar("timestamp_finite")
def timestamp_finite(timestamp: int) -> int:
    return int(not is_infinite(timestamp))
