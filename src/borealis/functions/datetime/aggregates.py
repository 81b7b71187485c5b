"""sum and avg of intervals."""

from __future__ import annotations

from borealis.functions.datetime.intervals import interval_div
from borealis.functions.datetime.limits import checked_interval
from borealis.functions.implementation import aggregate
from borealis.types.base import Value
from borealis.types.interval import unpack


@aggregate("sum(interval)")
class Sum:
    """Fields are summed apart, so that rows can leave a moving frame again."""

    __slots__ = ("_count", "_days", "_months", "_us")

    def __init__(self) -> None:
        self._count = self._months = self._days = self._us = 0

    def step(self, value: Value) -> None:
        self._add(value, 1)

    def inverse(self, value: Value) -> None:
        self._add(value, -1)

    def _add(self, value: Value, sign: int) -> None:
        if value is None:
            return
        months, days, us = unpack(value)
        self._count += sign
        self._months += sign * months
        self._days += sign * days
        self._us += sign * us

    def value(self) -> Value:
        return checked_interval(self._months, self._days, self._us) if self._count else None

    final = value


@aggregate("avg(interval)")
class Average(Sum):
    __slots__ = ()

    def value(self) -> Value:
        total = super().value()
        return None if total is None else interval_div(total, float(self._count))

    final = value
