"""json, jsonb: SQLite TEXT. json keeps what was written, jsonb is normalised when read: last of duplicate keys, keys by length then
bytes, one blank after commas and colons, numbers as numeric prints them.

Source: PostgreSQL 16 documentation 8.14.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    StatementTooComplex,
    UntranslatableCharacter,
)
from borealis.types import numeric
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.json_errors import refusal
from borealis.types.strings import from_utf8

_JSONB_VERSION = b"\1"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Number(str):
    """A JSON number, by its text."""

    __slots__ = ()


JsonValue = object
"""None, bool, Number, str, list or dict."""


def parse(text: str) -> JsonValue:
    """Read JSON.

    Raises: InvalidTextRepresentation 22P02.
    """
    try:
        return _DECODER.decode(text)
    except (json.JSONDecodeError, _ConstantError):
        raise refusal(text, reads_escapes=False) from None
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


class _ConstantError(Exception):
    """Python takes NaN and Infinity for numbers."""


def _refuse_constant(name: str) -> object:
    raise _ConstantError


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_refuse_constant)


def quoted(text: str) -> str:
    return (
        '"' + _NEEDS_ESCAPE.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", text) + '"'
    )


def jsonb_text(value: JsonValue) -> str:
    """Return jsonb's one text of a value."""
    parts: list[str] = []
    _append(parts, value)
    return "".join(parts)


def _append(parts: list[str], value: JsonValue) -> None:
    match value:
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case Number():
            parts.append(numeric.parse(value))
        case str():
            parts.append(quoted(_checked(value)))
        case dict():
            _append_object(parts, value)
        case list():
            parts.append("[")
            for n, item in enumerate(value):
                if n:
                    parts.append(", ")
                _append(parts, item)
            parts.append("]")
        case _:
            parts.append(numeric.parse(str(value)))


def _append_object(parts: list[str], value: dict[str, JsonValue]) -> None:
    parts.append("{")
    for n, key in enumerate(sorted_keys(value)):
        parts.append((", " if n else "") + quoted(_checked(key)) + ": ")
        _append(parts, value[key])
    parts.append("}")


def sorted_keys(keys: Iterable[str]) -> list[str]:
    """Return keys in jsonb's order: shorter first, then by bytes."""
    return sorted(keys, key=lambda key: (len(encoded := key.encode(errors="surrogatepass")), encoded))


def _checked(text: str) -> str:
    if "\0" in text:
        raise UntranslatableCharacter(
            "unsupported Unicode escape sequence", detail="\\u0000 cannot be converted to text."
        )
    if _SURROGATE.search(text):
        raise InvalidTextRepresentation(
            "invalid input syntax for type json", detail="Unicode low surrogate must follow a high surrogate."
        )
    return text


class Json(Type):
    affinity = "TEXT"
    storable = True

    def decode_text(self, text: str, style: Style) -> str:
        parse(text)
        return text

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        return self.decode_text(from_utf8(data), _STYLE)

    def encode_binary(self, value: Value) -> bytes:
        return str(value).encode()

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return str.encode  # type: ignore[return-value]

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self.encode_binary


class Jsonb(Json):
    def decode_text(self, text: str, style: Style) -> str:
        value = parse(text)
        try:
            return jsonb_text(value)
        except (UntranslatableCharacter, InvalidTextRepresentation):
            raise refusal(text, reads_escapes=True) from None
        except RecursionError:
            raise StatementTooComplex("stack depth limit exceeded") from None

    def decode_binary(self, data: bytes) -> str:
        if data[:1] != _JSONB_VERSION:
            raise InvalidBinaryRepresentation(f"unsupported jsonb version number {data[0] if data else 0}")
        return self.decode_text(from_utf8(data[1:]), _STYLE)

    def encode_binary(self, value: Value) -> bytes:
        return _JSONB_VERSION + str(value).encode()


_STYLE = Style()
