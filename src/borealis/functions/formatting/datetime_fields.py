"""What to_char shows of a timestamp or an interval, as numbers; an interval's are signed and have no calendar."""

from __future__ import annotations

from dataclasses import dataclass

from borealis.errors import FeatureNotSupported
from borealis.functions.datetime.calendar_fields import day_of_year, iso_year_and_week, weekday
from borealis.functions.datetime.limits import truncated
from borealis.types.calendar import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    date_from_days,
    days_from_date,
    time_parts,
)

_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Fields:
    year: int  # astronomical; an interval's years
    month: int
    day: int
    hour: int
    minute: int
    second: int
    micro: int
    day_of_year: int
    is_interval: bool = False
    offset: int = 0  # seconds east
    zone: str = ""

    @property
    def days(self) -> int:
        return days_from_date(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        return weekday(self.days)

    @property
    def shown_year(self) -> int:
        return self.year if self.is_interval or self.year > 0 else 1 - self.year

    @property
    def iso_year(self) -> int:
        year = self._iso_year_and_week()[0]
        return year if self.is_interval or year > 0 else 1 - year

    @property
    def iso_week(self) -> int:
        return self._iso_year_and_week()[1]

    def _iso_year_and_week(self) -> tuple[int, int]:
        if self.is_interval and min(self.year, self.month, self.day) < 0:
            raise FeatureNotSupported("ISO weeks of negative intervals not supported")
        return iso_year_and_week(self.days)


def timestamp_fields(timestamp: int, offset: int = 0, zone: str = "") -> Fields:
    days, us = divmod(timestamp + offset * SECOND_US, DAY_US)
    year, month, day = date_from_days(days)
    return Fields(year, month, day, *time_parts(us), day_of_year(days), offset=offset, zone=zone)


def interval_fields(months: int, days: int, us: int) -> Fields:
    years, months = truncated(months, 12)
    hour, rest = truncated(us, HOUR_US)
    minute, rest = truncated(rest, MINUTE_US)
    second, micro = truncated(rest, SECOND_US)
    ordinal = (years * 12 + months) * _MONTH_DAYS + days
    return Fields(years, months, days, hour, minute, second, micro, ordinal, is_interval=True)
