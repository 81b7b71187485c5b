"""pg_timezone_names: the time zones there are, and what each shows at the transaction's start."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import Context, set_returning
from borealis.types import tzif
from borealis.types.base import Value
from borealis.types.calendar import SECOND_US
from borealis.types.interval import pack
from borealis.types.zones import period_at


@set_returning("pg_timezone_names", columns=4, context=True)
def pg_timezone_names(context: Context) -> Iterator[tuple[Value, ...]]:
    for name in sorted(tzif.names().values()):
        period = period_at(name, context.style.now_us)
        offset = pack(0, 0, period.offset * SECOND_US)
        yield name, period.abbreviation, offset, int(period.is_daylight)
