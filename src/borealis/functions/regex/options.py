"""Options of a regular expression: syntax, case, newlines. From a function's flags, or written at its beginning.

Source: PostgreSQL 16 documentation, tables 9.24 and 9.7.3.4.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from borealis.errors import InvalidParameterValue, InvalidRegularExpression


class Syntax(enum.Enum):
    ADVANCED = enum.auto()
    EXTENDED = enum.auto()
    BASIC = enum.auto()
    LITERAL = enum.auto()


@dataclass(frozen=True, slots=True)
class Options:
    syntax: Syntax = Syntax.ADVANCED
    ignores_case: bool = False
    is_expanded: bool = False
    newline_stops: bool = False  # `.` and [^…] never match a newline
    newline_anchors: bool = False  # ^ and $ match around newlines

    def with_letter(self, letter: str) -> Options | None:
        """Return the options after one letter, None if it is no option."""
        match letter:
            case "b":
                return replace(self, syntax=Syntax.BASIC)
            case "c":
                return replace(self, ignores_case=False)
            case "e":
                return replace(self, syntax=Syntax.EXTENDED)
            case "i":
                return replace(self, ignores_case=True)
            case "m" | "n":
                return replace(self, newline_stops=True, newline_anchors=True)
            case "p":
                return replace(self, newline_stops=True, newline_anchors=False)
            case "q":
                return replace(self, syntax=Syntax.LITERAL)
            case "s":
                return replace(self, newline_stops=False, newline_anchors=False)
            case "t":
                return replace(self, is_expanded=False)
            case "w":
                return replace(self, newline_stops=False, newline_anchors=True)
            case "x":
                return replace(self, is_expanded=True)
        return None


def invalid(why: str) -> InvalidRegularExpression:
    return InvalidRegularExpression(f"invalid regular expression: {why}")


def from_flags(flags: str) -> tuple[Options, bool]:
    """Return a function's options and whether `g` is among its flags. Raises InvalidParameterValue 22023."""
    options, is_global = Options(), False
    for letter in flags:
        if letter == "g":
            is_global = True
            continue
        changed = options.with_letter(letter)
        if changed is None:
            raise InvalidParameterValue(f'invalid regular expression option: "{letter}"')
        options = changed
    return options, is_global


def from_prefix(pattern: str, options: Options) -> tuple[str, Options]:
    """Return the pattern without `***:`, `***=` and `(?letters)` at its beginning, and the options they set."""
    if options.syntax is Syntax.LITERAL:
        return pattern, options
    if pattern.startswith("***"):
        pattern, options = _director(pattern, options)
        if options.syntax is Syntax.LITERAL:
            return pattern, options
    if (
        options.syntax is Syntax.ADVANCED
        and pattern[:2] == "(?"
        and pattern[2:3].isascii()
        and pattern[2:3].isalpha()
    ):
        letters, closed, rest = pattern[2:].partition(")")
        for letter in letters:
            changed = options.with_letter(letter)
            if changed is None:
                raise invalid("invalid embedded option")
            options = changed
        if not closed:
            raise invalid("invalid embedded option")
        return rest, options
    return pattern, options


def _director(pattern: str, options: Options) -> tuple[str, Options]:
    match pattern[3:4]:
        case "?":
            raise invalid("invalid regexp (reg version 0.8)")
        case "=":
            return pattern[4:], Options(Syntax.LITERAL, options.ignores_case)
        case ":":
            return pattern[4:], replace(options, syntax=Syntax.ADVANCED)
    raise invalid("quantifier operand invalid")
