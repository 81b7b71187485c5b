"""Input of time and timetz: like a timestamp's, but a number is a time first, and a date only where a zone needs one.

Source: PostgreSQL 16 documentation 8.5.1.2 and appendix B.1.
"""

from __future__ import annotations

import re

from borealis.types import datetime_numbers as numbers
from borealis.types import zones
from borealis.types.base import Style
from borealis.types.calendar import DAY_US, SECOND_US, date_from_days
from borealis.types.datetime_fields import Field, Kind, split
from borealis.types.datetime_numbers import DATE, TIME, ZONE
from borealis.types.datetime_parser import DATE_LENGTH_MAX, DatetimeReader, Parsed
from borealis.types.datetime_refusals import FieldOverflow, Malformed, Refusal
from borealis.types.datetime_words import Meaning

_ISO = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?", re.ASCII)


def read_iso(text: str) -> int | None:
    """Return the microseconds of an ISO time without zone, None if the text is anything else."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    micro = int(fraction.ljust(6, "0")) if fraction else 0
    return (int(hour) * 3_600 + int(minute) * 60 + int(second)) * SECOND_US + micro


def read(text: str, type_name: str, style: Style) -> Parsed:
    """Return the time a text says; its date is there to tell the offset by.

    Raises: as datetime_parser.read does.
    """
    try:
        return _TimeReader(style).read(split(text, DATE_LENGTH_MAX))
    except Refusal as refusal:
        raise refusal.error(text, type_name) from None


class _TimeReader(DatetimeReader):
    def _settled(self) -> Parsed:
        moment = self._moment
        moment.settle_date()
        moment.settle_meridian()
        if moment.time_overflows:
            raise FieldOverflow
        if not moment.known & TIME:
            raise Malformed
        return self._with_zone(self._dated())

    def _dated(self) -> Parsed:
        """Return the time with its date, today's where none is given; half a date will not do for a zone with history."""
        moment = self._moment
        has_date = moment.known & DATE == DATE
        if self._zone is not None:
            zone = zones.zone(self._zone)
            if zone.is_fixed:
                self._zone, self._offset = None, zone.periods[0].offset
            elif not has_date:
                raise Malformed
        elif moment.known & DATE and not has_date and (self._abbreviation or not moment.known & ZONE):
            raise Malformed
        if has_date:
            return Parsed(None, moment.year, moment.month, moment.day, moment.time_us)
        style = self._style
        local_us = style.now_us + zones.offset_at(style.time_zone, style.now_us) * SECOND_US
        return Parsed(None, *date_from_days(local_us // DAY_US), moment.time_us)

    def _take_date(self, text: str, at: int, fields: list[Field]) -> int:
        moment = self._moment
        if at == 0 and len(fields) >= 2 and (fields[-1][0] is Kind.DATE or fields[1][0] is Kind.TIME):
            return numbers.read_date(moment, text, moment.known)
        if text[0].isdigit():
            return self._take_time_and_zone(text, moment.known | DATE)
        self._zone = self._named_zone(text)
        return ZONE

    def _take_time(self, text: str) -> int:
        # A word before it stays: `t 10:20` is no time by itself.
        return numbers.read_time(self._moment, text)

    def _take_number(self, text: str, at: int, fields: list[Field]) -> int:
        moment = self._moment
        whole, point, _ = text.partition(".")
        if point and at == 0 and len(fields) >= 2 and fields[-1][0] is Kind.DATE:
            return numbers.read_date(moment, text, moment.known)
        if point and len(whole) <= 2:
            raise Malformed
        if point or len(text) > 4:
            return numbers.read_run(moment, text, moment.known | DATE)
        return numbers.read_number(moment, text, moment.known | DATE, month_is_named=False)

    def _take_meaning(self, meaning: Meaning, value: str) -> int:
        if meaning in (Meaning.MONTH, Meaning.WEEKDAY):
            raise Malformed
        return super()._take_meaning(meaning, value)

    def _take_label(self, meaning: Meaning, value: str) -> int:
        if self._label:
            raise Malformed
        self._label = value
        return 0

    def _take_reserved(self, word: str) -> int:
        if word not in ("now", "allballs"):
            raise Malformed
        flags = super()._take_reserved(word)
        return TIME if word == "now" else flags
