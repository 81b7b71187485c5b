"""The text of a date, time or interval cut into fields, each of a kind told from its characters alone.

    2024-01-05 10:20:30.5+02 BC        DATE 2024-01-05, TIME 10:20:30.5, SIGNED +02, WORD bc
    20240105T102030                    NUMBER 20240105, WORD t, NUMBER 102030
    Jan 5 2024 America/New_York        WORD jan, NUMBER 5, NUMBER 2024, DATE america/new_york

What a field means is for those who read it: a DATE may turn out to be a zone's name, a NUMBER a time. Words come in lower case.
Source: PostgreSQL 16 documentation B.1, steps 1 and 2.
"""

from __future__ import annotations

import re
from enum import Enum

from borealis.types.datetime_refusals import Malformed
from borealis.types.datetime_words import is_word

FIELDS_MAX = 25


class Kind(Enum):
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    SIGNED = "signed"
    WORD = "word"
    SPECIAL = "special"


Field = tuple[Kind, str]

_BLANKS = re.compile(r"[ \t\n\r\v\f]*")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_DIGITS = re.compile(
    r"""(?P<time>\d+:[\d:.]*)
      | (?P<date>\d+(?P<mark>[-/.])\d+(?P=mark)(?:\d|(?P=mark))*     # 2024-01-05
          |\d+\.(?!\d)[A-Za-z0-9.]* | \d+-(?!\d)[A-Za-z0-9-]* | \d+/(?!\d)[A-Za-z0-9/]*  # 5-jan-2024
          |\d+[-/]\d+)
      | (?P<number>\d+(?:\.\d+)?)""",
    re.VERBOSE | re.ASCII,
)
_FRACTION = re.compile(r"\.\d*", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]+")
_NAME_REST = re.compile(r"[-+/_.:A-Za-z0-9]*")
_SIGN = re.compile(r"([-+])[ \t\n\r\v\f]*(?:(\d[\d:.-]*)|([A-Za-z]+))", re.ASCII)


def split(text: str, length_max: int) -> list[Field]:
    """Cut a text into fields. Raises Malformed, also where the fields together are longer than length_max."""
    fields: list[Field] = []
    at = _skip(text, 0)
    length = 0
    while at < len(text):
        if len(fields) >= FIELDS_MAX:
            raise Malformed
        kind, word, at = _next(text, at)
        if kind is not None:
            if length + len(word) >= length_max:
                raise Malformed
            length += len(word) + 1
            fields.append((kind, word))
        at = _skip(text, at)
    return fields


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _next(text: str, at: int) -> tuple[Kind | None, str, int]:
    """Return a field's kind (None: punctuation that only separates), its text, and where it ends."""
    if found := _DIGITS.match(text, at):
        kind = Kind.TIME if found["time"] else Kind.DATE if found["date"] else Kind.NUMBER
        return kind, found[0].lower(), found.end()
    if found := _FRACTION.match(text, at):
        return Kind.NUMBER, found[0], found.end()
    if found := _LETTERS.match(text, at):
        word, end = found[0].lower(), found.end()
        if not _goes_on(word, text[end : end + 1]):
            return Kind.WORD, word, end
        rest = _NAME_REST.match(text, end)
        assert rest is not None
        return Kind.DATE, word + rest[0].lower(), rest.end()
    if found := _SIGN.match(text, at):
        kind = Kind.SIGNED if found[2] else Kind.SPECIAL
        return kind, found[1] + (found[2] or found[3].lower()), found.end()
    if text[at] not in "+-" and _PUNCTUATION.match(text, at):
        return None, "", at + 1
    raise Malformed


def _goes_on(word: str, following: str) -> bool:
    """Return whether letters are the beginning of a date or a zone's name: jan-5-2024, europe/berlin, but not t102030."""
    if following in ("-", "/", "."):
        return True
    return (following == "+" or (following.isdigit() and following.isascii())) and not is_word(word)
