"""Arguments of range functions: each call passes the range type and, of each argument, what it is: r range, m multirange, e element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from borealis.functions.implementation import Sql, plain, scalar, sqlite_name, typed_emitter
from borealis.types.base import Oid, Value
from borealis.types.ranges import RANGE_OF_MULTIRANGE, SUBTYPES, Range, make, unpack, unpack_all

Ranges = list[Range]


def range_type(types: tuple[Oid, ...]) -> Oid:
    """Return the range type a call is about."""
    for oid in types:
        if oid in SUBTYPES:
            return oid
        if oid in RANGE_OF_MULTIRANGE:
            return RANGE_OF_MULTIRANGE[oid]
    raise AssertionError(types)


def _kind(oid: Oid) -> str:
    return "r" if oid in SUBTYPES else "m" if oid in RANGE_OF_MULTIRANGE else "e"


def operand(type_: Oid, kind: str, value: Value) -> Ranges:
    """Return an argument as a list of ranges; an element is a range of itself alone."""
    if kind == "m":
        return unpack_all(type_, value)
    found = unpack(type_, value) if kind == "r" else make(type_, value, value, "[]")
    return [] if found is None else [found]


def over_ranges(*keys: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function of (range type, lists of ranges…) for all these prosrc."""

    def register(call: Callable[..., Value]) -> Callable[..., Value]:
        name = keys[0]

        @scalar(f"over {name}")
        def called(type_: int, kinds: str, *values: Value) -> Value:
            oid = Oid(type_)
            return call(oid, *(operand(oid, kind, value) for kind, value in zip(kinds, values, strict=True)))

        def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
            kinds = "".join(map(_kind, types))
            texts = [str(int(range_type(types))), f"'{kinds}'", *(plain(arg).text for arg in args)]
            return Sql(f"{sqlite_name(f'over {name}')}({', '.join(texts)})")

        for key in keys:
            typed_emitter(key)(emit)
        return call

    return register


def negated(key: str, call: Callable[..., Any]) -> None:
    over_ranges(key)(lambda *args: int(not call(*args)))
