"""Records: the values of ROW(…), of whole rows, of functions with several columns.

A value is two lines: its shape, then the JSON list of its columns' values as arrays hold elements. It says itself what it
is, so that a record passes through subqueries, arrays, aggregates and JSON without anybody knowing its columns.

    [["id","name"],[23,25],[-1,-1]]
    [1,"a b"]

Text: (1,"a b"). Comparison is column by column, NULLs equal and above all else, as record_cmp's.
Source: PostgreSQL 16 documentation 8.16.6, 9.24.6.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache

from borealis.errors import FeatureNotSupported, InvalidTextRepresentation
from borealis.types import oids, row_types
from borealis.types.array import from_element, pack, to_element, unpack
from borealis.types.base import Oid, Style, Type, Value
from borealis.types.row_types import Shape, shape_of_text

_INT4 = struct.Struct("!i")
_FIELD = struct.Struct("!Ii")
_STUMBLES = re.compile(r'[ \t\n\r\f\v"\\(),]')


def make(shape_text: str, values: Sequence[Value]) -> str:
    """Return the value of a record whose columns have these values."""
    items = zip(shape_of_text(shape_text).types, values, strict=True)
    return f"{shape_text}\n{pack([to_element(type_, value) for type_, value in items])}"


def take(value: Value) -> tuple[Shape, list[Value]]:
    """Return a record's shape and the values of its columns."""
    assert isinstance(value, str)
    head, _, body = value.partition("\n")
    shape = shape_of_text(head)
    return shape, [from_element(type_, item) for type_, item in zip(shape.types, unpack(body), strict=True)]


def shown(value: Value, type_: Oid, typmod: int) -> Value:
    """Return a column's value as its output function takes it: a char(n) with its blanks."""
    if type_ == oids.BPCHAR and typmod > 4 and isinstance(value, str):
        return value.ljust(typmod - 4)
    return value


def read(text: str, count: int) -> tuple[str | None, ...]:
    """Split the text of a record of so many columns.

    Raises:
        InvalidTextRepresentation: 22P02, malformed record literal.
    """
    return _read(text, count)


@lru_cache(maxsize=64)
def _read(text: str, count: int) -> tuple[str | None, ...]:
    reader = _Reader(text)
    return reader.fields(count)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def fields(self, count: int) -> tuple[str | None, ...]:
        self._skip_blanks()
        if self._peek() != "(":
            raise self._malformed("Missing left parenthesis.")
        self._at += 1
        found: list[str | None] = []
        for ordinal in range(count):
            if ordinal:
                if self._peek() != ",":
                    raise self._malformed("Too few columns.")
                self._at += 1
            found.append(None if self._peek() in (",", ")") else self._field())
        if self._peek() != ")":
            raise self._malformed("Too many columns.")
        self._at += 1
        self._skip_blanks()
        if self._at < len(self._text):
            raise self._malformed("Junk after right parenthesis.")
        return tuple(found)

    def _field(self) -> str:
        parts, is_quoted = [], False
        while is_quoted or self._peek() not in (",", ")"):
            character = self._next()
            if character == "\\":
                parts.append(self._next())
            elif character != '"':
                parts.append(character)
            elif not is_quoted:
                is_quoted = True
            elif self._peek() == '"':
                parts.append(self._next())
            else:
                is_quoted = False
        return "".join(parts)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._peek()
        if not character:
            raise self._malformed("Unexpected end of input.")
        self._at += 1
        return character

    def _skip_blanks(self) -> None:
        while self._peek() in tuple(" \t\n\r\f\v"):
            self._at += 1

    def _malformed(self, detail: str) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'malformed record literal: "{self._text}"', detail=detail)


class Record(Type):
    """The pseudo-type record, and every row type: the value says the rest."""

    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> Value:
        raise FeatureNotSupported("input of anonymous composite types is not implemented")

    def decode_binary(self, data: bytes) -> Value:
        raise FeatureNotSupported(f"binary input of type {self.sql_name} not supported")

    def encode_text(self, value: Value, style: Style) -> str:
        from borealis.types.registry import type_of

        shape, values = take(value)
        parts = []
        for item, type_, typmod in zip(values, shape.types, shape.typmods, strict=True):
            if item is None:
                parts.append("")
                continue
            text = type_of(type_).encode_text(shown(item, type_, typmod), style)
            parts.append(text if text and not _STUMBLES.search(text) else _quoted(text))
        return f"({','.join(parts)})"

    def encode_binary(self, value: Value) -> bytes:
        from borealis.types.registry import type_of

        shape, values = take(value)
        parts = [_INT4.pack(len(values))]
        for item, type_, typmod in zip(values, shape.types, shape.typmods, strict=True):
            if item is None:
                parts.append(_FIELD.pack(type_, -1))
                continue
            data = type_of(type_).encode_binary(shown(item, type_, typmod))
            parts += (_FIELD.pack(type_, len(data)), data)
        return b"".join(parts)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


class RowType(Record):
    """The row type of a table. Its text stands as it is until the statement, which knows the columns, reads it."""

    def __init__(self, oid: Oid) -> None:
        super().__init__(oid, "", "", length=-1, category="C", array=row_types.array_of(oid), kind="c")

    def decode_text(self, text: str, style: Style) -> Value:
        return text
