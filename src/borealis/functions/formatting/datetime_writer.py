"""to_char over timestamps and intervals: a template's patterns, each as text."""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import InvalidDatetimeFormat
from borealis.functions.datetime.limits import truncated
from borealis.functions.formatting.datetime_fields import Fields
from borealis.functions.formatting.names import DAYS, MONTHS, ROMAN_MONTHS
from borealis.functions.formatting.templates import Kind, Node, ordinal_suffix
from borealis.types.calendar import EPOCH_JULIAN

_NAME_WIDTH, _ROMAN_WIDTH = 9, 4


def write(nodes: tuple[Node, ...], fields: Fields) -> str:
    return "".join([_text(node, fields) if node.kind is Kind.PATTERN else node.text for node in nodes])


def _text(node: Node, fields: Fields) -> str:
    name = node.text.upper()
    number = _NUMBERS.get(name)
    if number is not None:
        text = number(fields, node.fills)
        return text + ordinal_suffix(text, node.ordinal) if node.ordinal and text else text
    return _WORDS[name](fields, node)


def _not_for_intervals(fields: Fields) -> None:
    if fields.is_interval:
        raise InvalidDatetimeFormat(
            "invalid format specification for an interval value",
            hint="Intervals are not tied to specific calendar dates.",
        )


def _padded(value: int, width: int, fills: bool) -> str:
    """Fill with zeros to the width; a sign comes on top of it."""
    if not fills:
        return str(value)
    return f"{value:0{width if value >= 0 else width + 1}d}"


def _mod(value: int, unit: int) -> int:
    return truncated(value, unit)[1]


Number = Callable[[Fields, bool], str]


def _padded_field(read: Callable[[Fields], int], width: int) -> Number:
    return lambda fields, fills: _padded(read(fields), width, fills)


def _fraction(digits: int) -> Number:
    return lambda fields, fills: f"{truncated(fields.micro, 10 ** (6 - digits))[0]:0{digits}d}"


def _hour12(fields: Fields, fills: bool) -> str:
    hour = _mod(fields.hour, 12) or 12
    width = 2 if fields.hour >= 0 else 3
    return f"{hour:0{width}d}" if fills else str(hour)


def _century(fields: Fields, fills: bool) -> str:
    year = fields.year
    if fields.is_interval:
        century = truncated(year, 100)[0]
    elif year > 0:
        century = (year - 1) // 100 + 1
    else:
        century = truncated(year, 100)[0] - 1
    return _padded(century, 2, fills) if abs(century) <= 99 else str(century)


def _year_with_comma(fields: Fields, fills: bool) -> str:
    thousands, rest = truncated(fields.shown_year, 1_000)
    return f"{thousands},{rest:03d}"


def _year(digits: int, *, is_iso: bool) -> Number:
    def text(fields: Fields, fills: bool) -> str:
        year = fields.iso_year if is_iso else fields.shown_year
        return _padded(year if digits == 4 else _mod(year, 10**digits), digits, fills)

    return text


def _calendar_only(read: Callable[[Fields], int], width: int) -> Number:
    def text(fields: Fields, fills: bool) -> str:
        _not_for_intervals(fields)
        return _padded(read(fields), width, fills)

    return text


def _quarter(fields: Fields, fills: bool) -> str:
    return str(truncated(fields.month - 1, 3)[0] + 1) if fields.month else ""


_NUMBERS: dict[str, Number] = {
    "HH": _hour12,
    "HH12": _hour12,
    "HH24": _padded_field(lambda fields: fields.hour, 2),
    "MI": _padded_field(lambda fields: fields.minute, 2),
    "SS": _padded_field(lambda fields: fields.second, 2),
    "MS": _fraction(3),
    "US": _fraction(6),
    **{f"FF{digits}": _fraction(digits) for digits in range(1, 7)},
    "MM": _padded_field(lambda fields: fields.month, 2),
    "DD": lambda fields, fills: f"{fields.day:02d}" if fills else str(fields.day),
    "DDD": _padded_field(lambda fields: fields.day_of_year, 3),
    "WW": _padded_field(lambda fields: truncated(fields.day_of_year - 1, 7)[0] + 1, 2),
    "W": _padded_field(lambda fields: truncated(fields.day - 1, 7)[0] + 1, 1),
    "D": _calendar_only(lambda fields: fields.weekday + 1, 1),
    "ID": _calendar_only(lambda fields: fields.weekday or 7, 1),
    "IDDD": _padded_field(lambda fields: (fields.iso_week - 1) * 7 + (fields.weekday or 7), 3),
    "IW": _padded_field(lambda fields: fields.iso_week, 2),
    "J": _padded_field(lambda fields: fields.days + EPOCH_JULIAN, 1),
    "Q": _quarter,
    "CC": _century,
    "Y,YYY": _year_with_comma,
    **{"Y" * digits: _year(digits, is_iso=False) for digits in range(1, 5)},
    **{"I" + "Y" * (digits - 1): _year(digits, is_iso=True) for digits in range(1, 5)},
}
_seconds = _padded_field(lambda fields: fields.hour * 3_600 + fields.minute * 60 + fields.second, 1)
_NUMBERS |= {"SSSS": _seconds, "SSSSS": _seconds}

