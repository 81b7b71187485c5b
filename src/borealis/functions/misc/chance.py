"""random() and random_normal(), from the node's source, or after setseed() from the session's generator."""

from __future__ import annotations

import math
from collections.abc import Callable

from borealis.errors import InvalidParameterValue
from borealis.functions.floats.values import to_python, to_value
from borealis.functions.implementation import Context, scalar
from borealis.functions.misc.generator import Generator
from borealis.types.base import Value


def _source(context: Context) -> Callable[[], float]:
    seeded = context.chance.seeded
    return context.random_float if seeded is None else seeded.random


@scalar("drandom", context=True, deterministic=False)
def random(context: Context) -> Value:
    return _source(context)()


@scalar("drandom_normal", context=True, deterministic=False)
def random_normal(context: Context, mean: Value, deviation: Value) -> Value:
    """Return a normally distributed number, by Box and Muller's transformation of two uniform ones."""
    uniform = _source(context)
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform()))
    normal = radius * math.sin(2.0 * math.pi * (1.0 - uniform()))
    return to_value(to_python(mean) + to_python(deviation) * normal)


@scalar("setseed", context=True, deterministic=False)
def setseed(context: Context, seed: Value) -> Value:
    """Start the session's generator. Raises: InvalidParameterValue 22023."""
    number = to_python(seed)
    if not -1 <= number <= 1:
        shown = "NaN" if math.isnan(number) else f"{number:g}"
        raise InvalidParameterValue(f"setseed parameter {shown} is out of allowed range [-1,1]")
    context.chance.seeded = Generator(number)
    return ""
