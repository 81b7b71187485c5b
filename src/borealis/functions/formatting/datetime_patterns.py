"""The patterns of dates and times: their names, how many characters they read, and by which calendar they count."""

from __future__ import annotations

import enum
from functools import lru_cache

from borealis.functions.formatting.templates import Node, by_first_character, cut


class Calendar(enum.Enum):
    GREGORIAN = enum.auto()
    ISO_WEEK = enum.auto()


class Part(enum.Enum):
    DATE = enum.auto()
    TIME = enum.auto()
    ZONE = enum.auto()


_UPPER = [
    "A.D.",
    "A.M.",
    "AD",
    "AM",
    "B.C.",
    "BC",
    "CC",
    "DAY",
    "DDD",
    "DD",
    "DY",
    "D",
    "FF1",
    "FF2",
    "FF3",
    "FF4",
    "FF5",
    "FF6",
    "FX",
    "HH24",
    "HH12",
    "HH",
    "IDDD",
    "ID",
    "IW",
    "IYYY",
    "IYY",
    "IY",
    "I",
    "J",
    "MI",
    "MM",
    "MONTH",
    "MON",
    "MS",
    "OF",
    "P.M.",
    "PM",
    "Q",
    "RM",
    "SSSSS",
    "SSSS",
    "SS",
    "TZH",
    "TZM",
    "TZ",
    "US",
    "WW",
    "W",
    "Y,YYY",
    "YYYY",
    "YYY",
    "YY",
    "Y",
]
_MIXED = ["Day", "Dy", "Month", "Mon"]
_NAMES = by_first_character(_UPPER + [name.lower() for name in _UPPER] + _MIXED)

_GREGORIAN = frozenset(
    ["DDD", "DD", "D", "MM", "MONTH", "MON", "RM", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y"]
)
_ISO_WEEK = frozenset(["IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I"])
_ZONED = frozenset(["TZH", "TZM", "TZ", "OF"])
_TIMED = frozenset(
    ["A.M.", "AM", "P.M.", "PM", "HH", "HH12", "HH24", "MI", "SS", "SSSS", "SSSSS", "MS", "US"]
    + [f"FF{digits}" for digits in range(1, 7)]
)
_NOT_DIGITS = frozenset(
    [
        "A.D.",
        "A.M.",
        "AD",
        "AM",
        "B.C.",
        "BC",
        "DAY",
        "DY",
        "FX",
        "MONTH",
        "MON",
        "OF",
        "P.M.",
        "PM",
        "RM",
        "TZ",
        "TZH",
    ]
)


def calendar_of(name: str) -> Calendar | None:
    if name in _GREGORIAN:
        return Calendar.GREGORIAN
    return Calendar.ISO_WEEK if name in _ISO_WEEK else None


def reads_digits(name: str) -> bool:
    """Whether the pattern's input begins with a digit, so that a number before it must have its full width."""
    return name.upper() not in _NOT_DIGITS


def part_of(name: str) -> Part | None:
    """Return which part of a date and time a pattern reads; FX reads none."""
    name = name.upper()
    if name in _ZONED:
        return Part.ZONE
    if name in _TIMED:
        return Part.TIME
    return None if name == "FX" else Part.DATE


@lru_cache(maxsize=256)
def datetime_template(template: str, *, is_standard: bool = False) -> tuple[Node, ...]:
    return cut(template, _NAMES, has_affixes=True, is_standard=is_standard)
