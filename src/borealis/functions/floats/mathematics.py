"""Functions of double precision: rounding, powers, logarithms, trigonometry, hyperbolic and error functions.

NaN in, NaN out, before any check. Domain errors and overflows are PostgreSQL's.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from borealis.errors import (
    InvalidArgumentForLogarithm,
    InvalidArgumentForPowerFunction,
    NumericValueOutOfRange,
)
from borealis.functions.floats.values import overflow, to_value, underflow
from borealis.functions.implementation import scalar, template
from borealis.types.base import Value

Unary = Callable[[float], float]


def _of_float(*keys: str) -> Callable[[Unary], Unary]:
    """Register a function of one float; NaN passes through it."""

    def register(function: Unary) -> Unary:
        @scalar(*keys)
        def call(value: Value) -> Value:
            return to_value(function(value)) if type(value) is float else value

        return function

    return register


def input_out_of_range() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("input is out of range")


@_of_float("dround")
def nearest(value: float) -> float:
    """Return the nearest integer, halves to even, with the sign of the value."""
    return value if math.isinf(value) else math.copysign(float(round(value)), value)


@_of_float("dtrunc")
def truncated(value: float) -> float:
    return value if math.isinf(value) else math.copysign(float(math.trunc(value)), value)


@_of_float("dceil")
def ceiling(value: float) -> float:
    return value if math.isinf(value) else math.copysign(float(math.ceil(value)), value)


@_of_float("dfloor")
def floor(value: float) -> float:
    return value if math.isinf(value) else math.copysign(float(math.floor(value)), value)


@scalar("dsign")
def sign(value: Value) -> Value:
    """Return -1, 0 or 1; 0 for NaN, which is neither above nor below."""
    return float((value > 0) - (value < 0)) if type(value) is float else 0.0


@_of_float("dsqrt")
def square_root(value: float) -> float:
    if value < 0:
        raise InvalidArgumentForPowerFunction("cannot take square root of a negative number")
    return math.sqrt(value)


@_of_float("dcbrt")
def cube_root(value: float) -> float:
    return math.cbrt(value)


@_of_float("dexp")
def exponential(value: float) -> float:
    try:
        result = math.exp(value)
    except OverflowError:
        raise overflow() from None
    if result == 0 and not math.isinf(value):
        raise underflow()
    return result


def _logarithm(function: Unary) -> Unary:
    def logarithm(value: float) -> float:
        if value == 0:
            raise InvalidArgumentForLogarithm("cannot take logarithm of zero")
        if value < 0:
            raise InvalidArgumentForLogarithm("cannot take logarithm of a negative number")
        return function(value)

    return logarithm


_of_float("dlog1")(_logarithm(math.log))
_of_float("dlog10")(_logarithm(math.log10))


@scalar("dpow")
def power(base: Value, exponent: Value) -> Value:
    if type(base) is not float:
        return 1.0 if exponent == 0.0 else "NaN"
    if type(exponent) is not float:
        return 1.0 if base == 1.0 else "NaN"
    if base == 0 and exponent < 0:
        raise InvalidArgumentForPowerFunction("zero raised to a negative power is undefined")
    if base < 0 and math.isfinite(exponent) and not exponent.is_integer():
        raise InvalidArgumentForPowerFunction(
            "a negative number raised to a non-integer power yields a complex result"
        )
    try:
        result = math.pow(base, exponent)
    except OverflowError:
        raise overflow() from None
    if result == 0 and base != 0 and math.isfinite(base) and math.isfinite(exponent):
        raise underflow()
    return to_value(result)


def _trigonometric(name: str, function: Unary) -> None:
    @_of_float(f"d{name}")
    def call(value: float) -> float:
        if math.isinf(value):
            raise input_out_of_range()
        return function(value)


for _name, _function in (("sin", math.sin), ("cos", math.cos), ("tan", math.tan)):
    _trigonometric(_name, _function)


@_of_float("dcot")
def cotangent(value: float) -> float:
    if math.isinf(value):
        raise input_out_of_range()
    tangent = math.tan(value)
    return 1.0 / tangent if tangent else math.copysign(math.inf, tangent)


def _inverse(name: str, function: Unary) -> None:
    @_of_float(f"d{name}")
    def call(value: float) -> float:
        if not -1.0 <= value <= 1.0:
            raise input_out_of_range()
        return function(value)


_inverse("asin", math.asin)
_inverse("acos", math.acos)
_of_float("datan")(math.atan)


@scalar("datan2")
def arctangent_of_quotient(y: Value, x: Value) -> Value:
    if type(y) is not float or type(x) is not float:
        return "NaN"
    return math.atan2(y, x)


template("dpi", "3.141592653589793")


@_of_float("degrees")
def degrees(value: float) -> float:
    result = value / _RADIANS_PER_DEGREE
    if math.isinf(result) and not math.isinf(value):
        raise overflow()
    return result


@_of_float("radians")
def radians(value: float) -> float:
    return value * _RADIANS_PER_DEGREE


_RADIANS_PER_DEGREE = 0.0174532925199432957692


def _hyperbolic(name: str, function: Unary, at_overflow: Unary) -> None:
    @_of_float(f"d{name}")
    def call(value: float) -> float:
        try:
            return function(value)
        except OverflowError:
            return at_overflow(value)


# The C library's infinities are the answer here, not an error.
_hyperbolic("sinh", math.sinh, lambda value: math.copysign(math.inf, value))
_hyperbolic("cosh", math.cosh, lambda _: math.inf)
_of_float("dtanh")(math.tanh)
_of_float("dasinh")(math.asinh)


@_of_float("dacosh")
def inverse_hyperbolic_cosine(value: float) -> float:
    if value < 1.0:
        raise input_out_of_range()
    return math.acosh(value)


@_of_float("datanh")
def inverse_hyperbolic_tangent(value: float) -> float:
    if not -1.0 <= value <= 1.0:
        raise input_out_of_range()
    if abs(value) == 1.0:
        return math.copysign(math.inf, value)
    return math.atanh(value)


_of_float("derf")(math.erf)
_of_float("derfc")(math.erfc)
