"""What the numbers in a date or time mean: told by their length, by DateStyle's order, and by what is known already.

Each reader below sets fields of a Moment and returns the flags of those it set; a Moment takes each only once.
Source: PostgreSQL 16 documentation B.1 and 8.5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from borealis.types.calendar import DAY_US, date_from_days, days_from_date, days_in_month, time_from_parts
from borealis.types.datetime_refusals import (
    DisplacementOverflow,
    FieldOverflow,
    Malformed,
    MonthDayOverflow,
)
from borealis.types.datetime_words import Meaning, meaning_of

YEAR, MONTH, DAY, TIME, ZONE, DAYLIGHT_ZONE, DYNAMIC_ZONE, DAYLIGHT, DAY_OF_YEAR, WEEKDAY, ERA, MERIDIAN = (
    1 << n for n in range(12)
)
DATE = YEAR | MONTH | DAY
ALL = DATE | TIME | ZONE

_INT_MAX = 2**31 - 1
_LEADING = re.compile(r"\d*", re.ASCII)
_FRACTION = re.compile(r"\.\d*", re.ASCII)
_PARTS = re.compile(r"[0-9]+|[A-Za-z]+")
_TIME = re.compile(r"(\d+):(\d*)(?::(\d*))?(\.\d*)?", re.ASCII)
_DISPLACEMENT = re.compile(r"([+-])([+-]?\d+)?(?::(\d*)(?::(\d*))?)?(.*)", re.ASCII | re.DOTALL)
_DISPLACEMENT_HOURS_MAX = 15


@dataclass(slots=True)
class Moment:
    """A date and time while it is read; known holds the flags of what is set."""

    date_order: str
    known: int = 0
    year: int = 0
    month: int = 0
    day: int = 0
    day_of_year: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    micro: int = 0
    has_short_year: bool = False  # of one or two digits, so its century is still open
    is_julian: bool = False
    is_bc: bool = False
    meridian: str = ""

    def set_date(self, days: int) -> int:
        self.year, self.month, self.day = date_from_days(days)
        return DATE

    def set_time(self, us: int) -> int:
        self.minute, micro = divmod(us, 60_000_000)
        self.hour, self.minute = divmod(self.minute, 60)
        self.second, self.micro = divmod(micro, 1_000_000)
        return TIME

    @property
    def time_us(self) -> int:
        return time_from_parts(self.hour, self.minute, self.second, self.micro)

    @property
    def time_overflows(self) -> bool:
        """Fields are held one by one too: 24 hours and 60 seconds are good, 24:00:01 is not."""
        return self.hour > 24 or self.minute > 59 or self.second > 60 or self.time_us > DAY_US

    def take(self, flags: int) -> None:
        if self.known & flags:
            raise Malformed
        self.known |= flags

    def settle_date(self) -> None:
        """Complete the year and check what is known of the date."""
        if self.known & YEAR:
            self._settle_year()
        if self.known & DAY_OF_YEAR:
            self.set_date(days_from_date(self.year, 1, 1) + self.day_of_year - 1)
        if self.known & MONTH and not 1 <= self.month <= 12:
            raise MonthDayOverflow
        if self.known & DAY and not 1 <= self.day <= 31:
            raise MonthDayOverflow
        if self.known & DATE == DATE and self.day > days_in_month(self.year, self.month):
            raise FieldOverflow

    def _settle_year(self) -> None:
        if self.is_julian:
            return
        if self.is_bc:
            if self.year <= 0:
                raise FieldOverflow
            self.year = 1 - self.year
        elif self.has_short_year:
            self.year += 2000 if self.year < 70 else 1900
        elif self.year <= 0:
            raise FieldOverflow

    def settle_meridian(self) -> None:
        if not self.meridian:
            return
        if self.hour > 12:
            raise FieldOverflow
        self.hour = self.hour % 12 + (12 if self.meridian == "pm" else 0)


def leading_integer(text: str) -> tuple[int, str]:
    """Return the number a text begins with (0 without digits) and the rest. Raises FieldOverflow beyond int32."""
    found = _LEADING.match(text)
    assert found is not None
    value = int(found[0] or 0)
    if value > _INT_MAX:
        raise FieldOverflow
    return value, text[found.end() :]


def fraction(text: str) -> float:
    """Read `.5`; a point alone is no fraction."""
    if not _FRACTION.fullmatch(text):
        raise Malformed
    return float("0" + text)


def fraction_us(text: str) -> int:
    return round(fraction(text) * 1_000_000)


def _wrapped(digits: str) -> int:
    """C's atoi: what is too large is cut to 32 bits, and turns out to be out of range later."""
    value = min(int(digits or 0), 2**63 - 1) & 0xFFFFFFFF
    return value - 2**32 if value > _INT_MAX else value


