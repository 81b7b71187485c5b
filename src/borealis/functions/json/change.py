"""JSON changed: || - #- jsonb_set, jsonb_set_lax, jsonb_insert, strip_nulls, jsonb_pretty."""

from __future__ import annotations

import enum
from typing import Any

from borealis.errors import (
    ArraySubscriptError,
    InvalidParameterValue,
    InvalidTextRepresentation,
    NullValueNotAllowed,
)
from borealis.functions.implementation import Sql, scalar, typed_emitter
from borealis.functions.json.access import index_of, path_argument, path_of
from borealis.functions.json.scan import checked, dump, elements, first, load, members, within_stack
from borealis.types.array import flatten, unpack
from borealis.types.base import Oid, Value
from borealis.types.json import JsonValue, jsonb_text, quoted, sorted_keys


@scalar("jsonb_concat")
def jsonb_concat(left: str, right: str) -> str:
    a, b = load(left), load(right)
    if isinstance(a, dict) and isinstance(b, dict):
        return dump(a | b)
    return dump([*_as_array(a), *_as_array(b)])


def _as_array(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _container(text: str, doing: str) -> Any:
    value = load(text)
    if not isinstance(value, list | dict):
        raise InvalidParameterValue(f"cannot {doing} scalar")
    return value


@scalar("jsonb_delete")
def jsonb_delete(text: str, name: str) -> str:
    """Drop a member of an object, or the strings of an array that equal it."""
    return _without(text, {name})


@typed_emitter("jsonb_delete_array")
def jsonb_delete_array(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_jsonb_delete_names({args[0].text}, {path_argument(args, types)})")


@scalar("jsonb_delete_names")
def jsonb_delete_names(text: str, names: str) -> str:
    return _without(text, {name for name in flatten(unpack(names)) if name is not None})


def _without(text: str, names: set[str]) -> str:
    value = _container(text, "delete from")
    if isinstance(value, dict):
        return dump({key: item for key, item in value.items() if key not in names})
    return dump([item for item in value if not (type(item) is str and item in names)])


@scalar("jsonb_delete_idx")
def jsonb_delete_idx(text: str, index: int) -> str:
    value = load(text)
    if isinstance(value, dict):
        raise InvalidParameterValue("cannot delete from object using integer index")
    if not isinstance(value, list):
        raise InvalidParameterValue("cannot delete from scalar")
    if -len(value) <= index < len(value):
        del value[index]
    return dump(value)


class _Change(enum.Enum):
    DELETE = enum.auto()
    SET = enum.auto()
    SET_OR_CREATE = enum.auto()
    INSERT_BEFORE = enum.auto()
    INSERT_AFTER = enum.auto()

    @property
    def creates(self) -> bool:
        return self not in (_Change.DELETE, _Change.SET)


def _changed(value: Any, path: list[str | None], at: int, new: JsonValue, change: _Change) -> Any:
    """Return the value with what stands at the path changed; where the path does not lead, nothing is."""
    if not isinstance(value, list | dict):
        return value
    step = path[at]
    if step is None:
        raise NullValueNotAllowed(f"path element at position {at + 1} is null")
    is_last = at == len(path) - 1
    if isinstance(value, dict):
        if not is_last:
            if step in value:
                value[step] = _changed(value[step], path, at + 1, new, change)
            return value
        return _changed_member(value, step, new, change)
    index = index_of(step)
    if index is None:
        raise InvalidTextRepresentation(f'path element at position {at + 1} is not an integer: "{step}"')
    if not is_last:
        if -len(value) <= index < len(value):
            value[index] = _changed(value[index], path, at + 1, new, change)
        return value
    return _changed_element(value, index, new, change)


def _changed_member(value: dict[str, Any], name: str, new: JsonValue, change: _Change) -> dict[str, Any]:
    if name in value:
        if change is _Change.DELETE:
            del value[name]
        elif change in (_Change.INSERT_BEFORE, _Change.INSERT_AFTER):
            raise InvalidParameterValue(
                "cannot replace existing key", hint="Try using the function jsonb_set to replace key value."
            )
        else:
            value[name] = new
    elif change.creates:
        value[name] = new
    return value


def _changed_element(value: list[Any], index: int, new: JsonValue, change: _Change) -> list[Any]:
    """Beyond the ends a new element goes to the nearer one."""
    place = index + len(value) if index < 0 else index
    if not 0 <= place < len(value):
        if change.creates:
            value.insert(0 if place < 0 else len(value), new)
    elif change is _Change.DELETE:
        del value[place]
    elif change is _Change.INSERT_BEFORE:
        value.insert(place, new)
    elif change is _Change.INSERT_AFTER:
        value.insert(place + 1, new)
    else:
        value[place] = new
    return value


def _at_path(text: str, path: str, new: JsonValue, change: _Change, doing: str) -> str:
    items = unpack(path)
    if items and isinstance(items[0], list):
        raise ArraySubscriptError("wrong number of array subscripts")
    value = _container(text, doing)
    steps = path_of(path)
    if not steps or (not value and not change.creates):
        return text
    return dump(_changed(value, steps, 0, new, change))


@scalar("jsonb_delete_path")
@within_stack
def jsonb_delete_path(text: str, path: str) -> str:
    return _at_path(text, path, None, _Change.DELETE, "delete path in")


@scalar("jsonb_set")
@within_stack
def jsonb_set(text: str, path: str, new: str, create: int) -> str:
    return _at_path(text, path, load(new), _Change.SET_OR_CREATE if create else _Change.SET, "set path in")


@scalar("jsonb_insert")
@within_stack
def jsonb_insert(text: str, path: str, new: str, after: int) -> str:
    change = _Change.INSERT_AFTER if after else _Change.INSERT_BEFORE
    return _at_path(text, path, load(new), change, "set path in")


@scalar("jsonb_set_lax", strict=False)
def jsonb_set_lax(
    text: str | None, path: str | None, new: str | None, create: int | None, treatment: str | None
) -> Value:
    if text is None or path is None or create is None:
        return None
    if treatment is None:
        raise InvalidParameterValue(_TREATMENTS)
    if new is not None:
        return jsonb_set(text, path, new, create)
    match treatment:
        case "raise_exception":
            raise NullValueNotAllowed(
                "JSON value must not be null",
                detail='Exception was raised because null_value_treatment is "raise_exception".',
                hint="To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.",
            )
        case "use_json_null":
            return jsonb_set(text, path, "null", create)
        case "delete_key":
            return jsonb_delete_path(text, path)
        case "return_target":
            return text
    raise InvalidParameterValue(_TREATMENTS)


_TREATMENTS = (
    'null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"'
)


@scalar("jsonb_strip_nulls")
@within_stack
def jsonb_strip_nulls(text: str) -> str:
    return dump(_stripped(load(text)))


def _stripped(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items() if item is not None}
    return [_stripped(item) for item in value] if isinstance(value, list) else value


@scalar("json_strip_nulls")
@within_stack
def json_strip_nulls(text: str) -> str:
    """Members keep their order, and come twice where they did; blanks go."""
    match first(text):
        case "{":
            parts = [
                f"{quoted(checked(key))}:{json_strip_nulls(value)}"
                for key, value in members(text)
                if value != "null"
            ]
            return "{" + ",".join(parts) + "}"
        case "[":
            return "[" + ",".join([json_strip_nulls(value) for value in elements(text)]) + "]"
        case '"':
            return quoted(checked(str(load(text))))
    return text.strip(" \t\r\n")


@scalar("jsonb_pretty")
@within_stack
def jsonb_pretty(text: str) -> str:
    parts: list[str] = []
    _append_pretty(parts, load(text), "\n")
    return "".join(parts)


def _append_pretty(parts: list[str], value: JsonValue, line: str) -> None:
    """line: a new line with the indentation of what the value is in."""
    inner = line + "    "
    if isinstance(value, dict):
        parts.append("{")
        for n, key in enumerate(sorted_keys(value)):
            parts.append(f"{',' if n else ''}{inner}{quoted(key)}: ")
            _append_pretty(parts, value[key], inner)
        parts.append(line + "}")
    elif isinstance(value, list):
        parts.append("[")
        for n, item in enumerate(value):
            parts.append(f"{',' if n else ''}{inner}")
            _append_pretty(parts, item, inner)
        parts.append(line + "]")
    else:
        parts.append(jsonb_text(value))
