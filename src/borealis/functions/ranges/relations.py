"""@> <@ && -|- << >> &< &>: an empty range lies in every other, and stands in no other relation to any."""

from __future__ import annotations

from collections.abc import Callable

from borealis.functions.ranges.operands import Ranges, over_ranges
from borealis.types.base import Oid, Value

Test = Callable[[Ranges, Ranges], bool]


def _contains(outer: Ranges, inner: Ranges) -> bool:
    return all(any(o.begin <= i.begin and i.end <= o.end for o in outer) for i in inner)


def _overlaps(left: Ranges, right: Ranges) -> bool:
    return any(a.begin < b.end and b.begin < a.end for a in left for b in right)


def _is_before(left: Ranges, right: Ranges) -> bool:
    return bool(left and right) and left[-1].end <= right[0].begin


def _is_adjacent(left: Ranges, right: Ranges) -> bool:
    if not left or not right:
        return False
    return left[-1].end == right[0].begin or right[-1].end == left[0].begin


def _ends_within(left: Ranges, right: Ranges) -> bool:
    return bool(left and right) and left[-1].end <= right[-1].end


def _begins_within(left: Ranges, right: Ranges) -> bool:
    return bool(left and right) and left[0].begin >= right[0].begin


def _register(test: Test, *keys: str) -> None:
    @over_ranges(*keys)
    def call(type_: Oid, left: Ranges, right: Ranges) -> Value:
        return int(test(left, right))


def _both_kinds(name: str) -> tuple[str, ...]:
    return (
        f"range_{name}",
        f"range_{name}_multirange",
        f"multirange_{name}_range",
        f"multirange_{name}_multirange",
    )


_register(
    _contains,
    *("range_contains", "range_contains_elem", "range_contains_multirange"),
    *("multirange_contains_elem", "multirange_contains_range", "multirange_contains_multirange"),
)
_register(
    lambda left, right: _contains(right, left),
    *("range_contained_by", "elem_contained_by_range", "range_contained_by_multirange"),
    *("elem_contained_by_multirange", "multirange_contained_by_range", "multirange_contained_by_multirange"),
)
_register(_overlaps, *_both_kinds("overlaps"))
_register(_is_adjacent, *_both_kinds("adjacent"))
_register(_is_before, *_both_kinds("before"))
_register(lambda left, right: _is_before(right, left), *_both_kinds("after"))
_register(_ends_within, *_both_kinds("overleft"))
_register(_begins_within, *_both_kinds("overright"))
