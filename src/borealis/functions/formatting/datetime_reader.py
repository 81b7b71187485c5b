"""to_date and to_timestamp, the first half: a text read by a template's patterns into fields.

Leniently: blanks before a field do not count, a separator takes one separator or none, other characters take any one.
After FX every character of the template takes one of the text. A number takes all digits where no digit may follow it,
else as many as its pattern has letters.
Source: PostgreSQL 16 documentation 9.8.1, usage notes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from borealis.errors import DatetimeFieldOverflow, FeatureNotSupported, InvalidDatetimeFormat
from borealis.functions.formatting.datetime_patterns import Calendar, calendar_of, reads_digits
from borealis.functions.formatting.names import DAYS, MONTHS, ROMAN_MONTHS
from borealis.functions.formatting.templates import Kind, Node, is_blank, is_separator

_INTEGER = re.compile(r"[ \t\n\r\v\f]*[+-]?[0-9]+")
_YEAR_WITH_COMMA = re.compile(r"[ \t\n\r\v\f]*([+-]?[0-9]+),[ \t\n\r\v\f]*([+-]?[0-9]{1,3})")
_DIGITS_MAX = 15
_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1
_MERIDIANS = ("am", "pm")
_ERAS = ("ad", "bc")
_ROMAN_LONGEST_FIRST = tuple(reversed(ROMAN_MONTHS))


@dataclass(slots=True)
class Read:
    """What was read; 0 is nothing. d is 1 for a Sunday."""

    calendar: Calendar | None = None
    hh: int = 0
    mi: int = 0
    ss: int = 0
    ssss: int = 0
    ms: int = 0
    us: int = 0
    pm: int = 0
    has_12_hours: bool = False
    d: int = 0
    dd: int = 0
    ddd: int = 0
    mm: int = 0
    year: int = 0
    year_digits: int = 0
    bc: int = 0
    ww: int = 0
    w: int = 0
    cc: int = 0
    j: int = 0
    zone_sign: int = 0
    tzh: int = 0
    tzm: int = 0
    fraction_digits: int = 0


class Reader:
    def __init__(self, nodes: tuple[Node, ...], text: str) -> None:
        self._nodes = nodes
        self._text = text
        self._at = 0
        self._skipped = 0  # characters skipped beyond those the template has
        self._is_fixed = False
        self._is_through = False  # all nodes were read, or skipped, before the text ended
        self._n = 0
        self._read = Read()

    def read(self) -> Read:
        """Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008."""
        for n, node in enumerate(self._nodes):
            self._n = n
            if self._at >= len(self._text):
                break
            is_field = node.kind is Kind.PATTERN
            if not self._is_fixed and (is_field or self._n == 0) and node.text.upper() != "FX":
                self._skipped += self._skip_blanks()
                if self._at >= len(self._text) and not is_field:
                    break
            if is_field:
                self._field(node)
            elif node.kind is Kind.CHARACTER:
                self._character(node)
            else:
                self._separator(node)
        else:
            self._is_through = True
        return self._read

    def _skip_blanks(self) -> int:
        start = self._at
        while is_blank(self._here()):
            self._at += 1
        return self._at - start

    def _here(self) -> str:
        return self._text[self._at : self._at + 1]

    def _separator(self, node: Node) -> None:
        if self._is_fixed:
            self._at += 1
            return
        self._skipped -= 1
        if is_blank(self._here()) or (self._here() and is_separator(self._here())):
            self._at += 1
            self._skipped += 1

    def _character(self, node: Node) -> None:
        if not self._is_fixed and self._skipped > 0:
            self._skipped -= 1  # it was skipped before, and what is here may be a field's
        else:
            self._at += 1

    def _field(self, node: Node) -> None:
        name = node.text.upper()
        self._set_calendar(calendar_of(name))
        if name == "FX":
            self._is_fixed = True
            return
        self._value(name, node)
        if not self._is_fixed:
            self._skipped = self._skip_blanks()

    def _set_calendar(self, calendar: Calendar | None) -> None:
        if calendar is None:
            return
        if self._read.calendar not in (None, calendar):
            raise InvalidDatetimeFormat(
                "invalid combination of date conventions",
                hint="Do not mix Gregorian and ISO week date conventions in a formatting template.",
            )
        self._read.calendar = calendar

    def _value(self, name: str, node: Node) -> None:
        read = self._read
        if name in _PLAIN:
            field, length = _PLAIN[name]
            self._number(node, field, length or len(name))
            if name in ("HH", "HH12"):
                read.has_12_hours = True
            self._skip_ordinal(node)
            return
        match name:
            case "AM" | "PM" | "A.M." | "P.M.":
                self._set("pm", self._word(node, _MERIDIANS, has_dots="." in name), node)
                read.has_12_hours = True
            case "AD" | "BC" | "A.D." | "B.C.":
                self._set("bc", self._word(node, _ERAS, has_dots="." in name), node)
            case "MONTH":
                self._set("mm", self._word(node, MONTHS) + 1, node)
            case "MON":
                self._set("mm", self._word(node, [month[:3] for month in MONTHS]) + 1, node)
            case "DAY":
                self._set_weekday(self._word(node, DAYS), node)
            case "DY":
                self._set_weekday(self._word(node, [day[:3] for day in DAYS]), node)
            case "RM":
                self._set("mm", 12 - self._word(node, _ROMAN_LONGEST_FIRST), node)
            case "ID":
                self._number(node, "d", 1)
                read.d = read.d + 1 if read.d < 7 else 1
                self._skip_ordinal(node)
            case "MS":
                self._fraction(node, "ms", 3)
            case "US":
                self._fraction(node, "us", 6)
            case "FF1" | "FF2" | "FF3" | "FF4" | "FF5" | "FF6":
                read.fraction_digits = int(name[2])
                self._fraction(node, "us", read.fraction_digits)
            case "TZH":
                self._zone_hour(node)
            case "TZM":
                read.zone_sign = read.zone_sign or 1
                self._number(node, "tzm", 2)
            case "TZ" | "OF":
                raise FeatureNotSupported(f'formatting field "{node.text}" is only supported in to_char')
            case "Y,YYY":
                self._year_with_comma(node)
            case _:
                self._year(name, node)

    def _set(self, field: str, value: int, node: Node) -> None:
        before = getattr(self._read, field)
        if before not in (0, value):
            raise InvalidDatetimeFormat(
                f'conflicting values for "{node.text}" field in formatting string',
                detail="This value contradicts a previous setting for the same field type.",
            )
        setattr(self._read, field, value)

    def _set_weekday(self, ordinal: int, node: Node) -> None:
        self._set("d", ordinal, node)
        self._read.d += 1

    def _skip_ordinal(self, node: Node) -> None:
        if node.ordinal:
            self._at = min(self._at + 2, len(self._text))

    def _number(self, node: Node, field: str | None, length: int) -> int:
        """Read an integer into a field; return how many characters it took, blanks before it too."""
        start = self._at
        self._skip_blanks()
        shown = self._text[self._at : self._at + length]
        if not node.fills or self._is_followed_by_no_digit(node):
            found = _INTEGER.match(self._text, start)
            self._at = found.end() if found else start
            digits = found[0] if found else ""
        else:
            digits = self._fixed_width(node, shown, length)
            self._at += len(digits)
        if self._at == start:
            raise InvalidDatetimeFormat(
                f'invalid value "{shown}" for "{node.text}"', detail="Value must be an integer."
            )
        value = _bounded(digits)
        if not _INT32_MIN <= value <= _INT32_MAX:
            raise DatetimeFieldOverflow(
                f'value for "{node.text}" in source string is out of range',
                detail=f"Value must be in the range {_INT32_MIN} to {_INT32_MAX}.",
            )
        if field is not None:
            self._set(field, value, node)
        return self._at - start

    def _fixed_width(self, node: Node, shown: str, length: int) -> str:
        hint = 'If your source string is not fixed-width, try using the "FM" modifier.'
        remaining = len(self._text[self._at :].encode())
        if remaining < length:
            raise InvalidDatetimeFormat(
                f'source string too short for "{node.text}" formatting field',
                detail=f"Field requires {length} characters, but only {remaining} remain.",
                hint=hint,
            )
        found = _INTEGER.match(shown)
        digits = found[0] if found else ""
        if 0 < len(digits) < length:
            raise InvalidDatetimeFormat(
                f'invalid value "{shown}" for "{node.text}"',
                detail=f"Field requires {length} characters, but only {len(digits)} could be parsed.",
                hint=hint,
            )
        return digits

    def _is_followed_by_no_digit(self, node: Node) -> bool:
        """Whether what comes next in the template cannot begin with a digit, so that the number may be of any length."""
        if node.ordinal or self._n + 1 == len(self._nodes):
            return True
        following = self._nodes[self._n + 1]
        if following.kind is Kind.PATTERN:
            return not reads_digits(following.text)
        return not (following.text.isascii() and following.text.isdigit())

    def _word(self, node: Node, words: Sequence[str], *, has_dots: bool = False) -> int:
        """Read one of the words, in any case; return its place in the list."""
        rest = self._text[self._at : self._at + 20].lower()
        for place, word in enumerate(words):
            wanted = f"{word[0]}.{word[1]}." if has_dots else word.lower()
            if rest.startswith(wanted):
                self._at += len(wanted)
                return place
        shown = re.split(r"[ \t\n\r\f]", self._text[self._at :], maxsplit=1)[0]
        raise InvalidDatetimeFormat(
            f'invalid value "{shown}" for "{node.text}"',
            detail="The given value did not match any of the allowed values for this field.",
        )

    def _fraction(self, node: Node, field: str, digits: int) -> None:
        """Read digits behind the point: 5 is as much as 500."""
        taken = self._number(node, field, digits)
        whole = 3 if field == "ms" else 6
        if 0 < taken < whole:
            setattr(self._read, field, getattr(self._read, field) * 10 ** (whole - taken))
        self._skip_ordinal(node)

    def _zone_hour(self, node: Node) -> None:
        sign = self._here()
        if sign and sign in "+- ":
            self._read.zone_sign = -1 if sign == "-" else 1
            self._at += 1
        else:
            # A minus may have been taken for a separator.
            was_minus = self._skipped > 0 and self._text[self._at - 1 : self._at] == "-"
            self._read.zone_sign = -1 if was_minus else 1
        self._number(node, "tzh", 2)

    def _year_with_comma(self, node: Node) -> None:
        found = _YEAR_WITH_COMMA.match(self._text, self._at)
        if not found:
            raise InvalidDatetimeFormat('invalid input string for "Y,YYY"')
        self._set("year", _bounded(found[1]) * 1_000 + int(found[2]), node)
        self._read.year_digits = 4
        self._at = found.end()
        self._skip_ordinal(node)

    def _year(self, name: str, node: Node) -> None:
        taken = self._number(node, "year", len(name))
        self._read.year_digits = len(name)
        if len(name) < 4 and taken < 4:
            self._read.year = _near_2020(self._read.year)
        self._skip_ordinal(node)


class StandardReader(Reader):
    """Reads as the SQL standard has it: what stands between the fields must be there, and all of the text be read."""

    def __init__(self, nodes: tuple[Node, ...], text: str) -> None:
        super().__init__(nodes, text)
        self._is_fixed = True

    def read(self) -> Read:
        """Raises: InvalidDatetimeFormat 22007, DatetimeFieldOverflow 22008."""
        read = super().read()
        if not self._is_through:
            raise InvalidDatetimeFormat("input string is too short for datetime format")
        self._skip_blanks()
        if self._at < len(self._text):
            raise InvalidDatetimeFormat("trailing characters remain in input string after datetime format")
        return read

    def _separator(self, node: Node) -> None:
        self._match(node, "separator")

    def _character(self, node: Node) -> None:
        self._match(node, "character")

    def _match(self, node: Node, what: str) -> None:
        if self._here() != node.text:
            raise InvalidDatetimeFormat(f'unmatched format {what} "{node.text}"')
        self._at += 1


def _bounded(digits: str) -> int:
    """Return an integer, of far too many digits one that is too large."""
    significant = digits.strip().lstrip("+-0")
    return (
        int(digits)
        if len(significant) <= _DIGITS_MAX and digits.strip()
        else 10**_DIGITS_MAX * bool(significant)
    )


def _near_2020(year: int) -> int:
    if year < 70:
        return year + 2_000
    if year < 100:
        return year + 1_900
    if year < 520:
        return year + 2_000
    return year + 1_000 if year < 1_000 else year


_PLAIN: dict[str, tuple[str | None, int]] = {
    "HH": ("hh", 2),
    "HH12": ("hh", 2),
    "HH24": ("hh", 2),
    "MI": ("mi", 0),
    "SS": ("ss", 0),
    "SSSS": ("ssss", 0),
    "SSSSS": ("ssss", 0),
    "MM": ("mm", 0),
    "DD": ("dd", 0),
    "DDD": ("ddd", 0),
    "IDDD": ("ddd", 3),
    "D": ("d", 0),
    "WW": ("ww", 0),
    "IW": ("ww", 0),
    "W": ("w", 0),
    "CC": ("cc", 0),
    "J": ("j", 0),
    "Q": (None, 0),  # which day of the quarter would be meant is unknown: it is read and forgotten
}
"""Patterns that are an integer: its field, and how many digits at a fixed width (0: the pattern's own length)."""
