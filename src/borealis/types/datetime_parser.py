"""PostgreSQL's flexible input of dates and timestamps: the fields of datetime_fields.py understood in their order.

A field may set several parts (a date, a time), each part only once; what a number means depends on what is known before it
(datetime_numbers.py). Times alone follow other rules (time_parser.py).

Most texts are ISO, so those are recognised by one expression first; whatever it does not match, or is out of range, takes the long way.
Source: PostgreSQL 16 documentation 8.5.1 and appendix B.1, B.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from borealis.types import datetime_numbers as numbers
from borealis.types import zones
from borealis.types.base import Style
from borealis.types.calendar import DAY_US, EPOCH_JULIAN, SECOND_US, days_from_date, days_in_month
from borealis.types.datetime_fields import Field, Kind, split
from borealis.types.datetime_numbers import DATE, DAY, MONTH, TIME, ZONE, Moment
from borealis.types.datetime_refusals import FieldOverflow, Malformed, Refusal, UnknownZone
from borealis.types.datetime_words import Meaning, meaning_of

DATE_LENGTH_MAX, TIMESTAMP_LENGTH_MAX = 129, 153
"""How long the fields of a text may be together; PostgreSQL's buffers."""

_FIRST_US, _END_US = days_from_date(-4713, 11, 1) * DAY_US, days_from_date(5_874_898, 6, 1) * DAY_US
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-]\d\d)(?::?(\d\d))?|(Z))?)?",
    re.ASCII,
)


@dataclass(slots=True)
class Parsed:
    """What a text said. special is 'infinity', '-infinity' or None; of the three that tell the zone one at most is set."""

    special: str | None = None
    year: int = 0
    month: int = 0
    day: int = 0
    time_us: int = 0
    offset: int | None = None  # seconds east
    zone: str | None = None
    abbreviation: str | None = None  # one whose offset depends on the moment

    @property
    def days(self) -> int:
        return days_from_date(self.year, self.month, self.day)


def read(text: str, type_name: str, style: Style, length_max: int = TIMESTAMP_LENGTH_MAX) -> Parsed:
    """Return what a text says.

    Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008, InvalidTimeZoneDisplacement 22009, and InvalidParameterValue
        22023 for a zone that is none.
    """
    found = _ISO.fullmatch(text)
    if found is not None:
        parsed = _from_iso(found)
        if parsed is not None:
            return parsed
    try:
        return DatetimeReader(style).read(split(text, length_max))
    except Refusal as refusal:
        raise refusal.error(text, type_name) from None


def _from_iso(found: re.Match[str]) -> Parsed | None:
    """Return what an ISO text says, None where something in it is out of the ordinary."""
    year, month, day, hour, minute, second, fraction, east, east_minutes, zulu = found.groups()
    y, m, d = int(year), int(month), int(day)
    if not (y and 1 <= m <= 12 and 1 <= d <= days_in_month(y, m)):
        return None
    if hour is None:
        return Parsed(None, y, m, d)
    seconds = int(hour) * 3_600 + int(minute) * 60 + int(second)
    if hour > "23" or minute > "59" or second > "59":
        return None
    offset = None
    if east is not None:
        hours, minutes = int(east), int(east_minutes or 0)
        if not -16 < hours < 16 or minutes > 59:
            return None
        offset = hours * 3_600 + (-minutes if east[0] == "-" else minutes) * 60
    elif zulu:
        offset = 0
    micro = int(fraction.ljust(6, "0")) if fraction else 0
    return Parsed(None, y, m, d, seconds * SECOND_US + micro, offset)


def resolve_offset(parsed: Parsed, local_us: int, style: Style) -> int:
    """Return the offset a local time has: the one given, that of the zone given, or the session's."""
    if parsed.offset is not None:
        return parsed.offset
    if not _FIRST_US <= local_us < _END_US:
        return 0  # no day of the calendar: out of range, but for a timetz, of which the time alone is kept
    if parsed.abbreviation is not None:
        return zones.abbreviation_offset(parsed.abbreviation, local_us)
    return zones.offset_at_local(parsed.zone or style.time_zone, local_us)


