"""Casts among the types without a zone, and to a declared number of digits of the second."""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow
from borealis.functions.datetime.days import midnight
from borealis.functions.datetime.limits import (
    DATE_FOREVER,
    DATE_MIN,
    DATE_NEVER,
    FOREVER,
    TIMESTAMP_END,
    TIMESTAMP_END_DATE,
    TIMESTAMP_MIN,
    is_infinite,
)
from borealis.functions.floats.values import to_python
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.types import interval as intervals
from borealis.types.base import Value
from borealis.types.calendar import DAY_US, SECOND_US, UNIX_EPOCH_DAYS
from borealis.types.interval import pack, round_seconds, unpack
from borealis.types.time import pack_timetz, unpack_timetz
from borealis.types.timestamp import apply_typmod

_UNIX_EPOCH_S = UNIX_EPOCH_DAYS * 86_400


@emitter("date_timestamp")
def date_timestamp(args: tuple[Sql, ...]) -> Sql:
    date = args[0].text
    if not is_cheap(date):
        return Sql(f"pg_midnight({date})")
    return Sql(
        f"(CASE WHEN {date} BETWEEN {DATE_MIN} AND {TIMESTAMP_END_DATE - 1} THEN {date} * {DAY_US} "
        f"ELSE pg_midnight({date}) END)"
    )


scalar("midnight")(midnight)


@emitter("timestamp_date")
def timestamp_date(args: tuple[Sql, ...]) -> Sql:
    timestamp = args[0].text
    if not is_cheap(timestamp):
        return Sql(f"pg_date_of({timestamp})")
    # SQLite divides towards zero; counted from the least day, nothing is negative.
    return Sql(
        f"(CASE WHEN {timestamp} BETWEEN {TIMESTAMP_MIN} AND {TIMESTAMP_END + TIMESTAMP_MIN - 1} "
        f"THEN ({timestamp} - {TIMESTAMP_MIN}) / {DAY_US} + {DATE_MIN} ELSE pg_date_of({timestamp}) END)"
    )


@scalar("date_of")
def date_of(timestamp: int) -> int:
    if is_infinite(timestamp):
        return DATE_FOREVER if timestamp == FOREVER else DATE_NEVER
    return timestamp // DAY_US


@scalar("timestamp_time")
def timestamp_time(timestamp: int) -> Value:
    return None if is_infinite(timestamp) else timestamp % DAY_US


@scalar("time_interval")
def time_interval(time: int) -> bytes:
    return pack(0, 0, time)


@scalar("interval_time")
def interval_time(interval: bytes) -> int:
    return unpack(interval)[2] % DAY_US


@scalar("timetz_time")
def timetz_time(timetz: bytes) -> int:
    return unpack_timetz(timetz)[0]


@scalar("float8_timestamptz")
def float8_timestamptz(seconds: Value) -> int:
    """to_timestamp(seconds since 1970)."""
    number = to_python(seconds)
    if number != number:  # noqa: PLR0124 - the test for NaN
        raise DatetimeFieldOverflow("timestamp cannot be NaN")
    if number in (float("inf"), float("-inf")):
        return FOREVER if number > 0 else -FOREVER - 1
    if not TIMESTAMP_MIN / SECOND_US - 1 <= number + _UNIX_EPOCH_S < TIMESTAMP_END / SECOND_US:
        raise DatetimeFieldOverflow(f'timestamp out of range: "{number:g}"')
    timestamp = round((number + _UNIX_EPOCH_S) * SECOND_US)
    if not TIMESTAMP_MIN <= timestamp < TIMESTAMP_END:
        raise DatetimeFieldOverflow(f'timestamp out of range: "{number:g}"')
    return timestamp


@scalar("timestamp_scale", "timestamptz_scale")
def timestamp_scale(timestamp: int, typmod: int) -> int:
    return apply_typmod(timestamp, typmod)


@scalar("time_scale")
def time_scale(time: int, typmod: int) -> int:
    return time if typmod < 0 else round_seconds(time, typmod)


@scalar("timetz_scale")
def timetz_scale(timetz: bytes, typmod: int) -> bytes:
    time, offset = unpack_timetz(timetz)
    return timetz if typmod < 0 else pack_timetz(round_seconds(time, typmod), offset)


@scalar("interval_scale")
def interval_scale(interval: bytes, typmod: int) -> Value:
    return intervals.apply_typmod(interval, typmod)
