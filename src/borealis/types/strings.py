"""text, varchar, bpchar, name, "char", unknown: SQLite TEXT, compared byte by byte as PostgreSQL's C collation does.

bpchar stands without its trailing blanks, which mean nothing in comparisons; output pads it to the declared length.
"""

from __future__ import annotations

import re

from borealis.errors import (
    CharacterNotInRepertoire,
    InvalidBinaryRepresentation,
    InvalidParameterValue,
    StringDataRightTruncation,
)
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value

_HEADER = 4  # PostgreSQL's VARHDRSZ: a string's typmod is its length and this
_LENGTH_MAX = 10_485_760
_NAME_BYTES = 63
_OCTAL = re.compile(r"\\[0-7]{3}")


def check_no_nul(text: str) -> str:
    if "\0" in text:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    return text


def from_utf8(data: bytes) -> str:
    try:
        return check_no_nul(str(data, "utf-8"))
    except UnicodeDecodeError as error:
        bad = " ".join(f"0x{byte:02x}" for byte in data[error.start : max(error.end, error.start + 1)])
        raise CharacterNotInRepertoire(f'invalid byte sequence for encoding "UTF8": {bad}') from None


class Text(Type):
    affinity = "TEXT"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> str:
        return check_no_nul(text)

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        return from_utf8(data)

    def encode_binary(self, value: Value) -> bytes:
        return str(value).encode()

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return str.encode  # type: ignore[return-value]

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return str.encode  # type: ignore[return-value]


class Unknown(Text):
    storable = False
    indexable = False


class Varchar(Text):
    """varchar(n): n characters; trailing blanks beyond are cut, other characters are 22001."""

    def typmod_in(self, modifiers: list[int]) -> int:
        return string_typmod(modifiers, self.name)

    def typmod_text(self, typmod: int) -> str:
        return f"({typmod - _HEADER})" if typmod >= 0 else ""

    def fit(self, text: str, typmod: int, *, is_explicit: bool) -> str:
        """Cut a text to its declared length.

        Raises: StringDataRightTruncation 22001, unless the cast was written.
        """
        length = typmod - _HEADER
        if typmod < 0 or len(text) <= length:
            return text
        if not is_explicit and text[length:].strip(" "):
            raise StringDataRightTruncation(f"value too long for type {self.sql_name}({length})")
        return text[:length]


class Bpchar(Varchar):
    def decode_text(self, text: str, style: Style) -> str:
        return check_no_nul(text).rstrip(" ")

    def decode_binary(self, data: bytes) -> str:
        return from_utf8(data).rstrip(" ")

    def fit(self, text: str, typmod: int, *, is_explicit: bool) -> str:
        return super().fit(text, typmod, is_explicit=is_explicit).rstrip(" ")

    @staticmethod
    def padded(text: str, typmod: int) -> str:
        """Return the text as output shows it."""
        return text.ljust(typmod - _HEADER) if typmod >= 0 else text


class Name(Text):
    storable = False
    indexable = False

    def decode_text(self, text: str, style: Style) -> str:
        return truncate_name(check_no_nul(text))


class Char(Text):
    r"""The one-byte type whose name is written in quotes, used by the system catalogs.

    A value is the byte as its text shows it: the character, `\\303` in octal from 128 on, nothing for 0.
    """

    storable = False
    indexable = False

    def decode_text(self, text: str, style: Style) -> str:
        if _OCTAL.fullmatch(text):
            return _char(int(text[1:], 8) & 0xFF)
        return _char(check_no_nul(text).encode()[0]) if text else ""

    def decode_binary(self, data: bytes) -> str:
        if len(data) != 1:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return _char(data[0])

    def encode_binary(self, value: Value) -> bytes:
        text = str(value)
        if len(text) == 4:
            return bytes((int(text[1:], 8),))
        return text.encode() or b"\0"

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self.encode_binary


def _char(byte: int) -> str:
    return f"\\{byte:03o}" if byte >= 0x80 else chr(byte) if byte else ""


def truncate_name(text: str) -> str:
    return text.encode()[:_NAME_BYTES].decode(errors="ignore")


def string_typmod(modifiers: list[int], name: str) -> int:
    if len(modifiers) != 1:
        raise InvalidParameterValue("invalid type modifier")
    (length,) = modifiers
    if length < 1:
        raise InvalidParameterValue(f"length for type {name.replace('bpchar', 'char')} must be at least 1")
    if length > _LENGTH_MAX:
        raise InvalidParameterValue(
            f"length for type {name.replace('bpchar', 'char')} cannot exceed {_LENGTH_MAX}"
        )
    return length + _HEADER
