"""Bounds of ranges, constructors, unnest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from borealis.errors import DataException, NullValueNotAllowed, SyntaxError_
from borealis.functions.implementation import Sql, plain, scalar, set_returning, typed_emitter
from borealis.functions.ranges.operands import Ranges, over_ranges
from borealis.types.base import Oid, Value
from borealis.types.ranges import (
    RANGE_OF_MULTIRANGE,
    make,
    merged,
    pack,
    pack_all,
    unpack,
    unpack_all,
)
from borealis.types.registry import type_of

_FLAGS = frozenset({"[]", "[)", "(]", "()"})


def _part(name: str, part: Callable[[Ranges], Value]) -> None:
    @over_ranges(f"range_{name}", f"multirange_{name}")
    def call(type_: Oid, ranges: Ranges) -> Value:
        return part(ranges)


_part("lower", lambda ranges: ranges[0].lower if ranges else None)
_part("upper", lambda ranges: ranges[-1].upper if ranges else None)
_part("empty", lambda ranges: int(not ranges))
_part("lower_inc", lambda ranges: int(bool(ranges) and ranges[0].flags[0] == "["))
_part("upper_inc", lambda ranges: int(bool(ranges) and ranges[-1].flags[1] == "]"))
_part("lower_inf", lambda ranges: int(bool(ranges) and ranges[0].lower is None))
_part("upper_inf", lambda ranges: int(bool(ranges) and ranges[-1].upper is None))


@typed_emitter("range_constructor2", "range_constructor3")
def range_constructor(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_made_range({int(result)}, {', '.join(plain(arg).text for arg in args)})")


@scalar("made_range", strict=False)
def made_range(type_: int, lower: Value, upper: Value, flags: str | None = "[)") -> str:
    if flags is None:
        raise DataException("range constructor flags argument must not be null")
    if flags not in _FLAGS:
        raise SyntaxError_("invalid range bound flags", hint='Valid values are "[]", "[)", "(]", and "()".')
    return pack(make(Oid(type_), lower, upper, flags))


@typed_emitter("multirange_constructor0", "multirange_constructor1", "multirange_constructor2")
def multirange_constructor(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    type_ = int(RANGE_OF_MULTIRANGE[result])
    texts = [plain(arg).text for arg in args]
    if types and type_of(types[0]).category == "A":
        return Sql(f"pg_made_multirange_of_array({type_}, {texts[0]})")
    if len(texts) == 1:
        return Sql(f"pg_made_multirange_of_one({type_}, {texts[0]})")
    return Sql(f"pg_made_multirange({', '.join([str(type_), *texts])})")


@scalar("made_multirange_of_one")
def made_multirange_of_one(type_: int, range_: str) -> str:
    return pack_all(merged(Oid(type_), [unpack(Oid(type_), range_)]))


@scalar("made_multirange", strict=False)
def made_multirange(type_: int, *ranges: str | None) -> str:
    if None in ranges:
        raise NullValueNotAllowed("multirange values cannot contain null members")
    return pack_all(merged(Oid(type_), [unpack(Oid(type_), each) for each in ranges]))


@scalar("made_multirange_of_array")
def made_multirange_of_array(type_: int, array: str) -> str:
    return made_multirange(type_, *json.loads(array))


@set_returning("multirange_unnest", typed=True)
def multirange_unnest(value: str, type_: int) -> Iterator[tuple[Value]]:
    oid = RANGE_OF_MULTIRANGE[Oid(type_)]
    return ((pack(each),) for each in unpack_all(oid, value))
