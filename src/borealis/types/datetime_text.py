"""Dates and times in the four DateStyles. Source: PostgreSQL 16 documentation 8.5.2."""

from __future__ import annotations

from borealis.types import zones
from borealis.types.base import Style
from borealis.types.calendar import DAY_US, SECOND_US, date_from_days, date_text, offset_text, time_text

_WEEKDAYS = ("Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri")  # 2000-01-01 was a Saturday
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _ordered(year: int, month: int, day: int, style: Style) -> str:
    """Return a date in SQL, German or Postgres style, without BC."""
    shown = f"{year if year > 0 else 1 - year:04d}"
    if style.date_style == "German":
        return f"{day:02d}.{month:02d}.{shown}"
    separator = "/" if style.date_style == "SQL" else "-"
    first, second = (day, month) if style.date_order == "DMY" else (month, day)
    return f"{first:02d}{separator}{second:02d}{separator}{shown}"


def format_date(days: int, style: Style) -> str:
    year, month, day = date_from_days(days)
    text = date_text(year, month, day) if style.date_style == "ISO" else _ordered(year, month, day, style)
    return text if year > 0 else text + " BC"


def format_timestamp(us: int, style: Style) -> str:
    """Format a timestamp without time zone."""
    return _format(us, style, "", "")


def format_timestamptz(us: int, style: Style) -> str:
    offset = zones.offset_at(style.time_zone, us)
    local = us + offset * SECOND_US
    if style.date_style == "ISO":
        return _format(local, style, offset_text(offset), "")
    return _format(local, style, "", " " + zones.abbreviation_at(style.time_zone, us))


def _format(us: int, style: Style, offset: str, zone: str) -> str:
    days, time_us = divmod(us, DAY_US)
    year, month, day = date_from_days(days)
    era = "" if year > 0 else " BC"
    clock = time_text(time_us)
    match style.date_style:
        case "ISO":
            return f"{date_text(year, month, day)} {clock}{offset}{era}"
        case "Postgres":
            name = _MONTHS[month - 1]
            middle = f"{day:02d} {name}" if style.date_order == "DMY" else f"{name} {day:02d}"
            shown = f"{year if year > 0 else 1 - year:04d}"
            return f"{_WEEKDAYS[days % 7]} {middle} {clock} {shown}{zone}{era}"
    return f"{_ordered(year, month, day, style)} {clock}{zone}{era}"
