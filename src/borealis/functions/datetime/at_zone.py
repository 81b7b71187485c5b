"""AT TIME ZONE: a local time understood in a zone, a moment shown in one. The zone is a text or an interval."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.functions.datetime.limits import checked_timestamp, is_infinite, truncated
from borealis.functions.datetime.local import unzoned, zoned
from borealis.functions.datetime.zone_names import zone_at, zone_at_local
from borealis.functions.implementation import Context, scalar
from borealis.types.calendar import DAY_US, SECOND_US
from borealis.types.interval import unpack
from borealis.types.interval_text import format_interval
from borealis.types.time import pack_timetz, unpack_timetz
from borealis.types.zones import offset_at


def interval_offset(zone: bytes) -> int:
    """Return seconds east. Raises InvalidParameterValue 22023."""
    months, days, us = unpack(zone)
    if months or days:
        shown = format_interval(months, days, us, "postgres")
        raise InvalidParameterValue(f'interval time zone "{shown}" must not include months or days')
    return truncated(us, SECOND_US)[0]


@scalar("timestamp_zone")
def timestamp_zone(zone: str, timestamp: int) -> int:
    return zoned(zone_at_local(zone, timestamp), timestamp)


@scalar("timestamptz_zone")
def timestamptz_zone(zone: str, timestamp: int) -> int:
    return unzoned(zone_at(zone, timestamp), timestamp)


@scalar("timestamp_izone")
def timestamp_izone(zone: bytes, timestamp: int) -> int:
    return _moved(timestamp, -interval_offset(zone))


@scalar("timestamptz_izone")
def timestamptz_izone(zone: bytes, timestamp: int) -> int:
    return _moved(timestamp, interval_offset(zone))


def _moved(timestamp: int, seconds: int) -> int:
    return timestamp if is_infinite(timestamp) else checked_timestamp(timestamp + seconds * SECOND_US)


@scalar("timetz_zone", context=True)
def timetz_zone(context: Context, zone: str, timetz: bytes) -> bytes:
    """A named zone's offset is the one in force now."""
    now_us = context.transaction_us
    return _in_offset(timetz, offset_at(zone_at(zone, now_us), now_us))


@scalar("timetz_izone")
def timetz_izone(zone: bytes, timetz: bytes) -> bytes:
    return _in_offset(timetz, interval_offset(zone))


def _in_offset(timetz: bytes, offset: int) -> bytes:
    time, own = unpack_timetz(timetz)
    return pack_timetz((time + (offset - own) * SECOND_US) % DAY_US, offset)
