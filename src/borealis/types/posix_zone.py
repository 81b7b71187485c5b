"""Time zones written as POSIX rules: `EST5EDT,M3.2.0,M11.1.0`, `<+0330>-3:30`, `CET-1CEST`.

A rule names standard time (`+02:00` leaves the name out) and its offset, then perhaps daylight time, its offset, and the days
both begin. In the text an offset counts west of Greenwich, here east. Without days, daylight time is the United States' (PostgreSQL's choice too).
Source: POSIX, environment variable TZ; RFC 8536 3.3; PostgreSQL 16 documentation B.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from borealis.types.calendar import UNIX_EPOCH_DAYS, date_from_days, days_from_date, days_in_month, is_leap

_NAME = r"(?:<([^>]*)>|([^\d,+-]*))"
_OTHER_NAME = r"(?:<([^>]*)>|([^\d,+-]+))"
_TIME = r"([+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?)"
_FORM = re.compile(rf"(?!:){_NAME}{_TIME}(?:(?!:){_OTHER_NAME}{_TIME}?(?:,(.+))?)?")
_DAY = re.compile(rf"(?:M(\d{{1,2}})\.(\d)\.(\d)|(J?)(\d{{1,3}}))(?:/{_TIME})?")
_DEFAULT_DAYS = "M3.2.0,M11.1.0"
_CHANGE_S = 2 * 3_600  # at two in the morning, if nothing else is said
_HOURS_MAX = 167  # a week, less an hour
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Period:
    """What a zone shows for a while."""

    offset: int
    is_daylight: bool
    abbreviation: str


@dataclass(frozen=True, slots=True)
class Change:
    """The day of a year, and the local time of it, that a period begins."""

    time_s: int
    month: int = 0  # with week and weekday: the n-th weekday of the month, 5 the last
    week: int = 0
    weekday: int = 0  # 0 is Sunday
    ordinal: int = 0  # else the day of the year
    skips_leap_day: bool = False

    def local_s(self, year: int) -> int:
        """Return the moment in a year, in local seconds since 1970."""
        if not self.month:
            leap = self.skips_leap_day and is_leap(year) and self.ordinal > 60
            day = days_from_date(year, 1, 1) + self.ordinal + leap - self.skips_leap_day
        else:
            first = days_from_date(year, self.month, 1)
            weekday = (first + 6) % 7  # 2000-01-01 was a Saturday
            day = first + (self.weekday - weekday) % 7 + 7 * (self.week - 1)
            while day >= first + days_in_month(year, self.month):
                day -= 7
        return (day - UNIX_EPOCH_DAYS) * _DAY_S + self.time_s


@dataclass(frozen=True)
class Rule:
    standard: Period
    daylight: Period | None = None
    daylight_begins: Change | None = None
    standard_begins: Change | None = None

    @cached_property
    def year_of(self) -> dict[int, list[tuple[int, Period]]]:
        return {}

    def changes(self, year: int) -> list[tuple[int, Period]]:
        """Return the two changes of a year in their order: the moment, UTC, and the period that begins."""
        known = self.year_of.get(year)
        if known is None:
            assert self.daylight and self.daylight_begins and self.standard_begins
            known = sorted(
                (
                    (self.daylight_begins.local_s(year) - self.standard.offset, self.daylight),
                    (self.standard_begins.local_s(year) - self.daylight.offset, self.standard),
                ),
                key=lambda change: change[0],
            )
            self.year_of[year] = known
        return known

    def span_at(self, seconds: int) -> tuple[int, int, Period]:
        """Return (start, end, period) around a moment, of a rule with daylight time."""
        year = date_from_days(seconds // _DAY_S + UNIX_EPOCH_DAYS)[0]
        around = [change for each in (year - 1, year, year + 1) for change in self.changes(each)]
        begun = max(n for n, (start, _) in enumerate(around) if start <= seconds)
        return around[begun][0], around[begun + 1][0], around[begun][1]


@lru_cache(maxsize=256)
def parse_rule(text: str) -> Rule | None:
    """Read a rule; None if it is none."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    name, bare_name, west, other, bare_other, other_west, days = found.groups()
    offset = _seconds(west)
    if offset is None:
        return None
    standard = Period(-offset, False, name if name is not None else bare_name)
    if other is None and bare_other is None:
        return Rule(standard)
    shifted = offset - 3_600 if other_west is None else _seconds(other_west)
    changes = [_change(each) for each in (days or _DEFAULT_DAYS).split(",")]
    if shifted is None or len(changes) != 2 or changes[0] is None or changes[1] is None:
        return None
    daylight = Period(-shifted, True, other if other is not None else bare_other)
    return Rule(standard, daylight, changes[0], changes[1])


def _seconds(text: str) -> int | None:
    """Read `5`, `-3:30`, `+1:02:03`."""
    hours, minutes, seconds = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    if hours > _HOURS_MAX or minutes > 59 or seconds > 60:
        return None
    total = hours * 3_600 + minutes * 60 + seconds
    return -total if text.startswith("-") else total


def _change(text: str) -> Change | None:
    found = _DAY.fullmatch(text)
    if not found:
        return None
    month, week, weekday, julian, ordinal, time = found.groups()
    time_s = _CHANGE_S if time is None else _seconds(time)
    if time_s is None:
        return None
    if month is None:
        if not bool(julian) <= int(ordinal) <= 365:
            return None
        return Change(time_s, ordinal=int(ordinal), skips_leap_day=bool(julian))
    if not (1 <= int(month) <= 12 and 1 <= int(week) <= 5 and int(weekday) <= 6):
        return None
    return Change(time_s, int(month), int(week), int(weekday))
