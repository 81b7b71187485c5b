"""Arrays as rows: unnest and generate_subscripts."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.array.elements import dimensions, flat, values
from borealis.functions.implementation import set_returning
from borealis.types.array import unpack
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of
from borealis.types.vector import lower_bound

Rows = Iterator[tuple[Value]]


@set_returning("array_unnest", typed=True)
def array_unnest(array: str, array_type: int) -> Rows:
    return ((value,) for value in flat(values(array, type_of(Oid(array_type)).element)))


@set_returning("generate_subscripts_nodir", typed=True)
def generate_subscripts(array: str, dimension: int, *types: int) -> Rows:
    return ((n,) for n in _subscripts(array, dimension, types[0]))


@set_returning("generate_subscripts", typed=True)
def generate_subscripts_either_way(array: str, dimension: int, backwards: int, *types: int) -> Rows:
    subscripts = _subscripts(array, dimension, types[0])
    return ((n,) for n in (reversed(subscripts) if backwards else subscripts))


def _subscripts(array: str, dimension: int, array_type: int) -> range:
    lengths, first = dimensions(unpack(array)), lower_bound(array_type)
    return range(first, first + lengths[dimension - 1]) if 1 <= dimension <= len(lengths) else range(0)
