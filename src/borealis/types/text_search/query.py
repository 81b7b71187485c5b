"""The tree of a tsquery. It stands as JSON: nodes in prefix order, the right operand of an operator before the left.

    'a' & !'b':*A      ["&","!",["b",8,1],["a",0,0]]      a phrase operator is its distance, the empty query []

Its text does not tell (a & b) & c from a & (b & c), which order differently and count as different: hence the tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from borealis.errors import ProgramLimitExceeded, StatementTooComplex
from borealis.types.base import Value
from borealis.types.text_search.vector import CACHED_MAX, quoted

PRIORITY = {"!": 4, "<->": 3, "&": 2, "|": 1}
KINDS = {"!": 1, "&": 2, "|": 3, "<->": 4}
"""The numbers of operators, as PostgreSQL sends and orders them."""
_ITEM_BYTES = 12
_SIZE_MAX = 0x3FFFFFFF  # of one allocation


@dataclass(frozen=True, slots=True)
class Operand:
    word: str
    weights: int = 0
    """8 for A, 4 for B, 2 for C, 1 for D; 0 for any."""
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    kind: str  # ! <-> & |
    left: Query | None
    """None of !, whose only operand is the right one."""
    right: Query
    distance: int = 0  # of <->

    @property
    def priority(self) -> int:
        return PRIORITY[self.kind]

    @property
    def operands(self) -> tuple[Query, ...]:
        """The right one first, as PostgreSQL keeps them."""
        return (self.right,) if self.left is None else (self.right, self.left)


Query = Operand | Operator


def negation(operand: Query) -> Operator:
    return Operator("!", None, operand)


def pack(query: Query | None) -> str:
    items: list[Any] = []
    pending = [] if query is None else [query]
    while pending:
        node = pending.pop()
        if isinstance(node, Operand):
            items.append([node.word, node.weights, int(node.is_prefix)])
            continue
        items.append(node.distance if node.kind == "<->" else node.kind)
        pending += reversed(node.operands)
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def _unpacked(text: str) -> Query | None:
    made: list[Query] = []
    for item in reversed(json.loads(text)):
        if isinstance(item, list):
            made.append(Operand(item[0], item[1], bool(item[2])))
        elif item == "!":
            made.append(negation(made.pop()))
        else:
            right, left = made.pop(), made.pop()
            is_phrase = isinstance(item, int)
            made.append(Operator("<->" if is_phrase else item, left, right, item if is_phrase else 0))
    return made[0] if made else None


_unpacked_before = lru_cache(maxsize=256)(_unpacked)


def unpack(value: Value) -> Query | None:
    packed = str(value)
    return _unpacked_before(packed) if len(packed) <= CACHED_MAX else _unpacked(packed)


def nodes(query: Query | None) -> Iterator[Query]:
    """Yield all nodes in prefix order, right before left, as PostgreSQL keeps them."""
    pending = [] if query is None else [query]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Operator):
            pending += reversed(node.operands)


def operands(query: Query | None) -> list[Operand]:
    return [node for node in nodes(query) if isinstance(node, Operand)]


def size_of(query: Query | None) -> tuple[int, int]:
    """Return the number of nodes and the bytes of all words, each with a byte at its end."""
    return sum(1 for _ in nodes(query)), sum(len(each.word.encode()) + 1 for each in operands(query))


def checked(query: Query | None) -> Query | None:
    """Return the query if it is not too large. Raises ProgramLimitExceeded 54000."""
    count, size = size_of(query)
    if count * _ITEM_BYTES + size > _SIZE_MAX:
        raise ProgramLimitExceeded("tsquery is too large")
    return query


def text(query: Query | None) -> str:
    """Return the text PostgreSQL writes. Raises StatementTooComplex 54001."""
    if query is None:
        return ""
    try:
        return _text(query, -1, is_right_of_phrase=False)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


def _text(query: Query, outer: int, *, is_right_of_phrase: bool) -> str:
    if isinstance(query, Operand):
        return quoted(query.word) + _modifiers(query)
    priority = query.priority
    is_phrase = query.kind == "<->"
    right = _text(query.right, priority, is_right_of_phrase=is_phrase)
    if query.left is None:
        written = f"!{right}"
    else:
        sign = f"<{query.distance}>" if is_phrase and query.distance != 1 else query.kind
        written = f"{_text(query.left, priority, is_right_of_phrase=False)} {sign} {right}"
    return f"( {written} )" if priority < outer or (is_phrase and is_right_of_phrase) else written


def _modifiers(operand: Operand) -> str:
    letters = "".join(
        letter for bit, letter in zip((8, 4, 2, 1), "ABCD", strict=True) if operand.weights & bit
    )
    found = ("*" if operand.is_prefix else "") + letters
    return f":{found}" if found else ""


@lru_cache(maxsize=1_024)
def checksum(word: str) -> int:
    """Return the signed number by which PostgreSQL orders operands first: its old CRC, which shifts the wrong way."""
    crc = 0xFFFFFFFF
    for byte in word.encode():
        crc = _REFLECTED[(crc >> 24) ^ byte] ^ (crc << 8) & 0xFFFFFFFF
    crc ^= 0xFFFFFFFF
    return crc if crc < 1 << 31 else crc - (1 << 32)


def _reflected_table() -> list[int]:
    """The table of CRC-32 with the polynomial 0xEDB88320."""
    table = []
    for n in range(256):
        crc = n
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table.append(crc)
    return table


_REFLECTED = _reflected_table()
