"""What a day says of itself beyond year, month and day: weeks, ordinals, the years people count by.

Years arrive astronomical (0 is 1 BC); what leaves is as extract gives it, where no year is 0.
"""

from __future__ import annotations

from borealis.types.calendar import EPOCH_JULIAN, date_from_days, days_from_date

_SATURDAY = 6  # 2000-01-01


def weekday(days: int) -> int:
    """Return 0 for a Sunday to 6 for a Saturday."""
    return (days + _SATURDAY) % 7


def iso_weekday(days: int) -> int:
    """Return 1 for a Monday to 7 for a Sunday."""
    return weekday(days) or 7


def day_of_year(days: int) -> int:
    return days - days_from_date(date_from_days(days)[0], 1, 1) + 1


def iso_year_and_week(days: int) -> tuple[int, int]:
    """Return the astronomical year and the number of the ISO week: the week's Thursday says whose it is."""
    thursday = days - iso_weekday(days) + 4
    year = date_from_days(thursday)[0]
    return year, (thursday - days_from_date(year, 1, 1)) // 7 + 1


def iso_week_start(year: int, week: int) -> int:
    """Return the Monday of an ISO week."""
    fourth = days_from_date(year, 1, 4)
    return fourth - iso_weekday(fourth) + 1 + 7 * (week - 1)


def julian_day(days: int) -> int:
    return days + EPOCH_JULIAN


def counted_year(year: int) -> int:
    return year if year > 0 else year - 1


def decade(year: int) -> int:
    return year // 10


def century(year: int) -> int:
    return (year + 99) // 100 if year > 0 else -((99 - (year - 1)) // 100)


def millennium(year: int) -> int:
    return (year + 999) // 1000 if year > 0 else -((999 - (year - 1)) // 1000)


def date_field(field: str, days: int) -> int | None:
    """Return a field that a day has, None if the name is of another kind."""
    read = _OF_DAYS.get(field)
    if read is not None:
        return read(days)
    year, month, day = date_from_days(days)
    match field:
        case "day":
            return day
        case "month":
            return month
        case "quarter":
            return (month - 1) // 3 + 1
        case "year":
            return counted_year(year)
        case "decade":
            return decade(year)
        case "century":
            return century(year)
        case "millennium":
            return millennium(year)
        case "isoyear":
            return counted_year(iso_year_and_week(days)[0])
    return None


_OF_DAYS = {
    "week": lambda days: iso_year_and_week(days)[1],
    "dow": weekday,
    "isodow": iso_weekday,
    "doy": day_of_year,
}

FIELDS_WITHOUT_LIMIT = frozenset(("year", "decade", "century", "millennium", "julian", "isoyear", "epoch"))
"""Of an infinite date these are infinite."""

FIELDS_IN_CYCLES = frozenset(("day", "month", "quarter", "week", "dow", "isodow", "doy"))
"""Of an infinite date these are NULL."""
