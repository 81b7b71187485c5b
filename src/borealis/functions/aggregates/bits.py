"""bit_and, bit_or, bit_xor of integers."""

from __future__ import annotations

import operator
from collections.abc import Callable

from borealis.functions.implementation import aggregate
from borealis.types.base import Value


def _bits(name: str, combine: Callable[[int, int], int]) -> None:
    @aggregate(*(f"{name}({type_})" for type_ in ("int2", "int4", "int8")))
    class Bits:
        __slots__ = ("_bits",)

        def __init__(self) -> None:
            self._bits: int | None = None

        def step(self, value: int | None) -> None:
            if value is not None:
                self._bits = value if self._bits is None else combine(self._bits, value)

        def final(self) -> Value:
            return self._bits


_bits("bit_and", operator.and_)
_bits("bit_or", operator.or_)
_bits("bit_xor", operator.xor)
