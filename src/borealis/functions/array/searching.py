"""Elements looked for in arrays: array_position(s), array_remove, array_replace, @> <@ &&, width_bucket.

A search takes two NULLs for equal; containment never does.
"""

from __future__ import annotations

from typing import Any

from borealis.errors import ArraySubscriptError, FeatureNotSupported, NullValueNotAllowed
from borealis.functions.array.comparing import compare_elements, require_equality
from borealis.functions.array.elements import dimensions, element_of, element_text, flat, values
from borealis.functions.implementation import Sql, TypedEmitter, plain, scalar, typed_emitter
from borealis.functions.ordering import compare
from borealis.types.array import from_element, pack, unpack
from borealis.types.base import Oid, Value
from borealis.types.vector import lower_bound


def _passes_elements(name: str) -> TypedEmitter:
    """Emit a call whose element arguments go as one-element JSON arrays, with the element's oid last."""

    def emit(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
        require_equality(arg_types[0])
        element = element_of(arg_types[0])
        texts = [args[0].text]
        texts += [
            f"json_array({element_text(arg, type_)})" if type_ == element and n <= 2 else plain(arg).text
            for n, (arg, type_) in enumerate(zip(args[1:], arg_types[1:], strict=True), 1)
        ]
        return Sql(f"pg_{name}({', '.join([*texts, str(element)])})")

    return emit


typed_emitter("array_remove")(_passes_elements("array_remove"))
typed_emitter("array_replace")(_passes_elements("array_replace"))


@typed_emitter("array_positions")
def array_positions(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    call = _passes_elements("array_positions")(args, arg_types, result)
    return Sql(f"{call.text.removesuffix(')')}, {lower_bound(arg_types[0])})")


@typed_emitter("array_position", "array_position_start")
def array_position(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    require_equality(arg_types[0])
    first = lower_bound(arg_types[0])
    start = args[2].text if len(args) > 2 else str(first)
    wanted = f"json_array({element_text(args[1], arg_types[1])})"
    return Sql(f"pg_array_position({args[0].text}, {wanted}, {start}, {element_of(arg_types[0])}, {first})")


def _wanted(element: str, oid: int) -> Value:
    return from_element(Oid(oid), unpack(element)[0])


def _searchable(array: str, oid: int) -> list[Any]:
    items = values(array, oid)
    if len(dimensions(items)) > 1:
        raise FeatureNotSupported("searching for elements in multidimensional arrays is not supported")
    return items


@scalar("array_position", strict=False)
def position(array: str | None, element: str, start: int | None, oid: int, first: int) -> Value:
    if array is None:
        return None
    items = _searchable(array, oid)
    if start is None:
        raise NullValueNotAllowed("initial position must not be null")
    wanted = _wanted(element, oid)
    for n, value in enumerate(items, first):
        if n >= start and compare_elements(oid, value, wanted) == 0:
            return n
    return None


@scalar("array_positions", strict=False)
def positions(array: str | None, element: str, oid: int, first: int) -> Value:
    if array is None:
        return None
    items, wanted = _searchable(array, oid), _wanted(element, oid)
    return pack([n for n, value in enumerate(items, first) if compare_elements(oid, value, wanted) == 0])


@scalar("array_remove", strict=False)
def remove(array: str | None, element: str, oid: int) -> Value:
    if array is None:
        return None
    items = unpack(array)
    if len(dimensions(items)) > 1:
        raise FeatureNotSupported("removing elements from multidimensional arrays is not supported")
    wanted = _wanted(element, oid)
    return pack([item for item in items if compare_elements(oid, from_element(Oid(oid), item), wanted)])


@scalar("array_replace", strict=False)
def replace(array: str | None, element: str, replacement: str, oid: int) -> Value:
    if array is None:
        return None
    wanted, other = _wanted(element, oid), unpack(replacement)[0]

    def replaced(items: list[Any]) -> list[Any]:
        return [
            replaced(item)
            if isinstance(item, list)
            else other
            if compare_elements(oid, from_element(Oid(oid), item), wanted) == 0
            else item
            for item in items
        ]

    return pack(replaced(unpack(array)))


def _containment(name: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
        require_equality(arg_types[0])
        left, right = (args[1], args[0]) if name == "arraycontained" else args
        call = "arraycontains" if name == "arraycontained" else name
        return Sql(f"pg_{call}({left.text}, {right.text}, {element_of(arg_types[0])})")

    return emit


for _name in ("arraycontains", "arraycontained", "arrayoverlap"):
    typed_emitter(_name)(_containment(_name))


def _is_among(value: Value, others: list[Any], oid: int) -> bool:
    if value is None:
        return False
    return any(other is not None and compare(oid, value, other) == 0 for other in others)


@scalar("arraycontains")
def arraycontains(array: str, part: str, oid: int) -> Value:
    items = flat(values(array, oid))
    return int(all(_is_among(value, items, oid) for value in flat(values(part, oid))))


@scalar("arrayoverlap")
def arrayoverlap(left: str, right: str, oid: int) -> Value:
    items = flat(values(left, oid))
    return int(any(_is_among(value, items, oid) for value in flat(values(right, oid))))


@typed_emitter("width_bucket_array")
def width_bucket_array(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    element = element_of(arg_types[1])
    return Sql(
        f"pg_width_bucket_array(json_array({element_text(args[0], arg_types[0])}), {args[1].text}, {element})"
    )


@scalar("width_bucket_array")
def width_bucket(operand: str, thresholds: str, oid: int) -> Value:
    """Return how many of the sorted thresholds are not above the operand."""
    wanted = _wanted(operand, oid)
    if wanted is None:
        return None
    items = values(thresholds, oid)
    if len(dimensions(items)) > 1:
        raise ArraySubscriptError("thresholds must be one-dimensional array")
    if None in items:
        raise NullValueNotAllowed("thresholds array must not contain NULLs")
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if compare(oid, wanted, items[middle]) < 0:
            high = middle
        else:
            low = middle + 1
    return low
