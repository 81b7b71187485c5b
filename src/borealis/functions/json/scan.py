"""Where things stand in JSON text that is known to be valid: the parts of an object or array as spans of the text.

Nested values are skipped by the C scanner of Python's json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import wraps
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, TypeVar, cast

from borealis.errors import InvalidTextRepresentation, StatementTooComplex, UntranslatableCharacter
from borealis.types.json import JsonValue, jsonb_text, parse
from borealis.types.json_errors import refusal

_skip = json.JSONDecoder(parse_float=str, parse_int=str, strict=False).scan_once  # type: ignore[attr-defined]
_NO_BLANK = re.compile(r"[^ \t\r\n]")
_SURROGATE = re.compile(r"[\ud800-\udbff]{2}|[\ud800-\udfff]")


def first(text: str) -> str:
    """Return the character a value begins with: `{` and `[` tell objects and arrays, `"` a string."""
    return text[_at(text, 0)]


def _at(text: str, position: int) -> int:
    found = _NO_BLANK.search(text, position)
    assert found is not None
    return found.start()


Call = TypeVar("Call", bound=Callable[..., Any])


def within_stack(call: Call) -> Call:
    """Wrap a function that recurses into its argument: too deep a value is 54001, as PostgreSQL's stack is limited too."""

    @wraps(call)
    def limited(*args: Any) -> Any:
        try:
            return call(*args)
        except RecursionError:
            raise too_deep() from None

    return cast("Call", limited)


def too_deep() -> StatementTooComplex:
    return StatementTooComplex("stack depth limit exceeded")


def _end(text: str, start: int) -> int:
    """Return where the value that begins here ends."""
    try:
        end: int = _skip(text, start)[1]
        return end
    except RecursionError:
        raise too_deep() from None


def members(text: str) -> Iterator[tuple[str, str]]:
    """Return (key, value's text) of an object's members, as written: a key may come twice."""
    position = _at(text, _at(text, 0) + 1)
    while text[position] != "}":
        key, after = scanstring(text, position + 1, False)
        start = _at(text, _at(text, after) + 1)
        end = _end(text, start)
        yield key, text[start:end]
        position = _at(text, end)
        if text[position] == ",":
            position = _at(text, position + 1)


def elements(text: str) -> Iterator[str]:
    """Return the texts of an array's elements."""
    position = _at(text, _at(text, 0) + 1)
    while text[position] != "]":
        end = _end(text, position)
        yield text[position:end]
        position = _at(text, end)
        if text[position] == ",":
            position = _at(text, position + 1)


def as_text(value: str) -> str | None:
    """Return what ->> gives for a value's text: a string without its quotes, NULL for null."""
    value = value.strip(" \t\r\n")
    if value[0] == '"':
        return checked(scanstring(value, 1, False)[0])
    return None if value == "null" else value


def checked(text: str) -> str:
    """Return a string that is text. Raises 22P05 and 22P02 for escapes that are no characters."""
    if "\0" in text:
        raise UntranslatableCharacter(
            "unsupported Unicode escape sequence", detail="\\u0000 cannot be converted to text."
        )
    found = _SURROGATE.search(text)
    if found:
        is_second_high = len(found[0]) > 1
        raise InvalidTextRepresentation(
            "invalid input syntax for type json",
            detail="Unicode high surrogate must not follow a high surrogate."
            if is_second_high
            else "Unicode low surrogate must follow a high surrogate.",
        )
    return text


def readable(text: str) -> str:
    """Return a json whose escapes are all characters. Raises 22P05 and 22P02; json keeps such escapes until it is read."""
    if "\\u" in text:
        try:
            within_stack(_check)(load(text))
        except (UntranslatableCharacter, InvalidTextRepresentation):
            raise refusal(text, reads_escapes=True) from None
    return text


def _check(value: JsonValue) -> None:
    if type(value) is str:
        checked(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            checked(key)
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)


def load(text: str) -> JsonValue:
    """Return the value of a jsonb."""
    return parse(text)


def dump(value: JsonValue) -> str:
    """Return a value as jsonb."""
    try:
        return jsonb_text(value)
    except RecursionError:
        raise too_deep() from None
