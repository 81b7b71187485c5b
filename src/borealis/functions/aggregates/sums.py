"""sum and avg, exact at any number of rows.

An int8 or a scaled integer is summed as two native sums, of its high and its low 32 bits, that cannot overflow below 2**31
rows; they are put together once a group. A sum of small integers is one native sum. Decimal text is summed by Python; where it
is text only since no bound proves that int64 holds it, the rows whose value int64 does hold are summed natively.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from borealis.functions.implementation import Aggregation, Sql, aggregate, native_aggregate, plain, scalar
from borealis.functions.numeric import decimals
from borealis.functions.numeric.decimals import EXACT, ZERO, quotient, quotient_scale, text
from borealis.functions.numeric.representation import INT8_MAX, fixed_text, is_cheap
from borealis.types.base import FixedNumeric, Value

_ONE_SUM_BOUND_MAX = 2**33
"""A sum of such values is below 2**63 for 2**30 rows; beyond, SQLite raises an error rather than overflow."""


@native_aggregate("sum(int2)", "sum(int4)")
def sum_small(call: Aggregation) -> Sql:
    return Sql(call.call("sum"))


@native_aggregate("avg(int2)", "avg(int4)")
def avg_small(call: Aggregation) -> Sql:
    return Sql(f"pg_average({call.call('sum')}, {call.call('count')}, 0)")


@native_aggregate("sum(int8)")
def sum_int8(call: Aggregation) -> Sql:
    return _sum_of_integers(call, 0, INT8_MAX)


@native_aggregate("avg(int8)")
def avg_int8(call: Aggregation) -> Sql:
    return _average_of_integers(call, 0, INT8_MAX)


def _halves(call: Aggregation) -> str | None:
    """Return the two sums as arguments, where the value is cheap enough to be computed twice."""
    value = call.args[0].text
    if call.distinct or not is_cheap(value):
        return None
    return f"{call.call('sum', f'{value} >> 32')}, {call.call('sum', f'{value} & 4294967295')}"


def _sum_of_integers(call: Aggregation, scale: int, bound: int) -> Sql:
    value = call.args[0].text
    if bound <= _ONE_SUM_BOUND_MAX:
        total = call.call("sum", value)
        return Sql(f"pg_fixed_text({total}, {scale})" if scale else f"CAST({total} AS TEXT)")
    halves = _halves(call)
    if halves is None:
        return Sql(f"pg_integer_text({call.call(_moving(call, 'pg_sum_integers'), value)}, {scale})")
    return Sql(f"pg_sum_halves({halves}, {scale})")


def _average_of_integers(call: Aggregation, scale: int, bound: int) -> Sql:
    value = call.args[0].text
    count = call.call("count", value)
    if bound <= _ONE_SUM_BOUND_MAX:
        return Sql(f"pg_average({call.call('sum', value)}, {count}, {scale})")
    halves = _halves(call)
    if halves is None:
        return Sql(f"pg_average({call.call(_moving(call, 'pg_sum_integers'), value)}, {count}, {scale})")
    return Sql(f"pg_average_halves({halves}, {count}, {scale})")


def _moving(call: Aggregation, name: str) -> str:
    return f"{name}_moving" if "OVER" in call.tail else name


def _emit_sum(call: Aggregation) -> Sql:
    kind = call.args[0].representation
    if isinstance(kind, FixedNumeric):
        return _sum_of_integers(call, kind.scale, kind.bound)
    parts = _unproved_parts(call)
    if parts is not None:
        return Sql(f"pg_sum_unproved({parts})")
    return Sql(call.call("pg_sum_numeric", _distinct_form(call)))


def _emit_avg(call: Aggregation) -> Sql:
    kind = call.args[0].representation
    if isinstance(kind, FixedNumeric):
        return _average_of_integers(call, kind.scale, kind.bound)
    parts = _unproved_parts(call)
    if parts is not None:
        value = call.args[0].unproved
        assert value is not None
        return Sql(f"pg_average_unproved({parts}, {call.call('count', value[0])})")
    return Sql(call.call("pg_avg_numeric", _distinct_form(call)))


def _unproved_parts(call: Aggregation) -> str | None:
    """Return the halves of what int64 holds, its scale, and the sum of the rest; None where that cannot be had."""
    found = call.args[0].unproved
    if found is None or call.distinct or call.order or not is_cheap(found[0]):
        return None
    value, scale = found
    exact, rest = (_filtered(call, f"typeof({value}) = '{kind}'") for kind in ("integer", "real"))
    if exact is None or rest is None:
        return None
    high, low = exact.call("sum", f"{value} >> 32"), exact.call("sum", f"{value} & 4294967295")
    return f"{high}, {low}, {scale}, {rest.call('pg_sum_numeric', plain(call.args[0]).text)}"


def _filtered(call: Aggregation, condition: str) -> Aggregation | None:
    """Return the call over those of its rows that a condition holds for; None over a window."""
    if not call.tail:
        return replace(call, tail=f" FILTER (WHERE {condition})")
    if not call.tail.startswith(_FILTER) or "OVER" in call.tail:
        return None
    return replace(call, tail=f"{_FILTER}({call.tail[len(_FILTER) : -1]}) AND {condition})")


_FILTER = " FILTER (WHERE "


def _distinct_form(call: Aggregation) -> str:
    value = plain(call.args[0]).text
    return f"({value} COLLATE pg_numeric)" if call.distinct else value


@scalar("average")
def average(total: Value, count: int, scale: int) -> str:
    """Return total / count of a sum of integers, scaled; NULL for no rows comes of the NULL total."""
    return _average(Decimal(int(total)).scaleb(-scale, EXACT), count)  # type: ignore[arg-type]


@scalar("average_halves")
def average_halves(high: int, low: int, count: int, scale: int) -> str:
    return _average(Decimal((high << 32) + low).scaleb(-scale, EXACT), count)


@scalar("sum_halves")
def sum_halves(high: int, low: int, scale: int) -> str:
    total = (high << 32) + low
    return fixed_text(total, scale) if scale else str(total)


@scalar("sum_unproved", strict=False)
def sum_unproved(high: int | None, low: int | None, scale: int, rest: str | None) -> Value:
    total = _unproved_total(high, low, scale, rest)
    return None if total is None else text(total)


@scalar("average_unproved", strict=False)
def average_unproved(high: int | None, low: int | None, scale: int, rest: str | None, count: int) -> Value:
    total = _unproved_total(high, low, scale, rest)
    return None if total is None else _average(total, count)


def _unproved_total(high: int | None, low: int | None, scale: int, rest: str | None) -> Decimal | None:
    """Return the sum of what was summed natively and of the rest, which is finite: products of stored numbers are."""
    if high is None or low is None:
        return None if rest is None else Decimal(rest)
    total = Decimal((high << 32) + low).scaleb(-scale, EXACT)
    return total if rest is None else EXACT.add(total, Decimal(rest))


@scalar("integer_text")
def integer_text(total: str, scale: int) -> str:
    return fixed_text(int(total), scale) if scale else total


def _average(total: Decimal, count: int) -> str:
    divisor = Decimal(count)
    return text(quotient(total, divisor, quotient_scale(total, divisor)))


@aggregate("sum_integers")
class SumIntegers:
    """The sum of integers as text: it may be beyond int64."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        self._total = self._count = 0

    def step(self, value: int | None) -> None:
        if value is not None:
            self._total += value
            self._count += 1

    def final(self) -> Value:
        return str(self._total) if self._count else None


