"""The range and multirange types: their text and binary forms over types/ranges.py."""

from __future__ import annotations

import struct

from borealis.errors import InvalidBinaryRepresentation, SqlError
from borealis.types.base import Style, Type, Value
from borealis.types.range_text import quoted_bound, split_multirange, split_range
from borealis.types.ranges import (
    RANGE_OF_MULTIRANGE,
    SUBTYPES,
    Range,
    make,
    merged,
    pack,
    pack_all,
    unpack,
    unpack_all,
)


class RangeType(Type):
    affinity = "TEXT"

    @property
    def subtype(self) -> Type:
        from borealis.types.registry import type_of

        return type_of(SUBTYPES[self.oid])

    def read(self, text: str, style: Style) -> Range | None:
        parts = split_range(text)
        if parts is None:
            return None
        lower, upper, flags = parts
        first, last = (
            None if each is None else self.subtype.decode_text(each, style) for each in (lower, upper)
        )
        return make(self.oid, first, last, flags)

    def write(self, range_: Range | None, style: Style) -> str:
        if range_ is None:
            return "empty"
        lower, upper = (
            "" if each is None else quoted_bound(self.subtype.encode_text(each, style))
            for each in (range_.lower, range_.upper)
        )
        return f"{range_.flags[0]}{lower},{upper}{range_.flags[1]}"

    def decode_text(self, text: str, style: Style) -> str:
        return pack(self.read(text, style))

    def encode_text(self, value: Value, style: Style) -> str:
        return self.write(unpack(self.oid, value), style)

    def encode_binary(self, value: Value) -> bytes:
        return self.to_wire(unpack(self.oid, value))

    def to_wire(self, range_: Range | None) -> bytes:
        if range_ is None:
            return b"\1"
        flags = (range_.flags[0] == "[") << 1 | (range_.flags[1] == "]") << 2
        flags |= (range_.lower is None) << 3 | (range_.upper is None) << 4
        parts = [bytes((flags,))]
        for each in (range_.lower, range_.upper):
            if each is not None:
                data = self.subtype.encode_binary(each)
                parts += (struct.pack("!i", len(data)), data)
        return b"".join(parts)

    def decode_binary(self, data: bytes) -> str:
        try:
            return pack(self.from_wire(data))
        except (struct.error, IndexError):
            raise InvalidBinaryRepresentation("insufficient data left in message") from None

    def from_wire(self, data: bytes) -> Range | None:
        flags, at = data[0], 1
        if flags & 1:
            return None
        values: list[Value] = []
        for infinite in (8, 16):
            if flags & infinite:
                values.append(None)
                continue
            (size,) = struct.unpack_from("!i", data, at)
            if size < 0 or at + 4 + size > len(data):
                raise InvalidBinaryRepresentation("insufficient data left in message")
            values.append(self.subtype.decode_binary(data[at + 4 : at + 4 + size]))
            at += 4 + size
        return make(self.oid, values[0], values[1], ("[" if flags & 2 else "(") + ("]" if flags & 4 else ")"))


class MultirangeType(Type):
    affinity = "TEXT"

    @property
    def range_type(self) -> RangeType:
        from borealis.types.registry import type_of

        found = type_of(RANGE_OF_MULTIRANGE[self.oid])
        assert isinstance(found, RangeType)
        return found

    def decode_text(self, text: str, style: Style) -> str:
        type_ = self.range_type
        return pack_all(merged(type_.oid, [type_.read(part, style) for part in split_multirange(text)]))

    def encode_text(self, value: Value, style: Style) -> str:
        type_ = self.range_type
        return "{" + ",".join(type_.write(each, style) for each in unpack_all(type_.oid, value)) + "}"

    def encode_binary(self, value: Value) -> bytes:
        parts = [self.range_type.to_wire(each) for each in unpack_all(self.range_type.oid, value)]
        return struct.pack("!i", len(parts)) + b"".join(struct.pack("!i", len(each)) + each for each in parts)

    def decode_binary(self, data: bytes) -> str:
        type_, at, ranges = self.range_type, 4, []
        try:
            (count,) = struct.unpack_from("!i", data)
            for _ in range(min(count, len(data))):
                (size,) = struct.unpack_from("!i", data, at)
                ranges.append(type_.from_wire(data[at + 4 : at + 4 + size]))
                at += 4 + size
        except (struct.error, IndexError, SqlError):
            raise InvalidBinaryRepresentation("insufficient data left in message") from None
        return pack_all(merged(type_.oid, ranges))
