"""& | # ~ << >> of integers, bit_count of bytea is strings'.

A shift takes the count modulo the type's width, as PostgreSQL's C does (on x86 and ARM, computed in 32 or 64 bits).
"""

from __future__ import annotations

from borealis.functions.implementation import scalar, template
from borealis.functions.integers.ranges import INT2, INT4, INT8, IntegerType


def _wrapped(value: int, type_: IntegerType) -> int:
    """Return the low bits of a value, as the type's two's complement."""
    span = type_.greatest - type_.least + 1
    return (value - type_.least) % span + type_.least


def _bits(type_: IntegerType, shift_bits: int) -> None:
    template(f"{type_.name}and", "({0} & {1})")
    template(f"{type_.name}or", "({0} | {1})")
    template(f"{type_.name}not", "(~{0})")

    @scalar(f"{type_.name}xor")
    def xor(left: int, right: int) -> int:
        return left ^ right

    @scalar(f"{type_.name}shl")
    def shift_left(value: int, count: int) -> int:
        return _wrapped(value << (count % shift_bits), type_)

    @scalar(f"{type_.name}shr")
    def shift_right(value: int, count: int) -> int:
        return value >> (count % shift_bits)


# A smallint is shifted as a C int.
_bits(INT2, 32)
_bits(INT4, 32)
_bits(INT8, 64)
