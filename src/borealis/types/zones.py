"""Time zones: names, abbreviations, fixed offsets, and their offset at an instant. Offsets are seconds east of Greenwich.

A zone is PostgreSQL's text of it: an IANA name of any case, or a fixed offset `<+02>-02` as SET TIME ZONE 2 makes.
Source: the machine's tzdata or the tzdata package, by zoneinfo; PostgreSQL 16 documentation B.4 for abbreviations and POSIX forms.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache

from borealis.types.calendar import SECOND_US

_UNIX_EPOCH_S = 946_684_800
_FIRST_S = -62_135_596_800 + 2 * 86_400  # what datetime can hold, with room for an offset
_LAST_S = 253_402_300_799 - 2 * 86_400
_GREGORIAN_CYCLE_S = 146_097 * 86_400
_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?")
_POSIX = re.compile(r"(?:<[^>]+>|[A-Za-z]{3,})([+-]?)(\d{1,3})(?::(\d{2})(?::(\d{2}))?)?")

ABBREVIATIONS: dict[str, int] = {
    "utc": 0, "gmt": 0, "z": 0, "zulu": 0, "ut": 0, "uct": 0, "wet": 0, "west": 3_600, "bst": 3_600, "cet": 3_600,
    "cest": 7_200, "met": 3_600, "mest": 7_200, "eet": 7_200, "eest": 10_800, "msk": 10_800, "msd": 14_400,
    "ist": 7_200, "idt": 10_800, "sast": 7_200, "pkt": 18_000, "jst": 32_400, "kst": 32_400, "hkt": 28_800,
    "awst": 28_800, "acst": 34_200, "aest": 36_000, "aedt": 39_600, "acdt": 37_800, "nzst": 43_200, "nzdt": 46_800,
    "nst": -12_600, "ndt": -9_000, "ast": -14_400, "adt": -10_800, "est": -18_000, "edt": -14_400, "cst": -21_600,
    "cdt": -18_000, "mst": -25_200, "mdt": -21_600, "pst": -28_800, "pdt": -25_200, "akst": -32_400, "akdt": -28_800,
    "hst": -36_000, "brt": -10_800, "brst": -7_200, "art": -10_800, "clt": -14_400, "sgt": 28_800,
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


@lru_cache(maxsize=256)
def canonical(name: str) -> str | None:
    """Return the zone as it is kept and shown, None if there is none of this name."""
    if name.upper() in ("UTC", "GMT"):
        return name.upper()
    found = _names().get(name.lower())
    if found is not None:
        return found
    return name if _posix_offset(name) is not None else None


def _posix_offset(name: str) -> int | None:
    """Return the offset of a POSIX zone without daylight saving, `<+02>-02` or `EST5`: its sign is west of Greenwich."""
    found = _POSIX.fullmatch(name)
    if not found:
        return None
    hours, minutes, seconds = int(found[2]), int(found[3] or 0), int(found[4] or 0)
    if hours > 167:
        return None
    west = hours * 3_600 + minutes * 60 + seconds
    return west if found[1] == "-" else -west


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    found = _names().get(name.lower())
    if found is not None:
        return zoneinfo.ZoneInfo(found)
    offset = _posix_offset(name)
    return timezone(timedelta(seconds=offset or 0))


def fixed_zone(seconds_east: int) -> str:
    """Return PostgreSQL's text of a fixed offset, as SET TIME ZONE with a number makes."""
    sign, other = ("+", "-") if seconds_east >= 0 else ("-", "+")
    hours, rest = divmod(abs(seconds_east), 3_600)
    minutes, seconds = divmod(rest, 60)
    text = f"{hours:02d}" + (f":{minutes:02d}" if rest else "") + (f":{seconds:02d}" if seconds else "")
    return f"<{sign}{text}>{other}{text}"


def _within(seconds: int) -> int:
    """Move an instant into the years datetime knows, whole Gregorian cycles away: rules repeat, history is constant."""
    if _FIRST_S <= seconds <= _LAST_S:
        return seconds
    if seconds < _FIRST_S:
        return _FIRST_S
    return _LAST_S - _GREGORIAN_CYCLE_S + (seconds - _LAST_S) % _GREGORIAN_CYCLE_S


@lru_cache(maxsize=4_096)
def _offset_in_quarter(zone: str, quarter: int) -> int:
    """Return the offset in force at a quarter of an hour of UTC; offsets change on such boundaries in modern times."""
    seconds = _within(quarter * 900 + _UNIX_EPOCH_S)
    moment = datetime.fromtimestamp(0, tz=UTC) + timedelta(seconds=seconds)
    offset = moment.astimezone(_zone(zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def offset_at(zone: str, us: int) -> int:
    """Return the zone's offset at an instant, given in microseconds since 2000-01-01 UTC."""
    if zone in {"UTC", "GMT"}:
        return 0
    seconds = us // SECOND_US
    if seconds < -4_000_000_000:  # before 1873, when changes fell on any second
        moment = datetime.fromtimestamp(0, tz=UTC) + timedelta(seconds=_within(seconds + _UNIX_EPOCH_S))
        offset = moment.astimezone(_zone(zone)).utcoffset()
        assert offset is not None
        return round(offset.total_seconds())
    return _offset_in_quarter(zone, seconds // 900)


def offset_at_local(zone: str, us: int) -> int:
    """Return the offset at a local time; in a gap the one before it, of a repeated hour the standard one (the later)."""
    if zone in {"UTC", "GMT"}:
        return 0
    before = offset_at(zone, us - 86_400 * SECOND_US)
    after = offset_at(zone, us + 86_400 * SECOND_US)
    if before == after:
        # A change and its reversal within two days does not happen; one offset serves unless both sides lie.
        return (
            before
            if offset_at(zone, us - before * SECOND_US) == before
            else offset_at(zone, us - before * SECOND_US)
        )
    before_holds = offset_at(zone, us - before * SECOND_US) == before
    after_holds = offset_at(zone, us - after * SECOND_US) == after
    if before_holds and after_holds:
        return after  # told twice: PostgreSQL takes standard time
    if before_holds:
        return before
    return after if after_holds else before


def abbreviation_at(zone: str, us: int) -> str:
    """Return the zone's abbreviation at an instant: CET, CEST, or its offset where it has none."""
    if zone in ("UTC", "GMT"):
        return zone
    posix = re.match(r"<([^>]+)>", zone)
    if posix:
        return posix[1]
    moment = datetime.fromtimestamp(0, tz=UTC) + timedelta(seconds=_within(us // SECOND_US + _UNIX_EPOCH_S))
    name = moment.astimezone(_zone(zone)).tzname()
    return name or zone


def parse_offset(text: str) -> int | None:
    """Read `+02`, `-0430`, `+05:30:15`; None if it is none."""
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    seconds = int(found[2]) * 3_600 + int(found[3] or 0) * 60 + int(found[4] or 0)
    return -seconds if found[1] == "-" else seconds
