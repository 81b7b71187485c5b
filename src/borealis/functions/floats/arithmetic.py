"""+ - * / of floats.

A result is good, and computed natively, where max(a, b, |result|) is below infinity: a NaN is text, which SQLite puts
above every number, so one comparison sees NaN, infinity and overflow. A product or quotient of 0 may be an underflow and
takes the slow path too. float4 is computed in double and rounded, which is exact for these four.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from borealis.errors import DivisionByZero
from borealis.functions.floats.values import overflow, to_python, to_value, underflow
from borealis.functions.implementation import Emitter, Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.types.base import Value
from borealis.types.floating import single


def _quotient(left: float, right: float) -> float:
    if right == 0 and left == left:  # noqa: PLR0124 - NaN / 0 is NaN
        raise DivisionByZero("division by zero")
    return left / right if right != 0 else left


_OPERATIONS: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "pl": ("+", lambda left, right: left + right),
    "mi": ("-", lambda left, right: left - right),
    "mul": ("*", lambda left, right: left * right),
    "div": ("/", _quotient),
}


def _check(name: str, result: float, left: float, right: float) -> float:
    if math.isinf(result) and not (math.isinf(left) or math.isinf(right)):
        raise overflow()
    if (
        result == 0
        and left != 0
        and name in ("mul", "div")
        and (name == "div" or right != 0)
        and not math.isinf(right)
    ):
        raise underflow()
    return result


def _double(name: str, operator: str, operation: Callable[[float, float], float]) -> None:
    @scalar(f"float8{name}")
    def call(a: Value, b: Value) -> Value:
        left, right = to_python(a), to_python(b)
        return to_value(_check(name, operation(left, right), left, right))

    emit = _native(f"pg_float8{name}", operator)
    for prefix in ("float8", "float48", "float84"):
        emitter(f"{prefix}{name}")(emit)


def _native(name: str, operator: str) -> Emitter:
    def emit(args: tuple[Sql, ...]) -> Sql:
        left, right = (arg.text for arg in args)
        if not (is_cheap(left) and is_cheap(right)):
            return Sql(f"{name}({left}, {right})")
        result = f"({left} {operator} {right})"
        nonzero = f" AND {result} <> 0" if operator in "*/" else ""
        return Sql(
            f"(CASE WHEN max({left}, {right}, abs({result})) < 9e999 AND min({left}, {right}) > -9e999{nonzero} "
            f"THEN {result} ELSE {name}({left}, {right}) END)"
        )

    return emit


def _single(name: str, operation: Callable[[float, float], float]) -> None:
    @scalar(f"float4{name}")
    def call(a: Value, b: Value) -> Value:
        left, right = to_python(a), to_python(b)
        return to_value(_check(name, single(operation(left, right)), left, right))


for _name, (_operator, _operation) in _OPERATIONS.items():
    _double(_name, _operator, _operation)
    _single(_name, _operation)


@emitter("float8um", "float4um")
def negate(args: tuple[Sql, ...]) -> Sql:
    # SQLite's unary minus subtracts from 0, which loses the sign of -0.
    text = args[0].text
    return Sql(
        f"(CASE WHEN typeof({text}) = 'real' THEN {text} * -1.0 ELSE {text} END)"
        if is_cheap(text)
        else f"pg_float_minus({text})"
    )


@scalar("float_minus")
def float_minus(value: Value) -> Value:
    return -value if type(value) is float else value


@emitter("float8up", "float4up")
def keep(args: tuple[Sql, ...]) -> Sql:
    return args[0]


@emitter("float8abs", "float4abs")
def absolute(args: tuple[Sql, ...]) -> Sql:
    text = args[0].text
    return Sql(
        f"(CASE WHEN typeof({text}) = 'real' THEN abs({text}) ELSE {text} END)"
        if is_cheap(text)
        else f"pg_float_absolute({text})"
    )


@scalar("float_absolute")
def float_absolute(value: Value) -> Value:
    return abs(value) if type(value) is float else value
