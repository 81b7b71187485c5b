"""The four output styles of intervals. Source: PostgreSQL 16 documentation 8.5.5."""

from __future__ import annotations

from collections.abc import Callable

from borealis.types.calendar import HOUR_US, MINUTE_US, SECOND_US


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
        parts.append(f"{sign}{text} sec{'' if text == '1' else 's'}")
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
