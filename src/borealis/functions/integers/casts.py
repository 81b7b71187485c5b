"""Casts to and from the integer types.

float to integer     rounds half to even      numeric to integer    rounds half away from zero
integer to numeric   is the same number, as a scaled integer of scale 0
"""

from __future__ import annotations

import math
from decimal import Decimal

from borealis.errors import FeatureNotSupported
from borealis.functions.implementation import Sql, emitter, scalar, template
from borealis.functions.integers.ranges import (
    INT2,
    INT4,
    INT8,
    IntegerType,
    checked,
    in_range,
    out_of_range,
)
from borealis.functions.numeric import decimals
from borealis.functions.numeric.representation import as_fixed, fixed, to_plain
from borealis.functions.numeric.rounding import rounded
from borealis.types.base import FixedNumeric, Value

_BOUNDS = {"int2": 2**15, "int4": 2**31, "int8": 2**63}

# Widening keeps the value. i2toi4 and int28 are prosrc.
for _source in ("i2toi4", "int48", "int28", "oidtoi8"):
    template(_source, "{0}")


def _narrowing(source: str, type_: IntegerType) -> None:
    @emitter(source)
    def emit(args: tuple[Sql, ...]) -> Sql:
        return in_range(args[0].text, type_)


_narrowing("i4toi2", INT2)
_narrowing("int82", INT2)
_narrowing("int84", INT4)


@emitter("i8tooid")
def int8_to_oid(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"pg_int8_to_oid({args[0].text})")


@scalar("int8_to_oid")
def _int8_to_oid(value: int) -> int:
    if not 0 <= value < 2**32:
        from borealis.errors import NumericValueOutOfRange

        raise NumericValueOutOfRange("OID out of range")
    return value


def _numeric(type_: IntegerType) -> None:
    @emitter(f"{type_.name}_numeric")
    def to_numeric(args: tuple[Sql, ...]) -> Sql:
        value = args[0].constant
        bound = abs(value) if isinstance(value, int) else _BOUNDS[type_.name]
        return fixed(args[0].text, 0, bound)

    @emitter(f"numeric_{type_.name}")
    def from_numeric(args: tuple[Sql, ...]) -> Sql:
        known = as_fixed(args[0])
        if known is not None and isinstance(known.representation, FixedNumeric):
            kind = known.representation
            made = rounded(known.text, kind.scale, kind.bound, 0)
            if made is not None:
                text, bound = made
                return Sql(text) if bound <= type_.greatest or type_ is INT8 else in_range(text, type_)
        return Sql(f"pg_numeric_{type_.name}({to_plain(args[0]).text})")

    scalar(f"numeric_{type_.name}")(lambda value: of_numeric(value, type_))


def of_numeric(value: str, type_: IntegerType) -> int:
    """Return a numeric as an integer, rounded half away from zero."""
    number = Decimal(value)
    if not number.is_finite():
        raise FeatureNotSupported(
            f"cannot convert {'NaN' if number.is_nan() else 'infinity'} to {type_.sql_name}"
        )
    if number.adjusted() > 20:
        raise out_of_range(type_)
    return checked(int(decimals.scaled(number, 0)), type_)


def _float(type_: IntegerType, sources: tuple[str, ...]) -> None:
    @scalar(*sources)
    def of_float(value: Value) -> Value:
        # NaN is text; PostgreSQL's ranges are tested on the rounded value.
        if not isinstance(value, float) or not math.isfinite(value):
            raise out_of_range(type_)
        return checked(round(value), type_)


for _type in (INT2, INT4, INT8):
    _numeric(_type)
_float(INT2, ("dtoi2", "ftoi2"))
_float(INT4, ("dtoi4", "ftoi4"))
_float(INT8, ("dtoi8", "ftoi8"))

# Casts with boolean.
template("int4_bool", "({0} <> 0)")
template("bool_int4", "{0}")
template("booltext", "(CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)")
