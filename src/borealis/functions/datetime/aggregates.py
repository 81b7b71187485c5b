"""sum and avg of intervals."""

from __future__ import annotations

from dataclasses import replace

from borealis.functions.datetime.intervals import interval_div
from borealis.functions.datetime.limits import checked_interval
from borealis.functions.implementation import AggregateEmitter, Aggregation, Sql, aggregate
from borealis.types.base import Value
from borealis.types.interval import KEY_BYTES, unpack


def _emit(name: str) -> AggregateEmitter:
    """Different intervals may be equal, which SQLite's DISTINCT would not see: a variant of the aggregate tells."""

    def emit(call: Aggregation) -> Sql:
        if not call.distinct:
            return Sql(call.call(f"pg_{name}_interval"))
        return Sql(replace(call, distinct=False).call(f"pg_distinct_{name}_interval"))

    return emit


@aggregate("sum(interval)", emit=_emit("sum"))
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


@aggregate("avg(interval)", emit=_emit("avg"))
class Average(Sum):
    __slots__ = ()

    def value(self) -> Value:
        total = super().value()
        return interval_div(total, float(self._count)) if isinstance(total, bytes) else None

    final = value


def _distinct(inner: type[Sum]) -> type[Sum]:
    class Distinct(inner):  # type: ignore[misc,valid-type]
        __slots__ = ("_seen",)

        def __init__(self) -> None:
            super().__init__()
            self._seen: set[bytes] = set()

        def step(self, value: Value) -> None:
            if isinstance(value, bytes) and value[:KEY_BYTES] not in self._seen:
                self._seen.add(value[:KEY_BYTES])
                super().step(value)

    return Distinct


aggregate("distinct_sum(interval)")(_distinct(Sum))
aggregate("distinct_avg(interval)")(_distinct(Average))
