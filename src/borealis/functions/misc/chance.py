"""random() and random_normal(), from the session's source. setseed is not supported: the source is not ours to seed."""

from __future__ import annotations

import math

from borealis.functions.floats.values import to_python, to_value
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value


@scalar("drandom", context=True, deterministic=False)
def random(context: Context) -> Value:
    return context.random_float()


@scalar("drandom_normal", context=True, deterministic=False)
def random_normal(context: Context, mean: Value, deviation: Value) -> Value:
    """Return a normally distributed number, by Box and Muller's transformation of two uniform ones."""
    radius = math.sqrt(-2.0 * math.log(1.0 - context.random_float()))
    normal = radius * math.cos(2.0 * math.pi * context.random_float())
    return to_value(to_python(mean) + to_python(deviation) * normal)
