"""jsonb[…] = value: what the whole becomes. Missing steps are made, arrays filled up with nulls.

Source: PostgreSQL 16 documentation 8.14.5; recorded in tests/scripts/writes/jsonb_subscripts.script.
"""

from __future__ import annotations

from typing import Any

from borealis.errors import InvalidParameterValue, InvalidTextRepresentation, NullValueNotAllowed
from borealis.functions.implementation import scalar
from borealis.functions.json.access import index_of
from borealis.functions.json.scan import dump, load, within_stack
from borealis.types.array import unpack
from borealis.types.json import JsonValue

_FILL_MAX = 1_000_000
"""More nulls than any value of a megabyte can hold."""


@scalar("jsonb_assigned", strict=False)
@within_stack
def jsonb_assigned(text: str | None, new: str | None, begins_with_index: int, path: str) -> str:
    """Return the document with what stands at the path replaced. begins_with_index: a NULL document becomes an array."""
    steps: list[str | None] = unpack(path)
    if None in steps:
        raise NullValueNotAllowed("jsonb subscript in assignment must not be null")
    if text is None:
        text = "[]" if begins_with_index else "{}"
    value = None if new is None else load(new)
    return dump(_assigned(load(text), steps, 0, value))  # type: ignore[arg-type]


def _assigned(value: Any, steps: list[str], at: int, new: JsonValue) -> Any:
    if at == len(steps):
        return new
    step = steps[at]
    if isinstance(value, dict):
        value[step] = (
            _assigned(value[step], steps, at + 1, new) if step in value else _made(steps, at + 1, new)
        )
        return value
    if not isinstance(value, list):
        raise InvalidParameterValue(
            "cannot replace existing key",
            detail="The path assumes key is a composite object, but it is a scalar value.",
        )
    index = index_of(step)
    if index is None:
        raise InvalidTextRepresentation(f'path element at position {at + 1} is not an integer: "{step}"')
    place = index + len(value) if index < 0 else index
    if place < 0:
        raise InvalidParameterValue(f"path element at position {at + 1} is out of range: {index}")
    if place < len(value):
        value[place] = _assigned(value[place], steps, at + 1, new)
        return value
    return _filled(value, place, _made(steps, at + 1, new))


def _made(steps: list[str], at: int, new: JsonValue) -> Any:
    """Return what a path that leads nowhere makes: arrays for integers, objects for other steps."""
    if at == len(steps):
        return new
    index = index_of(steps[at])
    inner = _made(steps, at + 1, new)
    return {steps[at]: inner} if index is None else _filled([], max(index, 0), inner)


def _filled(items: list[Any], place: int, new: Any) -> list[Any]:
    if place > _FILL_MAX:
        raise InvalidParameterValue(f"jsonb array of {place + 1} elements is too large")
    return [*items, *[None] * (place - len(items)), new]
