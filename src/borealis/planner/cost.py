"""Costs: what a choice takes, in microseconds as measured on SQLite, and the figures EXPLAIN shows, in DSQL's units.

The two differ: DSQL's units count trips to storage, which are far away there, and lie beneath the same process here. Choices
are made by what they take here.

DSQL's figures were fitted to recorded plans (conformance/dpu; PostgreSQL's parameters are in them: a page 4.0, a row 0.01, an
operator 0.0025). With n the rows read and p the pages of 32 KiB they lie on:

    startup   100 + 0.125 n + 0.05 (less under some thousand rows); a lookup of the table's rows is a second trip
    total     startup + 4 p + 0.01 n, a full scan's + 0.005 n, + 0.0025 n for each condition
"""

from __future__ import annotations

from math import log2

from borealis.planner.physical import Estimate, PlannedJoin, Scan
from borealis.sql.bound.relations import FromItem

ROW = 0.06
"""A row of a table read in its order."""
INDEX_ROW = 0.04
PROBE = 0.6
"""Finding the first entry under a key."""
LOOKUP = 1.0
"""A table's row by its key, in no order: below some twenty rows a table is rather read whole."""
FILTER = 0.02
HASH_BUILD = 0.5
"""A row put into the index SQLite makes of a join's right side."""
HASH_PROBE = 0.5
SORT = 0.06
"""A row sorted, for each doubling of their number."""
DISABLED = 1e9
"""Added to the cost of a form that is switched off."""


def sort_cost(rows: float) -> float:
    return rows * (0.2 + SORT * log2(max(2.0, rows)))


def scan_estimate(
    read: float, rows: float, table_rows: float, width: int, conditions: int, kind: str
) -> Estimate:
    """Return DSQL's figures for a scan that reads some of a table's rows; kind: full, only (index only) or index."""
    startup = 100 + 0.125 * read + 0.05 * min(1.0, (read - 1) / 1_000 if read > 1 else 0.0)
    pages = max(1.0, 0.009 * read) if table_rows >= 1 else 1.0
    if kind == "index":
        startup += 100 + 0.0002 * read
    total = startup + 4 * pages + 0.01 * read + 0.0025 * read * conditions
    if kind == "full":
        total += 0.005 * read
    return Estimate(startup, total, max(1.0, round(rows)), width)


def join_estimate(left: FromItem, right: FromItem, rows: float) -> Estimate:
    """Return DSQL's figures for a join: both sides, and each pair of rows looked at."""
    outer, inner = estimate_of(left), estimate_of(right)
    startup = outer.startup + inner.startup
    total = outer.total + inner.total + 0.01 * rows + 0.0025 * (outer.rows + inner.rows)
    return Estimate(startup, max(total, startup), max(1.0, round(rows)), outer.width + inner.width)


def estimate_of(item: FromItem) -> Estimate:
    if isinstance(item, Scan | PlannedJoin):
        return item.estimate
    return Estimate(0.0, 12.5, 1_000.0, 32)