def read_number(moment: Moment, text: str, known: int, *, month_is_named: bool) -> int:
    """Read one number of a date: `5`, `2024`, `123` as the day of a year; or a time behind a whole date."""
    value, rest = leading_integer(text)
    if rest == text:
        raise Malformed
    if rest.startswith("."):
        if len(text) - len(rest) > 2:  # 20011225.5 or 040506.789
            return read_run(moment, text, known | DATE)
        moment.micro = fraction_us(rest)
    elif rest:
        raise Malformed
    date = known & DATE
    if len(text) == 3 and date == YEAR and 1 <= value <= 366:
        moment.day_of_year = value
        return DAY_OF_YEAR | MONTH | DAY
    if date == DATE:
        return read_run(moment, text, known)
    flag = _date_part(moment, len(text), date, month_is_named=month_is_named)
    if flag == DAY:
        moment.day = value
    elif flag == MONTH:
        moment.month = value
    elif flag == YEAR:
        moment.year = value
        moment.has_short_year = len(text) <= 2
    else:  # the first number was the day after all: 5-jan-2024 under YMD
        moment.day, moment.year, moment.has_short_year = moment.year, value, False
        return DAY
    return flag


def _date_part(moment: Moment, length: int, date: int, *, month_is_named: bool) -> int:
    """Return the part of the date a number is; 0 where it is the year that was taken for a day's place."""
    order = moment.date_order
    looks_like_year = length >= 3 or order == "YMD"
    if date == 0:
        return YEAR if looks_like_year else DAY if order == "DMY" else MONTH
    if date in (YEAR, DAY):
        return MONTH
    if date == MONTH:
        return YEAR if month_is_named and looks_like_year else DAY
    if date == YEAR | MONTH:
        return 0 if month_is_named and length >= 3 and moment.has_short_year else DAY
    if date == MONTH | DAY:
        return YEAR
    raise Malformed


def read_run(moment: Moment, text: str, known: int) -> int:
    """Read digits run together: 20240105, 240105, 102030.5, 1020."""
    digits, point, _ = text.partition(".")
    if point:
        found = _FRACTION.match(text, len(digits))
        assert found is not None
        moment.micro = fraction_us(found[0])
    elif known & DATE != DATE and len(digits) >= 6:
        moment.day, moment.month = int(digits[-2:]), int(digits[-4:-2])
        moment.year = _wrapped(digits[:-4])
        if len(digits) == 6:
            moment.has_short_year = True
        return DATE
    if known & TIME or len(digits) not in (4, 6):
        raise Malformed
    moment.hour, moment.minute, moment.second = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0)
    return TIME


def read_date(moment: Moment, text: str, known: int) -> int:
    """Read a date with separators: 2024-01-05, 5/1/24, 5-jan-2024, 2024.123."""
    parts = _split_date(text)
    flags = 0
    month_is_named = False
    numbers = []
    for part in parts:
        if part.isdigit():
            numbers.append(part)
            continue
        meaning = meaning_of(part)
        if meaning is not None and meaning[0] is Meaning.NOISE:
            numbers.append(part)  # refused where numbers are read
            continue
        if meaning is None or meaning[0] is not Meaning.MONTH or known & MONTH:
            raise Malformed
        moment.month, month_is_named = int(meaning[1]), True
        known |= MONTH
        flags |= MONTH
    for number in numbers:
        flag = read_number(moment, number, known, month_is_named=month_is_named)
        if known & flag:
            raise Malformed
        known |= flag
        flags |= flag
    if known & ~(DAY_OF_YEAR | ZONE) != DATE:
        raise Malformed
    return flags


def _split_date(text: str) -> list[str]:
    """Cut at separators; one character behind each part is dropped, whatever it is: 5-jan2024 has no year 2024."""
    parts = []
    at = 0
    while at < len(text):
        found = _PARTS.search(text, at)
        if found is None:
            raise Malformed
        parts.append(found[0])
        at = found.end() + 1
    return parts


def split_time(text: str, *, from_minutes: bool) -> tuple[int, int, int, int]:
    """Read `hours:minutes[:seconds[.fraction]]` or `minutes:seconds.fraction`.

    from_minutes: two whole numbers are minutes and seconds. Hours are not held to a day.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        if _TIME.match(text):
            for part in text.split(":")[1:3]:
                leading_integer(part)
        raise Malformed
    hour, minute = int(found[1]), int(found[2] or 0)
    micro = fraction_us(found[4]) if found[4] else 0
    if found[3] is not None:
        second = int(found[3] or 0)
    elif found[4] or from_minutes:
        hour, minute, second = 0, hour, minute
    else:
        second = 0
    if max(minute, second) > _INT_MAX or minute > 59 or second > 60:
        raise FieldOverflow
    return hour, minute, second, micro


def read_time(moment: Moment, text: str) -> int:
    hour, moment.minute, moment.second, moment.micro = split_time(text, from_minutes=False)
    if hour > _INT_MAX:
        raise FieldOverflow
    moment.hour = hour
    return TIME


def read_displacement(text: str) -> int:
    """Return the offset in seconds east of `+02`, `-0430`, `+5:30`, `+01:02:03`."""
    found = _DISPLACEMENT.fullmatch(text)
    if found is None:
        raise Malformed
    sign, hours, minutes, seconds, rest = found.groups()
    hour, minute, second = int(hours or 0), int(minutes or 0), int(seconds or 0)
    if minutes is None and not rest and len(text) > 3:
        hour, minute = divmod(hour, 100)
    if not 0 <= hour <= _DISPLACEMENT_HOURS_MAX or minute > 59 or second > 59:
        raise DisplacementOverflow
    if rest:
        raise Malformed
    offset = hour * 3_600 + minute * 60 + second
    return -offset if sign == "-" else offset
