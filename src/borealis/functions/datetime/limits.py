"""The ranges of dates, timestamps and intervals, their infinities, and results held to them.

Invariant: whatever a function of this package returns is in range or infinite.
Source: PostgreSQL 16 documentation, table 8.9; 4714-11-24 BC is Julian day 0.
"""

from __future__ import annotations

from borealis.errors import DatetimeFieldOverflow
from borealis.types import interval
from borealis.types.calendar import DAY_US, days_from_date

NEVER, FOREVER = -(2**63), 2**63 - 1
"""timestamp and timestamptz '-infinity' and 'infinity'."""

DATE_NEVER, DATE_FOREVER = -(2**31), 2**31 - 1

DATE_MIN = -2_451_545
DATE_END = days_from_date(5_874_898, 1, 1)
TIMESTAMP_MIN = DATE_MIN * DAY_US
TIMESTAMP_END_DATE = days_from_date(294_277, 1, 1)
TIMESTAMP_END = TIMESTAMP_END_DATE * DAY_US
_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1


def is_infinite(timestamp: int) -> bool:
    return timestamp in (FOREVER, NEVER)


def is_infinite_date(date: int) -> bool:
    return date in (DATE_FOREVER, DATE_NEVER)


def timestamp_out_of_range() -> DatetimeFieldOverflow:
    return DatetimeFieldOverflow("timestamp out of range")


def interval_out_of_range() -> DatetimeFieldOverflow:
    return DatetimeFieldOverflow("interval out of range")


def checked_timestamp(timestamp: int) -> int:
    """Return a finite timestamp. Raises 22008."""
    if TIMESTAMP_MIN <= timestamp < TIMESTAMP_END:
        return timestamp
    raise timestamp_out_of_range()


def checked_date(date: int) -> int:
    if DATE_MIN <= date < DATE_END:
        return date
    raise DatetimeFieldOverflow("date out of range")


def checked_interval(months: int, days: int, us: int) -> bytes:
    """Return a packed interval. Raises 22008 where a field has no place."""
    if _INT32_MIN <= months <= _INT32_MAX and _INT32_MIN <= days <= _INT32_MAX and NEVER <= us <= FOREVER:
        return interval.pack(months, days, us)
    raise interval_out_of_range()


def truncated(value: int, unit: int) -> tuple[int, int]:
    """Return quotient and remainder of a division towards zero, as C's."""
    quotient = abs(value) // unit
    if value < 0:
        quotient = -quotient
    return quotient, value - quotient * unit
