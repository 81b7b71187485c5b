"""Days, by arithmetic alone: PostgreSQL's calendar reaches from 4713 BC to 5874897 AD, far past Python's.

Days count from 2000-01-01. Years are astronomical: 0 is 1 BC, -1 is 2 BC. The calendar is Gregorian throughout.
"""

from __future__ import annotations

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
SECOND_US = 1_000_000
EPOCH_JULIAN = 2_451_545  # 2000-01-01
UNIX_EPOCH_DAYS = -10_957  # 1970-01-01
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR_MIN = -4713  # 4714 BC, of which the days from 24 November on exist


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else MONTH_DAYS[month - 1]


def days_from_date(year: int, month: int, day: int) -> int:
    """Return the days from 2000-01-01 to a date."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 730_425


def date_from_days(days: int) -> tuple[int, int, int]:
    """Return (year, month, day)."""
    era, day_of_era = divmod(days + 730_425, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_shifted + 2) // 5 + 1
    month = month_shifted + 3 if month_shifted < 10 else month_shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def time_parts(us: int) -> tuple[int, int, int, int]:
    """Return (hour, minute, second, microsecond) of microseconds since midnight."""
    hour, rest = divmod(us, HOUR_US)
    minute, rest = divmod(rest, MINUTE_US)
    second, micro = divmod(rest, SECOND_US)
    return hour, minute, second, micro


def time_from_parts(hour: int, minute: int, second: int, micro: int) -> int:
    return hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + micro


def date_text(year: int, month: int, day: int) -> str:
    """Return an ISO date without the BC that goes behind the whole value."""
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}"


def time_text(us: int) -> str:
    """Return `04:05:06.789`, without trailing zeros of the fraction."""
    hour, minute, second, micro = time_parts(us)
    text = f"{hour:02d}:{minute:02d}:{second:02d}"
    return text + f".{micro:06d}".rstrip("0") if micro else text


def offset_text(seconds: int, *, colon_always: bool = False) -> str:
    """Return `+02`, `-04:30`, `+00:53:28`; the offset is east of Greenwich."""
    sign = "-" if seconds < 0 else "+"
    hour, rest = divmod(abs(seconds), 3_600)
    minute, second = divmod(rest, 60)
    text = f"{sign}{hour:02d}"
    if minute or second or colon_always:
        text += f":{minute:02d}"
    if second:
        text += f":{second:02d}"
    return text
