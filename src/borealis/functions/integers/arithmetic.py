"""+ - * / % of integers of every two widths, negation, absolute value, gcd and lcm.

Division truncates towards zero and a remainder has the dividend's sign, in SQLite as in PostgreSQL; SQLite's x / 0 is
NULL, PostgreSQL's an error; -2**31 / -1 and -2**63 / -1 are out of range.
"""

from __future__ import annotations

import math

from borealis.errors import DivisionByZero
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.integers.ranges import INT2, INT4, INT8, IntegerType, checked, in_range
from borealis.functions.numeric.representation import is_cheap

_WIDTHS = {
    "int2": INT2, "int4": INT4, "int8": INT8,
    "int24": INT4, "int42": INT4,
    "int28": INT8, "int82": INT8, "int48": INT8, "int84": INT8,
}  # fmt: skip
"""Prefix of prosrc to the type of the result."""


def _arithmetic(source: str, operator: str, type_: IntegerType) -> None:
    @emitter(source)
    def emit(args: tuple[Sql, ...]) -> Sql:
        return in_range(f"({args[0].text} {operator} {args[1].text})", type_)


def _division(prefix: str, type_: IntegerType) -> None:
    @emitter(f"{prefix}div")
    def emit(args: tuple[Sql, ...]) -> Sql:
        left, right = (arg.text for arg in args)
        divisor = args[1].constant
        if isinstance(divisor, int) and divisor not in (0, -1):
            return Sql(f"({left} / {right})")
        if not (is_cheap(left) and is_cheap(right)):
            return Sql(f"pg_{type_.name}_quotient({left}, {right})")
        return Sql(
            f"(CASE {right} WHEN 0 THEN pg_raise_division_by_zero({left}) "
            f"WHEN -1 THEN {_negation(left, type_).text} ELSE {left} / {right} END)"
        )


def _remainder(prefix: str, type_: IntegerType) -> None:
    @emitter(f"{prefix}mod")
    def emit(args: tuple[Sql, ...]) -> Sql:
        left, right = (arg.text for arg in args)
        if isinstance(args[1].constant, int) and args[1].constant != 0:
            return Sql(f"({left} % {right})")
        if not (is_cheap(left) and is_cheap(right)):
            return Sql(f"pg_{type_.name}_remainder({left}, {right})")
        return Sql(f"(CASE {right} WHEN 0 THEN pg_raise_division_by_zero({left}) ELSE {left} % {right} END)")


def _negation(text: str, type_: IntegerType) -> Sql:
    return in_range(f"(- {text})", type_)


for _prefix, _type in _WIDTHS.items():
    for _suffix, _operator in {"pl": "+", "mi": "-", "mul": "*"}.items():
        _arithmetic(f"{_prefix}{_suffix}", _operator, _type)
    _division(_prefix, _type)


def _unary(type_: IntegerType) -> None:
    @emitter(f"{type_.name}um")
    def negate(args: tuple[Sql, ...]) -> Sql:
        return _negation(args[0].text, type_)

    @emitter(f"{type_.name}up")
    def keep(args: tuple[Sql, ...]) -> Sql:
        return args[0]

    @emitter(f"{type_.name}abs")
    def absolute(args: tuple[Sql, ...]) -> Sql:
        if type_ is INT8:  # SQLite's abs raises its own error for the least integer
            return Sql(f"pg_int8_absolute({args[0].text})")
        return in_range(f"abs({args[0].text})", type_)

    @scalar(f"{type_.name}_quotient")
    def quotient(left: int, right: int) -> int:
        if right == 0:
            raise DivisionByZero("division by zero")
        result = abs(left) // abs(right)
        return checked(result if (left < 0) == (right < 0) else -result, type_)

    @scalar(f"{type_.name}_remainder")
    def remainder(left: int, right: int) -> int:
        if right == 0:
            raise DivisionByZero("division by zero")
        result = abs(left) % abs(right)
        return -result if left < 0 else result

    @scalar(f"{type_.name}gcd")
    def gcd(left: int, right: int) -> int:
        return checked(math.gcd(left, right), type_)

    @scalar(f"{type_.name}lcm")
    def lcm(left: int, right: int) -> int:
        return checked(math.lcm(left, right), type_)


def _increment(type_: IntegerType) -> None:
    @emitter(f"{type_.name}inc")
    def emit(args: tuple[Sql, ...]) -> Sql:
        return in_range(f"({args[0].text} + 1)", type_)


for _type in (INT4, INT8):
    _increment(_type)
for _type in (INT2, INT4, INT8):
    _unary(_type)
    _remainder(_type.name, _type)


@scalar("int8_absolute")
def int8_absolute(value: int) -> int:
    return checked(abs(value), INT8)
