"""Distribution: what a sample of a column's values says of the whole column. Pure.

    null fraction, width      averages over the sample
    distinct                  seen in the sample; where some were seen once, as many more as Haas and Stokes estimate
    most common values        those that are surely commoner than the others
    histogram                 bounds of equally many of the other values
    correlation               between the order of the values and that of the rows

Source: PostgreSQL 16, analyze.c (compute_scalar_stats, compute_distinct_stats, analyze_mcv_list); Haas and Stokes 1998, Duj1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from operator import mul
from typing import Any

from borealis.catalog.statistics import ColumnStatistics
from borealis.types.base import Value

TARGET = 100
"""default_statistics_target: most common values, and parts of the histogram."""

WIDE_BYTES = 1_024
"""Longer values are only counted."""

Keyed = Callable[[Value], Any]


def describe(
    values: Sequence[Value],
    rows: float,
    *,
    width_of: Callable[[Value], int],
    width_of_none: int = 0,
    order: Keyed | None,
) -> ColumnStatistics:
    """Return the statistics of a column of which these values, in the order of their rows, were sampled.

    rows is how many the table has; width_of_none the width where there is no value; order gives what values are ordered and equal by, None for a type without either.
    """
    present = [value for value in values if value is not None]
    sampled = len(values)
    null_fraction = (sampled - len(present)) / sampled if sampled else 0.0
    if not present:
        return ColumnStatistics(null_fraction, width_of_none, 0.0)
    widths = [width_of(value) for value in present]
    width = int(sum(widths) / len(widths))
    if order is None:
        return ColumnStatistics(null_fraction, width, 0.0)
    narrow = [value for value, size in zip(present, widths, strict=True) if size <= WIDE_BYTES]
    wide = len(present) - len(narrow)
    if not narrow:
        return ColumnStatistics(null_fraction, width, -1.0 * (1.0 - null_fraction))
    return _ordered(narrow, wide, sampled, rows, null_fraction, width, order)


def _ordered(
    values: Sequence[Value],
    wide: int,
    sampled: int,
    rows: float,
    null_fraction: float,
    width: int,
    order: Keyed,
) -> ColumnStatistics:
    keys = list(map(order, values))
    places = sorted(range(len(keys)), key=keys.__getitem__)
    counts = Counter([keys[place] for place in places])  # in order
    repeated = [(key, count) for key, count in counts.items() if count > 1]
    distinct = _distinct(len(counts), len(repeated), wide, len(values) + wide, rows, null_fraction)
    tracked = sorted(repeated, key=lambda one: -one[1])[:TARGET]
    is_whole = len(repeated) == len(counts) and not wide and distinct > 0 and len(counts) <= TARGET
    kept = (
        len(tracked)
        if is_whole
        else _surely_common([count for _, count in tracked], distinct, null_fraction, sampled, rows)
    )
    common = tracked[:kept]
    common_keys = {key for key, _ in common}
    return ColumnStatistics(
        null_fraction,
        width,
        distinct,
        tuple(values[keys.index(key)] for key, _ in common),
        tuple(count / sampled for _, count in common),
        _histogram([values[place] for place in places if keys[place] not in common_keys], len(counts) - kept),
        _correlation(places),
    )


def _distinct(seen: int, repeated: int, wide: int, present: int, rows: float, null_fraction: float) -> float:
    if not repeated:
        return -1.0 * (1.0 - null_fraction)  # all different: it is a key, or as good as one
    if not wide and repeated == seen:
        distinct = float(seen)  # none was seen once: there are no others
    else:
        once = seen - repeated + wide
        whole = rows * (1.0 - null_fraction)
        distinct = math.floor(estimated_distinct(once + repeated, once, present, whole) + 0.5)
    return -(distinct / rows) if distinct > 0.1 * rows else distinct


def estimated_distinct(seen: int, once: int, sampled: int, rows: float) -> float:
    """Return how many different values rows have of which a sample showed so many, some of them once: Duj1."""
    if rows <= 0:
        return 0.0
    return min(max(sampled * seen / ((sampled - once) + once * sampled / rows), seen), rows)


def _surely_common(
    counts: list[int], distinct: float, null_fraction: float, sampled: int, rows: float
) -> int:
    """Return how many of the commonest values are commoner than an average other one, beyond chance."""
    kept = len(counts)
    if sampled == rows or rows <= 1.0:
        return kept
    in_table = distinct if distinct >= 0 else -distinct * rows
    before = sum(counts[:-1])
    while kept > 0:
        selectivity = min(max(1.0 - before / sampled - null_fraction, 0.0), 1.0)
        others = in_table - (kept - 1)
        if others > 1:
            selectivity /= others
        expected = rows * counts[kept - 1] / sampled
        variance = sampled * expected * (rows - expected) * (rows - sampled) / (rows * rows * (rows - 1))
        if counts[kept - 1] > selectivity * sampled + 2 * math.sqrt(max(variance, 0.0)) + 0.5:
            break
        kept -= 1
        if kept:
            before -= counts[kept - 1]
    return kept


def _histogram(others: list[Value], distinct: int) -> tuple[Value, ...]:
    """Return the bounds of equally many of the values that are not most common, given in order."""
    bounds = min(distinct, TARGET + 1)
    if bounds < 2:
        return ()
    step, rest = divmod(len(others) - 1, bounds - 1)
    position = fraction = 0
    found = []
    for _ in range(bounds):
        found.append(others[position])
        position += step
        fraction += rest
        if fraction >= bounds - 1:
            position += 1
            fraction -= bounds - 1
    return tuple(found)


def _correlation(places: list[int]) -> float | None:
    count = len(places)
    if count < 2:
        return None
    total = (count - 1) * count / 2.0
    squares = (count - 1) * count * (2 * count - 1) / 6.0
    products = float(sum(map(mul, range(count), places)))
    return (count * products - total * total) / (count * squares - total * total)
