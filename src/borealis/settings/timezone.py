"""TimeZone: an IANA name, hours from UTC, an interval, or a POSIX zone of one fixed offset.

The value is an IANA name in its own case, or a POSIX zone in upper case. POSIX counts west of Greenwich positive, SQL
east: 3 hours east are `<+03>-03`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from borealis.errors import FeatureNotSupported, InvalidDatetimeFormat, InvalidParameterValue

_INTERVAL = re.compile(r"\s*interval\s*'(.*)'\s*", re.IGNORECASE | re.DOTALL)
_CLOCK = re.compile(r"\s*([+-]?)(\d{1,3}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*")
_UNITS = re.compile(
    r"\s*([+-]?\d+(?:\.\d+)?)\s*(h|hour|hours|m|min|mins|minute|minutes|s|sec|secs|second|seconds)?\s*",
    re.IGNORECASE,
)
_POSIX = re.compile(
    r"(?!:)(<[^>]*>|[^<\d,+\-][^\d,+\-]*|)([+-]?)(\d{1,3})(?::(\d{1,2})(?::(\d{1,2}))?)?((?!:).*)", re.DOTALL
)
_HEXADECIMAL = re.compile(r"[+-]?0x[0-9a-f.]+(p[+-]?\d+)?", re.IGNORECASE)
_OFFSET_S_MAX = 168 * 3600
_NOT_ZONES = ("localtime", "posixrules")


def check(name: str, text: str, current: str) -> str:
    if match := _INTERVAL.fullmatch(text):
        return fixed_offset(text, _interval_seconds(match[1].replace("''", "'")))
    hours = _number(text)
    if hours is not None:
        return fixed_offset(text, hours * 3600)
    zone = zone_name(text) or _posix_zone(text)
    if zone is None:
        raise _invalid(text)
    return zone


def fixed_offset(text: str, seconds: float) -> str:
    """Return the POSIX zone so many seconds east of UTC: `<+05:30>-05:30`. text is for the message."""
    if not math.isfinite(seconds) or abs(seconds) >= _OFFSET_S_MAX:
        raise _invalid(text, "UTC timezone offset is out of range.")
    whole = int(seconds)
    minutes, second = divmod(abs(whole), 60)
    hour, minute = divmod(minutes, 60)
    clock = (
        f"{hour:02d}" + (f":{minute:02d}" if minute or second else "") + (f":{second:02d}" if second else "")
    )
    return f"<-{clock}>+{clock}" if whole < 0 else f"<+{clock}>-{clock}"


@lru_cache(maxsize=64)
def zone_name(text: str) -> str | None:
    """Return an IANA zone's name in its own case; None if there is none."""
    if text.lower() in _NOT_ZONES or text.startswith(("/", "posix/", "right/")) or ".." in text:
        return None
    return _zone_names().get(text.lower())


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    from zoneinfo import available_timezones  # reads a directory tree, so only once somebody asks

    return {zone.lower(): zone for zone in available_timezones() | {"UTC", "GMT"}}


def _number(text: str) -> float | None:
    """Read what C's strtod reads, if it is all of the text."""
    stripped = text.lstrip(" \t\n\r\f\v")
    if not stripped or "_" in stripped or stripped[-1].isspace():
        return None
    try:
        return float.fromhex(stripped) if _HEXADECIMAL.fullmatch(stripped) else float(stripped)
    except (ValueError, OverflowError):
        return None


def _interval_seconds(text: str) -> float:
    """Read the clock and unit forms of an interval; SET TIME ZONE INTERVAL gives the clock form."""
    if match := _CLOCK.fullmatch(text):
        sign, hours, minutes, seconds = match.groups()
        total = int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)
        return -total if sign == "-" else total
    if match := _UNITS.fullmatch(text):
        unit = (match[2] or "s")[0].lower()
        return float(match[1]) * {"h": 3600, "m": 60, "s": 1}[unit]
    for unit, name in (("mon", "months"), ("year", "months"), ("day", "days")):
        if re.search(rf"\d\s*{unit}s?\b", text, re.IGNORECASE):
            raise _invalid(f"INTERVAL '{text}'", f"Cannot specify {name} in time zone interval.")
    raise InvalidDatetimeFormat(f'invalid input syntax for type interval: "{text}"')


def _posix_zone(text: str) -> str | None:
    match = _POSIX.fullmatch(text)
    if match is None:
        return None
    _, _, hours, minutes, seconds, rest = match.groups()
    if int(hours) >= 168 or int(minutes or 0) > 59 or int(seconds or 0) > 59:
        return None
    if int(seconds or 0):
        raise InvalidParameterValue(
            f'time zone "{text}" appears to use leap seconds',
            detail="PostgreSQL does not support leap seconds.",
        )
    if rest:
        raise FeatureNotSupported(f'time zone "{text}" with its own daylight-saving rules not supported')
    return text.upper()


def _invalid(text: str, detail: str | None = None) -> InvalidParameterValue:
    return InvalidParameterValue(f'invalid value for parameter "TimeZone": "{text}"', detail=detail)
