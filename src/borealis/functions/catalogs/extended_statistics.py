"""pg_mcv_list_items: the combinations of values that a statistics object has found to be common."""

from __future__ import annotations

import json
from collections.abc import Iterator

from borealis.functions.implementation import set_returning
from borealis.types.array import pack
from borealis.types.base import Value


@set_returning("pg_stats_ext_mcvlist_items", columns=5)
def pg_mcv_list_items(found: str) -> Iterator[tuple[Value, ...]]:
    """Give index, values, nulls, frequency and base frequency; found is what jobs/statistics_rows.py has written."""
    for index, (values, frequency, base_frequency) in enumerate(json.loads(found)):
        nulls = [value is None for value in values]
        yield index, pack(values), pack([int(null) for null in nulls]), frequency, base_frequency
