"""Ordered-set aggregates: percentile_cont, percentile_disc, mode. SQLite's ORDER BY inside the call sorts their input.

The direct argument comes first: pg_percentile_disc(0.5, x ORDER BY x). A list of fractions gives a list of results.
"""

from __future__ import annotations

import json
import math

from borealis.errors import NumericValueOutOfRange
from borealis.functions.floats.values import to_python, to_value
from borealis.functions.implementation import aggregate
from borealis.types.base import Value


def _fraction(value: Value) -> float:
    fraction = to_python(value)
    if not 0 <= fraction <= 1:
        shown = "NaN" if math.isnan(fraction) else f"{fraction:g}"
        raise NumericValueOutOfRange(f"percentile value {shown} is not between 0 and 1")
    return fraction


class Percentile:
    __slots__ = ("_asked", "_values")

    def __init__(self) -> None:
        self._asked: Value = None
        self._values: list[Value] = []

    def step(self, asked: Value, value: Value) -> None:
        self._asked = asked
        if value is not None:
            self._values.append(value)

    def at(self, fraction: float) -> Value:
        raise NotImplementedError

    def final(self) -> Value:
        if self._asked is None or not self._values:
            return None
        return self.at(_fraction(self._asked))


class PercentileList(Percentile):
    """For an array of fractions, which is JSON text."""

    __slots__ = ()

    def final(self) -> Value:
        if self._asked is None or not self._values:
            return None
        return json.dumps(self._of(json.loads(str(self._asked))))

    def _of(self, asked: object) -> object:
        if isinstance(asked, list):
            return [self._of(each) for each in asked]
        if asked is None:
            return None
        return self.at(_fraction(asked))  # type: ignore[arg-type]


class _Discrete(Percentile):
    __slots__ = ()

    def at(self, fraction: float) -> Value:
        return self._values[max(math.ceil(fraction * len(self._values)) - 1, 0)]


class _Continuous(Percentile):
    __slots__ = ()

    def at(self, fraction: float) -> Value:
        position = fraction * (len(self._values) - 1)
        below, above = math.floor(position), math.ceil(position)
        low = to_python(self._values[below])
        if below == above:
            return to_value(low)
        high = to_python(self._values[above])
        return to_value(low + (position - below) * (high - low))


@aggregate("percentile_disc(float8,anyelement)")
class PercentileDisc(_Discrete):
    __slots__ = ()


@aggregate("percentile_cont(float8,float8)")
class PercentileCont(_Continuous):
    __slots__ = ()


@aggregate("percentile_disc(_float8,anyelement)")
class PercentileDiscList(_Discrete, PercentileList):
    __slots__ = ()


@aggregate("percentile_cont(_float8,float8)")
class PercentileContList(_Continuous, PercentileList):
    __slots__ = ()


@aggregate("mode(anyelement)")
class Mode:
    """The most frequent value; of several, the first in order. Equal values stand together."""

    __slots__ = ("_best", "_best_count", "_count", "_value")

    def __init__(self) -> None:
        self._value: Value = None
        self._best: Value = None
        self._count = self._best_count = 0

    def step(self, value: Value) -> None:
        if value is None:
            return
        if value == self._value:
            self._count += 1
        else:
            self._value, self._count = value, 1
        if self._count > self._best_count:
            self._best, self._best_count = value, self._count

    def final(self) -> Value:
        return self._best
