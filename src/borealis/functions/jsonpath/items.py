"""Items of SQL/JSON: JSON values, and moments that .datetime() makes."""

from __future__ import annotations

from typing import Any

from borealis.functions.jsonpath.moments import Moment
from borealis.functions.numeric.arithmetic import numeric_cmp
from borealis.types.json import JsonValue, Number

Truth = bool | None
"""None: unknown."""


def type_name(item: JsonValue) -> str:
    match item:
        case None:
            return "null"
        case bool():
            return "boolean"
        case Number():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case Moment():
            return item.type_name
    return "object"


def as_json(item: Any) -> JsonValue:
    """Return an item as what jsonb can hold."""
    if isinstance(item, Moment):
        return str(item)
    return item


def compared(kind: str, left: JsonValue, right: JsonValue, zone: str | None) -> Truth:
    """Return `left kind right`; unknown for objects, arrays and items of different types."""
    if type_name(left) != type_name(right) and not (isinstance(left, Moment) and isinstance(right, Moment)):
        if left is None or right is None:
            return kind == "ne"
        return None
    order = _order(left, right, zone)
    if order is None:
        return None
    match kind:
        case "eq":
            return order == 0
        case "ne":
            return order != 0
        case "lt":
            return order < 0
        case "le":
            return order <= 0
        case "gt":
            return order > 0
    return order >= 0


def _order(left: Any, right: Any, zone: str | None) -> int | None:
    match left:
        case None:
            return 0
        case Number():
            return numeric_cmp(left, right)
        case Moment():
            return left.compare(right, zone)
        case bool() | str():
            return int(left > right) - int(left < right)
    return None
