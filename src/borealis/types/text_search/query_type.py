"""tsquery."""

from __future__ import annotations

import struct

from borealis.errors import InvalidBinaryRepresentation
from borealis.types.base import Style, Type, Value
from borealis.types.strings import from_utf8
from borealis.types.text_search.limits import LEXEME_BYTES_END
from borealis.types.text_search.query import (
    KINDS,
    Operand,
    Operator,
    Query,
    checked,
    negation,
    nodes,
    pack,
    text,
    unpack,
)
from borealis.types.text_search.query_reader import read

_COUNT = struct.Struct("!I")
_DISTANCE = struct.Struct("!H")
_IS_OPERAND, _IS_OPERATOR = 1, 2
_SIGNS = {number: kind for kind, number in KINDS.items()}
_WEIGHTS_MAX = 15


class TsQuery(Type):
    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> str:
        return pack(read(text))

    def encode_text(self, value: Value, style: Style) -> str:
        return text(unpack(value))

    def decode_binary(self, data: bytes) -> str:
        try:
            return pack(checked(_query(data)))
        except (struct.error, ValueError, IndexError):
            raise InvalidBinaryRepresentation("insufficient data left in message") from None

    def encode_binary(self, value: Value) -> bytes:
        parts = [_sent(node) for node in nodes(unpack(value))]
        return _COUNT.pack(len(parts)) + b"".join(parts)


def _sent(node: Query) -> bytes:
    if isinstance(node, Operand):
        return bytes((_IS_OPERAND, node.weights, node.is_prefix)) + node.word.encode() + b"\0"
    head = bytes((_IS_OPERATOR, KINDS[node.kind]))
    return head + _DISTANCE.pack(node.distance) if node.kind == "<->" else head


def _query(data: bytes) -> Query | None:
    """Raises struct.error, ValueError or IndexError where bytes are missing, InvalidBinaryRepresentation 22P03."""
    (count,) = _COUNT.unpack_from(data)
    at = _COUNT.size
    items: list[Operand | tuple[str, int]] = []
    for _ in range(count):
        if data[at] == _IS_OPERAND:
            end = data.index(b"\0", at + 3)
            if data[at + 1] > _WEIGHTS_MAX:
                raise InvalidBinaryRepresentation("invalid tsquery: invalid weight bitmap")
            if end - at - 3 > LEXEME_BYTES_END:
                raise InvalidBinaryRepresentation("invalid tsquery: operand too long")
            items.append(Operand(from_utf8(data[at + 3 : end]), data[at + 1], bool(data[at + 2])))
            at = end + 1
        elif data[at] == _IS_OPERATOR:
            kind = _SIGNS.get(data[at + 1])
            if kind is None:
                raise InvalidBinaryRepresentation(
                    f"invalid tsquery: unrecognized operator type {data[at + 1]}"
                )
            distance = _DISTANCE.unpack_from(data, at + 2)[0] if kind == "<->" else 0
            items.append((kind, distance))
            at += 4 if kind == "<->" else 2
        else:
            raise InvalidBinaryRepresentation(f"unrecognized tsquery node type: {data[at]}")
    if at != len(data):
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return _tree(items)


def _tree(items: list[Operand | tuple[str, int]]) -> Query | None:
    made: list[Query] = []
    for item in reversed(items):
        if isinstance(item, Operand):
            made.append(item)
            continue
        kind, distance = item
        if len(made) < (1 if kind == "!" else 2):
            raise InvalidBinaryRepresentation("malformed tsquery: operand not found")
        right = made.pop()
        made.append(negation(right) if kind == "!" else Operator(kind, made.pop(), right, distance))
    if len(made) > 1:
        raise InvalidBinaryRepresentation("malformed tsquery: extra nodes")
    return made[0] if made else None
