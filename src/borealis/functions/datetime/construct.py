"""make_date, make_time, make_timestamp, make_timestamptz, make_interval. A year below 0 is BC."""

from __future__ import annotations

import math

from borealis.errors import DatetimeFieldOverflow, InvalidParameterValue
from borealis.functions.datetime.limits import (
    DATE_END,
    DATE_MIN,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    checked_interval,
    interval_out_of_range,
)
from borealis.functions.datetime.local import zoned
from borealis.functions.datetime.zone_names import zone_at_local
from borealis.functions.floats.values import to_python
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value
from borealis.types.calendar import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    days_from_date,
    days_in_month,
)
from borealis.types.datetime_numbers import read_displacement
from borealis.types.datetime_refusals import DisplacementOverflow, Malformed
from borealis.types.zones import fixed_zone


def _date(year: int, month: int, day: int) -> int:
    astronomical = year if year > 0 else year + 1
    # The year is bounded first: the calendar's arithmetic is exact for any, but DATE_END is what holds.
    if year and 1 <= month <= 12 and 1 <= day <= days_in_month(astronomical, month):
        days = days_from_date(astronomical, month, day)
        if DATE_MIN <= days < DATE_END:
            return days
        raise DatetimeFieldOverflow(f"date out of range: {astronomical}-{month:02d}-{day:02d}")
    raise DatetimeFieldOverflow(f"date field value out of range: {year}-{month:02d}-{day:02d}")


def _time(hour: int, minute: int, second: float) -> int:
    if 0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second <= 60:  # false for NaN
        us = hour * HOUR_US + minute * MINUTE_US + round(second * SECOND_US)
        if us <= DAY_US:
            return us
    raise DatetimeFieldOverflow(f"time field value out of range: {hour}:{minute:02d}:{_shown(second)}")


def _shown(second: float) -> str:
    """C's %02g."""
    if math.isfinite(second):
        return f"{second:g}".rjust(2, "0")
    return "NaN" if math.isnan(second) else "Infinity" if second > 0 else "-Infinity"


@scalar("make_date")
def make_date(year: int, month: int, day: int) -> int:
    return _date(year, month, day)


@scalar("make_time")
def make_time(hour: int, minute: int, second: Value) -> int:
    return _time(hour, minute, to_python(second))


@scalar("make_timestamp")
def make_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: Value) -> int:
    number = to_python(second)
    timestamp = _date(year, month, day) * DAY_US + _time(hour, minute, number)
    if TIMESTAMP_MIN <= timestamp < TIMESTAMP_END:
        return timestamp
    raise DatetimeFieldOverflow(
        f"timestamp out of range: {year}-{month:02d}-{day:02d} {hour}:{minute:02d}:{_shown(number)}"
    )


@scalar("make_timestamptz", context=True)
def make_timestamptz(
    context: Context, year: int, month: int, day: int, hour: int, minute: int, second: Value
) -> int:
    return zoned(context.style.time_zone, make_timestamp(year, month, day, hour, minute, second))


@scalar("make_timestamptz_at_timezone")
def make_timestamptz_at_timezone(
    year: int, month: int, day: int, hour: int, minute: int, second: Value, zone: str
) -> int:
    timestamp = make_timestamp(year, month, day, hour, minute, second)
    return zoned(_zone(zone, timestamp), timestamp)


def _zone(name: str, local_us: int) -> str:
    """Return a zone; a bare offset counts east here, unlike in AT TIME ZONE, and must have its sign."""
    if name[:1].isdigit():
        raise InvalidParameterValue(
            f'invalid input syntax for type numeric time zone: "{name}"',
            hint='Numeric time zones must have "-" or "+" as first character.',
        )
    try:
        offset = read_displacement(name)
    except DisplacementOverflow:
        raise InvalidParameterValue(f'numeric time zone "{name}" out of range') from None
    except Malformed:
        return zone_at_local(name, local_us)
    return fixed_zone(offset) if offset else "UTC"


@scalar("make_interval")
def make_interval(
    years: int, months: int, weeks: int, days: int, hours: int, minutes: int, seconds: Value
) -> bytes:
    number = to_python(seconds)
    if not math.isfinite(number) or not math.isfinite(number * SECOND_US):
        raise interval_out_of_range()
    us = hours * HOUR_US + minutes * MINUTE_US + round(number * SECOND_US)
    return checked_interval(years * 12 + months, weeks * 7 + days, us)
