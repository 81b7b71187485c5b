"""timestamp, timestamptz: microseconds since 2000-01-01 00:00, of UTC for timestamptz; the infinities at the ends of int64."""

from __future__ import annotations

import struct

from borealis.errors import DatetimeFieldOverflow, InvalidBinaryRepresentation
from borealis.types import datetime_parser
from borealis.types.base import PLAIN, BinaryEncoder, Representation, Style, TextEncoder, Type, Value
from borealis.types.calendar import DAY_US, SECOND_US, date_from_days, time_parts
from borealis.types.datetime_encoders import timestamp_encoder, timestamptz_encoder
from borealis.types.datetime_text import format_timestamp, format_timestamptz
from borealis.types.interval import round_seconds
from borealis.types.time import seconds_typmod

INFINITY, MINUS_INFINITY = 2**63 - 1, -(2**63)
US_MIN = -211_813_488_000_000_000  # 4714-11-24 00:00 BC
US_END = 9_223_371_331_200_000_000  # 294277-01-01, the first that is not
_WIRE = struct.Struct("!q")


def is_finite(us: int) -> bool:
    return us not in (INFINITY, MINUS_INFINITY)


def in_range(us: int) -> bool:
    return US_MIN <= us < US_END


def timestamp_parts(us: int) -> tuple[int, int, int, int, int, int, int]:
    """Return (year, month, day, hour, minute, second, microsecond) of a finite timestamp."""
    days, rest = divmod(us, DAY_US)
    return (*date_from_days(days), *time_parts(rest))


def apply_typmod(us: int, typmod: int) -> int:
    return us if typmod < 0 or not is_finite(us) else round_seconds(us, typmod)


class Timestamp(Type):
    affinity = "INTEGER"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> int:
        parsed = datetime_parser.read(text, self.name_in_errors, style)
        if parsed.special:
            return INFINITY if parsed.special == "infinity" else MINUS_INFINITY
        us = self._moment(parsed, parsed.days * DAY_US + parsed.time_us, style)
        if not in_range(us):
            raise DatetimeFieldOverflow(f'timestamp out of range: "{text}"')
        return us

    name_in_errors = "timestamp"

    def _moment(self, parsed: datetime_parser.Parsed, local_us: int, style: Style) -> int:
        """A timestamp without time zone ignores a zone in its text."""
        return local_us

    def _format(self, us: int, style: Style) -> str:
        return format_timestamp(us, style)

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, int)
        if not is_finite(value):
            return "infinity" if value > 0 else "-infinity"
        return self._format(value, style)

    def decode_binary(self, data: bytes) -> int:
        if len(data) != _WIRE.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        us: int = _WIRE.unpack(data)[0]
        if is_finite(us) and not in_range(us):
            raise DatetimeFieldOverflow("timestamp out of range")
        return us

    def encode_binary(self, value: Value) -> bytes:
        return _WIRE.pack(value)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return timestamp_encoder(style)

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return _WIRE.pack

    def typmod_in(self, modifiers: list[int]) -> int:
        return seconds_typmod(modifiers, "TIMESTAMP", "")

    def typmod_text(self, typmod: int) -> str:
        return f"({typmod})" if typmod >= 0 else ""


class Timestamptz(Timestamp):
    name_in_errors = "timestamp with time zone"

    def _moment(self, parsed: datetime_parser.Parsed, local_us: int, style: Style) -> int:
        return local_us - datetime_parser.resolve_offset(parsed, local_us, style) * SECOND_US

    def _format(self, us: int, style: Style) -> str:
        return format_timestamptz(us, style)

    def typmod_in(self, modifiers: list[int]) -> int:
        return seconds_typmod(modifiers, "TIMESTAMP", " WITH TIME ZONE")

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return timestamptz_encoder(style)
