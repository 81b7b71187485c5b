"""Trigonometry in degrees: exact at the angles where the answer is, as PostgreSQL makes it.

Angles are reduced to the first quadrant, and there sin and 1 - cos are scaled by their own values at 30 and 60 degrees, so
that sind(30) is 0.5 and cosd(60) is 0.5 exactly; inverse functions likewise.
"""

from __future__ import annotations

import math

from borealis.functions.floats.mathematics import Unary, _of_float, input_out_of_range
from borealis.functions.floats.values import to_value
from borealis.functions.implementation import scalar
from borealis.types.base import Value

_PER_DEGREE = 0.0174532925199432957692
_SIN_30 = math.sin(30.0 * _PER_DEGREE)
_ONE_MINUS_COS_60 = 1.0 - math.cos(60.0 * _PER_DEGREE)
_ASIN_HALF = math.asin(0.5)
_ACOS_HALF = math.acos(0.5)
_ATAN_ONE = math.atan(1.0)


def _sin_0_to_30(x: float) -> float:
    return math.sin(x * _PER_DEGREE) / _SIN_30 / 2.0


def _cos_0_to_60(x: float) -> float:
    return 1.0 - (1.0 - math.cos(x * _PER_DEGREE)) / _ONE_MINUS_COS_60 / 2.0


def _sin_quadrant(x: float) -> float:
    return _sin_0_to_30(x) if x <= 30.0 else _cos_0_to_60(90.0 - x)


def _cos_quadrant(x: float) -> float:
    return _cos_0_to_60(x) if x <= 60.0 else _sin_0_to_30(90.0 - x)


_TAN_45 = _sin_quadrant(45.0) / _cos_quadrant(45.0)
_COT_45 = _cos_quadrant(45.0) / _sin_quadrant(45.0)


def _reduced(x: float) -> float:
    if math.isinf(x):
        raise input_out_of_range()
    return math.fmod(x, 360.0)


@_of_float("dsind")
def sine(x: float) -> float:
    x, sign = _reduced(x), 1
    if x < 0:
        x, sign = -x, -sign
    if x > 180.0:
        x, sign = 360.0 - x, -sign
    if x > 90.0:
        x = 180.0 - x
    return sign * _sin_quadrant(x)


@_of_float("dcosd")
def cosine(x: float) -> float:
    x, sign = abs(_reduced(x)), 1
    if x > 180.0:
        x = 360.0 - x
    if x > 90.0:
        x, sign = 180.0 - x, -sign
    return sign * _cos_quadrant(x)


def _folded(x: float) -> tuple[float, int]:
    """Return an angle of a function of period 180 in the first quadrant, and the sign."""
    x, sign = _reduced(x), 1
    if x < 0:
        x, sign = -x, -sign
    if x > 180.0:
        x, sign = 360.0 - x, -sign
    if x > 90.0:
        x, sign = 180.0 - x, -sign
    return x, sign


@_of_float("dtand")
def tangent(x: float) -> float:
    x, sign = _folded(x)
    cosine_x = _cos_quadrant(x)
    if cosine_x == 0:
        return sign * math.inf
    # + 0.0: a negative zero is shown as zero.
    return sign * ((_sin_quadrant(x) / cosine_x) / _TAN_45) + 0.0


@_of_float("dcotd")
def cotangent(x: float) -> float:
    x, sign = _folded(x)
    sine_x = _sin_quadrant(x)
    if sine_x == 0:
        return sign * math.inf
    return sign * ((_cos_quadrant(x) / sine_x) / _COT_45) + 0.0


def _asin_quadrant(x: float) -> float:
    """Return asin in degrees for 0 <= x <= 1."""
    if x <= 0.5:
        return math.asin(x) / _ASIN_HALF * 30.0
    return 90.0 - math.acos(x) / _ACOS_HALF * 60.0


def _acos_quadrant(x: float) -> float:
    if x <= 0.5:
        return 90.0 - math.asin(x) / _ASIN_HALF * 30.0
    return math.acos(x) / _ACOS_HALF * 60.0


def _within_one(function: Unary) -> Unary:
    def call(x: float) -> float:
        if not -1.0 <= x <= 1.0:
            raise input_out_of_range()
        return function(x)

    return call


_of_float("dasind")(_within_one(lambda x: _asin_quadrant(x) if x >= 0 else -_asin_quadrant(-x)))
_of_float("dacosd")(_within_one(lambda x: _acos_quadrant(x) if x >= 0 else 90.0 + _asin_quadrant(-x)))


@_of_float("datand")
def arctangent(x: float) -> float:
    return math.atan(x) / _ATAN_ONE * 45.0


@scalar("datan2d")
def arctangent_of_quotient(y: Value, x: Value) -> Value:
    if type(y) is not float or type(x) is not float:
        return "NaN"
    return to_value(math.atan2(y, x) / _ATAN_ONE * 45.0)
