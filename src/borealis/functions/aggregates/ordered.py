"""Ordered-set aggregates: percentile_cont, percentile_disc, mode. SQLite's ORDER BY inside the call sorts their input.

The direct argument comes first: pg_percentile_disc(0.5, x ORDER BY x). A list of fractions gives a list of results.
Source: PostgreSQL 16 documentation 9.21, table 9.62.
"""

from __future__ import annotations

import json
import math
from typing import Any

from borealis.errors import NumericValueOutOfRange
from borealis.functions.datetime.intervals import interval_mi, interval_mul, interval_pl
from borealis.functions.floats.values import to_python, to_value
from borealis.functions.implementation import Aggregation, Sql, aggregate, plain, sqlite_name
from borealis.functions.ordering import compare
from borealis.types.array import pack, to_element
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
        return pack(self._of(json.loads(str(self._asked))))

    def _of(self, asked: list[Any]) -> list[Any]:
        return [
            self._of(each)
            if isinstance(each, list)
            else None
            if each is None
            else to_element(0, self.at(_fraction(each)))
            for each in asked
        ]


class _Discrete(Percentile):
    __slots__ = ()

    def at(self, fraction: float) -> Value:
        return self._values[max(math.ceil(fraction * len(self._values)) - 1, 0)]


class _Continuous(Percentile):
    __slots__ = ()

    def at(self, fraction: float) -> Value:
        position = fraction * (len(self._values) - 1)
        below, above = math.floor(position), math.ceil(position)
        low = self._values[below]
        return low if below == above else self.between(low, self._values[above], position - below)

    def between(self, low: Value, high: Value, part: float) -> Value:
        below, above = to_python(low), to_python(high)
        return to_value(below + part * (above - below))


class _ContinuousInterval(_Continuous):
    __slots__ = ()

    def between(self, low: Value, high: Value, part: float) -> Value:
        assert isinstance(low, bytes)
        assert isinstance(high, bytes)
        return interval_pl(low, interval_mul(interval_mi(high, low), part))


@aggregate("percentile_disc(float8,anyelement)")
class PercentileDisc(_Discrete):
    __slots__ = ()


@aggregate("percentile_disc(_float8,anyelement)")
class PercentileDiscList(_Discrete, PercentileList):
    __slots__ = ()


@aggregate("percentile_cont(float8,float8)")
class PercentileCont(_Continuous):
    __slots__ = ()


@aggregate("percentile_cont(_float8,float8)")
class PercentileContList(_Continuous, PercentileList):
    __slots__ = ()


@aggregate("percentile_cont(float8,interval)")
class PercentileContInterval(_ContinuousInterval):
    __slots__ = ()


@aggregate("percentile_cont(_float8,interval)")
class PercentileContIntervalList(_ContinuousInterval, PercentileList):
    __slots__ = ()


_MODE = "mode(anyelement)"


def _emit_mode(call: Aggregation) -> Sql:
    return Sql(call.call(sqlite_name(_MODE), str(int(call.types[0])), plain(call.args[0]).text))


@aggregate(_MODE, emit=_emit_mode)
class Mode:
    """The most frequent value; of several, the first in order. Equal values stand together."""

    __slots__ = ("_best", "_best_count", "_count", "_value")

    def __init__(self) -> None:
        self._value: Value = None
        self._best: Value = None
        self._count = self._best_count = 0

    def step(self, type_: int, value: Value) -> None:
        if value is None:
            return
        if self._count and compare(type_, value, self._value) == 0:
            self._count += 1
        else:
            self._value, self._count = value, 1
        if self._count > self._best_count:
            self._best, self._best_count = self._value, self._count

    def final(self) -> Value:
        return self._best