@aggregate("sum(numeric)", emit=_emit_sum)
class SumNumeric:
    """An exact running sum; the largest display scale in the frame is the sum's."""

    __slots__ = ("_count", "_scales", "_specials", "_total")

    def __init__(self) -> None:
        self._total = ZERO
        self._count = 0
        self._scales: dict[int, int] = {}
        self._specials = {"NaN": 0, "Infinity": 0, "-Infinity": 0}

    def step(self, value: str | None) -> None:
        if value is None:
            return
        self._count += 1
        if value in self._specials:
            self._specials[value] += 1
            return
        self._total = EXACT.add(self._total, Decimal(value))
        scale = _scale(value)
        self._scales[scale] = self._scales.get(scale, 0) + 1

    def inverse(self, value: str | None) -> None:
        if value is None:
            return
        self._count -= 1
        if value in self._specials:
            self._specials[value] -= 1
            return
        self._total = EXACT.subtract(self._total, Decimal(value))
        scale = _scale(value)
        self._scales[scale] -= 1
        if not self._scales[scale]:
            del self._scales[scale]

    def total(self) -> Decimal:
        """Return the sum; NaN and infinities are counted apart, so that they can leave a frame again."""
        specials = self._specials
        if specials["NaN"] or (specials["Infinity"] and specials["-Infinity"]):
            return decimals.NAN
        if specials["Infinity"]:
            return decimals.INFINITY
        if specials["-Infinity"]:
            return -decimals.INFINITY
        return decimals.scaled(self._total, max(self._scales, default=0))

    def value(self) -> Value:
        return text(self.total()) if self._count else None

    final = value


def _scale(value: str) -> int:
    point = value.find(".")
    return 0 if point < 0 else len(value) - point - 1


@aggregate("avg(numeric)", emit=_emit_avg)
class AvgNumeric(SumNumeric):
    __slots__ = ()

    def value(self) -> Value:
        if not self._count:
            return None
        total = self.total()
        return _average(total, self._count) if total.is_finite() else text(total)

    final = value
