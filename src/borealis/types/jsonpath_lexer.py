"""Tokens of jsonpath."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from borealis.errors import InvalidTextRepresentation, SyntaxError_, UntranslatableCharacter

_SPACE = re.compile(r"(?:[ \t\n\r\f]|/\*.*?\*/)+", re.DOTALL)
_OPERATOR = re.compile(r"&&|\|\||\*\*|==|<>|!=|<=|>=|[?%$.\[\]{}()|&!=<>@#,*:+/-]")
_NUMBER = re.compile(
    r"0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    r"|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d(?:_?\d)*)?"
)
_WORD = re.compile(r"(?:[^?%$.\[\]{}()|&!=<>@#,*:+/\-\"\\ \t\n\r\f]|\\u\{[0-9a-fA-F]{1,6}\}|\\.)+", re.DOTALL)
KEYWORDS = frozenset(
    {
        *("is", "to", "abs", "lax", "flag", "last", "size", "type", "with", "floor", "double", "exists"),
        *("starts", "strict", "ceiling", "unknown", "datetime", "keyvalue", "like_regex"),
    }
)
_LOWER_KEYWORDS = frozenset({"null", "true", "false"})
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # a keyword, an operator, or: string number ident variable end
    text: str  # as written
    value: str = ""  # of a string, an identifier, a variable


def syntax_error(text: str) -> SyntaxError_:
    if not text:
        return SyntaxError_("syntax error at end of jsonpath input")
    return SyntaxError_(f'syntax error at or near "{text}" of jsonpath input')


def tokens(text: str) -> Iterator[Token]:
    at = 0
    while True:
        space = _SPACE.match(text, at)
        if space is not None:
            at = space.end()
        if at >= len(text):
            yield Token("end", "")
            return
        token = _token(text, at)
        yield token
        at += len(token.text)


def _token(text: str, at: int) -> Token:
    char = text[at]
    if char == '"':
        return _string(text, at, "string", at)
    if char == "$":
        return _variable(text, at)
    number = _NUMBER.match(text, at)
    if number is not None and (char != "." or not _is_accessor(text, at)):
        return _checked_number(text, number)
    if text.startswith("/*", at):
        raise SyntaxError_("unexpected end of comment at end of jsonpath input")
    operator = _OPERATOR.match(text, at)
    if operator is not None:
        return Token("!=" if operator[0] == "<>" else operator[0], operator[0])
    word = _WORD.match(text, at)
    if word is None:
        raise syntax_error(char)
    return _word(word[0])


def _is_accessor(text: str, at: int) -> bool:
    """Whether a point before digits belongs to what stands before it."""
    before = text[:at].rstrip()
    return bool(before) and (before[-1].isalnum() or before[-1] in '$@)]"_*')


def _checked_number(text: str, number: re.Match[str]) -> Token:
    after = text[number.end() : number.end() + 1]
    if after and (after.isalnum() or after == "_"):
        shown = text[number.start() : number.end() + 1]
        raise SyntaxError_(f'trailing junk after numeric literal at or near "{shown}" of jsonpath input')
    if len(number[0]) > 1 and number[0][0] == "0" and number[0][1].isdigit():
        raise SyntaxError_(
            f'trailing junk after numeric literal at or near "{number[0][:2]}" of jsonpath input'
        )
    return Token("number", number[0])


def _variable(text: str, at: int) -> Token:
    following = text[at + 1 : at + 2]
    if following == '"':
        return _string(text, at + 1, "variable", at)
    word = _WORD.match(text, at + 1)
    if word is None:
        return Token("$", "$")
    return Token("variable", "$" + word[0], unescaped(word[0]))


def _string(text: str, quote: int, kind: str, begin: int) -> Token:
    end = quote + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise SyntaxError_("unterminated quoted string at end of jsonpath input")
    return Token(kind, text[begin : end + 1], unescaped(text[quote + 1 : end]))


def _word(written: str) -> Token:
    if "\\" in written:
        return Token("ident", written, unescaped(written))
    lower = written.lower()
    if lower in KEYWORDS or written in _LOWER_KEYWORDS:
        return Token(lower, written, written)
    return Token("ident", written, written)


def unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    result = _ESCAPE.sub(_character, text)
    # A pair of surrogates, each written on its own, is one character.
    try:
        joined = result.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise InvalidTextRepresentation(
            "invalid input syntax for type jsonpath",
            detail="Unicode low surrogate must follow a high surrogate.",
        ) from None
    if "\0" in joined:
        raise UntranslatableCharacter(
            "unsupported Unicode escape sequence", detail="\\u0000 cannot be converted to text."
        )
    return joined


def _character(found: re.Match[str]) -> str:
    braced, four, two, char = found.groups()
    digits = braced or four or two
    if digits is None:
        if char == "u":
            raise SyntaxError_(f'invalid Unicode escape sequence at or near "{found[0]}" of jsonpath input')
        if char == "x":
            raise SyntaxError_(
                f'invalid hexadecimal character sequence at or near "{found[0]}" of jsonpath input'
            )
        return _ESCAPES.get(char, char)
    code = int(digits, 16)
    if code > 0x10FFFF:
        raise SyntaxError_(f'invalid Unicode escape sequence at or near "{found[0]}" of jsonpath input')
    return chr(code)
