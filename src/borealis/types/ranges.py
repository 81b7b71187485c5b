"""Ranges and multiranges: only at run time. A range stands as JSON: [lower, upper, "[)"], null for no bound, [] for empty.

A multirange is the JSON list of its ranges, which are not empty, do not touch, and stand in order. Bounds are the subtype's
Plain values. Ranges of integers and dates have one form only: `[lower,upper)`.

A bound is compared as a *cut* between values: before v is (0, v, 0), behind v is (0, v, 1), so that every range is all
from one cut to another.
Source: PostgreSQL 16 documentation 8.17; recorded in tests/oracle/functions/ranges.tsv.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from borealis.errors import DataException, NumericValueOutOfRange
from borealis.types import oids
from borealis.types.base import Oid, Style, Value

SUBTYPES = {
    oids.INT4RANGE: oids.INT4,
    oids.INT8RANGE: oids.INT8,
    oids.NUMRANGE: oids.NUMERIC,
    oids.TSRANGE: oids.TIMESTAMP,
    oids.TSTZRANGE: oids.TIMESTAMPTZ,
    oids.DATERANGE: oids.DATE,
}
RANGE_OF = {subtype: range_ for range_, subtype in SUBTYPES.items()}
MULTIRANGE_OF = {
    oids.INT4RANGE: oids.INT4MULTIRANGE,
    oids.INT8RANGE: oids.INT8MULTIRANGE,
    oids.NUMRANGE: oids.NUMMULTIRANGE,
    oids.TSRANGE: oids.TSMULTIRANGE,
    oids.TSTZRANGE: oids.TSTZMULTIRANGE,
    oids.DATERANGE: oids.DATEMULTIRANGE,
}
RANGE_OF_MULTIRANGE = {multirange: range_ for range_, multirange in MULTIRANGE_OF.items()}
_DISCRETE_LIMITS = {
    oids.INT4RANGE: (2**31 - 1, "integer out of range"),
    oids.INT8RANGE: (2**63 - 1, "bigint out of range"),
}
_DISCRETE = frozenset({oids.INT4RANGE, oids.INT8RANGE, oids.DATERANGE})

Cut = tuple[Any, ...]
FIRST: Cut = (-1,)
LAST: Cut = (1,)


@dataclass(frozen=True, slots=True)
class Range:
    """A range that is not empty: the value and the cut of either end."""

    lower: Value
    upper: Value
    flags: str  # "[)" and the like
    begin: Cut
    end: Cut


def _key(type_: Oid, value: Value) -> Any:
    if type_ != oids.NUMRANGE:
        return value
    number = Decimal(str(value))
    return (1, Decimal(0)) if number.is_nan() else (0, number)


def make(type_: Oid, lower: Value, upper: Value, flags: str) -> Range | None:
    """Return a range in its one form, None for an empty one. Raises DataException 22000."""
    begin_is_behind, end_is_behind = int(flags[0] == "("), int(flags[1] == "]")
    begin: Cut = FIRST if lower is None else (0, _key(type_, lower), begin_is_behind)
    end: Cut = LAST if upper is None else (0, _key(type_, upper), end_is_behind)
    if lower is not None and upper is not None and begin[1] > end[1]:
        raise DataException("range lower bound must be less than or equal to range upper bound")
    if begin >= end:
        return None
    flags = ("(" if lower is None else flags[0]) + (")" if upper is None else flags[1])
    if type_ in _DISCRETE and flags != "[)":
        return _canonical(type_, lower, upper, flags)
    return Range(lower, upper, flags, begin, end)


def _canonical(type_: Oid, lower: Value, upper: Value, flags: str) -> Range | None:
    if lower is not None and flags[0] == "(" and not _is_endless(type_, lower):
        lower, flags = _following(type_, lower), "[" + flags[1]
    if upper is not None and flags[1] == "]" and not _is_endless(type_, upper):
        upper, flags = _following(type_, upper), flags[0] + ")"
    if lower is not None and lower == upper and flags == "[)":
        return None
    begin: Cut = FIRST if lower is None else (0, lower, int(flags[0] == "("))
    end: Cut = LAST if upper is None else (0, upper, int(flags[1] == "]"))
    return None if begin >= end else Range(lower, upper, flags, begin, end)


def _following(type_: Oid, value: Value) -> int:
    assert isinstance(value, int)
    if type_ == oids.DATERANGE:
        return value + 1
    limit, message = _DISCRETE_LIMITS[type_]
    if value >= limit:
        raise NumericValueOutOfRange(message)
    return value + 1


def _is_endless(type_: Oid, value: Value) -> bool:
    """Whether it is the date infinity or -infinity, which have no next."""
    if type_ != oids.DATERANGE:
        return False
    from borealis.types.registry import type_of

    return type_of(oids.DATE).encode_text(value, Style()) in ("infinity", "-infinity")


def from_cuts(type_: Oid, begin: tuple[Cut, Value], end: tuple[Cut, Value]) -> Range | None:
    """Return what lies between two cuts, each with the value it is at."""
    if begin[0] >= end[0]:
        return None
    flags = ("[" if begin[0] != FIRST and begin[0][2] == 0 else "(") + (
        "]" if end[0] != LAST and end[0][2] == 1 else ")"
    )
    return Range(begin[1], end[1], flags, begin[0], end[0])


def listed(range_: Range | None) -> list[Any]:
    return [] if range_ is None else [range_.lower, range_.upper, range_.flags]


def pack(range_: Range | None) -> str:
    return json.dumps(listed(range_), ensure_ascii=False, separators=(",", ":"))


def pack_all(ranges: Iterable[Range]) -> str:
    return json.dumps([listed(each) for each in ranges], ensure_ascii=False, separators=(",", ":"))


def unlisted(type_: Oid, items: list[Any]) -> Range | None:
    if not items:
        return None
    lower, upper, flags = items
    begin: Cut = FIRST if lower is None else (0, _key(type_, lower), int(flags[0] == "("))
    end: Cut = LAST if upper is None else (0, _key(type_, upper), int(flags[1] == "]"))
    return Range(lower, upper, flags, begin, end)


def unpack(type_: Oid, value: Value) -> Range | None:
    return unlisted(type_, json.loads(str(value)))


def unpack_all(type_: Oid, value: Value) -> list[Range]:
    found = (unlisted(type_, items) for items in json.loads(str(value)))
    return [each for each in found if each is not None]


def merged(type_: Oid, ranges: Iterable[Range | None]) -> list[Range]:
    """Return the ranges in order, those that touch made one."""
    result: list[Range] = []
    for each in sorted((found for found in ranges if found is not None), key=lambda r: (r.begin, r.end)):
        last = result[-1] if result else None
        if last is None or each.begin > last.end:
            result.append(each)
        elif each.end > last.end:
            joined = from_cuts(type_, (last.begin, last.lower), (each.end, each.upper))
            assert joined is not None
            result[-1] = joined
    return result
