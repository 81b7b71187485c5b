"""The text of intervals: `1 year 2 mons 3 days 04:05:06.7`, `@ 1 minute ago`, `1-2 3 4:05:06` (SQL standard), and ISO 8601's
`P1Y2M3DT4H5M6S` and `P0001-02-03T04:05:06`.

The words are read from the right, so that a unit is known before its number. A fraction of a unit flows down: half a month is fifteen days,
half a day twelve hours, and years round to whole months. Fractions are doubles, as in PostgreSQL.
Source: PostgreSQL 16 documentation 8.5.4.
"""

from __future__ import annotations

import re

from borealis.errors import DatetimeFieldOverflow
from borealis.types.calendar import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from borealis.types.datetime_fields import Field, Kind, split
from borealis.types.datetime_numbers import fraction, split_time
from borealis.types.datetime_refusals import FieldOverflow, IntervalOverflow, Malformed, Refusal
from borealis.types.datetime_words import unit_of

LENGTH_MAX = 256
_INT32, _INT64 = 2**31, 2**63
_DAY_MONTH = 30
_MICROS = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": SECOND_US,
    "minute": MINUTE_US,
    "hour": HOUR_US,
}
_YEARS = {"year": 1, "decade": 10, "century": 100, "millennium": 1_000}
_ALL_SECONDS = frozenset(("second", "millisecond", "microsecond"))
_TIME = frozenset(("hour", "minute")) | _ALL_SECONDS
_NUMBER = re.compile(r"([+-]?\d*)(.*)", re.ASCII | re.DOTALL)
_ISO_NUMBER = re.compile(r"(-?)(\d*)(\.\d*)?(?:[eE]([+-]?\d+))?", re.ASCII)
_ISO_MAX = 10**15


class Amounts:
    """What an interval amounts to while it is read: years, months, days and microseconds, each within its range."""

    def __init__(self) -> None:
        self.years = 0
        self.months = 0
        self.days = 0
        self.us = 0

    def add(self, whole: int, part: float, unit: str) -> None:
        """Add a number of units. Raises FieldOverflow."""
        if unit in _MICROS:
            self.us = _within(self.us + whole * _MICROS[unit], _INT64)
            self._add_micros(part, _MICROS[unit])
        elif unit == "day":
            self.days = _within(self.days + _within(whole, _INT32), _INT32)
            self._add_micros(part, DAY_US)
        elif unit == "week":
            self.days = _within(self.days + _within(_within(whole, _INT32) * 7, _INT32), _INT32)
            self._add_days(part * 7)
        elif unit == "month":
            self.months = _within(self.months + _within(whole, _INT32), _INT32)
            self._add_days(part * _DAY_MONTH)
        elif unit in _YEARS:
            years = _within(_within(whole, _INT32) * _YEARS[unit], _INT32)
            self.years = _within(self.years + years, _INT32)
            self.months = _within(self.months + round(part * _YEARS[unit] * 12), _INT32)
        else:
            raise Malformed

    def _add_days(self, days: float) -> None:
        whole = int(days)
        self.days = _within(self.days + whole, _INT32)
        self._add_micros(days - whole, DAY_US)

    def _add_micros(self, part: float, scale: int) -> None:
        if not part:
            return
        micros = part * scale
        whole = int(micros)
        rest = micros - whole
        self.us = _within(self.us + whole + (rest > 0.5) - (rest < -0.5), _INT64)

    def negate(self) -> None:
        if self.us == -_INT64 or -_INT32 in (self.years, self.months, self.days):
            raise FieldOverflow
        self.years, self.months, self.days, self.us = -self.years, -self.months, -self.days, -self.us

    def total(self) -> tuple[int, int, int]:
        """Return (months, days, microseconds)."""
        months = self.years * 12 + self.months
        if not -_INT32 <= months < _INT32:
            raise DatetimeFieldOverflow("interval out of range")
        return months, self.days, self.us


def _within(value: int, bound: int) -> int:
    if not -bound <= value < bound:
        raise FieldOverflow
    return value