class DatetimeReader:
    """Reads the fields of one text. A subclass, for times alone, differs in what it admits."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._moment = Moment(style.date_order)
        self._special: str | None = None
        self._offset = 0
        self._zone: str | None = None
        self._abbreviation: str | None = None
        self._month_is_named = False
        self._label = ""  # a word that says what the next number is: julian, t

    def read(self, fields: list[Field]) -> Parsed:
        for at, (kind, text) in enumerate(fields):
            self._moment.take(self._take(kind, text, at, fields))
        if self._label:
            raise Malformed
        return self._settled()

    def _settled(self) -> Parsed:
        moment = self._moment
        if self._special == "epoch":
            return Parsed(None, 1970, 1, 1, 0, 0)
        if self._special is not None:
            return Parsed(self._special)
        moment.settle_date()
        moment.settle_meridian()
        if moment.known & DATE != DATE:
            raise Malformed
        return self._with_zone(Parsed(None, moment.year, moment.month, moment.day, moment.time_us))

    def _with_zone(self, parsed: Parsed) -> Parsed:
        known = self._moment.known
        if known & numbers.DAYLIGHT and (self._zone or self._abbreviation or not known & ZONE):
            raise Malformed
        if self._zone is not None:
            parsed.zone = self._zone
        elif self._abbreviation is not None:
            parsed.abbreviation = self._abbreviation
        elif known & ZONE:
            parsed.offset = self._offset
        return parsed

    def _take(self, kind: Kind, text: str, at: int, fields: list[Field]) -> int:
        """Understand one field; return the flags of what it set."""
        match kind:
            case Kind.DATE:
                return self._take_date(text, at, fields)
            case Kind.TIME:
                return self._take_time(text)
            case Kind.SIGNED:
                self._offset = numbers.read_displacement(text)
                return ZONE
            case Kind.NUMBER:
                return self._take_labelled(text) if self._label else self._take_number(text, at, fields)
        return self._take_word(text)

    def _take_date(self, text: str, at: int, fields: list[Field]) -> int:
        moment = self._moment
        if self._label == "julian":
            value, rest = numbers.leading_integer(text)
            self._label = ""
            moment.set_date(value - EPOCH_JULIAN)
            moment.is_julian = True
            self._offset = numbers.read_displacement(rest)
            return DATE | TIME | ZONE
        # With month and day known it can only be a zone, or a time with a zone behind: 102030-08.
        if not self._label and moment.known & (MONTH | DAY) != MONTH | DAY:
            return numbers.read_date(moment, text, moment.known)
        if text[0].isdigit() or self._label:
            if self._label not in ("", "t"):
                raise Malformed
            self._label = ""
            return self._take_time_and_zone(text, moment.known)
        self._zone = self._named_zone(text)
        return ZONE

    def _take_time_and_zone(self, text: str, known: int) -> int:
        if self._moment.known & TIME:
            raise Malformed
        digits, sign, _ = text.partition("-")
        if not sign:
            raise Malformed
        self._offset = numbers.read_displacement(text[len(digits) :])
        return numbers.read_run(self._moment, digits, known) | ZONE

    @staticmethod
    def _named_zone(text: str) -> str:
        zone = zones.canonical(text)
        if zone is None:
            raise UnknownZone(text)
        return zone

    def _take_time(self, text: str) -> int:
        if self._label not in ("", "t"):
            raise Malformed
        self._label = ""
        flag = numbers.read_time(self._moment, text)
        if self._moment.time_overflows:
            raise FieldOverflow
        return flag

    def _take_labelled(self, text: str) -> int:
        moment = self._moment
        value, rest = numbers.leading_integer(text)
        if rest and not rest.startswith("."):
            raise Malformed
        label, self._label = self._label, ""
        if label == "t":
            flags = numbers.read_run(moment, text, moment.known | DATE)
            if flags != TIME:
                raise Malformed
            return flags
        if label != "julian":
            raise Malformed
        flags = moment.set_date(value - EPOCH_JULIAN)
        moment.is_julian = True
        if rest:
            flags |= moment.set_time(int(numbers.fraction(rest) * DAY_US))
        return flags

    def _take_number(self, text: str, at: int, fields: list[Field]) -> int:
        moment = self._moment
        whole, point, _ = text.partition(".")
        if point and not moment.known & DATE:
            return numbers.read_date(moment, text, moment.known)
        is_run = (
            len(whole) > 2 if point else len(text) >= 6 and not (moment.known & DATE and moment.known & TIME)
        )
        if is_run:
            return numbers.read_run(moment, text, moment.known)
        return numbers.read_number(moment, text, moment.known, month_is_named=self._month_is_named)

    def _take_word(self, text: str) -> int:
        # An abbreviation of a zone goes before any other meaning.
        if text in zones.ABBREVIATIONS:
            self._offset = zones.ABBREVIATIONS[text]
            return ZONE | (numbers.DAYLIGHT_ZONE if text in zones.DAYLIGHT_ABBREVIATIONS else 0)
        if text in zones.DYNAMIC_ABBREVIATIONS:
            self._abbreviation = text
            return ZONE | numbers.DYNAMIC_ZONE
        found = meaning_of(text)
        if found is None:
            self._zone = zones.canonical(text)
            if self._zone is None:
                raise Malformed
            return ZONE
        return self._take_meaning(*found)

    def _take_meaning(self, meaning: Meaning, value: str) -> int:
        moment = self._moment
        match meaning:
            case Meaning.NOISE:
                return 0
            case Meaning.RESERVED:
                return self._take_reserved(value)
            case Meaning.MONTH:
                return self._take_month(int(value))
            case Meaning.DAYLIGHT:
                self._offset += 3_600
                return numbers.DAYLIGHT | numbers.DAYLIGHT_ZONE
            case Meaning.MERIDIAN:
                moment.meridian = value
                return numbers.MERIDIAN
            case Meaning.ERA:
                moment.is_bc = value == "bc"
                return numbers.ERA
            case Meaning.WEEKDAY:
                return numbers.WEEKDAY
        return self._take_label(meaning, value)

    def _take_label(self, meaning: Meaning, value: str) -> int:
        """`t` goes before a time, and only behind a date."""
        if self._label or (meaning is Meaning.ISO_TIME and self._moment.known & DATE != DATE):
            raise Malformed
        self._label = value
        return 0

    def _take_month(self, month: int) -> int:
        """A number taken for the month was the day, if a month's name follows: 5 jan."""
        moment = self._moment
        flag = MONTH
        if (
            moment.known & MONTH
            and not self._month_is_named
            and not moment.known & DAY
            and 1 <= moment.month <= 31
        ):
            moment.day = moment.month
            flag = DAY
        self._month_is_named = True
        moment.month = month
        return flag

    def _take_reserved(self, word: str) -> int:
        moment = self._moment
        if word == "allballs":
            self._offset = 0
            return moment.set_time(0) | ZONE
        if word in ("epoch", "infinity", "-infinity"):
            self._special = word
            return numbers.ALL
        offset = zones.offset_at(self._style.time_zone, self._style.now_us)
        days, us = divmod(self._style.now_us + offset * SECOND_US, DAY_US)
        if word == "now":
            moment.set_date(days)
            moment.set_time(us)
            self._offset = offset
            return numbers.ALL
        return moment.set_date(days + {"tomorrow": 1, "yesterday": -1}.get(word, 0))
