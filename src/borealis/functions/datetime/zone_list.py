"""pg_timezone_names and pg_timezone_abbrevs: the zones and abbreviations there are, as they are at the transaction's start."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import Context, set_returning
from borealis.types import tzif
from borealis.types.base import Value
from borealis.types.calendar import SECOND_US
from borealis.types.interval import pack
from borealis.types.zones import (
    ABBREVIATIONS,
    DAYLIGHT_ABBREVIATIONS,
    DYNAMIC_ABBREVIATIONS,
    abbreviation_meaning,
    period_at,
)


@set_returning("pg_timezone_names", columns=4, context=True)
def pg_timezone_names(context: Context) -> Iterator[tuple[Value, ...]]:
    for name in sorted(tzif.names().values()):
        period = period_at(name, context.style.now_us)
        offset = pack(0, 0, period.offset * SECOND_US)
        yield name, period.abbreviation, offset, int(period.is_daylight)


@set_returning("pg_timezone_abbrevs", columns=3, context=True)
def pg_timezone_abbrevs(context: Context) -> Iterator[tuple[Value, ...]]:
    for name in sorted(ABBREVIATIONS.keys() | DYNAMIC_ABBREVIATIONS.keys()):
        if name in DYNAMIC_ABBREVIATIONS:
            offset, is_daylight = abbreviation_meaning(name, context.style.now_us)
        else:
            offset, is_daylight = ABBREVIATIONS[name], name in DAYLIGHT_ABBREVIATIONS
        yield name.upper(), pack(0, 0, offset * SECOND_US), int(is_daylight)
