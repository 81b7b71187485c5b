"""A template cut into nodes: patterns, separators, blanks, other characters.

Text in double quotes stands for itself; within, a backslash takes the next character as it is, without, only a quote.
"""

from __future__ import annotations

import enum
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from borealis.errors import InvalidDatetimeFormat


class Kind(enum.Enum):
    PATTERN = enum.auto()
    SEPARATOR = enum.auto()  # printable ASCII that is neither letter nor digit
    BLANK = enum.auto()
    CHARACTER = enum.auto()


@dataclass(frozen=True, slots=True)
class Node:
    kind: Kind
    text: str  # the pattern's name, or the character
    fills: bool = True  # without FM
    ordinal: str = ""  # TH or th
    is_localized: bool = False  # TM


_PREFIXES = ("FM", "fm", "TM", "tm")
_SUFFIXES = ("TH", "th", "SP")
_BLANKS = " \t\n\r\v\f"
_STANDARD_SEPARATORS = "-./,':; "


def is_separator(character: str) -> bool:
    return " " < character < "\x7f" and not character.isalnum()


def is_blank(character: str) -> bool:
    return character != "" and character in _BLANKS


def cut(
    template: str, patterns: dict[str, tuple[str, ...]], *, has_affixes: bool, is_standard: bool = False
) -> tuple[Node, ...]:
    """Cut a template. patterns: by first character, longest first; with affixes, FM TM go before one, TH SP behind.

    Raises: InvalidDatetimeFormat 22007, a character between the patterns that the SQL standard does not have.
    """
    return tuple(_nodes(template, patterns, has_affixes=has_affixes, is_standard=is_standard))


def _nodes(
    template: str, patterns: dict[str, tuple[str, ...]], *, has_affixes: bool, is_standard: bool
) -> Iterator[Node]:
    at = 0
    while at < len(template):
        prefix = _starting(template, at, _PREFIXES) if has_affixes else ""
        at += len(prefix)
        if at >= len(template):
            return
        name = _starting(template, at, patterns.get(template[at], ()))
        if name:
            at += len(name)
            suffix = _starting(template, at, _SUFFIXES) if has_affixes else ""
            at += len(suffix)
            yield Node(
                Kind.PATTERN,
                name,
                fills=prefix.upper() != "FM",
                ordinal=suffix if suffix.upper() == "TH" else "",
                is_localized=prefix.upper() == "TM",
            )
        elif template[at] == '"':
            at = yield from _quoted(template, at + 1)
        elif is_standard:
            if template[at] not in _STANDARD_SEPARATORS:
                raise InvalidDatetimeFormat(f'invalid datetime format separator: "{template[at]}"')
            yield Node(Kind.SEPARATOR, template[at])
            at += 1
        else:
            if template.startswith('\\"', at):
                at += 1
            yield Node(_kind(template[at], has_affixes=has_affixes), template[at])
            at += 1


def _starting(template: str, at: int, names: tuple[str, ...]) -> str:
    return next((name for name in names if template.startswith(name, at)), "")


def _quoted(template: str, at: int) -> Generator[Node, None, int]:
    """Give the characters up to the closing quote; return the place behind it."""
    while at < len(template):
        if template[at] == '"':
            return at + 1
        if template[at] == "\\" and at + 1 < len(template):
            at += 1
        yield Node(Kind.CHARACTER, template[at])
        at += 1
    return at


def _kind(character: str, *, has_affixes: bool) -> Kind:
    if has_affixes and is_separator(character):
        return Kind.SEPARATOR
    return Kind.BLANK if is_blank(character) else Kind.CHARACTER


def by_first_character(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return names by their first character, longer ones first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        found.setdefault(name[0], []).append(name)
    return {first: tuple(listed) for first, listed in found.items()}


def ordinal_suffix(number: str, ordinal: str) -> str:
    """Return st, nd, rd or th for a number's digits, in the case asked for."""
    last = number[-1:] if number[-2:-1] != "1" else "0"
    suffix = {"1": "st", "2": "nd", "3": "rd"}.get(last, "th")
    return suffix.upper() if ordinal == "TH" else suffix
