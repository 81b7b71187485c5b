"""to_date and to_timestamp, the second half: the fields read become a date and a time of day.

Of contradicting fields the more exact counts: Julian day, ISO week, day of the year. What is missing is the first: of
the year 1 BC, of January, of the month, of the day.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.errors import DatetimeFieldOverflow, InvalidDatetimeFormat, InvalidTimeZoneDisplacement
from borealis.functions.datetime.calendar_fields import iso_week_start
from borealis.functions.datetime.limits import DATE_END, DATE_MIN
from borealis.functions.formatting.datetime_patterns import Calendar
from borealis.functions.formatting.datetime_reader import Read
from borealis.types.calendar import (
    EPOCH_JULIAN,
    SECOND_US,
    date_from_days,
    days_from_date,
    days_in_month,
    time_from_parts,
)

_INT32 = 2**31
_ZONE_HOUR_MAX = 15


@dataclass(slots=True)
class Settled:
    year: int = 0
    month: int = 1
    day: int = 1
    time_us: int = 0
    has_year: bool = False
    has_month: bool = False
    has_day: bool = False

    @property
    def days(self) -> int:
        return days_from_date(self.year, self.month, self.day)

    def set_days(self, days: int) -> None:
        self.year, self.month, self.day = date_from_days(days)
        self.has_year = self.has_month = self.has_day = True


def settle(read: Read, text: str) -> Settled:
    """Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008."""
    settled = Settled()
    hour, minute, second = _time(read)
    _set_year(read, settled)
    if read.j:
        settled.set_days(read.j - EPOCH_JULIAN)
    _set_week(read, settled)
    if read.w:
        read.dd = (read.w - 1) * 7 + 1
    if read.dd:
        settled.day, settled.has_day = read.dd, True
    if read.mm:
        settled.month, settled.has_month = read.mm, True
    if read.ddd and (settled.month <= 1 or settled.day <= 1):
        _set_day_of_year(read, settled)
    micro = read.ms * 1_000 + read.us
    if not (
        _is_date(settled)
        and 0 <= hour < 24
        and 0 <= minute < 60
        and 0 <= second < 60
        and 0 <= micro < SECOND_US
    ):
        raise DatetimeFieldOverflow(f'date/time field value out of range: "{text}"')
    settled.time_us = time_from_parts(hour, minute, second, micro)
    return settled


def settled_date(settled: Settled, text: str) -> int:
    """Return days since 2000. Raises: DatetimeFieldOverflow 22008."""
    days = settled.days
    if DATE_MIN <= days < DATE_END:
        return days
    raise DatetimeFieldOverflow(f'date out of range: "{text}"')


def settled_offset(read: Read, text: str) -> int:
    """Return the zone's offset in seconds. Raises: InvalidTimeZoneDisplacement 22009."""
    if read.zone_sign and not (0 <= read.tzh <= _ZONE_HOUR_MAX and 0 <= read.tzm < 60):
        raise InvalidTimeZoneDisplacement(f'time zone displacement out of range: "{text}"')
    return read.zone_sign * (read.tzh * 3_600 + read.tzm * 60)


def _time(read: Read) -> tuple[int, int, int]:
    minutes, second = divmod(read.ssss, 60)
    hour, minute = divmod(minutes, 60)
    hour, minute, second = read.hh or hour, read.mi or minute, read.ss or second
    if read.has_12_hours:
        if not 1 <= hour <= 12:
            raise InvalidDatetimeFormat(
                f'hour "{hour}" is invalid for the 12-hour clock',
                hint="Use the 24-hour clock, or give an hour between 1 and 12.",
            )
        hour = hour % 12 + (12 if read.pm else 0)
    return hour, minute, second


def _set_year(read: Read, settled: Settled) -> None:
    """The 21st century is 2001 to 2100, the 6th BC is 600 BC to 501 BC; a year of four digits needs no century."""
    if not read.year and not read.cc:
        return
    settled.has_year = True
    century = -read.cc if read.bc else read.cc
    if not read.year:
        settled.year = (century - 1) * 100 + 1 if century >= 0 else century * 100 + 1
    elif read.cc and read.year_digits <= 2:
        in_century = read.year % 100
        if not in_century:
            settled.year = century * 100 + (century < 0)
        elif century >= 0:
            settled.year = in_century + (century - 1) * 100
        else:
            settled.year = (century + 1) * 100 - in_century + 1
    else:
        year = -read.year if read.bc else read.year
        settled.year = year + (year < 0)


def _set_week(read: Read, settled: Settled) -> None:
    if not read.ww:
        return
    if read.calendar is Calendar.ISO_WEEK:
        monday = iso_week_start(settled.year, read.ww)
        settled.set_days(monday + ((read.d - 2) % 7 if read.d else 0))
    else:
        read.ddd = (read.ww - 1) * 7 + 1


def _set_day_of_year(read: Read, settled: Settled) -> None:
    if not settled.year and not read.bc:
        raise InvalidDatetimeFormat("cannot calculate day of year without year information")
    if read.calendar is Calendar.ISO_WEEK:
        settled.set_days(iso_week_start(settled.year, 1) + read.ddd - 1)
        return
    month, rest = 1, read.ddd
    while month <= 12 and rest > days_in_month(settled.year, month):
        rest -= days_in_month(settled.year, month)
        month += 1
    if settled.month <= 1:
        settled.month = month
    if settled.day <= 1:
        settled.day = rest
    settled.has_month = settled.has_day = True


def _is_date(settled: Settled) -> bool:
    if settled.has_month and not 1 <= settled.month <= 12:
        return False
    if settled.has_day and not 1 <= settled.day <= 31:
        return False
    is_whole = settled.has_year and settled.has_month and settled.has_day
    return not is_whole or settled.day <= days_in_month(settled.year, settled.month)