def parse_interval(
    text: str, interval_style: str = "postgres", unit: str = "second", *, from_minutes: bool = False
) -> tuple[int, int, int]:
    """Return (months, days, microseconds).

    unit is what a bare number at the end counts. from_minutes: two numbers with a colon are minutes and seconds.

    Raises: InvalidDatetimeFormat 22007, IntervalFieldOverflow 22015, DatetimeFieldOverflow 22008.
    """
    try:
        try:
            reader = _Reader(interval_style, unit, from_minutes=from_minutes)
            amounts = reader.read(split(text, LENGTH_MAX))
        except Malformed:
            amounts = _read_iso(text)
    except FieldOverflow:
        raise IntervalOverflow().error(text, "interval") from None
    except Refusal as refusal:
        raise refusal.error(text, "interval") from None
    return amounts.total()


class _Reader:
    """Reads fields from the last to the first."""

    def __init__(self, interval_style: str, unit: str, *, from_minutes: bool) -> None:
        self._is_standard = interval_style == "sql_standard"
        self._last_unit = unit
        self._from_minutes = from_minutes
        self._amounts = Amounts()
        self._seen: set[str] = set()
        self._unit: str | None = None  # that of the next number to the left
        self._is_negative = False  # SQL standard: one sign in front goes for all

    def read(self, fields: list[Field]) -> Amounts:
        if self._is_standard and fields and fields[0][1].startswith("-"):
            self._is_negative = not any(text[0] in "+-" for _, text in fields[1:])
        is_ago = False
        for kind, text in reversed(fields):
            if kind in (Kind.WORD, Kind.SPECIAL):
                is_ago = self._take_word(text) or is_ago
            else:
                self._see(self._take_number(kind, text))
        if not self._seen:
            raise Malformed
        if is_ago:
            self._amounts.negate()
        return self._amounts

    def _see(self, units: frozenset[str]) -> None:
        if self._seen & units:
            raise Malformed
        self._seen |= units

    def _take_word(self, text: str) -> bool:
        """Understand a word; return whether it is `ago`."""
        # A word without a number is passed over; `ago` is a unit no number can have.
        self._unit = "ago" if text == "ago" else unit_of(text)
        if self._unit is None:
            raise Malformed
        return text == "ago"

    def _take_number(self, kind: Kind, text: str) -> frozenset[str]:
        if kind is Kind.TIME:
            self._add_time(text, 1)
            return _TIME
        if kind is Kind.SIGNED and ":" in text:
            try:
                self._add_time(text[1:], -1 if text[0] == "-" else 1)
            except Refusal:
                pass  # then it may be a number after all
            else:
                return _TIME
        if self._unit is None:
            self._unit = self._last_unit
        return self._add_number(text)

    def _add_time(self, text: str, sign: int) -> None:
        hour, minute, second, micro = split_time(text, from_minutes=self._from_minutes)
        us = _within(hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + micro, _INT64)
        self._amounts.us = -us if sign < 0 or self._is_negative else us
        self._unit = "day"

    def _add_number(self, text: str) -> frozenset[str]:
        unit = self._unit
        assert unit is not None
        found = _NUMBER.fullmatch(text)
        assert found is not None
        whole = _within(int(found[1]) if found[1] not in ("", "+", "-") else 0, _INT64)
        rest, part = found[2], 0.0
        is_negative = text.startswith("-")
        if rest.startswith("-"):
            whole, unit = self._year_and_month(whole, rest, is_negative=is_negative), "month"
            self._unit = unit
        elif rest.startswith("."):
            part = -fraction(rest) if is_negative else fraction(rest)
        elif rest:
            raise Malformed
        if self._is_negative:
            whole, part = -abs(whole), -abs(part)
        self._amounts.add(whole, part, unit)
        if unit == "hour":
            self._unit = "day"
        return _ALL_SECONDS if unit == "second" and part else frozenset((unit,))

    @staticmethod
    def _year_and_month(years: int, rest: str, *, is_negative: bool) -> int:
        found = _NUMBER.fullmatch(rest[1:])
        assert found is not None
        months = int(found[1]) if found[1] not in ("", "+", "-") else 0
        if not 0 <= months < 12:
            raise FieldOverflow
        if found[2]:
            raise Malformed
        return _within(_within(years * 12, _INT64) + (-months if is_negative else months), _INT64)


