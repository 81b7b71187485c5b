"""Variance and standard deviation of integers and numerics: exact sums, one division at the end.

(N * sum(x²) - sum(x)²) / (N * (N - 1))        population: / N²
"""

from __future__ import annotations

from decimal import Decimal

from borealis.functions.implementation import aggregate
from borealis.functions.numeric import decimals
from borealis.functions.numeric.decimals import EXACT, ONE, ZERO, quotient, quotient_scale, scaled, text
from borealis.functions.numeric.powers import _context
from borealis.types.base import Value


class Squares:
    __slots__ = ("_count", "_is_special", "_squares", "_total")
    is_sample = True
    is_root = False

    def __init__(self) -> None:
        self._count = 0
        self._total = self._squares = ZERO
        self._is_special = False

    def step(self, value: int | str | None) -> None:
        if value is None:
            return
        self._count += 1
        number = Decimal(value)
        if not number.is_finite():
            self._is_special = True
            return
        self._total = EXACT.add(self._total, number)
        self._squares = EXACT.fma(number, number, self._squares)

    def final(self) -> Value:
        count = self._count
        if count < (2 if self.is_sample else 1):
            return None
        if self._is_special:
            return "NaN"
        rows = Decimal(count)
        deviation = EXACT.subtract(
            EXACT.multiply(rows, self._squares), EXACT.multiply(self._total, self._total)
        )
        if deviation <= 0:
            return "0"
        divisor = EXACT.multiply(rows, EXACT.subtract(rows, ONE) if self.is_sample else rows)
        scale = quotient_scale(deviation, divisor)
        variance = quotient(deviation, divisor, scale)
        if not self.is_root:
            return text(variance)
        root = variance.sqrt(_context(scale + max(variance.adjusted(), 0) + 2)) if variance else decimals.ZERO
        return text(scaled(root, scale))


def _family(names: tuple[str, ...], *, sample: bool, root: bool) -> None:
    @aggregate(*(f"{name}({type_})" for name in names for type_ in ("int2", "int4", "int8", "numeric")))
    class OfSquares(Squares):
        __slots__ = ()
        is_sample = sample
        is_root = root


_family(("variance", "var_samp"), sample=True, root=False)
_family(("stddev", "stddev_samp"), sample=True, root=True)
_family(("var_pop",), sample=False, root=False)
_family(("stddev_pop",), sample=False, root=True)
