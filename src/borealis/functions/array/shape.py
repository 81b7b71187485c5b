"""Lengths, bounds and dimensions of arrays; of one without elements most are NULL.

Bounds begin at 1, those of int2vector and oidvector (pg_index.indkey, pg_proc.proargtypes) at 0.
"""

from __future__ import annotations

from typing import Any

from borealis.functions.array.elements import dimensions, flat
from borealis.functions.implementation import Sql, TypedEmitter, emitter, scalar, typed_emitter
from borealis.types.array import pack, unpack
from borealis.types.base import Oid, Value
from borealis.types.vector import lower_bound


@emitter("array_length")
def array_length(args: tuple[Sql, ...]) -> Sql:
    if args[1].constant == 1:
        return Sql(f"nullif(json_array_length({args[0].text}), 0)")
    return Sql(f"pg_array_length({args[0].text}, {args[1].text})")


def _length(array: str, dimension: int) -> int | None:
    lengths = dimensions(unpack(array))
    return lengths[dimension - 1] if 1 <= dimension <= len(lengths) else None


@scalar("array_length")
def array_length_of(array: str, dimension: int) -> Value:
    return _length(array, dimension)


def _knows_bounds(name: str) -> TypedEmitter:
    """Return the emitter of a function that is told, behind its arguments, where the array's bounds begin."""

    def emit(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
        return Sql(f"pg_{name}({', '.join(arg.text for arg in args)}, {lower_bound(arg_types[0])})")

    return emit


typed_emitter("array_lower")(_knows_bounds("array_lower"))
typed_emitter("array_upper")(_knows_bounds("array_upper"))
typed_emitter("array_dims")(_knows_bounds("array_dims"))


@scalar("array_lower")
def array_lower(array: str, dimension: int, first: int) -> Value:
    return None if _length(array, dimension) is None else first


@scalar("array_upper")
def array_upper(array: str, dimension: int, first: int) -> Value:
    length = _length(array, dimension)
    return None if length is None else first + length - 1


@scalar("array_ndims")
def array_ndims(array: str) -> Value:
    return len(dimensions(unpack(array))) or None


@scalar("array_dims")
def array_dims(array: str, first: int) -> Value:
    lengths = dimensions(unpack(array))
    return "".join(f"[{first}:{first + length - 1}]" for length in lengths) or None


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
