"""age: the difference of two moments in years, months, days and time, as people count it."""

from __future__ import annotations

from borealis.functions.datetime.limits import TIMESTAMP_MIN, checked_interval, timestamp_out_of_range
from borealis.functions.datetime.moments import from_local, to_local
from borealis.functions.implementation import Context, scalar
from borealis.types.calendar import DAY_US, date_from_days, days_in_month


def difference(left: int, right: int, left_local: int, right_local: int) -> bytes:
    """Return left - right of local times, whose order is that of the moments left and right.

    Days are borrowed from the month of the earlier of the two.
    """
    if (
        min(left_local, right_local) < TIMESTAMP_MIN
    ):  # '-infinity'; 'infinity' counts as the microsecond it stands as
        raise timestamp_out_of_range()
    if left < right:
        months, days, us = _counted(right_local, left_local)
        return checked_interval(-months, -days, -us)
    return checked_interval(*_counted(left_local, right_local))


def _counted(later: int, earlier: int) -> tuple[int, int, int]:
    later_days, later_us = divmod(later, DAY_US)
    earlier_days, earlier_us = divmod(earlier, DAY_US)
    later_year, later_month, later_day = date_from_days(later_days)
    year, month, day = date_from_days(earlier_days)
    months = (later_year - year) * 12 + later_month - month
    days, us = later_day - day, later_us - earlier_us
    if us < 0:
        us += DAY_US
        days -= 1
    while days < 0:
        days += days_in_month(year, month)
        months -= 1
    return months, days, us


@scalar("timestamp_age")
def timestamp_age(left: int, right: int) -> bytes:
    return difference(left, right, left, right)


@scalar("timestamptz_age", context=True)
def timestamptz_age(context: Context, left: int, right: int) -> bytes:
    zone = context.style.time_zone
    return difference(left, right, to_local(zone, left), to_local(zone, right))


@scalar("age(timestamp)", context=True)
def age_of_timestamp(context: Context, timestamp: int) -> bytes:
    today = _today(context)
    return difference(today, timestamp, today, timestamp)


@scalar("age(timestamptz)", context=True)
def age_of_timestamptz(context: Context, timestamp: int) -> bytes:
    midnight = from_local(context.style.time_zone, _today(context))
    return timestamptz_age(context, midnight, timestamp)


def _today(context: Context) -> int:
    """Return the last midnight of the session's zone, as a local time."""
    local = to_local(context.style.time_zone, context.transaction_us)
    return local - local % DAY_US
