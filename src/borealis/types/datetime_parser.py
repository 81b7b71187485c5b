"""PostgreSQL's flexible input of dates and times: one reader for date, time, timetz, timestamp and timestamptz.

The text is cut into fields (numbers, words, dates with separators, times with colons, zones), each field is understood in the order
it comes, and the whole is checked. What a field of three numbers means depends on date_order.
Source: PostgreSQL 16 documentation 8.5.1 and appendix B.1, B.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from borealis.errors import (
    DatetimeFieldOverflow,
    InvalidDatetimeFormat,
    InvalidParameterValue,
    InvalidTimeZoneDisplacement,
)
from borealis.types import zones
from borealis.types.base import Style
from borealis.types.calendar import (
    DAY_US,
    EPOCH_JULIAN,
    SECOND_US,
    date_from_days,
    days_from_date,
    days_in_month,
    time_from_parts,
)

_MONTHS = {
    name: n
    for n, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = frozenset(
    [
        "sun",
        "sunday",
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "weds",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
    ]
)
_SPECIAL = frozenset(("now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs"))
_NOISE = frozenset(("at", "on"))
_ZONE_OFFSET_MAX = 15 * 3_600 + 59 * 60 + 59

_FIELD = re.compile(
    r"""\s*(?:
      (?P<iso>\d{8}[tT]\d{6}(?:\.\d*)?)
    | (?P<julian>[jJ]\d+)
    | (?P<time>\d+:\d+(?::\d+(?:\.\d*)?)?(?:\.\d*)?)
    | (?P<date>\d+(?P<sep>[-/.])(?:\d+|[A-Za-z]+)(?P=sep)\d+(?![\d:]))
    | (?P<mondate>[A-Za-z]{3,}-\d{1,2}-\d+|\d{1,2}-[A-Za-z]{3,})
    | (?P<dayofyear>\d{4,5}[.-]\d{3}(?!\d))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<offset>[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?(?![\w/]))
    | (?P<infinite>[+-]infinity)
    | (?P<zone>[A-Za-z]+(?:/[A-Za-z_+0-9-]+)+|<[+-]?\w+>[+-]?\d+(?::\d+)?|[A-Za-z]{3,}[+-]?\d{1,2}(?:[A-Za-z]{3,})?(?![\d:]))
    | (?P<word>[A-Za-z]+)
    | (?P<comma>,)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(slots=True)
class Parsed:
    """What a text said. special is 'infinity', '-infinity' or None; offset is seconds east where a zone was given."""

    special: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    time_us: int | None = None
    offset: int | None = None
    zone: str | None = None  # an IANA name, whose offset depends on the moment

    @property
    def has_date(self) -> bool:
        return self.year is not None and self.month is not None and self.day is not None

    @property
    def days(self) -> int:
        assert self.year is not None and self.month is not None and self.day is not None
        return days_from_date(self.year, self.month, self.day)


class DatetimeReader:
    """Reads one text as a value of the type named in its errors."""

    def __init__(self, text: str, type_name: str, style: Style) -> None:
        self._text = text
        self._type_name = type_name
        self._style = style
        self._result = Parsed()
        self._numbers: list[str] = []  # date fields told apart by date_order once all are seen
        self._era: str | None = None
        self._meridian: str | None = None
        self._month_named = False
        self._fields: list[tuple[str, str]] = []

    def read(self) -> Parsed:
        """Return what the text says.

        Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008, InvalidTimeZoneDisplacement 22009.
        """
        if not self._text.strip() or len(self._text) > 200:
            self._malformed()
        self._fields = list(self._split())
        at = 0
        while at < len(self._fields):
            at += self._take(at)
        self._settle_date()
        self._settle_time()
        return self._result

    def _malformed(self) -> NoReturn:
        raise InvalidDatetimeFormat(f'invalid input syntax for type {self._type_name}: "{self._text}"')

    def overflow(self, *, hint: bool = False) -> NoReturn:
        raise DatetimeFieldOverflow(
            f'date/time field value out of range: "{self._text}"',
            hint='Perhaps you need a different "datestyle" setting.' if hint else None,
        )

    def _split(self) -> list[tuple[str, str]]:
        fields, at = [], 0
        text = self._text.strip()
        while at < len(text):
            found = _FIELD.match(text, at)
            if not found or found.end() == at:
                self._malformed()
            kind = next(
                name for name, value in found.groupdict().items() if value is not None and name != "sep"
            )
            fields.append((kind, found[kind]))
            at = found.end()
        return fields

    def _take(self, at: int) -> int:
        """Understand the field at a place; return how many fields that used."""
        kind, value = self._fields[at]
        match kind:
            case "time":
                self._set_time(value)
            case "iso":
                self._date_digits(value[:8])
                self._time_digits(value[9:])
            case "date":
                self._set_date(value)
            case "mondate":
                self._set_date(value)
            case "julian":
                self._set_julian(value[1:])
            case "dayofyear":
                self._set_day_of_year(value)
            case "number":
                self._set_number(value, at)
            case "offset":
                self._set_offset(value)
            case "infinite":
                self._set_special(value.lower().lstrip("+"))
            case "zone":
                self._set_zone(value)
            case "word":
                return self._set_word(value.lower(), at)
        return 1

    def _set_time(self, value: str) -> None:
        if self._result.time_us is not None:
            self._malformed()
        parts = value.split(":")
        if len(parts) == 2 and "." in parts[1]:
            parts = ["0", *parts]
        hour, minute = int(parts[0]), int(parts[1])
        second, micro = _second(parts[2] if len(parts) > 2 else "0")
        self._result.time_us = self._checked_time(hour, minute, second, micro)

    def _checked_time(self, hour: int, minute: int, second: int, micro: int) -> int:
        us = time_from_parts(hour, minute, second, micro)
        if hour > 24 or minute > 59 or second > 60 or us > DAY_US:
            self.overflow()
        return us

    def _time_digits(self, value: str) -> None:
        whole, _, fraction = value.partition(".")
        second, micro = _second(whole[4:6] + ("." + fraction if fraction else ""))
        self._result.time_us = self._checked_time(int(whole[:2]), int(whole[2:4]), second, micro)

    def _set_date(self, value: str) -> None:
        if self._numbers or self._result.day is not None:
            self._malformed()
        for part in re.split(r"[-/.]", value):
            if part.isdigit():
                self._numbers.append(part)
            elif part.lower() in _MONTHS and not self._month_named:
                self._name_month(part.lower())
            else:
                self._malformed()

    def _name_month(self, word: str) -> None:
        self._result.month = _MONTHS[word]
        self._month_named = True

    def _date_digits(self, value: str) -> None:
        if self._result.day is not None or self._numbers:
            self._malformed()
        if len(value) == 6:
            year = int(value[:2])
            self._result.year = year + (2000 if year < 70 else 1900)
        else:
            self._result.year = int(value[:-4])
        self._result.month, self._result.day = int(value[-4:-2]), int(value[-2:])

    def _set_julian(self, value: str) -> None:
        if self._result.day is not None or self._numbers:
            self._malformed()
        year, month, day = date_from_days(int(value) - EPOCH_JULIAN)
        self._result.year, self._result.month, self._result.day = year, month, day

    def _set_day_of_year(self, value: str) -> None:
        year, ordinal = (int(part) for part in re.split(r"[.-]", value))
        if not 1 <= ordinal <= 366:
            self.overflow()
        start = days_from_date(year, 1, 1)
        self._result.year, self._result.month, self._result.day = date_from_days(start + ordinal - 1)

    def _set_number(self, value: str, at: int) -> None:
        whole = value.partition(".")[0]
        has_date = self._result.day is not None or len(self._numbers) + self._month_named >= 3
        follows_t = (
            at > 0
            and self._fields[at - 1] == ("word", self._fields[at - 1][1])
            and (self._fields[at - 1][1].lower() == "t")
        )
        is_time_alone = self._type_name.startswith("time ") or self._type_name == "time"
        if self._result.time_us is None and (follows_t or has_date or is_time_alone) and len(whole) in (4, 6):
            self._time_digits(value if len(whole) == 6 else whole + "00")
        elif self._result.time_us is None and follows_t and len(whole) == 2:
            self._time_digits(whole + "0000")
        elif (
            not has_date
            and not self._numbers
            and not self._month_named
            and len(whole) in (6, 8)
            and whole == value
        ):
            self._date_digits(value)
        elif has_date and self._result.time_us is None and self._next_is_meridian(at):
            self._result.time_us = self._checked_time(int(whole), 0, 0, 0)
        elif not has_date and whole == value:
            self._numbers.append(value)
        elif not has_date and self._result.time_us is None and self._next_is_meridian(at):
            self._result.time_us = self._checked_time(int(whole), 0, 0, 0)
        else:
            self._malformed()

    def _next_is_meridian(self, at: int) -> bool:
        return at + 1 < len(self._fields) and self._fields[at + 1][1].lower() in ("am", "pm")

    def _set_offset(self, value: str) -> None:
        if self._result.offset is not None:
            self._malformed()
        offset = zones.parse_offset(value)
        if offset is None or abs(offset) > _ZONE_OFFSET_MAX:
            raise InvalidTimeZoneDisplacement(f'time zone displacement out of range: "{self._text}"')
        minutes = re.sub(r"\D", "", value[1:])[2:4] if ":" not in value else value.split(":")[1]
        if minutes and int(minutes) > 59:
            raise InvalidTimeZoneDisplacement(f'time zone displacement out of range: "{self._text}"')
        # After a zone's name an offset adds to it: UTC+2.
        self._result.offset = offset

    def _set_zone(self, value: str) -> None:
        if zones.canonical(value) is None:
            if re.fullmatch(r"[A-Za-z_/+0-9-]+", value):
                raise InvalidParameterValue(f'time zone "{value.lower()}" not recognized')
            self._malformed()
        self._result.zone = zones.canonical(value)

    def _set_special(self, word: str) -> None:
        result = self._result
        if result.special or result.day is not None or self._numbers:
            self._malformed()
        if word in ("infinity", "-infinity"):
            result.special = word
        elif word == "epoch":
            result.year, result.month, result.day = 1970, 1, 1
            result.time_us, result.offset = 0, 0
        elif word == "allballs":
            result.time_us, result.offset = 0, 0
        else:
            self._set_by_clock(word)

    def _set_by_clock(self, word: str) -> None:
        zone = self._style.time_zone
        local = self._style.now_us + zones.offset_at(zone, self._style.now_us) * SECOND_US
        days, us = divmod(local, DAY_US)
        days += {"tomorrow": 1, "yesterday": -1}.get(word, 0)
        self._result.year, self._result.month, self._result.day = date_from_days(days)
        if word == "now":
            self._result.time_us = us
            self._result.offset = zones.offset_at(zone, self._style.now_us)
        elif self._result.time_us is None:
            self._result.time_us = 0

    def _set_word(self, word: str, at: int) -> int:
        if word in _SPECIAL:
            self._set_special(word)
        elif word in _MONTHS and not self._month_named:
            self._name_month(word)
        elif word in ("am", "pm"):
            self._meridian = word
        elif word in ("bc", "ad"):
            if self._era is not None:
                self._malformed()
            self._era = word
        elif word in _WEEKDAYS or word in _NOISE or (word == "t" and at and at + 1 < len(self._fields)):
            pass
        elif word == "j" and at + 1 < len(self._fields) and self._fields[at + 1][0] == "number":
            self._set_julian(self._fields[at + 1][1])
            return 2
        elif word == "dst" and self._result.offset is not None:
            self._result.offset += 3_600
        else:
            self._set_named_zone(word)
        return 1

    def _set_named_zone(self, word: str) -> None:
        if word in zones.ABBREVIATIONS:
            self._result.offset = zones.ABBREVIATIONS[word]
            return
        name = zones.canonical(word)
        if name is None:
            self._malformed()
        self._result.zone = name

    def _settle_date(self) -> None:
        """Tell year, month and day apart, and check them."""
        result = self._result
        if self._numbers or self._month_named:
            self._order_numbers()
        if result.day is None:
            return
        assert result.year is not None and result.month is not None
        if self._era == "bc":
            if result.year <= 0:
                self.overflow()
            result.year = 1 - result.year
        elif result.year == 0:
            self.overflow()
        if not 1 <= result.month <= 12 or not 1 <= result.day <= 31:
            self.overflow(hint=True)
        if result.day > days_in_month(result.year, result.month):
            self.overflow()

    def _order_numbers(self) -> None:
        result, numbers = self._result, self._numbers
        if self._month_named:
            if len(numbers) != 2:
                self._malformed()
            first_is_year = len(numbers[0]) > 2 or (self._style.date_order == "YMD" and len(numbers[1]) <= 2)
            year, day = numbers if first_is_year else numbers[::-1]
        else:
            if len(numbers) != 3:
                self._malformed()
            order = self._style.date_order
            if len(numbers[0]) > 2:
                order = "YMD"
            named = dict(zip(order, numbers, strict=True))
            year, day = named["Y"], named["D"]
            result.month = int(named["M"])
        result.year, result.day = self._full_year(year), int(day)

    def _full_year(self, text: str) -> int:
        year = int(text)
        if len(text) <= 2 and self._era != "bc":
            year += 2000 if year < 70 else 1900
        return year

    def _settle_time(self) -> None:
        result = self._result
        if self._meridian is None:
            return
        if result.time_us is None:
            self._malformed()
        hour, rest = divmod(result.time_us, 3_600 * SECOND_US)
        if hour > 12:
            self.overflow()
        hour = hour % 12 + (12 if self._meridian == "pm" else 0)
        result.time_us = hour * 3_600 * SECOND_US + rest


def _second(text: str) -> tuple[int, int]:
    """Return whole seconds and microseconds, rounded."""
    whole, _, fraction = text.partition(".")
    micro = round(float("0." + (fraction or "0")) * 1e6)
    return int(whole or 0), micro


def read(text: str, type_name: str, style: Style) -> Parsed:
    return DatetimeReader(text, type_name, style).read()


def resolve_offset(parsed: Parsed, local_us: int, style: Style) -> int:
    """Return the offset a local time has: the one given, the one of the zone given, or the session's."""
    if parsed.zone is not None:
        return zones.offset_at_local(parsed.zone, local_us) + (parsed.offset or 0)
    if parsed.offset is not None:
        return parsed.offset
    return zones.offset_at_local(style.time_zone, local_us)
