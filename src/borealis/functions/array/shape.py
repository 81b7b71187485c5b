"""Lengths, bounds and dimensions of arrays; of one without elements most are NULL."""

from __future__ import annotations

from typing import Any

from borealis.functions.array.elements import dimensions, flat
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.types.array import pack, unpack
from borealis.types.base import Value


@emitter("array_length")
def array_length(args: tuple[Sql, ...]) -> Sql:
    if args[1].constant == 1:
        return Sql(f"nullif(json_array_length({args[0].text}), 0)")
    return Sql(f"pg_array_length({args[0].text}, {args[1].text})")


def _length(array: str, dimension: int) -> int | None:
    lengths = dimensions(unpack(array))
    return lengths[dimension - 1] if 1 <= dimension <= len(lengths) else None


@scalar("array_length", "array_upper")
def array_length_of(array: str, dimension: int) -> Value:
    return _length(array, dimension)


@scalar("array_lower")
def array_lower(array: str, dimension: int) -> Value:
    return None if _length(array, dimension) is None else 1


@scalar("array_ndims")
def array_ndims(array: str) -> Value:
    return len(dimensions(unpack(array))) or None


@scalar("array_dims")
def array_dims(array: str) -> Value:
    return "".join(f"[1:{length}]" for length in dimensions(unpack(array))) or None


@scalar("array_cardinality")
def array_cardinality(array: str) -> Value:
    return len(flat(unpack(array)))


@scalar("array_shaped")
def array_shaped(items: str, like: str) -> str:
    """Return the elements of a flat array in the shape of another with as many."""
    if not like.startswith("[["):
        return items
    source = iter(unpack(items))

    def shaped(level: list[Any]) -> list[Any]:
        return [shaped(item) if isinstance(item, list) else next(source) for item in level]

    return pack(shaped(unpack(like)))
