"""Range checks around native integer arithmetic.

SQLite computes in int64 and turns to REAL where that overflows. Where the expression is short, a CASE looks at the result
and calls a raising function in the bad branch only, so the good one stays native; a long one would double at each level
and is handed to a Python function instead, once.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.errors import NumericValueOutOfRange
from borealis.functions.implementation import Sql, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.types.base import Value


@dataclass(frozen=True, slots=True)
class IntegerType:
    name: str  # pg_type.typname
    sql_name: str
    least: int
    greatest: int


INT2 = IntegerType("int2", "smallint", -(2**15), 2**15 - 1)
INT4 = IntegerType("int4", "integer", -(2**31), 2**31 - 1)
INT8 = IntegerType("int8", "bigint", -(2**63), 2**63 - 1)
TYPES = {type_.name: type_ for type_ in (INT2, INT4, INT8)}


def in_range(text: str, type_: IntegerType) -> Sql:
    """Return an integer expression that raises 22003 where its value is not of the type."""
    if not is_cheap(text):
        return Sql(f"pg_{type_.name}_range({text})")
    if type_ is INT8:
        return Sql(f"(CASE typeof({text}) WHEN 'real' THEN pg_raise_int8() ELSE {text} END)")
    return Sql(
        f"(CASE WHEN {text} NOT BETWEEN {type_.least} AND {type_.greatest} THEN pg_raise_{type_.name}() ELSE {text} END)"
    )


def out_of_range(type_: IntegerType) -> NumericValueOutOfRange:
    return NumericValueOutOfRange(f"{type_.sql_name} out of range")


def checked(value: int, type_: IntegerType) -> int:
    if not type_.least <= value <= type_.greatest:
        raise out_of_range(type_)
    return value


@scalar("raise_int2", deterministic=False)
def raise_int2() -> Value:
    raise out_of_range(INT2)


@scalar("raise_int4", deterministic=False)
def raise_int4() -> Value:
    raise out_of_range(INT4)


@scalar("raise_int8", deterministic=False)
def raise_int8() -> Value:
    raise out_of_range(INT8)


@scalar("int2_range")
def int2_range(value: int) -> Value:
    if -32768 <= value <= 32767:
        return value
    raise out_of_range(INT2)


@scalar("int4_range")
def int4_range(value: int) -> Value:
    if -2147483648 <= value <= 2147483647:
        return value
    raise out_of_range(INT4)


@scalar("int8_range")
def int8_range(value: Value) -> Value:
    if type(value) is int:
        return value
    raise out_of_range(INT8)
