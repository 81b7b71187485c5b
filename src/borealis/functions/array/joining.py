"""Arrays put together and taken apart: append, prepend, ||, array_fill, trim_array, array_shuffle, array_sample."""

from __future__ import annotations

from typing import Any

from borealis.errors import (
    ArraySubscriptError,
    DataException,
    FeatureNotSupported,
    InvalidParameterValue,
    NullValueNotAllowed,
    ProgramLimitExceeded,
)
from borealis.functions.array.elements import dimensions, element_text
from borealis.functions.implementation import Context, Sql, scalar, typed_emitter
from borealis.types.array import pack, unpack
from borealis.types.array_text import DIMENSIONS_MAX, too_many_dimensions
from borealis.types.base import Oid, Value

_ELEMENTS_MAX = 134_217_727
_FILLED_MAX = 4_000_000  # elements; an array's text is in memory several times


@typed_emitter("array_append")
def array_append(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    # json() keeps the element what it is; as JSON text it needs no type in Python.
    return Sql(f"pg_array_append({args[0].text}, json_array({element_text(args[1], arg_types[1])}))")


@typed_emitter("array_prepend")
def array_prepend(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_array_prepend(json_array({element_text(args[0], arg_types[0])}), {args[1].text})")


def _one_dimensional(array: str | None) -> list[Any]:
    items = [] if array is None else unpack(array)
    if len(dimensions(items)) > 1:
        raise DataException("argument must be empty or one-dimensional array")
    return items


@scalar("array_append", strict=False)
def append(array: str | None, element: str) -> Value:
    return pack(_one_dimensional(array) + unpack(element))


@scalar("array_prepend", strict=False)
def prepend(element: str, array: str | None) -> Value:
    return pack(unpack(element) + _one_dimensional(array))


@scalar("array_cat", strict=False)
def array_cat(left: str | None, right: str | None) -> Value:
    if left is None or right is None:
        return right if left is None else left
    a, b = unpack(left), unpack(right)
    if not a or not b:
        return right if not a else left
    shape_a, shape_b = dimensions(a), dimensions(b)
    if abs(len(shape_a) - len(shape_b)) > 1:
        raise _incompatible(
            f"Arrays of {len(shape_a)} and {len(shape_b)} dimensions are not compatible for concatenation."
        )
    if len(shape_a) == len(shape_b):
        if shape_a[1:] != shape_b[1:]:
            raise _incompatible(
                "Arrays with differing element dimensions are not compatible for concatenation."
            )
        return pack(a + b)
    if (shape_a[1:] != shape_b) if len(shape_a) > len(shape_b) else (shape_b[1:] != shape_a):
        raise _incompatible("Arrays with differing dimensions are not compatible for concatenation.")
    return pack([*a, b] if len(shape_a) > len(shape_b) else [a, *b])


def _incompatible(detail: str) -> ArraySubscriptError:
    return ArraySubscriptError("cannot concatenate incompatible arrays", detail=detail)


@typed_emitter("array_fill", "array_fill_with_lower_bounds")
def array_fill(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    more = "".join(f", {arg.text}" for arg in args[1:])
    return Sql(f"pg_array_fill(json_array({element_text(args[0], arg_types[0])}){more})")


@scalar("array_fill", strict=False)
def fill(element: str, lengths: str | None, bounds: str | None = "") -> Value:
    """bounds: of the first elements, an array; an empty text where none were given."""
    if lengths is None or bounds is None:
        raise NullValueNotAllowed("dimension array or low bound array cannot be null")
    sizes = _sizes(lengths)
    if bounds:
        _check_bounds(unpack(bounds), sizes)
    total = 1
    for size in sizes:
        total *= size
    if not sizes or total == 0:
        return "[]"
    if total > _ELEMENTS_MAX:
        raise ProgramLimitExceeded(f"array size exceeds the maximum allowed ({_ELEMENTS_MAX})")
    if total > _FILLED_MAX:
        raise ProgramLimitExceeded("query requires too much temp space, out of memory.")
    items = unpack(element)[0]
    for size in reversed(sizes):
        items = [items] * size
    return pack(items)


def _sizes(lengths: str) -> list[int]:
    sizes = unpack(lengths)
    if len(dimensions(sizes)) > 1:
        raise ArraySubscriptError(
            "wrong number of array subscripts", detail="Dimension array must be one dimensional."
        )
    if None in sizes:
        raise NullValueNotAllowed("dimension values cannot be null")
    if len(sizes) > DIMENSIONS_MAX:
        raise too_many_dimensions(len(sizes))
    if any(size < 0 for size in sizes):
        raise ProgramLimitExceeded(f"array size exceeds the maximum allowed ({_ELEMENTS_MAX})")
    return sizes


def _check_bounds(bounds: list[Any], sizes: list[int]) -> None:
    if len(bounds) != len(sizes):
        raise ArraySubscriptError(
            "wrong number of array subscripts",
            detail="Low bound array has different size than dimensions array.",
        )
    if None in bounds:
        raise NullValueNotAllowed("dimension values cannot be null")
    if any(bound != 1 for bound in bounds) and all(sizes):
        raise FeatureNotSupported("array lower bounds other than 1 not supported")


@scalar("trim_array")
def trim_array(array: str, count: int) -> Value:
    items = unpack(array)
    if not 0 <= count <= len(items):
        raise ArraySubscriptError(f"number of elements to trim must be between 0 and {len(items)}")
    return pack(items[: len(items) - count])


@scalar("array_shuffle", deterministic=False, context=True)
def array_shuffle(context: Context, array: str) -> Value:
    items = unpack(array)
    return pack(_drawn(context, items, len(items)))


@scalar("array_sample", deterministic=False, context=True)
def array_sample(context: Context, array: str, count: int) -> Value:
    items = unpack(array)
    if not 0 <= count <= len(items):
        raise InvalidParameterValue(f"sample size must be between 0 and {len(items)}")
    return pack(_drawn(context, items, count))


def _drawn(context: Context, items: list[Any], count: int) -> list[Any]:
    """Return so many of the items, each order as likely (Fisher and Yates)."""
    for n in range(count):
        other = n + int(context.random_float() * (len(items) - n))
        items[n], items[other] = items[other], items[n]
    return items[:count]
