"""Arrays of several dimensions: made of arrays, their elements and slices."""

from __future__ import annotations

from typing import Any

from borealis.errors import ArraySubscriptError
from borealis.functions.array.elements import dimensions
from borealis.functions.implementation import scalar
from borealis.types.array import from_element, pack, unpack
from borealis.types.base import Oid, Value


@scalar("array_element")
def array_element(element: int, array: str, *indices: int) -> Value:
    """Return the element at these indices; NULL outside, and where there are not as many as dimensions."""
    level: Any = unpack(array)
    for index in indices:
        if not isinstance(level, list) or not 1 <= index <= len(level):
            return None
        level = level[index - 1]
    return None if isinstance(level, list) else from_element(Oid(element), level)


@scalar("array_slice")
def array_slice(array: str, given: str, *bounds: int) -> str:
    """Return a part of the array. given: of each bound, lower and upper in turn, whether it is among `bounds`."""
    items = unpack(array)
    lengths = dimensions(items)
    values = iter(bounds)
    asked = [next(values) if each == "1" else None for each in given]
    ranges = [(1 if asked[n] is None else asked[n], asked[n + 1]) for n in range(0, len(asked), 2)]
    if len(ranges) > len(lengths):
        return "[]"
    slices = []
    for (lower, upper), length in zip(ranges, lengths, strict=False):
        first, last = max(lower or 0, 1), length if upper is None else min(upper, length)
        if first > last:
            return "[]"
        slices.append(slice(first - 1, last))
    return pack(_sliced(items, slices))


def _sliced(items: list[Any], slices: list[slice]) -> list[Any]:
    part = items[slices[0]]
    return [_sliced(item, slices[1:]) for item in part] if len(slices) > 1 else part


@scalar("array_of_arrays", strict=False)
def array_of_arrays(*arrays: str | None) -> str:
    """ARRAY[a, b] of arrays: one dimension more; of none but NULLs and empty ones an empty array."""
    items = [[] if array is None else unpack(array) for array in arrays]
    shapes = {tuple(dimensions(each)) for each in items}
    if len(shapes) > 1:
        raise ArraySubscriptError(
            "multidimensional arrays must have array expressions with matching dimensions"
        )
    return pack(items if shapes != {()} else [])
