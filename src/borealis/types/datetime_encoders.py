"""Dates and times as wire bytes, fast: what a row's output calls.

ISO is put together from tables: a day's bytes are kept once made, minutes of a day and seconds are there from the start. Other styles, years
before Christ and the infinities go through datetime_text.py.
"""

from __future__ import annotations

from borealis.types import zones
from borealis.types.base import Style, TextEncoder, Value
from borealis.types.calendar import DAY_US, SECOND_US, date_from_days, date_text, offset_text
from borealis.types.datetime_text import format_date, format_timestamp, format_timestamptz

_MINUTE_US = 60 * SECOND_US
_MINUTES = tuple(b"%02d:%02d:" % divmod(minute, 60) for minute in range(24 * 60 + 1))
_SECONDS = tuple(b"%02d" % second for second in range(60))
_DAYS_KEPT_MAX = 50_000
_FIRST_DAY = -730_119  # 0001-01-01
_FIRST_US, _END_US = _FIRST_DAY * DAY_US, 9_223_371_331_200_000_000  # 294277-01-01
_FIRST_INFINITE_DAY = 2**31 - 1

_dates: dict[int, bytes] = {}
_offsets: dict[int, bytes] = {}


def _date(days: int) -> bytes:
    """Return a day of our era as bytes, and keep it."""
    if len(_dates) >= _DAYS_KEPT_MAX:
        _dates.clear()
    made = _dates[days] = date_text(*date_from_days(days)).encode()
    return made


def time_encoder(value: Value) -> bytes:
    us: int = value  # type: ignore[assignment]
    minute, rest = divmod(us, _MINUTE_US)
    second, micro = divmod(rest, SECOND_US)
    if micro:
        return b"%b%b.%b" % (_MINUTES[minute], _SECONDS[second], (b"%06d" % micro).rstrip(b"0"))
    return _MINUTES[minute] + _SECONDS[second]


def _instant(us: int) -> bytes:
    """Return a finite moment of our era in ISO style, without zone."""
    days, rest = divmod(us, DAY_US)
    date = _dates.get(days) or _date(days)
    minute, rest = divmod(rest, _MINUTE_US)
    second, micro = divmod(rest, SECOND_US)
    if micro:
        return b"%b %b%b.%b" % (date, _MINUTES[minute], _SECONDS[second], (b"%06d" % micro).rstrip(b"0"))
    return b"%b %b%b" % (date, _MINUTES[minute], _SECONDS[second])


def _infinite(value: int) -> bytes | None:
    return b"infinity" if value == 2**63 - 1 else b"-infinity" if value == -(2**63) else None


def date_encoder(style: Style) -> TextEncoder:
    is_iso = style.date_style == "ISO"

    def encode(value: Value) -> bytes:
        days: int = value  # type: ignore[assignment]
        if is_iso and _FIRST_DAY <= days < _FIRST_INFINITE_DAY:
            return _dates.get(days) or _date(days)
        if days in (_FIRST_INFINITE_DAY, -(2**31)):
            return b"infinity" if days > 0 else b"-infinity"
        return format_date(days, style).encode()

    return encode


def timestamp_encoder(style: Style) -> TextEncoder:
    is_iso = style.date_style == "ISO"

    def encode(value: Value) -> bytes:
        us: int = value  # type: ignore[assignment]
        if is_iso and _FIRST_US <= us < _END_US:
            return _instant(us)
        return _infinite(us) or format_timestamp(us, style).encode()

    return encode


def timestamptz_encoder(style: Style) -> TextEncoder:
    is_iso, zone = style.date_style == "ISO", style.time_zone
    first, end = _FIRST_US + 2 * DAY_US, _END_US - 2 * DAY_US  # where no offset leads out of the years shown

    if is_iso and zone in ("UTC", "GMT"):

        def encode_utc(value: Value) -> bytes:
            us: int = value  # type: ignore[assignment]
            if first <= us < end:
                return _instant(us) + b"+00"
            return _infinite(us) or format_timestamptz(us, style).encode()

        return encode_utc

    def encode(value: Value) -> bytes:
        us: int = value  # type: ignore[assignment]
        if is_iso and first <= us < end:
            offset = zones.offset_at(zone, us)
            return _instant(us + offset * SECOND_US) + (_offsets.get(offset) or _offset(offset))
        return _infinite(us) or format_timestamptz(us, style).encode()

    return encode


def _offset(seconds: int) -> bytes:
    made = _offsets[seconds] = offset_text(seconds).encode()
    return made
