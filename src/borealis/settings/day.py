"""The day whose Aurora DSQL a node, or one of its clusters, is asked to be.

    borealis start --compatibility 2026-03                       every cluster of the node
    aws dsql tag-resource … --tags borealis:compatibility=2026-03    one cluster, from its next connection on

What came when is a table of sql.compatibility. Source: dsql-facts.md §4.11.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

NEWEST = "newest"
TAG = "borealis:compatibility"
"""Of a cluster; it goes before what the node was started with."""
FIRST_DAY = date(2025, 5, 27)
"""General availability: nothing is known of what came when before it."""

_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)


def read_day(text: str) -> date | None:
    """Read a setting: newest (None), a day (2026-03-15) or a month (2026-03: its last day).

    Raises:
        ValueError: in words for whoever gave it.
    """
    if text == NEWEST:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month = int(found[1]), int(found[2])
        day = date(year, month, int(found[3]) if found[3] else calendar.monthrange(year, month)[1])
    except ValueError:
        raise ValueError(
            f'"{text}" is no day: say {NEWEST}, a month (2026-03) or a day (2026-03-15)'
        ) from None
    if day < FIRST_DAY:
        raise ValueError(f'"{text}" is before {FIRST_DAY}, when Aurora DSQL became generally available')
    return day