class _IsoText:
    """ISO 8601 text and how far it is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def next(self) -> str:
        character = self.peek()
        self._at += 1
        return character

    def number(self) -> tuple[int, float, int]:
        """Return whole part, fraction, and how many digits stand in front."""
        found = _ISO_NUMBER.match(self._text, self._at)
        assert found is not None
        if not (found[2] or (found[3] or "")[1:]):
            raise Malformed
        self._at = found.end()
        value = float(found[0])
        if abs(value) > _ISO_MAX:
            raise FieldOverflow
        whole = int(value)
        return whole, value - whole, len(found[2])


def _read_iso(text: str) -> Amounts:
    """Read ISO 8601, with designators or in the alternative form. Letters are capitals."""
    if len(text) < 2 or text[0] != "P":
        raise Malformed
    amounts, rest = Amounts(), _IsoText(text[1:])
    is_date, has_field = True, False
    while rest.peek():
        if rest.peek() == "T":
            is_date, has_field = False, False
            rest.next()
            continue
        whole, part, digits = rest.number()
        letter = rest.next()
        units = {"Y": "year", "M": "month", "W": "week", "D": "day"} if is_date else {}
        units = units or {"H": "hour", "M": "minute", "S": "second"}
        if letter in units:
            amounts.add(whole, part, units[letter])
            has_field = True
            continue
        if has_field:
            raise Malformed
        if is_date and letter in ("", "T", "-"):
            _add_iso_date(amounts, rest, letter, whole, part, digits)
            is_date = False
        elif not is_date and letter in ("", ":"):
            _add_iso_time(amounts, rest, letter, whole, part, digits)
        else:
            raise Malformed
    return amounts


def _add_iso_date(
    amounts: Amounts, rest: _IsoText, letter: str, whole: int, part: float, digits: int
) -> None:
    """Add `20240105` or `2024-01-05`, up to the end or the T."""
    if letter != "-" and digits == 8:
        sign = -1 if whole < 0 else 1
        amounts.add(sign * (abs(whole) // 10_000), 0.0, "year")
        amounts.add(sign * (abs(whole) // 100 % 100), 0.0, "month")
        amounts.add(sign * (abs(whole) % 100), part, "day")
        return
    amounts.add(whole, part, "year")
    if letter != "-":
        return
    whole, part, _ = rest.number()
    amounts.add(whole, part, "month")
    if _at_end_of_date(rest):
        return
    if rest.next() != "-":
        raise Malformed
    whole, part, _ = rest.number()
    amounts.add(whole, part, "day")
    if not _at_end_of_date(rest):
        raise Malformed


def _at_end_of_date(rest: _IsoText) -> bool:
    if rest.peek() == "T":
        rest.next()
        return True
    return not rest.peek()


def _add_iso_time(
    amounts: Amounts, rest: _IsoText, letter: str, whole: int, part: float, digits: int
) -> None:
    """Add `102030` or `10:20:30`, up to the end."""
    if not letter and digits == 6:
        sign = -1 if whole < 0 else 1
        amounts.add(sign * (abs(whole) // 10_000), 0.0, "hour")
        amounts.add(sign * (abs(whole) // 100 % 100), 0.0, "minute")
        amounts.add(sign * (abs(whole) % 100), 0.0, "second")
        amounts.add(0, part, "microsecond")
        return
    amounts.add(whole, part, "hour")
    if not letter:
        return
    for unit in ("minute", "second"):
        whole, part, _ = rest.number()
        amounts.add(whole, part, unit)
        if not rest.peek():
            return
        if rest.next() != ":" or unit == "second":
            raise Malformed
