"""int2vector and oidvector: arrays of the system catalogs, counted from 0, written as numbers with blanks between."""

from __future__ import annotations

import struct

from borealis.errors import InvalidBinaryRepresentation
from borealis.types import oids
from borealis.types.array import Array, pack, unpack
from borealis.types.base import Style, Value


class Vector(Array):
    """A value is an array's; only its text and its lower bound differ."""

    def decode_text(self, text: str, style: Style) -> str:
        return pack([self.element_type.decode_text(item, style) for item in text.split()])

    def encode_text(self, value: Value, style: Style) -> str:
        return " ".join(str(item) for item in unpack(value))

    def encode_binary(self, value: Value) -> bytes:
        """Write the array's form: one dimension, even of no elements, and its lower bound 0."""
        data = super().encode_binary(value)
        count = len(unpack(value))
        return struct.pack("!iiIii", 1, 0, self.element, count, 0) + (data[20:] if count else b"")

    def decode_binary(self, data: bytes) -> str:
        if len(data) < 12:  # the header
            raise InvalidBinaryRepresentation("insufficient data left in message")
        dimensions, has_nulls, element = struct.unpack_from("!iiI", data)
        if dimensions == 1 and len(data) >= 20:  # the header of one dimension
            (count,) = struct.unpack_from("!i", data, 12)
            data = struct.pack("!iiIii", 1, has_nulls, element, count, 1) + data[20:]
        return super().decode_binary(data)


def lower_bound(array_type: int) -> int:
    """Return where the subscripts of an array of this type begin."""
    return 0 if array_type in (oids.INT2VECTOR, oids.OIDVECTOR) else 1
