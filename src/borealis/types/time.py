"""time: microseconds since midnight. timetz: a BLOB that orders by the instant, then by zone.

timetz   bytes 0…7   microseconds since midnight less the offset, biased by 2**63, big-endian
         bytes 8…11  PostgreSQL's zone, seconds west of Greenwich, biased by 2**31
"""

from __future__ import annotations

import struct

from borealis.errors import (
    DatetimeFieldOverflow,
    InvalidBinaryRepresentation,
    InvalidParameterValue,
)
from borealis.types import time_parser
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.calendar import DAY_US, SECOND_US, offset_text, time_text
from borealis.types.datetime_encoders import time_encoder
from borealis.types.datetime_parser import resolve_offset
from borealis.types.interval import round_seconds

_WIRE = struct.Struct("!q")
_WIRE_TZ = struct.Struct("!qi")
_BLOB = struct.Struct("!QI")
_BIAS, _BIAS_ZONE = 2**63, 2**31
PRECISION_MAX = 6


def seconds_typmod(modifiers: list[int], name: str, suffix: str) -> int:
    """Return the typmod of time(p), timestamp(p) and their kin."""
    if len(modifiers) != 1:
        raise InvalidParameterValue("invalid type modifier")
    if modifiers[0] < 0:
        raise InvalidParameterValue(f"{name}({modifiers[0]}){suffix} precision must not be negative")
    return min(modifiers[0], PRECISION_MAX)


class Time(Type):
    affinity = "INTEGER"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> int:
        us = time_parser.read_iso(text)
        return us if us is not None else time_parser.read(text, "time", style).time_us

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, int)
        return time_text(value)

    def decode_binary(self, data: bytes) -> int:
        if len(data) != _WIRE.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        us: int = _WIRE.unpack(data)[0]
        if not 0 <= us <= DAY_US:
            raise DatetimeFieldOverflow("time out of range")
        return us

    def encode_binary(self, value: Value) -> bytes:
        return _WIRE.pack(value)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return time_encoder

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return _WIRE.pack

    def typmod_in(self, modifiers: list[int]) -> int:
        return seconds_typmod(modifiers, "TIME", "")

    def typmod_text(self, typmod: int) -> str:
        return f"({typmod})" if typmod >= 0 else ""


def pack_timetz(us: int, offset: int) -> bytes:
    """Return the BLOB of a local time and its offset, seconds east."""
    return _BLOB.pack(us - offset * SECOND_US + _BIAS, -offset + _BIAS_ZONE)


def unpack_timetz(value: Value) -> tuple[int, int]:
    """Return the local time in microseconds and its offset, seconds east."""
    assert isinstance(value, bytes)
    instant, zone = _BLOB.unpack(value)
    offset = _BIAS_ZONE - zone
    return instant - _BIAS + offset * SECOND_US, offset


class Timetz(Time):
    affinity = "BLOB"
    indexable = False

    def decode_text(self, text: str, style: Style) -> bytes:  # type: ignore[override]
        parsed = time_parser.read(text, "time with time zone", style)
        offset = resolve_offset(parsed, parsed.days * DAY_US + parsed.time_us, style)
        return pack_timetz(parsed.time_us, offset)

    def encode_text(self, value: Value, style: Style) -> str:
        us, offset = unpack_timetz(value)
        return time_text(us) + offset_text(offset)

    def decode_binary(self, data: bytes) -> bytes:  # type: ignore[override]
        if len(data) != _WIRE_TZ.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        us, zone = _WIRE_TZ.unpack(data)
        if not 0 <= us <= DAY_US:
            raise DatetimeFieldOverflow("time out of range")
        if abs(zone) > 57_599:
            raise DatetimeFieldOverflow("time zone displacement out of range")
        return pack_timetz(us, -zone)

    def encode_binary(self, value: Value) -> bytes:
        us, offset = unpack_timetz(value)
        return _WIRE_TZ.pack(us, -offset)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return lambda value: self.encode_text(value, style).encode()

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self.encode_binary

    def typmod_in(self, modifiers: list[int]) -> int:
        return seconds_typmod(modifiers, "TIME", " WITH TIME ZONE")


def apply_time_typmod(us: int, typmod: int) -> int:
    return us if typmod < 0 else round_seconds(us, typmod)
