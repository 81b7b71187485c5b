"""date_trunc and date_bin.

Units up to the day that divide it are native for timestamp, where the unit is a constant. A timestamptz is cut in local
time: from the day on its offset is found anew, below it keeps the one it had.
"""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow, FeatureNotSupported
from borealis.functions.datetime.limits import (
    FOREVER,
    NEVER,
    TIMESTAMP_MIN,
    checked_interval,
    checked_timestamp,
    interval_out_of_range,
    is_infinite,
    timestamp_out_of_range,
    truncated,
)
from borealis.functions.datetime.moments import from_local
from borealis.functions.datetime.units import known_unit, not_supported, unit_named
from borealis.functions.datetime.zone_names import zone_of
from borealis.functions.implementation import Context, Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.types.calendar import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    date_from_days,
    days_from_date,
)
from borealis.types.interval import unpack
from borealis.types.zones import offset_at

_STEPS_US = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": SECOND_US,
    "minute": MINUTE_US,
    "hour": HOUR_US,
    "day": DAY_US,
}
_YEARS = {"decade": 10, "century": 100, "millennium": 1_000}
_TIMESTAMP = "timestamp without time zone"
_TIMESTAMPTZ = "timestamp with time zone"
_MONDAY = 5  # days from a Monday to 2000-01-01


def truncated_to(unit: str, timestamp: int) -> int | None:
    """Return the beginning of the unit that a finite timestamp lies in, None if it is no unit to cut to."""
    step = _STEPS_US.get(unit)
    if step is not None:
        return timestamp - timestamp % step
    days = timestamp // DAY_US
    if unit == "week":
        return (days - (days + _MONDAY) % 7) * DAY_US
    year, month, _ = date_from_days(days)
    match unit:
        case "month":
            pass
        case "quarter":
            month = (month - 1) // 3 * 3 + 1
        case "year":
            month = 1
        case "decade":
            year, month = year // 10 * 10, 1
        case "century" | "millennium":
            # The first century is the years 1 to 100; before it, they are counted back from 1 BC.
            length = _YEARS[unit]
            year, month = (year - 1) // length * length + 1, 1
        case _:
            return None
    return days_from_date(year, month, 1) * DAY_US


@emitter("timestamp_trunc")
def timestamp_trunc(args: tuple[Sql, ...]) -> Sql:
    name, timestamp = args
    step = None
    if isinstance(name.constant, str) and is_cheap(timestamp.text):
        step = _STEPS_US.get(known_unit(name.constant) or "")
    call = f"pg_timestamp_trunc({name.text}, {timestamp.text})"
    if step is None:
        return Sql(call)
    # From the least timestamp, whole days away, nothing is negative; infinities are outside.
    text = timestamp.text
    return Sql(
        f"(CASE WHEN {text} BETWEEN {TIMESTAMP_MIN} AND {FOREVER + TIMESTAMP_MIN} "
        f"THEN {text} - ({text} - {TIMESTAMP_MIN}) % {step} ELSE {call} END)"
    )


@scalar("timestamp_trunc")
def timestamp_trunc_call(name: str, timestamp: int) -> int:
    if is_infinite(timestamp):
        return timestamp
    result = truncated_to(unit_named(name, _TIMESTAMP), timestamp)
    if result is None:
        raise not_supported(name, _TIMESTAMP)
    return checked_timestamp(result)


@scalar("timestamptz_trunc", context=True)
def timestamptz_trunc(context: Context, name: str, timestamp: int) -> int:
    return _in_zone(name, timestamp, context.style.time_zone)


@scalar("timestamptz_trunc_zone")
def timestamptz_trunc_zone(name: str, timestamp: int, zone: str) -> int:
    if is_infinite(timestamp):
        return timestamp
    return _in_zone(name, timestamp, zone_of(zone))


def _in_zone(name: str, timestamp: int, zone: str) -> int:
    # The unit's name is not looked at where the moment is infinite.
    if is_infinite(timestamp):
        return timestamp
    unit = unit_named(name, _TIMESTAMPTZ)
    offset_us = offset_at(zone, timestamp) * SECOND_US
    local = truncated_to(unit, timestamp + offset_us)
    if local is None:
        raise not_supported(name, _TIMESTAMPTZ)
    if unit == "day" or unit not in _STEPS_US:
        return from_local(zone, local)
    return checked_timestamp(local - offset_us)


@scalar("interval_trunc")
def interval_trunc(name: str, interval: bytes) -> bytes:
    unit = unit_named(name, "interval")
    months, days, us = unpack(interval)
    if unit in _STEPS_US:
        if unit == "day":
            return checked_interval(months, days, 0)
        return checked_interval(months, days, _cut(us, _STEPS_US[unit]))
    step = {"month": 1, "quarter": 3, "year": 12}.get(unit) or 12 * _YEARS.get(unit, 0)
    if not step:
        why = "Months usually have fractional weeks." if unit == "week" else None
        raise not_supported(name, "interval", why)
    return checked_interval(_cut(months, step), 0, 0)


def _cut(value: int, step: int) -> int:
    return value - truncated(value, step)[1]


@scalar("timestamp_bin", "timestamptz_bin")
def timestamp_bin(stride: bytes, timestamp: int, origin: int) -> int:
    if is_infinite(timestamp):
        return timestamp
    if is_infinite(origin):
        raise DatetimeFieldOverflow("origin out of range")
    months, days, us = unpack(stride)
    if months:
        raise FeatureNotSupported("timestamps cannot be binned into intervals containing months or years")
    us += days * DAY_US
    if us <= 0:
        raise DatetimeFieldOverflow("stride must be greater than zero")
    difference = timestamp - origin
    if not NEVER <= difference <= FOREVER:
        raise interval_out_of_range()
    result = timestamp - difference % us
    if result < TIMESTAMP_MIN:
        raise timestamp_out_of_range()
    return result
