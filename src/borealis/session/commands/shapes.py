"""Shape: how one result's rows look on the wire, in the formats Bind chose and the session's style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from borealis.errors import InvalidParameterValue, ProtocolViolation
from borealis.wire import backend
from borealis.wire.backend import Field


class Shape:
    """RowDescription, made when asked for, and the encoder of a DataRow."""

    __slots__ = ("_description", "_fields", "_formats", "encode")

    def __init__(
        self, fields: tuple[Field, ...], formats: tuple[int, ...], encode: Callable[[tuple[Any, ...]], bytes]
    ) -> None:
        self._fields = fields
        self._formats = formats
        self._description: bytes | None = None
        self.encode = encode

    @property
    def description(self) -> bytes:
        if self._description is None:
            self._description = describe(self._fields, self._formats)
        return self._description


def describe(fields: tuple[Field, ...], formats: tuple[int, ...]) -> bytes:
    return backend.row_description(
        [
            Field(field.name, field.table, field.attnum, field.type, field.type_length, field.typmod, format_)
            for field, format_ in zip(fields, formats, strict=True)
        ]
    )


def column_formats(formats: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Return one format a column from Bind's: none is all text, one is for all.

    Raises:
        ProtocolViolation: 08P01, their number does not fit.
        InvalidParameterValue: 22023, neither text nor binary.
    """
    given = len(formats)
    if given not in (0, 1, count):
        raise ProtocolViolation(f"bind message has {given} result formats but query has {count} columns")
    for format_ in formats:
        if format_ not in (backend.TEXT, backend.BINARY):
            raise InvalidParameterValue(f"unsupported format code: {format_}")
    if given == count:
        return formats
    return (formats[0] if formats else backend.TEXT,) * count


def encode_texts(row: tuple[str | None, ...]) -> bytes:
    """Encode a row of texts, whose text and binary forms are the same."""
    return backend.data_row([None if value is None else value.encode() for value in row])
