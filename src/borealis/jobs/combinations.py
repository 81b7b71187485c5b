"""What a sample says of several columns together: extended statistics. Pure.

    ndistinct       how many different combinations of values there are, for each two columns and more
    dependencies    for how large a part of the rows the last of some columns follows from the others
    mcv             the commonest combinations, with what their frequency would be if columns knew nothing of each other

Equal values are one value, NULLs too. A generator stands between two commits: each combination of columns is a piece of its own.
Source: PostgreSQL 16 documentation 70.2 and 14.2.2; mvdistinct.c, dependencies.c, mcv.c.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from borealis.catalog.statistics import Combination, Dependency, MostCommon
from borealis.jobs.distribution import estimated_distinct
from borealis.types.base import Value

Columns = Mapping[int, Sequence[Value]]
"""The sampled values by attnum; -1, -2 … are expressions. All are of the same rows."""


def count_distinct(columns: Columns, rows: float, found: list[Combination]) -> Iterator[None]:
    """Add each combination of columns with its number of different values, of a table of so many rows."""
    for size in range(2, len(columns) + 1):
        for chosen in combinations(columns, size):
            counts = Counter(zip(*(columns[attnum] for attnum in chosen), strict=True))
            once = sum(count == 1 for count in counts.values())
            distinct = estimated_distinct(len(counts), once, sum(counts.values()), rows)
            found.append(Combination(chosen, math.floor(distinct + 0.5)))
            yield


def find_dependencies(columns: Columns, found: list[Dependency]) -> Iterator[None]:
    """Add each dependency that holds of some rows: its last column follows from the others."""
    for size in range(2, len(columns) + 1):
        for determined, implied in _dependencies(tuple(columns), size):
            degree = _degree([columns[attnum] for attnum in determined], columns[implied])
            if degree > 0:
                found.append(Dependency(determined, implied, degree))
            yield


def _dependencies(attnums: tuple[int, ...], size: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Return the choices of determining columns, in order, and of another one."""
    for determined in combinations(attnums, size - 1):
        for implied in attnums:
            if implied not in determined:
                yield determined, implied


def _degree(determining: Sequence[Sequence[Value]], implied: Sequence[Value]) -> float:
    """Return the part of the rows whose combination comes with one value only."""
    keys = list(zip(*determining, strict=True))
    if not keys:
        return 0.0
    sizes = Counter(keys)
    pairs = Counter(key for key, _ in set(zip(keys, implied, strict=True)))
    return sum(size for key, size in sizes.items() if pairs[key] == 1) / len(keys)


def most_common(columns: Columns, rows: float, target: int) -> tuple[MostCommon, ...]:
    """Return the commonest combinations: as many as the target, of a table of so many rows."""
    lists = list(columns.values())
    sampled = len(lists[0])
    counts = Counter(zip(*lists, strict=True))
    singles = [Counter(values) for values in lists]
    least = _least_count(sampled, rows)
    return tuple(
        MostCommon(
            values,
            count / sampled,
            math.prod(single[value] / sampled for single, value in zip(singles, values, strict=True)),
        )
        for values, count in counts.most_common(target)
        if count >= least
    )


def _least_count(sampled: int, rows: float) -> float:
    """Return how often a combination must have been seen for its frequency to be known within a fifth."""
    divisor = rows - sampled + 0.04 * sampled * (rows - 1)
    return sampled * (rows - sampled) / divisor if divisor else 0.0
