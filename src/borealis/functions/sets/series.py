"""generate_series over integers and numerics. A series ends at its stop or where the type does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import set_returning
from borealis.functions.integers.ranges import INT4, INT8, IntegerType
from borealis.functions.numeric import decimals
from borealis.types.base import Value

Rows = Iterator[tuple[Value, ...]]


def zero_step() -> InvalidParameterValue:
    return InvalidParameterValue("step size cannot equal zero")


def _series(type_: IntegerType) -> None:
    @set_returning(f"generate_series_{type_.name}")
    def rows(start: int, stop: int) -> Rows:
        return ((number,) for number in range(start, stop + 1))

    @set_returning(f"generate_series_step_{type_.name}")
    def rows_by(start: int, stop: int, step: int) -> Rows:
        if step == 0:
            raise zero_step()
        return ((number,) for number in range(start, stop + (1 if step > 0 else -1), step))


_series(INT4)
_series(INT8)


@set_returning("generate_series_numeric")
def numeric_rows(start: str, stop: str) -> Rows:
    return numeric_rows_by(start, stop, "1")


@set_returning("generate_series_step_numeric")
def numeric_rows_by(start: str, stop: str, step: str) -> Rows:
    first, last, by = Decimal(start), Decimal(stop), Decimal(step)
    for number, name in ((first, "start"), (last, "stop"), (by, "step")):
        if not number.is_finite():
            noun = "step size" if name == "step" else f"{name} value"
            raise InvalidParameterValue(f"{noun} cannot be {'NaN' if number.is_nan() else 'infinity'}")
    if not by:
        raise zero_step()
    return _numbers(first, last, by)


def _numbers(number: Decimal, last: Decimal, step: Decimal) -> Rows:
    while number <= last if step > 0 else number >= last:
        yield (decimals.text(number),)
        number = decimals.EXACT.add(number, step)
