"""uuid: a BLOB of 16 bytes, whose order is PostgreSQL's."""

from __future__ import annotations

import re

from borealis.errors import InvalidBinaryRepresentation, InvalidTextRepresentation
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

# Hyphens may stand after any group of four digits.
_FORM = re.compile(r"[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}")
_BYTES = 16


class Uuid(Type):
    affinity = "BLOB"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> bytes:
        bare = text[1:-1] if text.startswith("{") and text.endswith("}") else text
        if not _FORM.fullmatch(bare):
            raise InvalidTextRepresentation(f'invalid input syntax for type uuid: "{text}"')
        return bytes.fromhex(bare.replace("-", ""))

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, bytes)
        return _form(value.hex())

    def decode_binary(self, data: bytes) -> bytes:
        if len(data) != _BYTES:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return bytes(data)

    def encode_binary(self, value: Value) -> bytes:
        assert isinstance(value, bytes)
        return value

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return lambda value: _form(value.hex()).encode()  # type: ignore[union-attr]

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return bytes  # type: ignore[return-value]


def _form(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
