"""The text of intervals: PostgreSQL's flexible input, and its four output styles.

Input takes `1 year 2 mons 3 days 04:05:06.7`, `@ 1 minute ago`, `1-2 3 4:05:06` (SQL standard), `P1Y2M3DT4H5M6S` and
`P0001-02-03T04:05:06` (ISO 8601). A fraction of a unit flows down: half a month is fifteen days.
Source: PostgreSQL 16 documentation 8.5.4 and 8.5.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal

from borealis.errors import DatetimeFieldOverflow, IntervalFieldOverflow, InvalidDatetimeFormat
from borealis.types.calendar import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_UNITS_US = {
    "hour": HOUR_US,
    "minute": MINUTE_US,
    "second": SECOND_US,
    "millisecond": 1_000,
    "microsecond": 1,
}
_UNITS_DAYS = {"day": 1, "week": 7}
_UNITS_MONTHS = {"month": 1, "year": 12, "decade": 120, "century": 1_200, "millennium": 12_000}
_NAMES = {
    "year": "y yr yrs year years",
    "month": "mon mons month months",
    "day": "d day days",
    "week": "w week weeks",
    "hour": "h hr hrs hour hours",
    "minute": "m min mins minute minutes",
    "second": "s sec secs second seconds",
    "millisecond": "ms msec msecs msecond mseconds millisecond milliseconds",
    "microsecond": "us usec usecs usecond useconds microsecond microseconds microsecon",
    "decade": "dec decs decade decades",
    "century": "c cent century centuries",
    "millennium": "mil mils millennia millennium",
}
_UNIT_OF = {name: unit for unit, names in _NAMES.items() for name in names.split()}
_TOKEN = re.compile(
    r"\s*(?:(?P<time>[+-]?\d+:\d+(?::\d+(?:\.\d*)?)?(?:\.\d*)?)|(?P<yearmonth>[+-]?\d+-\d+)|"
    r"(?P<number>[+-]?\s*(?:\d+\.?\d*|\.\d+)(?![eE][+-]?\d))|(?P<word>[A-Za-z]+)|(?P<at>@))\s*"
)
_ISO = re.compile(
    r"P(?:(?P<date>(?:[+-]?\d*\.?\d+[YMWD])*))(?:T(?P<time>(?:[+-]?\d*\.?\d+[HMS])*))?", re.IGNORECASE
)
_ISO_ALTERNATIVE = re.compile(
    r"P(?:([+-]?\d+)-(\d+)-(\d+))?(?:T([+-]?\d+):(\d+)(?::(\d+(?:\.\d+)?))?)?", re.IGNORECASE
)
_ISO_FIELD = re.compile(r"([+-]?\d*\.?\d+)([A-Za-z])")
_INT32, _INT64 = 2**31, 2**63


class _Fields:
    """An interval while it is read; adds amounts of units, fractions flowing down."""

    def __init__(self, unit: str, *, from_minutes: bool) -> None:
        self.unit = unit
        self._from_minutes = from_minutes
        self.months = 0
        self.days = 0
        self.us = 0

    def add(self, amount: Decimal, unit: str) -> None:
        whole = int(amount)
        if abs(whole) >= _INT32 and unit not in ("second", "millisecond", "microsecond"):
            raise OverflowError
        fraction = amount - whole
        if unit in _UNITS_MONTHS:
            months = _UNITS_MONTHS[unit]
            self.months += whole * months
            # Years and longer round to whole months; a fraction of a month is days.
            if unit == "month":
                self._add_days(fraction * 30)
            else:
                self.months += round(fraction * months)
        elif unit in _UNITS_DAYS:
            self.days += whole * _UNITS_DAYS[unit]
            self._add_days(fraction * _UNITS_DAYS[unit])
        else:
            self.us += _rounded(amount * _UNITS_US[unit])

    def _add_days(self, days: Decimal) -> None:
        whole = int(days)
        self.days += whole
        self.us += _rounded((days - whole) * DAY_US)

    def add_time(self, text: str) -> None:
        """Add `hours:minutes[:seconds]`; a sign goes for all of it."""
        sign = -1 if text.startswith("-") else 1
        parts = text.lstrip("+-").split(":")
        if len(parts) == 2 and ("." in parts[1] or self._from_minutes):  # minutes:seconds
            parts = ["0", *parts]
        hours, minutes, seconds = (
            int(parts[0]),
            int(parts[1]),
            Decimal(parts[2] or 0) if len(parts) > 2 else Decimal(0),
        )
        if minutes > 59 or seconds > 60:
            raise OverflowError
        self.us += sign * (hours * HOUR_US + minutes * MINUTE_US + _rounded(seconds * SECOND_US))

    def checked(self, text: str) -> tuple[int, int, int]:
        in_range = (
            -_INT32 <= self.months < _INT32 and -_INT32 <= self.days < _INT32 and -_INT64 <= self.us < _INT64
        )
        if not in_range:
            raise DatetimeFieldOverflow("interval out of range")
        return self.months, self.days, self.us


def _rounded(us: Decimal) -> int:
    return int(us.to_integral_value(ROUND_HALF_EVEN))


def parse_interval(
    text: str, interval_style: str = "postgres", unit: str = "second", *, from_minutes: bool = False
) -> tuple[int, int, int]:
    """Return (months, days, microseconds).

    unit is what a bare number counts. from_minutes: two numbers with a colon are minutes and seconds.

    Raises: InvalidDatetimeFormat 22007, IntervalFieldOverflow 22015.
    """
    fields = _Fields(unit, from_minutes=from_minutes)
    stripped = text.strip()
    try:
        if stripped[:1] in ("P", "p"):
            _read_iso(stripped, fields)
        else:
            _read_words(stripped, fields, interval_style)
    except OverflowError:
        raise IntervalFieldOverflow(f'interval field value out of range: "{text}"') from None
    except ValueError:
        raise InvalidDatetimeFormat(f'invalid input syntax for type interval: "{text}"') from None
    return fields.checked(text)


def _read_words(text: str, fields: _Fields, interval_style: str) -> None:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or found.end() == at:
            raise ValueError(text)
        kind = found.lastgroup or ""
        tokens.append((kind, found[kind]))
        at = found.end()
    if not any(kind in ("time", "yearmonth", "number") for kind, _ in tokens):
        raise ValueError(text)
    ago = any(kind == "word" and value.lower() == "ago" for kind, value in tokens)
    tokens = [(kind, value.replace(" ", "")) for kind, value in tokens if value.lower() != "ago"]
    leading_minus = (
        interval_style == "sql_standard"
        and tokens[0][1].startswith("-")
        and not any(value[0] in "+-" for _, value in tokens[1:])
    )
    if leading_minus:
        tokens[0] = (tokens[0][0], tokens[0][1][1:])
    _read_tokens(tokens, fields)
    if ago != leading_minus:
        fields.months, fields.days, fields.us = -fields.months, -fields.days, -fields.us


def _read_tokens(tokens: list[tuple[str, str]], fields: _Fields) -> None:
    seen: set[str] = set()
    for n, (kind, value) in enumerate(tokens):
        following = tokens[n + 1] if n + 1 < len(tokens) else ("", "")
        if kind == "time":
            _once(seen, "time")
            fields.add_time(value)
        elif kind == "yearmonth":
            _once(seen, "year and month")
            _add_year_month(fields, value)
        elif kind == "number":
            unit = _unit_after(following, tokens, n, fields.unit)
            _once(seen, unit)
            fields.add(Decimal(value), unit)
        elif kind == "word":
            if value.lower() not in _UNIT_OF or n == 0 or tokens[n - 1][0] != "number":
                raise ValueError(value)


def _unit_after(following: tuple[str, str], tokens: list[tuple[str, str]], n: int, last: str) -> str:
    """Return the unit of a bare number: the word behind it, days before a time, `last` at the end."""
    if following[0] == "word":
        unit = _UNIT_OF.get(following[1].lower())
        if unit is None:
            raise ValueError(following[1])
        return unit
    if following[0] == "time":
        return "day"
    if following[0]:
        raise ValueError(tokens[n][1])
    return last


def _once(seen: set[str], unit: str) -> None:
    if unit in seen:
        raise ValueError(unit)
    seen.add(unit)


def _add_year_month(fields: _Fields, text: str) -> None:
    sign = -1 if text.startswith("-") else 1
    years, months = text.lstrip("+-").split("-")
    if int(months) > 11:
        raise OverflowError
    fields.months += sign * (int(years) * 12 + int(months))


def _read_iso(text: str, fields: _Fields) -> None:
    found = _ISO.fullmatch(text)
    if found and (found["date"] or found["time"] or text.upper() == "PT"):
        units = {"Y": "year", "M": "month", "W": "week", "D": "day"}
        for amount, letter in _ISO_FIELD.findall(found["date"] or ""):
            fields.add(Decimal(amount), units[letter.upper()])
        units = {"H": "hour", "M": "minute", "S": "second"}
        for amount, letter in _ISO_FIELD.findall(found["time"] or ""):
            fields.add(Decimal(amount), units[letter.upper()])
        return
    other = _ISO_ALTERNATIVE.fullmatch(text)
    if not other or not any(other.groups()):
        raise ValueError(text)
    year, month, day, hour, minute, second = other.groups()
    for value, unit in (
        (year, "year"),
        (month, "month"),
        (day, "day"),
        (hour, "hour"),
        (minute, "minute"),
        (second, "second"),
    ):
        if value:
            fields.add(Decimal(value), unit)


def format_interval(months: int, days: int, us: int, style: str) -> str:
    return _FORMATS[style](months, days, us)


def _split(months: int, us: int) -> tuple[int, int, int, int, int, int]:
    """Return years, months, hours, minutes, seconds, microseconds, each with its sign."""
    year_sign, time_sign = (-1 if months < 0 else 1), (-1 if us < 0 else 1)
    years, mons = divmod(abs(months), 12)
    hours, rest = divmod(abs(us), HOUR_US)
    minutes, rest = divmod(rest, MINUTE_US)
    seconds, micros = divmod(rest, SECOND_US)
    return (
        year_sign * years,
        year_sign * mons,
        time_sign * hours,
        time_sign * minutes,
        time_sign * seconds,
        time_sign * micros,
    )


def _seconds_text(seconds: int, micros: int, width: int = 2) -> str:
    text = f"{abs(seconds):0{width}d}"
    return text + f".{abs(micros):06d}".rstrip("0") if micros else text


def _postgres(months: int, days: int, us: int) -> str:
    years, mons, hours, minutes, seconds, micros = _split(months, us)
    parts: list[str] = []
    before_negative = False
    for value, name in ((years, "year"), (mons, "mon"), (days, "day")):
        if value:
            sign = "+" if before_negative and value > 0 else ""
            parts.append(f"{sign}{value} {name}{'' if value == 1 else 's'}")
            before_negative = value < 0
    if not parts or us:
        sign = "-" if us < 0 else "+" if before_negative else ""
        parts.append(f"{sign}{abs(hours):02d}:{abs(minutes):02d}:{_seconds_text(seconds, micros)}")
    return " ".join(parts)


def _postgres_verbose(months: int, days: int, us: int) -> str:
    years, mons, hours, minutes, seconds, micros = _split(months, us)
    values = [(years, "year"), (mons, "mon"), (days, "day"), (hours, "hour"), (minutes, "min")]
    first = next((value for value, _ in [*values, (us, "")] if value), 0)
    negated = first < 0
    flip = -1 if negated else 1
    parts = [f"{flip * value} {name}{'' if flip * value == 1 else 's'}" for value, name in values if value]
    if seconds or micros:
        sign = "-" if flip * (seconds or micros) < 0 else ""
        text = _seconds_text(seconds, micros, 1)
        parts.append(f"{sign}{text} sec{'' if text == '1' and not sign else 's'}")
    if not parts:
        return "@ 0"
    return "@ " + " ".join(parts) + (" ago" if negated else "")


def _sql_standard(months: int, days: int, us: int) -> str:
    years, mons, hours, minutes, seconds, micros = _split(months, us)
    values = [value for value in (months, days, us) if value]
    if not values:
        return "0"
    has_year_month, has_day_time = bool(months), bool(days or us)
    mixed = any(value < 0 for value in values) and any(value > 0 for value in values)
    clock = f"{abs(hours)}:{abs(minutes):02d}:{_seconds_text(seconds, micros)}"
    if mixed or (has_year_month and has_day_time):
        signs = ["-" if value < 0 else "+" for value in (months, days, us)]
        return f"{signs[0]}{abs(years)}-{abs(mons)} {signs[1]}{abs(days)} {signs[2]}{clock}"
    sign = "-" if values[0] < 0 else ""
    if has_year_month:
        return f"{sign}{abs(years)}-{abs(mons)}"
    return f"{sign}{abs(days)} {clock}" if days else f"{sign}{clock}"


def _iso_8601(months: int, days: int, us: int) -> str:
    years, mons, hours, minutes, seconds, micros = _split(months, us)
    date = "".join(f"{value}{letter}" for value, letter in ((years, "Y"), (mons, "M"), (days, "D")) if value)
    time = "".join(f"{value}{letter}" for value, letter in ((hours, "H"), (minutes, "M")) if value)
    if seconds or micros:
        time += f"{'-' if us < 0 else ''}{_seconds_text(seconds, micros, 1)}S"
    if not date and not time:
        return "PT0S"
    return f"P{date}" + (f"T{time}" if time else "")


_FORMATS: dict[str, Callable[[int, int, int], str]] = {
    "postgres": _postgres,
    "postgres_verbose": _postgres_verbose,
    "sql_standard": _sql_standard,
    "iso_8601": _iso_8601,
}
