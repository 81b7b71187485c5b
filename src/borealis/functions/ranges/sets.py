"""+ - * of ranges and multiranges, range_merge, range_agg, range_intersect_agg."""

from __future__ import annotations

from borealis.errors import DataException
from borealis.functions.implementation import (
    AggregateEmitter,
    Aggregation,
    Sql,
    aggregate,
    plain,
    sqlite_name,
)
from borealis.functions.ranges.operands import Ranges, operand, over_ranges, range_type
from borealis.types.base import Oid, Value
from borealis.types.ranges import (
    RANGE_OF_MULTIRANGE,
    Range,
    from_cuts,
    merged,
    pack,
    pack_all,
)


def _single(ranges: Ranges, doing: str) -> str:
    if len(ranges) > 1:
        raise DataException(f"result of range {doing} would not be contiguous")
    return pack(ranges[0] if ranges else None)


def _intersection(type_: Oid, left: Ranges, right: Ranges) -> Ranges:
    found: list[Range | None] = []
    for a in left:
        for b in right:
            begin = max((a.begin, 0, a.lower), (b.begin, 1, b.lower), key=lambda cut: cut[:2])
            end = min((a.end, 0, a.upper), (b.end, 1, b.upper), key=lambda cut: cut[:2])
            found.append(from_cuts(type_, (begin[0], begin[2]), (end[0], end[2])))
    return merged(type_, found)


def _difference(type_: Oid, left: Ranges, right: Ranges) -> Ranges:
    rest: list[Range] = list(left)
    for b in right:
        parts: list[Range | None] = []
        for a in rest:
            if b.end <= a.begin or a.end <= b.begin:
                parts.append(a)
                continue
            parts.append(from_cuts(type_, (a.begin, a.lower), (b.begin, b.lower)))
            parts.append(from_cuts(type_, (b.end, b.upper), (a.end, a.upper)))
        rest = [part for part in parts if part is not None]
    return rest


@over_ranges("range_union")
def range_union(type_: Oid, left: Ranges, right: Ranges) -> Value:
    return _single(merged(type_, [*left, *right]), "union")


@over_ranges("range_minus")
def range_minus(type_: Oid, left: Ranges, right: Ranges) -> Value:
    return _single(_difference(type_, left, right), "difference")


@over_ranges("range_intersect")
def range_intersect(type_: Oid, left: Ranges, right: Ranges) -> Value:
    found = _intersection(type_, left, right)
    return pack(found[0] if found else None)


@over_ranges("multirange_union")
def multirange_union(type_: Oid, left: Ranges, right: Ranges) -> Value:
    return pack_all(merged(type_, [*left, *right]))


@over_ranges("multirange_minus")
def multirange_minus(type_: Oid, left: Ranges, right: Ranges) -> Value:
    return pack_all(_difference(type_, left, right))


@over_ranges("multirange_intersect")
def multirange_intersect(type_: Oid, left: Ranges, right: Ranges) -> Value:
    return pack_all(_intersection(type_, left, right))


@over_ranges("range_merge", "range_merge_from_multirange")
def range_merge(type_: Oid, *operands: Ranges) -> Value:
    """Return the smallest range that holds all."""
    ranges = merged(type_, [each for ranges in operands for each in ranges])
    if not ranges:
        return pack(None)
    first, last = ranges[0], ranges[-1]
    return pack(from_cuts(type_, (first.begin, first.lower), (last.end, last.upper)))


class _OverRanges:
    __slots__ = ("_kind", "_type")

    def __init__(self) -> None:
        self._type = Oid(0)
        self._kind = "r"

    def step(self, type_: int, kind: str, value: Value) -> None:
        if value is not None:
            self._type, self._kind = Oid(type_), kind
            self.add(operand(self._type, kind, value))

    def add(self, ranges: Ranges) -> None:
        raise NotImplementedError


def _emit(name: str) -> AggregateEmitter:
    def emit(call: Aggregation) -> Sql:
        type_ = range_type(call.types)
        kind = "m" if call.types[0] in RANGE_OF_MULTIRANGE else "r"
        moving = "_moving" if " OVER " in call.tail else ""
        text = f"{sqlite_name(f'{name}(anyrange)')}{moving}"
        once = Aggregation(call.args, call.types, tail=call.tail)
        return Sql(once.call(text, str(int(type_)), f"'{kind}'", plain(call.args[0]).text))

    return emit


@aggregate("range_agg(anyrange)", "range_agg(anymultirange)", emit=_emit("range_agg"))
class RangeAgg(_OverRanges):
    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        super().__init__()
        self._ranges: Ranges | None = None

    def add(self, ranges: Ranges) -> None:
        self._ranges = [*(self._ranges or ()), *ranges]

    def final(self) -> Value:
        return None if self._ranges is None else pack_all(merged(self._type, self._ranges))


@aggregate(
    "range_intersect_agg(anyrange)", "range_intersect_agg(anymultirange)", emit=_emit("range_intersect_agg")
)
class RangeIntersectAgg(_OverRanges):
    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        super().__init__()
        self._ranges: Ranges | None = None

    def add(self, ranges: Ranges) -> None:
        self._ranges = ranges if self._ranges is None else _intersection(self._type, self._ranges, ranges)

    def final(self) -> Value:
        if self._ranges is None:
            return None
        return (
            pack_all(self._ranges) if self._kind == "m" else pack(self._ranges[0] if self._ranges else None)
        )
