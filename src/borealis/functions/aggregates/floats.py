"""sum, avg, variance and regression of floats: PostgreSQL's own order of operations, so the last digit is the same.

Variances are updated by Youngs and Cramer's method. A NaN or infinity makes the second moments NaN.
Source: PostgreSQL 16 documentation 9.21; E. A. Youngs, E. M. Cramer, Technometrics 13 (1971).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from borealis.functions.floats.values import overflow, to_python, to_value
from borealis.functions.implementation import aggregate
from borealis.types.base import Value
from borealis.types.floating import single


def _sum(key: str, rounded: Callable[[float], float]) -> None:
    @aggregate(key)
    class Sum:
        __slots__ = ("_total",)

        def __init__(self) -> None:
            self._total: float | None = None

        def step(self, value: Value) -> None:
            if value is None:
                return
            number = to_python(value)
            if self._total is None:
                self._total = number
                return
            result = rounded(self._total + number)
            if math.isinf(result) and not (math.isinf(self._total) or math.isinf(number)):
                raise overflow()
            self._total = result

        def final(self) -> Value:
            return None if self._total is None else to_value(self._total)


_sum("sum(float8)", lambda number: number)
_sum("sum(float4)", single)


class Moments:
    """Count, sum and sum of squared deviations of one variable."""

    __slots__ = ("count", "squares", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.squares = 0.0

    def step(self, value: Value) -> None:
        if value is None:
            return
        number = to_python(value)
        before = self.total
        self.count += 1
        self.total += number
        if self.count == 1:
            if not math.isfinite(number):
                self.squares = math.nan
            return
        difference = number * self.count - self.total
        self.squares += difference * difference / (self.count * (self.count - 1.0))
        if math.isinf(self.total) or math.isinf(self.squares):
            if not math.isinf(before) and not math.isinf(number):
                raise overflow()
            self.squares = math.nan

    def final(self) -> Value:
        raise NotImplementedError


def _moment(name: str, answer: Callable[[Moments], float | None]) -> None:
    @aggregate(f"{name}(float8)", f"{name}(float4)")
    class OfMoments(Moments):
        __slots__ = ()

        def final(self) -> Value:
            result = answer(self)
            return None if result is None else to_value(result)


def _root(answer: Callable[[Moments], float | None]) -> Callable[[Moments], float | None]:
    def root(moments: Moments) -> float | None:
        variance = answer(moments)
        return None if variance is None else math.sqrt(variance)

    return root


def _variance_of_population(moments: Moments) -> float | None:
    return moments.squares / moments.count if moments.count else None


def _variance_of_sample(moments: Moments) -> float | None:
    return moments.squares / (moments.count - 1.0) if moments.count > 1 else None


_moment("avg", lambda moments: moments.total / moments.count if moments.count else None)
for _name in ("variance", "var_samp"):
    _moment(_name, _variance_of_sample)
for _name in ("stddev", "stddev_samp"):
    _moment(_name, _root(_variance_of_sample))
_moment("var_pop", _variance_of_population)
_moment("stddev_pop", _root(_variance_of_population))


class Regression:
    """Moments of two variables; rows where either is NULL do not count."""

    __slots__ = ("count", "sx", "sxx", "sxy", "sy", "syy")

    def __init__(self) -> None:
        self.count = 0
        self.sx = self.sxx = self.sy = self.syy = self.sxy = 0.0

    def step(self, y_value: Value, x_value: Value) -> None:
        if y_value is None or x_value is None:
            return
        y, x = to_python(y_value), to_python(x_value)
        before_x, before_y = self.sx, self.sy
        self.count += 1
        self.sx += x
        self.sy += y
        if self.count == 1:
            if not math.isfinite(x):
                self.sxx = self.sxy = math.nan
            if not math.isfinite(y):
                self.syy = self.sxy = math.nan
            return
        dx, dy = x * self.count - self.sx, y * self.count - self.sy
        scale = 1.0 / (self.count * (self.count - 1.0))
        self.sxx += dx * dx * scale
        self.syy += dy * dy * scale
        self.sxy += dx * dy * scale
        if any(map(math.isinf, (self.sx, self.sxx, self.sy, self.syy, self.sxy))):
            self._settle_infinities(x, y, before_x, before_y)

    def _settle_infinities(self, x: float, y: float, before_x: float, before_y: float) -> None:
        x_is_finite = not (math.isinf(before_x) or math.isinf(x))
        y_is_finite = not (math.isinf(before_y) or math.isinf(y))
        if ((math.isinf(self.sx) or math.isinf(self.sxx)) and x_is_finite) or (
            (math.isinf(self.sy) or math.isinf(self.syy)) and y_is_finite
        ):
            raise overflow()
        if math.isinf(self.sxy) and x_is_finite and y_is_finite:
            raise overflow()
        if math.isinf(self.sxx):
            self.sxx = math.nan
        if math.isinf(self.syy):
            self.syy = math.nan
        if math.isinf(self.sxy):
            self.sxy = math.nan

    def final(self) -> Value:
        raise NotImplementedError


def _regression(name: str, rows_min: int, answer: Callable[[Regression], float | None]) -> None:
    @aggregate(f"{name}(float8,float8)")
    class OfRegression(Regression):
        __slots__ = ()

        def final(self) -> Value:
            if self.count < rows_min:
                return None
            result = answer(self)
            return None if result is None else to_value(result)


@aggregate("regr_count(float8,float8)")
class RegressionCount:
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def step(self, y: Value, x: Value) -> None:
        if y is not None and x is not None:
            self._count += 1

    def final(self) -> Value:
        return self._count


def _correlation(of: Regression) -> float | None:
    if of.sxx == 0 or of.syy == 0:
        return None
    return of.sxy / math.sqrt(of.sxx * of.syy)


def _determination(of: Regression) -> float | None:
    if of.sxx == 0:
        return None
    return 1.0 if of.syy == 0 else (of.sxy * of.sxy) / (of.sxx * of.syy)


_regression("regr_sxx", 1, lambda of: of.sxx)
_regression("regr_syy", 1, lambda of: of.syy)
_regression("regr_sxy", 1, lambda of: of.sxy)
_regression("regr_avgx", 1, lambda of: of.sx / of.count)
_regression("regr_avgy", 1, lambda of: of.sy / of.count)
_regression("regr_slope", 1, lambda of: None if of.sxx == 0 else of.sxy / of.sxx)
_regression(
    "regr_intercept", 1, lambda of: None if of.sxx == 0 else (of.sy - of.sx * of.sxy / of.sxx) / of.count
)
_regression("regr_r2", 1, _determination)
_regression("corr", 1, _correlation)
_regression("covar_pop", 1, lambda of: of.sxy / of.count)
_regression("covar_samp", 2, lambda of: of.sxy / (of.count - 1.0))
