"""boolean: 0 and 1 in SQLite, `t` and `f` on the wire."""

from __future__ import annotations

from borealis.errors import InvalidBinaryRepresentation, InvalidTextRepresentation
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Boolean(Type):
    affinity = "INTEGER"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> int:
        """Read any unambiguous beginning of true, false, yes, no, on, off; or 1, 0."""
        word = text.strip(" \t\n\r\v\f").lower()
        if word and word != "o":
            if any(full.startswith(word) for full in _TRUE):
                return 1
            if any(full.startswith(word) for full in _FALSE):
                return 0
        raise InvalidTextRepresentation(f'invalid input syntax for type boolean: "{text}"')

    def encode_text(self, value: Value, style: Style) -> str:
        return "t" if value else "f"

    def decode_binary(self, data: bytes) -> int:
        if len(data) != 1:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return int(data != b"\0")

    def encode_binary(self, value: Value) -> bytes:
        return b"\1" if value else b"\0"

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return lambda value: b"t" if value else b"f"

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return lambda value: b"\1" if value else b"\0"
