"""bytea: a SQLite BLOB; text in hex, or in the old escape form on input."""

from __future__ import annotations

import re

from borealis.errors import InvalidParameterValue, InvalidTextRepresentation
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

_ESCAPE = re.compile(r"\\(?:([0-3][0-7]{2})|(\\))|([^\\])|(\\)")
_SPACE = " \t\n\r"


class Bytea(Type):
    affinity = "BLOB"
    storable = True

    def decode_text(self, text: str, style: Style) -> bytes:
        if text.startswith("\\x"):
            return from_hex(text[2:])
        data = bytearray()
        for octal, backslash, plain, _ in _ESCAPE.findall(text):
            if octal:
                data.append(int(octal, 8))
            elif backslash:
                data.append(0x5C)
            elif plain:
                data += plain.encode()
            else:
                raise InvalidTextRepresentation("invalid input syntax for type bytea")
        return bytes(data)

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, bytes)
        return "\\x" + value.hex()

    def decode_binary(self, data: bytes) -> bytes:
        return bytes(data)

    def encode_binary(self, value: Value) -> bytes:
        assert isinstance(value, bytes)
        return value

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return lambda value: b"\\x" + value.hex().encode()  # type: ignore[union-attr]

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return bytes  # type: ignore[return-value]


def from_hex(text: str) -> bytes:
    """Read hexadecimal digits, blanks allowed between pairs."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise _invalid_hex(text) from None


def _invalid_hex(text: str) -> InvalidParameterValue:
    half = False
    for character in text:
        if not half and character in _SPACE:
            continue
        if character not in "0123456789abcdefABCDEF":
            return InvalidParameterValue(f'invalid hexadecimal digit: "{character}"')
        half = not half
    return InvalidParameterValue("invalid hexadecimal data: odd number of digits")
