"""Moments: what .datetime() reads a string as, by its template, or by the first of ISO's forms that fits.

Comparing one that has a zone with one that has none needs the session's zone, which only the _tz functions may use.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.errors import DatetimeFieldOverflow, FeatureNotSupported, InvalidDatetimeFormat, SqlError
from borealis.functions.datetime.limits import checked_timestamp
from borealis.functions.formatting.datetime_patterns import Part, datetime_template, part_of
from borealis.functions.formatting.datetime_reader import Read, StandardReader
from borealis.functions.formatting.datetime_settle import settle, settled_date, settled_offset
from borealis.functions.formatting.templates import Kind, Node
from borealis.types import oids
from borealis.types.base import Oid, Style
from borealis.types.calendar import DAY_US
from borealis.types.interval import round_seconds
from borealis.types.registry import type_of

_TIME_TEMPLATES = tuple(
    f"HH24:MI:SS{fraction}{zone}" for fraction in ("", ".US") for zone in ("", "TZH:TZM", "TZH")
)
_ISO_TEMPLATES = (
    "yyyy-mm-dd",
    *_TIME_TEMPLATES,
    *(f"yyyy-mm-dd {time}" for time in _TIME_TEMPLATES),
    *(f'yyyy-mm-dd"T"{time}' for time in _TIME_TEMPLATES),
)
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
        try:
            value = type_.decode_text(self.text, style)
        except DatetimeFieldOverflow:
            return Moment(target, "infinity")  # a date beyond the last timestamp
        return Moment(target, type_.encode_text(value, Style()))

    def key(self) -> int | bytes:
        """Return what orders it among those of its kind, with or without a zone."""
        value = type_of(self.type).decode_text(self.text, Style())
        if self.type == oids.DATE:
            assert isinstance(value, int)
            return value * DAY_US
        assert isinstance(value, int | bytes)
        return value


def _ordered(left: int | bytes, right: int | bytes) -> int:
    return (left > right) - (left < right)  # type: ignore[operator]


def read_moment(text: str) -> Moment | None:
    """Return what a text says in one of the ISO forms, None if it is none."""
    for template in _ISO_TEMPLATES:
        try:
            return moment_by_template(text, template)
        except SqlError:
            continue
    return None


def moment_by_template(text: str, template: str) -> Moment:
    """Read a text strictly by a template, whose patterns say the type.

    Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008, InvalidTimeZoneDisplacement 22009.
    """
    nodes = standard_template(template)
    read = StandardReader(nodes, text).read() if nodes else Read()
    settled, offset = settle(read, text), settled_offset(read, text)
    parts = {part_of(node.text) for node in nodes if node.kind is Kind.PATTERN}
    if Part.TIME not in parts:
        if Part.DATE not in parts:
            raise InvalidDatetimeFormat("datetime format is not dated and not timed")
        if Part.ZONE in parts:
            raise InvalidDatetimeFormat("datetime format is zoned but not timed")
        return Moment(oids.DATE, _shown(oids.DATE, settled_date(settled, text)))
    zone = _zone_text(offset) if Part.ZONE in parts else ""
    if Part.DATE not in parts:
        time = _rounded(settled.time_us, read)
        return Moment(oids.TIMETZ if zone else oids.TIME, _shown(oids.TIME, time) + zone)
    local = _rounded(checked_timestamp(settled.days * DAY_US + settled.time_us), read)
    type_ = oids.TIMESTAMPTZ if zone else oids.TIMESTAMP
    return Moment(type_, _shown(oids.TIMESTAMP, local).replace(" ", "T", 1) + zone)


def standard_template(template: str) -> tuple[Node, ...]:
    """Cut a template of the SQL standard's. Raises: InvalidDatetimeFormat 22007."""
    return datetime_template(template, is_standard=True)


def _rounded(us: int, read: Read) -> int:
    return round_seconds(us, read.fraction_digits) if read.fraction_digits else us


def _shown(type_: Oid, value: int) -> str:
    return type_of(type_).encode_text(value, Style())


def _zone_text(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
