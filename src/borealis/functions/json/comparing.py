"""jsonb compared: order, equality, containment, existence.

Objects are above arrays, arrays above booleans, numbers, strings, null. Of two objects or arrays the one with more parts
is above; then part by part. A scalar at the top counts as an array of one, below any other array of one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.json.scan import first, load, within_stack
from borealis.functions.ordering import collation, uncollated
from borealis.types import oids
from borealis.types.array import flatten, unpack
from borealis.types.json import JsonValue, Number, sorted_keys

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _rank(value: JsonValue) -> int:
    match value:
        case None:
            return 0
        case bool():
            return 3
        case Number():
            return 2
        case str():
            return 1
        case list():
            return 4
    return 5


@collation("pg_jsonb", int(oids.JSONB))
@within_stack
def compare_jsonb(left: str, right: str) -> int:
    if left == right:
        return 0
    left_is_scalar, right_is_scalar = first(left) not in "[{", first(right) not in "[{"
    a, b = load(left), load(right)
    if left_is_scalar and right_is_scalar:
        return _compare(a, b)
    if isinstance(a, dict) or isinstance(b, dict):
        return _compare(a, b) if isinstance(a, dict) and isinstance(b, dict) else isinstance(a, dict) or -1
    if left_is_scalar or right_is_scalar:
        count = len(b) if left_is_scalar else len(a)  # type: ignore[arg-type]
        scalar_is_less = count >= 1
        return -1 if left_is_scalar == scalar_is_less else 1
    return _compare(a, b)


def _compare(a: Any, b: Any) -> int:
    rank_a, rank_b = _rank(a), _rank(b)
    if rank_a != rank_b:
        return -1 if rank_a < rank_b else 1
    match rank_a:
        case 0:
            return 0
        case 1 | 3:
            return int(a > b) - int(a < b)
        case 2:
            left, right = Decimal(a), Decimal(b)
            return (left > right) - (left < right)
    if len(a) != len(b):
        return -1 if len(a) < len(b) else 1
    if rank_a == 4:
        for x, y in zip(a, b, strict=True):
            order = _compare(x, y)
            if order:
                return order
        return 0
    for x, y in zip(sorted_keys(a), sorted_keys(b), strict=True):
        if x != y:
            return -1 if x < y else 1
        order = _compare(a[x], b[y])
        if order:
            return order
    return 0


def _comparison(name: str, operator: str) -> None:
    @emitter(f"jsonb_{name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        return uncollated(f"(({args[0].text} COLLATE pg_jsonb) {operator} {args[1].text})")


for _name, _operator in _OPERATORS.items():
    _comparison(_name, _operator)


@scalar("jsonb_cmp")
def jsonb_cmp(left: str, right: str) -> int:
    return compare_jsonb(left, right)


@scalar("jsonb_contains")
@within_stack
def jsonb_contains(whole: str, part: str) -> int:
    a, b = load(whole), load(part)
    if isinstance(a, dict) or isinstance(b, dict):
        return int(isinstance(a, dict) and isinstance(b, dict) and _contains(a, b))
    if not isinstance(a, list):
        return int(not isinstance(b, list) and _is_same_scalar(a, b))
    # An array contains a scalar that is one of its elements.
    return int(_contains(a, b if isinstance(b, list) else [b]))


@scalar("jsonb_contained")
def jsonb_contained(part: str, whole: str) -> int:
    return jsonb_contains(whole, part)


def _contains(a: Any, b: Any) -> bool:
    # Loops rather than all(…): one frame of Python's a level.
    if isinstance(b, dict):
        if not isinstance(a, dict):
            return False
        for key, item in b.items():  # noqa: SIM110
            if key not in a or not _contains(a[key], item):
                return False
        return True
    if isinstance(b, list):
        return isinstance(a, list) and _contains_elements(a, b)
    return not isinstance(a, list | dict) and _is_same_scalar(a, b)


def _contains_elements(a: list[Any], b: list[Any]) -> bool:
    for item in b:
        for one in a:
            if _contains(one, item):
                break
        else:
            return False
    return True


def _is_same_scalar(a: Any, b: Any) -> bool:
    return _rank(a) == _rank(b) and _compare(a, b) == 0


def _names(text: str) -> set[str]:
    """Return the keys of an object, the strings of an array, the string that stands alone."""
    value = load(text)
    if isinstance(value, dict):
        return set(value)
    items = value if isinstance(value, list) else [value]
    return {item for item in items if type(item) is str}


@scalar("jsonb_exists")
def jsonb_exists(text: str, name: str) -> int:
    return int(name in _names(text))


@scalar("jsonb_exists_any")
def jsonb_exists_any(text: str, names: str) -> int:
    found = _names(text)
    return int(any(name in found for name in flatten(unpack(names)) if name is not None))


@scalar("jsonb_exists_all")
def jsonb_exists_all(text: str, names: str) -> int:
    found = _names(text)
    return int(all(name in found for name in flatten(unpack(names)) if name is not None))
