"""The hash functions of PostgreSQL's hash indexes, which people shard and sample by: hashtext, hashint4, uuid_hash.

The mixing is Bob Jenkins' lookup3 with PostgreSQL's seed, read little-endian as on x86 and ARM. Numbers equal across types
hash alike: int2, int4 and int8 by a folded 32 bits, float4 as float8.
Source: B. Jenkins, "lookup3.c", public domain, 2006; results recorded in tests/oracle/functions/misc.cases.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from borealis.functions.floats.values import to_python
from borealis.functions.implementation import scalar
from borealis.types.base import Value

_MASK = 0xFFFFFFFF
_SEED = 0x9E3779B9 + 3923095
_TRIPLE = struct.Struct("<III")
_DOUBLE = struct.Struct("<d")


def _rotated(value: int, count: int) -> int:
    return (value << count | value >> (32 - count)) & _MASK


def _mixed(a: int, b: int, c: int) -> tuple[int, int, int]:
    for first, second, third in ((4, 6, 8), (16, 19, 4)):
        a = ((a - c) & _MASK) ^ _rotated(c, first)
        c = (c + b) & _MASK
        b = ((b - a) & _MASK) ^ _rotated(a, second)
        a = (a + c) & _MASK
        c = ((c - b) & _MASK) ^ _rotated(b, third)
        b = (b + a) & _MASK
    return a, b, c


def _final(a: int, b: int, c: int) -> tuple[int, int]:
    c = ((c ^ b) - _rotated(b, 14)) & _MASK
    a = ((a ^ c) - _rotated(c, 11)) & _MASK
    b = ((b ^ a) - _rotated(a, 25)) & _MASK
    c = ((c ^ b) - _rotated(b, 16)) & _MASK
    a = ((a ^ c) - _rotated(c, 4)) & _MASK
    b = ((b ^ a) - _rotated(a, 14)) & _MASK
    c = ((c ^ b) - _rotated(b, 24)) & _MASK
    return b, c


def _start(length: int, seed: int) -> tuple[int, int, int]:
    a = b = c = (_SEED + length) & _MASK
    if seed:
        a, b, c = _mixed((a + (seed >> 32)) & _MASK, (b + seed) & _MASK, c)
    return a, b, c


def hash_bytes(data: bytes, seed: int = 0) -> tuple[int, int]:
    """Return two 32-bit halves; the lower one is the plain hash."""
    a, b, c = _start(len(data), seed & 0xFFFFFFFFFFFFFFFF)
    whole = len(data) - len(data) % 12
    for position in range(0, whole, 12):
        x, y, z = _TRIPLE.unpack_from(data, position)
        a, b, c = _mixed((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
    rest = data[whole:]
    # The lowest byte of c is the length's.
    x, y, z = _TRIPLE.unpack(rest[:8].ljust(8, b"\0") + b"\0" + rest[8:].ljust(3, b"\0"))
    return _final((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def hash_uint32(value: int, seed: int = 0) -> tuple[int, int]:
    a, b, c = _start(4, seed & 0xFFFFFFFFFFFFFFFF)
    return _final((a + value) & _MASK, b, c)


def _signed32(halves: tuple[int, int]) -> int:
    value = halves[1]
    return value - (1 << 32) if value >> 31 else value


def _signed64(halves: tuple[int, int]) -> int:
    value = halves[0] << 32 | halves[1]
    return value - (1 << 64) if value >> 63 else value


def _folded(value: int) -> int:
    """Return 32 bits of an integer that are those of a shorter type where it fits one."""
    low, high = value & _MASK, value >> 32 & _MASK
    return low ^ (high if value >= 0 else ~high & _MASK)


def _family(plain: str, extended: str, halves: Callable[[Value, int], tuple[int, int]]) -> None:
    scalar(plain)(lambda value: _signed32(halves(value, 0)))
    scalar(extended)(lambda value, seed: _signed64(halves(value, seed)))


for _name in ("int2", "int4", "int8", "oid"):
    _family(
        f"hash{_name}",
        f"hash{_name}extended",
        lambda value, seed: hash_uint32(_folded(value), seed),  # type: ignore[arg-type]
    )
for _name in ("text", "name", "bpchar"):
    _family(
        f"hash{_name}",
        f"hash{_name}extended",
        lambda value, seed: hash_bytes(value.encode(), seed),  # type: ignore[union-attr]
    )
_family("uuid_hash", "uuid_hash_extended", hash_bytes)  # type: ignore[arg-type]


def _float_halves(value: Value, seed: int) -> tuple[int, int]:
    number = to_python(value)
    if number == 0:
        return seed >> 32 & _MASK, seed & _MASK
    return hash_bytes(_DOUBLE.pack(number), seed)


_family("hashfloat8", "hashfloat8extended", _float_halves)
_family("hashfloat4", "hashfloat4extended", _float_halves)
