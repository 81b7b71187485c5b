"""The words of dates and times, and of intervals.

A word is told by its first ten letters. Source: PostgreSQL 16 documentation, tables B.1 to B.3, 8.13 and section 8.5.4.
"""

from __future__ import annotations

from enum import Enum

WORD_LENGTH = 10


class Meaning(Enum):
    """What a word of a date or time does."""

    NOISE = "noise"
    MONTH = "month"
    WEEKDAY = "weekday"
    ERA = "era"
    MERIDIAN = "meridian"
    RESERVED = "reserved"
    UNIT = "unit"  # labels the number behind it
    ISO_TIME = "iso time"
    DAYLIGHT = "daylight"  # after a zone: an hour later


def _table() -> dict[str, tuple[Meaning, str]]:
    table: dict[str, tuple[Meaning, str]] = {}

    def add(meaning: Meaning, **values: str) -> None:
        for value, words in values.items():
            table.update((word, (meaning, value)) for word in (value, *words.split()))

    add(Meaning.NOISE, at="", on="")
    add(Meaning.MERIDIAN, am="", pm="")
    add(Meaning.ERA, ad="", bc="")
    add(Meaning.RESERVED, now="", today="", tomorrow="", yesterday="", epoch="", allballs="")
    add(Meaning.RESERVED, infinity="+infinity")
    table["-infinity"] = (Meaning.RESERVED, "-infinity")
    add(Meaning.WEEKDAY, sun="sunday", mon="monday", tue="tues tuesday", wed="weds wednesday")
    add(Meaning.WEEKDAY, thu="thur thurs thursday", fri="friday", sat="saturday")
    add(Meaning.UNIT, julian="j jd", other="d h m mm s y dow doy isodow isoyear")
    del table["other"]
    table["t"] = (Meaning.ISO_TIME, "t")
    table["dst"] = (Meaning.DAYLIGHT, "dst")
    months = (
        "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
        "sep sept september", "oct october", "nov november", "dec december",
    )  # fmt: skip
    for number, names in enumerate(months, 1):
        table.update((name, (Meaning.MONTH, str(number))) for name in names.split())
    return table


_WORDS = _table()

_UNIT_NAMES = {
    "microsecond": "us usec usecs usecond useconds microsecon",
    "millisecond": "ms msec msecs msecond mseconds millisecon",
    "second": "s sec secs second seconds",
    "minute": "m min mins minute minutes",
    "hour": "h hr hrs hour hours",
    "day": "d day days",
    "week": "w week weeks",
    "month": "mon mons month months",
    "quarter": "qtr quarter",
    "year": "y yr yrs year years",
    "decade": "dec decs decade decades",
    "century": "c cent century centuries",
    "millennium": "mil mils millennia millennium",
    "timezone": "timezone timezone_h timezone_m",
}
_UNITS = {word: unit for unit, words in _UNIT_NAMES.items() for word in words.split()}


def meaning_of(word: str) -> tuple[Meaning, str] | None:
    """Return what a word in a date or time means, and its value; None if it is unknown."""
    return _WORDS.get(word[:WORD_LENGTH])


def is_word(word: str) -> bool:
    return word[:WORD_LENGTH] in _WORDS


def unit_of(word: str) -> str | None:
    """Return the unit of an interval that a word names."""
    return _UNITS.get(word[:WORD_LENGTH])
