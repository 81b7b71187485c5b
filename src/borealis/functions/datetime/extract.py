"""extract and date_part: one field of a date or time, as numeric or as float8.

A field is found as a Field, exact: an integer, or microseconds with a number of decimals; the two functions differ only in
how they show it. Of an infinite value the fields that grow are infinite, those that come round are NULL.
Source: PostgreSQL 16 documentation 9.9.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borealis.functions.datetime.calendar_fields import (
    FIELDS_IN_CYCLES,
    FIELDS_WITHOUT_LIMIT,
    date_field,
    julian_day,
)
from borealis.functions.datetime.limits import DATE_FOREVER, FOREVER, is_infinite, is_infinite_date, truncated
from borealis.functions.datetime.units import field_named, not_supported
from borealis.functions.implementation import Context, Sql, emitter, scalar
from borealis.functions.numeric.arithmetic import numeric_add, numeric_div
from borealis.functions.numeric.rounding import numeric_round
from borealis.types.base import Value
from borealis.types.calendar import DAY_US, HOUR_US, MINUTE_US, SECOND_US, UNIX_EPOCH_DAYS
from borealis.types.interval import unpack
from borealis.types.numeric import fixed_text
from borealis.types.time import unpack_timetz
from borealis.types.zones import offset_at

_UNIX_EPOCH_US = UNIX_EPOCH_DAYS * DAY_US
_INT8_END = 2**63
_INSTANT = frozenset(("microsecond", "millisecond", "second", "minute", "hour"))
_ZONE = frozenset(("timezone", "timezone_hour", "timezone_minute"))
_YEAR_DAYS_QUARTERED = 1_461  # 365.25 days, four times


@dataclass(frozen=True, slots=True)
class Field:
    """A field's value: unscaled / 10**decimals."""

    unscaled: int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Julian:
    """Days, and the part of a day that has passed."""

    days: int
    us: int


Found = Field | Julian | float | None
"""A float is an infinity; None is NULL."""


def as_numeric(found: Found) -> Value:
    match found:
        case Field(unscaled, decimals):
            if unscaled >= _INT8_END:
                # The last moments' epoch: PostgreSQL divides, which leaves it fewer digits.
                return numeric_round(numeric_div(str(unscaled), str(10**decimals)), decimals)
            return fixed_text(unscaled, decimals)
        case Julian(days, us):
            return numeric_add(str(days), numeric_div(str(us), str(DAY_US)))
        case None:
            return None
    return "Infinity" if found > 0 else "-Infinity"


def as_float(found: Found) -> Value:
    match found:
        case Field(unscaled, decimals):
            return float(unscaled / 10**decimals)
        case Julian(days, us):
            return days + us / DAY_US
    return found


def _clock_field(field: str, us: int) -> Field:
    """Return a field of the time of a day, or of an interval's time, where hours have no limit."""
    minutes, rest = truncated(us, MINUTE_US)
    match field:
        case "microsecond":
            return Field(rest)
        case "millisecond":
            return Field(rest, 3)
        case "second":
            return Field(rest, 6)
        case "minute":
            return Field(truncated(minutes, 60)[1])
    return Field(truncated(us, HOUR_US)[0])


def _zone_field(field: str, offset: int) -> Field:
    match field:
        case "timezone":
            return Field(offset)
        case "timezone_hour":
            return Field(truncated(offset, 3_600)[0])
    return Field(truncated(truncated(offset, 60)[0], 60)[1])


def _infinite(name: str, field: str, type_name: str, *, is_positive: bool) -> Found:
    if field in FIELDS_WITHOUT_LIMIT:
        return float("inf") if is_positive else float("-inf")
    if field in FIELDS_IN_CYCLES or (type_name != "date" and (field in _INSTANT or field in _ZONE)):
        return None
    raise not_supported(name, type_name)


def of_date(name: str, date: int) -> Found:
    field = field_named(name, "date")
    if is_infinite_date(date):
        return _infinite(name, field, "date", is_positive=date == DATE_FOREVER)
    match field:
        case "julian":
            return Field(julian_day(date))
        case "epoch":
            return Field((date - UNIX_EPOCH_DAYS) * 86_400)
    value = date_field(field, date)
    if value is None:
        raise not_supported(name, "date")
    return Field(value)


