"""How many groups GROUP BY or DISTINCT makes of rows, from what is known of the columns.

Columns of one table are combined first: what a statistics object counted together, else the product, which is held within a
tenth of the table's rows; a restriction of the table leaves fewer of them. Tables know nothing of each other.
Source: PostgreSQL 16, estimate_num_groups (selfuncs.c), and its documentation 70.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, prod

from borealis.planner.extended import distinct_together
from borealis.planner.join_order import Source
from borealis.planner.terms import stripped
from borealis.sql.bound.expressions import Const, Expr, Var
from borealis.sql.bound.trees import walk

UNKNOWN = 200.0
"""Different values of what nothing is known of."""


def estimated_groups(exprs: Iterable[Expr], sources: Sequence[Source], rows: float) -> float:
    """Return how many groups expressions make of so many joined rows; sources are what was joined."""
    keys: dict[Expr, None] = {}
    for expr in map(stripped, exprs):
        if isinstance(expr, Const):
            continue
        found = [expr] if _source_of(expr, sources) is not None else _vars(expr)
        if not found:
            return max(rows, 1.0)  # it names no column: it may be another one for each row
        keys.update(dict.fromkeys(found))
    groups = 1.0
    for source in sources:
        own = [key for key in keys if _source_of(key, sources) is source]
        if own:
            groups *= _of_source(source, own)
    groups *= prod(UNKNOWN for key in keys if _source_of(key, sources) is None)  # inf where they are many
    return max(1.0, float(ceil(min(groups, rows))))


def _vars(expr: Expr) -> list[Expr]:
    return [each for each in walk(expr) if isinstance(each, Var)]


def _source_of(key: Expr, sources: Sequence[Source]) -> Source | None:
    """Return the source a key is known of: a column's, or that of an expression with statistics."""
    for source in sources:
        if isinstance(key, Var):
            if key.relation in source.unit.ids:
                return source
        elif source.paths is not None and source.paths.estimator.distinct_of(key) is not None:
            return source
    return None


def _of_source(source: Source, keys: list[Expr]) -> float:
    estimator = source.paths.estimator if source.paths is not None else None
    counts: list[float] = []
    while estimator is not None and len(keys) > 1:
        found = distinct_together(estimator.together, keys)
        if found is None:
            break
        counts.append(found[0])
        keys = found[1]
    for key in keys:
        known = None if estimator is None else estimator.distinct_of(key)
        if known is None and isinstance(key, Var):
            known = source.distinct.get(key.attnum)
        counts.append(UNKNOWN if known is None else known)
    groups, limit = 1.0, source.table_rows
    for count in counts:
        groups *= count
    if len(counts) > 1:
        limit = min(max(0.1 * limit, *counts), limit)
    groups = min(groups, limit)
    if source.rows < source.table_rows and groups > 0:
        gone = (source.table_rows - source.rows) / source.table_rows
        groups *= 1 - gone ** (source.table_rows / groups)
    return max(1.0, float(round(groups)))
