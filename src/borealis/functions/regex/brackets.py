"""Bracket expressions: `[a-z]`, `[^[:digit:]_]`, `[[=x=][.-.]]`; in the advanced syntax escapes too."""

from __future__ import annotations

from borealis.functions.regex.charsets import (
    CLASSES,
    NEWLINE,
    Ranges,
    complement,
    of,
    union,
    with_both_cases,
)
from borealis.functions.regex.lexer import Kind, Lexer
from borealis.functions.regex.options import Syntax, invalid

_NAMES = {
    "NUL": "\0", "alert": "\a", "backspace": "\b", "tab": "\t", "newline": "\n", "vertical-tab": "\v",
    "form-feed": "\f", "carriage-return": "\r", "space": " ", "exclamation-mark": "!", "quotation-mark": '"',
    "number-sign": "#", "dollar-sign": "$", "percent-sign": "%", "ampersand": "&", "apostrophe": "'",
    "left-parenthesis": "(", "right-parenthesis": ")", "asterisk": "*", "plus-sign": "+", "comma": ",",
    "hyphen": "-", "hyphen-minus": "-", "period": ".", "full-stop": ".", "slash": "/", "solidus": "/",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "colon": ":", "semicolon": ";", "less-than-sign": "<", "equals-sign": "=",
    "greater-than-sign": ">", "question-mark": "?", "commercial-at": "@", "left-square-bracket": "[",
    "backslash": "\\", "reverse-solidus": "\\", "right-square-bracket": "]", "circumflex": "^",
    "circumflex-accent": "^", "underscore": "_", "low-line": "_", "grave-accent": "`", "left-brace": "{",
    "left-curly-bracket": "{", "vertical-line": "|", "right-brace": "}", "right-curly-bracket": "}", "tilde": "~",
    "DEL": "\x7f",
}  # fmt: skip


def read_bracket(lexer: Lexer, *, negated: bool) -> Ranges:
    """Return the set a bracket expression stands for; its `[` or `[^` is behind. Raises 2201B."""
    ranges: list[tuple[int, int]] = []
    is_first = True
    while True:
        character = _take(lexer)
        if character == "]" and not is_first:
            break
        ranges += _part(lexer, character, is_first=is_first)
        is_first = False
    found = union(ranges)
    if lexer.options.ignores_case:
        found = with_both_cases(found)
    if not negated:
        return found
    if lexer.options.newline_stops:
        found = union((*found, *NEWLINE))
    return complement(found)


def _take(lexer: Lexer) -> str:
    character = lexer.peek()
    if not character:
        raise invalid("brackets [] not balanced")
    lexer.at += 1
    return character


def _part(lexer: Lexer, character: str, *, is_first: bool) -> Ranges:
    """Return one part: a class, a character, or a range that begins with it."""
    if character == "-" and not is_first and lexer.peek() != "]":
        raise invalid("invalid character range")
    start = _element(lexer, character)
    if not isinstance(start, str):
        if lexer.peek() == "-" and lexer.peek(2) != "-]":
            raise invalid("invalid character range")
        return start
    if lexer.peek() != "-" or lexer.peek(2) == "-]":
        return of(start)
    lexer.at += 1
    end = _element(lexer, _take(lexer))
    if not isinstance(end, str) or start > end:
        raise invalid("invalid character range")
    return ((ord(start), ord(end)),)


def _element(lexer: Lexer, character: str) -> str | Ranges:
    """Return the character, or the set, that begins with this one."""
    if character == "\\" and lexer.options.syntax is Syntax.ADVANCED:
        token = lexer.escape()
        match token.kind:
            case Kind.CHARACTER:
                return str(token.value)
            case Kind.CLASS:
                return token.value  # type: ignore[return-value]
        raise invalid("invalid escape \\ sequence")
    if character == "[" and lexer.peek() and lexer.peek() in ".=:":
        return _named(lexer, _take(lexer))
    if character == "[" and not lexer.peek():
        raise invalid("brackets [] not balanced")
    return character


def _named(lexer: Lexer, mark: str) -> str | Ranges:
    """Return `[.x.]`, `[=x=]` or `[:class:]`."""
    end = lexer.text.find(f"{mark}]", lexer.at)
    if end < 0:
        raise invalid("brackets [] not balanced")
    name = lexer.text[lexer.at : end]
    lexer.at = end + 2
    if mark == ":":
        ranges = CLASSES.get(name)
        if ranges is None:
            raise invalid("invalid character class")
        # Without case, upper and lower are both any letter: with_both_cases sees to it.
        return ranges
    character = name if len(name) == 1 else _NAMES.get(name)
    if character is None:
        raise invalid("invalid collating element")
    return of(character) if mark == "=" else character