Word = Callable[[Fields, Node], str]


def _in_case(word: str, pattern: str) -> str:
    """Return the word as its pattern is written: DAY, Day or day."""
    if pattern.isupper():
        return word.upper()
    return word.lower() if pattern.islower() else word


def _name(names: tuple[str, ...], read: Callable[[Fields], int], length: int) -> Word:
    """Names are filled to the longest one's width, abbreviations are not."""

    def text(fields: Fields, node: Node) -> str:
        _not_for_intervals(fields)
        word = _in_case(names[read(fields)], node.text)
        if length:
            return word[:length]
        return word.ljust(_NAME_WIDTH) if node.fills and not node.is_localized else word

    return text


def _either(read: Callable[[Fields], bool], yes: str, no: str, *, has_dots: bool, of_calendar: bool) -> Word:
    def text(fields: Fields, node: Node) -> str:
        if of_calendar:
            _not_for_intervals(fields)
        letters = yes if read(fields) else no
        word = f"{letters[0]}.{letters[1]}." if has_dots else letters
        return word if node.text.isupper() else word.lower()

    return text


def _roman_month(fields: Fields, node: Node) -> str:
    if not fields.month and not fields.year:
        return ""
    if fields.month == 0:
        place = 12 if fields.year >= 0 else 1
    else:
        place = fields.month if fields.month > 0 else fields.month + 13
    word = _in_case(ROMAN_MONTHS[place - 1], node.text)
    return word.ljust(_ROMAN_WIDTH) if node.fills else word


def _zone(fields: Fields, node: Node) -> str:
    _not_for_intervals(fields)
    return _in_case(fields.zone, node.text) if node.text.islower() else fields.zone


def _sign(fields: Fields) -> str:
    return "+" if fields.offset >= 0 else "-"


def _zone_hour(fields: Fields, node: Node) -> str:
    _not_for_intervals(fields)
    return f"{_sign(fields)}{abs(fields.offset) // 3_600:02d}"


def _zone_minute(fields: Fields, node: Node) -> str:
    _not_for_intervals(fields)
    return f"{abs(fields.offset) % 3_600 // 60:02d}"


def _offset(fields: Fields, node: Node) -> str:
    _not_for_intervals(fields)
    hours, minutes = divmod(abs(fields.offset), 3_600)
    text = f"{_sign(fields)}{hours:02d}" if node.fills else f"{_sign(fields)}{hours}"
    return f"{text}:{minutes // 60:02d}" if minutes else text


def _is_afternoon(fields: Fields) -> bool:
    return _mod(fields.hour, 24) >= 12


def _is_before_christ(fields: Fields) -> bool:
    return fields.year <= 0


_WORDS: dict[str, Word] = {
    "MONTH": _name(MONTHS, lambda fields: fields.month - 1, 0),
    "MON": _name(MONTHS, lambda fields: fields.month - 1, 3),
    "DAY": _name(DAYS, lambda fields: fields.weekday, 0),
    "DY": _name(DAYS, lambda fields: fields.weekday, 3),
    "RM": _roman_month,
    "TZ": _zone,
    "TZH": _zone_hour,
    "TZM": _zone_minute,
    "OF": _offset,
    "FX": lambda fields, node: "",
}
for _pattern in ("AM", "PM"):
    _WORDS[_pattern] = _either(_is_afternoon, "PM", "AM", has_dots=False, of_calendar=False)
    _WORDS[f"{_pattern[0]}.{_pattern[1]}."] = _either(
        _is_afternoon, "PM", "AM", has_dots=True, of_calendar=False
    )
for _pattern in ("AD", "BC"):
    _WORDS[_pattern] = _either(_is_before_christ, "BC", "AD", has_dots=False, of_calendar=True)
    _WORDS[f"{_pattern[0]}.{_pattern[1]}."] = _either(
        _is_before_christ, "BC", "AD", has_dots=True, of_calendar=True
    )