def of_timestamp(name: str, timestamp: int, zone: str | None = None) -> Found:
    """Return a field of a timestamp or, in a zone, of a timestamptz."""
    type_name = "timestamp without time zone" if zone is None else "timestamp with time zone"
    field = field_named(name, type_name)
    if is_infinite(timestamp):
        return _infinite(name, field, type_name, is_positive=timestamp == FOREVER)
    if field == "epoch":
        return Field(timestamp - _UNIX_EPOCH_US, 6)
    offset = 0 if zone is None else offset_at(zone, timestamp)
    days, us = divmod(timestamp + offset * SECOND_US, DAY_US)
    if field in _INSTANT:
        return _clock_field(field, us)
    if field == "julian":
        return Julian(julian_day(days), us)
    if field in _ZONE and zone is not None:
        return _zone_field(field, offset)
    value = date_field(field, days)
    if value is None:
        raise not_supported(name, type_name)
    return Field(value)


def of_time(name: str, us: int) -> Found:
    field = field_named(name, "time without time zone")
    if field in _INSTANT:
        return _clock_field(field, us)
    if field == "epoch":
        return Field(us, 6)
    raise not_supported(name, "time without time zone")


def of_timetz(name: str, timetz: bytes) -> Found:
    field = field_named(name, "time with time zone")
    us, offset = unpack_timetz(timetz)
    if field in _INSTANT:
        return _clock_field(field, us)
    if field in _ZONE:
        return _zone_field(field, offset)
    if field == "epoch":
        return Field(us - offset * SECOND_US, 6)
    raise not_supported(name, "time with time zone")


def of_interval(name: str, interval: bytes) -> Found:
    field = field_named(name, "interval")
    months, days, us = unpack(interval)
    if field in _INSTANT:
        return _clock_field(field, us)
    years, rest = truncated(months, 12)
    match field:
        case "day":
            return Field(days)
        case "month":
            return Field(rest)
        case "quarter":
            return Field(truncated(rest, 3)[0] + 1)
        case "year":
            return Field(years)
        case "decade":
            return Field(truncated(years, 10)[0])
        case "century":
            return Field(truncated(years, 100)[0])
        case "millennium":
            return Field(truncated(years, 1_000)[0])
        case "epoch":
            quarter_days = _YEAR_DAYS_QUARTERED * years + 120 * rest + 4 * days
            return Field(quarter_days * (DAY_US // 4) + us, 6)
    raise not_supported(name, "interval")


def _register(suffix: str, read: Callable[[str, Value], Found], part: str) -> None:
    scalar(f"extract_{suffix}")(lambda name, value: as_numeric(read(name, value)))
    scalar(part)(lambda name, value: as_float(read(name, value)))


_register("time", of_time, "time_part")  # type: ignore[arg-type]
_register("timetz", of_timetz, "timetz_part")  # type: ignore[arg-type]
_register("timestamp", of_timestamp, "timestamp_part")  # type: ignore[arg-type]
_register("interval", of_interval, "interval_part")  # type: ignore[arg-type]


@scalar("field_of_date")
def field_of_date(name: str, date: int) -> Value:
    return as_numeric(of_date(name, date))


_FORMATS = {"year": "%Y", "month": "%m", "day": "%d"}
_YEAR_1, _YEAR_10000 = -730_119, 2_921_940
_JULIAN_2000 = 2_451_544.5


@emitter("extract_date")
def extract_date(args: tuple[Sql, ...]) -> Sql:
    """A date's year, month or day is SQLite's own in the years 1 to 9999. Every field is a whole number: its text is its value's."""
    name, date = args
    call = f"pg_field_of_date({name.text}, {date.text})"
    format_ = _FORMATS.get(name.constant.lower()) if isinstance(name.constant, str) else None
    if format_ is None or not date.is_atomic or date.text == "NULL":
        return Sql(call, is_canonical=True)
    native = f"CAST(CAST(strftime('{format_}', {date.text} + {_JULIAN_2000}) AS INTEGER) AS TEXT)"
    return Sql(
        f"(CASE WHEN {date.text} BETWEEN {_YEAR_1} AND {_YEAR_10000 - 1} THEN {native} ELSE {call} END)",
        is_canonical=True,
    )


@scalar("date_part(text,date)")
def date_part(name: str, date: int) -> Value:
    """A date's part is that of its midnight."""
    from borealis.functions.datetime.days import midnight

    return as_float(of_timestamp(name, midnight(date)))


@scalar("extract_timestamptz", context=True)
def extract_timestamptz(context: Context, name: str, timestamp: int) -> Value:
    return as_numeric(of_timestamp(name, timestamp, context.style.time_zone))


@scalar("timestamptz_part", context=True)
def timestamptz_part(context: Context, name: str, timestamp: int) -> Value:
    return as_float(of_timestamp(name, timestamp, context.style.time_zone))
