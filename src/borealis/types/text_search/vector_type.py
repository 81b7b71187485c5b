"""tsvector."""

from __future__ import annotations

import struct
from itertools import pairwise

from borealis.errors import InvalidBinaryRepresentation
from borealis.types.base import Style, Type, Value
from borealis.types.strings import from_utf8
from borealis.types.text_search.lexeme_reader import Position
from borealis.types.text_search.limits import LEXEME_BYTES_END, POSITIONS_MAX
from borealis.types.text_search.vector import Lexeme, checked, pack, read, unpack

_COUNT = struct.Struct("!i")
_POSITIONS = struct.Struct("!H")
_PLACE_BITS = 14


class TsVector(Type):
    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> str:
        return pack(read(text))

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        try:
            return pack(checked(_lexemes(data)))
        except (struct.error, ValueError):
            raise InvalidBinaryRepresentation("insufficient data left in message") from None

    def encode_binary(self, value: Value) -> bytes:
        vector = unpack(value)
        parts = [_COUNT.pack(len(vector))]
        for lexeme in vector:
            parts.append(lexeme.word.encode() + b"\0")
            parts.append(_POSITIONS.pack(len(lexeme.positions)))
            parts += [_POSITIONS.pack(weight << _PLACE_BITS | place) for place, weight in lexeme.positions]
        return b"".join(parts)


def _lexemes(data: bytes) -> list[Lexeme]:
    """Raises struct.error or ValueError where bytes are missing, InvalidBinaryRepresentation 22P03."""
    (count,) = _COUNT.unpack_from(data)
    if count < 0:
        raise InvalidBinaryRepresentation("invalid size of tsvector")
    at = _COUNT.size
    found: dict[str, Lexeme] = {}
    for _ in range(count):
        end = data.index(b"\0", at)
        word = from_utf8(data[at:end])
        if end - at > LEXEME_BYTES_END:
            raise InvalidBinaryRepresentation("invalid tsvector: lexeme too long")
        (places,) = _POSITIONS.unpack_from(data, end + 1)
        if places > POSITIONS_MAX:
            raise InvalidBinaryRepresentation("unexpected number of tsvector positions")
        at = end + 1 + _POSITIONS.size
        positions = _positions(struct.unpack_from(f"!{places}H", data, at))
        at += _POSITIONS.size * places
        found[word] = Lexeme(word, positions)
    if at != len(data):
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return [found[word] for word in sorted(found)]


def _positions(numbers: tuple[int, ...]) -> tuple[Position, ...]:
    positions = tuple((number & (1 << _PLACE_BITS) - 1, number >> _PLACE_BITS) for number in numbers)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(positions)):
        raise InvalidBinaryRepresentation("position information is misordered")
    return positions
