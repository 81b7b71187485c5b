"""date: days since 2000-01-01; the infinities at the ends of int32, as PostgreSQL has them."""

from __future__ import annotations

import struct

from borealis.errors import DatetimeFieldOverflow, InvalidBinaryRepresentation
from borealis.types import datetime_parser
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.datetime_encoders import date_encoder
from borealis.types.datetime_text import format_date

INFINITY, MINUS_INFINITY = 2**31 - 1, -(2**31)
DAYS_MIN = -2_451_545  # 4714-11-24 BC
DAYS_MAX = 2_145_031_948  # 5874897-12-31
_WIRE = struct.Struct("!i")


def is_finite(days: int) -> bool:
    return days not in (INFINITY, MINUS_INFINITY)


class Date(Type):
    affinity = "INTEGER"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> int:
        parsed = datetime_parser.read(text, "date", style, datetime_parser.DATE_LENGTH_MAX)
        if parsed.special:
            return INFINITY if parsed.special == "infinity" else MINUS_INFINITY
        days = parsed.days
        if not DAYS_MIN <= days <= DAYS_MAX:
            raise DatetimeFieldOverflow(f'date out of range: "{text}"')
        return days

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, int)
        if not is_finite(value):
            return "infinity" if value > 0 else "-infinity"
        return format_date(value, style)

    def decode_binary(self, data: bytes) -> int:
        if len(data) != _WIRE.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        days: int = _WIRE.unpack(data)[0]
        if is_finite(days) and not DAYS_MIN <= days <= DAYS_MAX:
            raise DatetimeFieldOverflow("date out of range")
        return days

    def encode_binary(self, value: Value) -> bytes:
        return _WIRE.pack(value)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return date_encoder(style)

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return _WIRE.pack
