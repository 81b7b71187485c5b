"""Moments: what .datetime() reads a string as, by the first of ISO's forms that fits.

Comparing one that has a zone with one that has none needs the session's zone, which only the _tz functions may use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from borealis.errors import FeatureNotSupported, SqlError
from borealis.types import oids
from borealis.types.base import Oid, Style
from borealis.types.registry import type_of

_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_TIME = r"\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,6})?"
_ZONE = r"[+-]\d{1,2}(?::?\d{2})?"
_FORMS = (
    (re.compile(_DATE), oids.DATE),
    (re.compile(_TIME + r"\s*" + _ZONE), oids.TIMETZ),
    (re.compile(_TIME), oids.TIME),
    (re.compile(f"{_DATE}[ T]{_TIME}" + r"\s*" + _ZONE), oids.TIMESTAMPTZ),
    (re.compile(f"{_DATE}[ T]{_TIME}"), oids.TIMESTAMP),
)
_DAY_US = 86_400_000_000
_TIMES = frozenset({oids.TIME, oids.TIMETZ})
_ZONED = frozenset({oids.TIMETZ, oids.TIMESTAMPTZ})


@dataclass(frozen=True, slots=True)
class Moment:
    type: Oid
    text: str  # in ISO form

    @property
    def type_name(self) -> str:
        return type_of(self.type).sql_name

    def __str__(self) -> str:
        return self.text

    def compare(self, other: Moment, zone: str | None) -> int | None:
        """Return the order of two, None where a time of day meets a date. zone: of the session, None where it may not be used.

        Raises: FeatureNotSupported 0A000.
        """
        if (self.type in _TIMES) != (other.type in _TIMES):
            return None
        if self.type in _ZONED and other.type not in _ZONED:
            return _ordered(self.key(), other.zoned(self.type, zone).key())
        if other.type in _ZONED and self.type not in _ZONED:
            return _ordered(self.zoned(other.type, zone).key(), other.key())
        return _ordered(self.key(), other.key())

    def zoned(self, target: Oid, zone: str | None) -> Moment:
        if zone is None:
            raise FeatureNotSupported(
                f"cannot convert value from {type_of(self.type).name} to {type_of(target).name} without time zone usage",
                hint="Use *_tz() function for time zone support.",
            )
        style = Style(time_zone=zone)
        type_ = type_of(target)
        return Moment(target, type_.encode_text(type_.decode_text(self.text, style), Style()))

    def key(self) -> int | bytes:
        """Return what orders it among those of its kind, with or without a zone."""
        value = type_of(self.type).decode_text(self.text, Style())
        if self.type == oids.DATE:
            assert isinstance(value, int)
            return value * _DAY_US
        assert isinstance(value, int | bytes)
        return value


def _ordered(left: int | bytes, right: int | bytes) -> int:
    return (left > right) - (left < right)  # type: ignore[operator]


def read_moment(text: str) -> Moment | None:
    """Return what a text says in one of the ISO forms, None if it is none."""
    for form, type_ in _FORMS:
        if form.fullmatch(text):
            try:
                value = type_of(type_).decode_text(text, Style())
            except SqlError:
                return None
            return Moment(type_, _iso(text, type_, type_of(type_).encode_text(value, Style())))
    return None


def _iso(written: str, type_: Oid, shown: str) -> str:
    """Return ISO's form with a T; a zone stays the one that was written."""
    if type_ == oids.TIMESTAMP:
        return shown.replace(" ", "T")
    if type_ == oids.TIMESTAMPTZ:
        return _with_zone(written)
    return _zone_in_full(shown) if type_ == oids.TIMETZ else shown


def _with_zone(written: str) -> str:
    found = re.fullmatch(rf"({_DATE}[ T]{_TIME})\s*({_ZONE})", written)
    assert found is not None
    local = type_of(oids.TIMESTAMP)
    text = local.encode_text(local.decode_text(found[1], Style()), Style()).replace(" ", "T")
    return _zone_in_full(text + found[2])


def _zone_in_full(text: str) -> str:
    found = re.fullmatch(r"(.*)([+-])(\d{1,2})(?::?(\d{2}))?", text)
    assert found is not None
    return f"{found[1]}{found[2]}{int(found[3]):02d}:{found[4] or '00'}"
