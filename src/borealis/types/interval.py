"""interval: months, days and microseconds, in a 24-byte BLOB.

    bytes 0…15   months * 30 days + days * 24 hours + microseconds, biased by 2**127, big-endian: PostgreSQL's order
    bytes 16…19  months, biased by 2**31
    bytes 20…23  days, biased by 2**31

Two intervals are equal when their first 16 bytes are: '1 month' equals '30 days'. Source: PostgreSQL 16 documentation 8.5.4.
"""

from __future__ import annotations

import struct

from borealis.errors import InvalidBinaryRepresentation, InvalidParameterValue
from borealis.types.base import Style, Type, Value
from borealis.types.calendar import DAY_US
from borealis.types.interval_input import parse_interval
from borealis.types.interval_text import format_interval

_BIAS_KEY = 2**127
_BIAS = 2**31
_TAIL = struct.Struct("!II")
_WIRE = struct.Struct("!qii")
_MONTH_US = 30 * DAY_US
KEY_BYTES = 16

# PostgreSQL's typmod: the fields kept, a bit each, above; the precision of seconds below.
_FULL_PRECISION = 0xFFFF
_FULL_RANGE = 0x7FFF
_MONTH, _YEAR, _DAY, _HOUR, _MINUTE, _SECOND = 1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12
_RANGES = {
    _YEAR: " year",
    _MONTH: " month",
    _DAY: " day",
    _HOUR: " hour",
    _MINUTE: " minute",
    _SECOND: " second",
    _YEAR | _MONTH: " year to month",
    _DAY | _HOUR: " day to hour",
    _DAY | _HOUR | _MINUTE: " day to minute",
    _DAY | _HOUR | _MINUTE | _SECOND: " day to second",
    _HOUR | _MINUTE: " hour to minute",
    _HOUR | _MINUTE | _SECOND: " hour to second",
    _MINUTE | _SECOND: " minute to second",
}


def pack(months: int, days: int, us: int) -> bytes:
    key = months * _MONTH_US + days * DAY_US + us + _BIAS_KEY
    return key.to_bytes(16, "big") + _TAIL.pack(months + _BIAS, days + _BIAS)


def order_key(value: Value) -> int:
    """Return what intervals are ordered by: microseconds, a month being 30 days."""
    assert isinstance(value, bytes), value
    return int.from_bytes(value[:KEY_BYTES], "big") - _BIAS_KEY


def unpack(value: Value) -> tuple[int, int, int]:
    """Return (months, days, microseconds)."""
    assert isinstance(value, bytes)
    months, days = _TAIL.unpack_from(value, 16)
    months -= _BIAS
    days -= _BIAS
    key = int.from_bytes(value[:16], "big") - _BIAS_KEY
    return months, days, key - months * _MONTH_US - days * DAY_US


def round_seconds(us: int, precision: int) -> int:
    """Round to a number of fractional digits, halves away from zero."""
    step = 10 ** (6 - precision)
    rounded: int = (abs(us) + step // 2) // step * step
    return rounded if us >= 0 else -rounded


def apply_typmod(value: Value, typmod: int) -> Value:
    """Keep the fields of the declared range, and the declared fractional digits."""
    if typmod < 0 or value is None:
        return value
    months, days, us = unpack(value)
    fields, precision = (typmod >> 16) & _FULL_RANGE, typmod & _FULL_PRECISION
    if fields != _FULL_RANGE:
        if fields == _YEAR:
            months, days, us = int(months / 12) * 12, 0, 0
        elif not fields & (_DAY | _HOUR | _MINUTE | _SECOND):
            days, us = 0, 0
        elif fields == _DAY:
            us = 0
        elif not fields & _SECOND:
            unit = 60_000_000 if fields & _MINUTE else 3_600_000_000
            us = us - (us % unit if us >= 0 else -(-us % unit))
    if precision != _FULL_PRECISION:
        us = round_seconds(us, precision)
    return pack(months, days, us)


_UNITS = (
    (_SECOND, "second"),
    (_MINUTE, "minute"),
    (_HOUR, "hour"),
    (_DAY, "day"),
    (_MONTH, "month"),
    (_YEAR, "year"),
)


def read(text: str, style: Style, typmod: int) -> bytes:
    """Read a literal of an interval with declared fields: INTERVAL '4' HOUR, INTERVAL '1:30' MINUTE TO SECOND."""
    fields = (typmod >> 16) & _FULL_RANGE
    unit = next((name for bit, name in _UNITS if fields & bit), "second")
    from_minutes = fields == _MINUTE | _SECOND
    return pack(*parse_interval(text, style.interval_style, unit, from_minutes=from_minutes))


class Interval(Type):
    affinity = "BLOB"
    storable = True

    def decode_text(self, text: str, style: Style) -> bytes:
        return pack(*parse_interval(text, style.interval_style))

    def encode_text(self, value: Value, style: Style) -> str:
        return format_interval(*unpack(value), style.interval_style)

    def decode_binary(self, data: bytes) -> bytes:
        if len(data) != _WIRE.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        us, days, months = _WIRE.unpack(data)
        return pack(months, days, us)

    def encode_binary(self, value: Value) -> bytes:
        months, days, us = unpack(value)
        return _WIRE.pack(us, days, months)

    def typmod_in(self, modifiers: list[int]) -> int:
        if not modifiers or len(modifiers) > 2:
            raise InvalidParameterValue("invalid INTERVAL type modifier")
        fields = modifiers[0]
        precision = modifiers[1] if len(modifiers) > 1 else _FULL_PRECISION
        if precision != _FULL_PRECISION:
            if precision < 0:
                raise InvalidParameterValue(f"INTERVAL({precision}) precision must not be negative")
            precision = min(precision, 6)
        if fields == _FULL_RANGE and precision == _FULL_PRECISION:
            return -1
        return (fields << 16) | precision

    def typmod_text(self, typmod: int) -> str:
        if typmod < 0:
            return ""
        fields, precision = (typmod >> 16) & _FULL_RANGE, typmod & _FULL_PRECISION
        suffix = "" if precision == _FULL_PRECISION else f"({precision})"
        return _RANGES.get(fields, "") + suffix
