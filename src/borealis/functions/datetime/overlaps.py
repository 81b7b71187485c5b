"""(a, b) OVERLAPS (c, d): half-open periods; ends may be swapped, one end may be NULL, equal ends are a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from borealis.functions.datetime.days import time_pl_interval, timetz_pl_interval
from borealis.functions.datetime.moments import timestamp_pl_interval, timestamptz_pl_interval
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value


@scalar("overlaps_timestamp", "overlaps_time", "overlaps_timetz", strict=False)
def overlaps(start: Any, end: Any, other_start: Any, other_end: Any) -> Value:
    """The types' values compare as they stand."""
    first, second = _ordered(start, end), _ordered(other_start, other_end)
    if first is None or second is None:
        return None
    (start, end), (other_start, other_end) = first, second
    if start == other_start:
        # A shared beginning overlaps, whatever the ends; an unknown one leaves it unknown.
        return None if end is None or other_end is None else 1
    if start > other_start:
        start, end, other_start, other_end = other_start, other_end, start, end
    if end is None:
        return None
    if other_start < end:
        return 1
    return None if other_end is None else 0


def _ordered(start: Any, end: Any) -> tuple[Any, Any] | None:
    """Return the ends in order, a known one first; None if neither is known."""
    if start is None:
        return None if end is None else (end, None)
    if end is not None and start > end:
        return end, start
    return start, end


def _register(type_name: str, plus: Callable[..., Any], *, context: bool) -> None:
    """Register the three forms in which a period's end is given by its length."""

    def period(given: Context, start: Any, end: Any, is_length: bool) -> tuple[Any, Any]:
        if not is_length:
            return start, end
        if start is None or end is None:
            return start, None
        return start, plus(given, start, end) if context else plus(start, end)

    def form(first: bool, second: bool) -> None:
        types = (
            type_name,
            "interval" if first else type_name,
            type_name,
            "interval" if second else type_name,
        )

        @scalar(f"overlaps({','.join(types)})", strict=False, context=True)
        def call(given: Context, a: Any, b: Any, c: Any, d: Any) -> Value:
            return overlaps(*period(given, a, b, first), *period(given, c, d, second))

    form(True, True)
    form(True, False)
    form(False, True)


_register("timestamp", timestamp_pl_interval, context=False)
_register("timestamptz", timestamptz_pl_interval, context=True)
_register("time", time_pl_interval, context=False)
_register("timetz", timetz_pl_interval, context=False)
