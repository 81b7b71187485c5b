"""Members, elements and keys as rows."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import set_returning
from borealis.functions.json.scan import as_text, elements, first, members, readable
from borealis.types.base import Value

Rows = Iterator[tuple[Value, ...]]


def _object(text: str, *, on_array: str, on_scalar: str) -> Iterator[tuple[str, str]]:
    kind = first(text)
    if kind == "{":
        return members(readable(text))
    raise InvalidParameterValue(on_array if kind == "[" else on_scalar)


def _json_members(text: str) -> Iterator[tuple[str, str]]:
    return _object(
        text, on_array="cannot deconstruct an array as an object", on_scalar="cannot deconstruct a scalar"
    )


def _jsonb_members(text: str, name: str) -> Iterator[tuple[str, str]]:
    message = f"cannot call {name} on a non-object"
    return _object(text, on_array=message, on_scalar=message)


@set_returning("json_each", columns=2)
def json_each(text: str) -> Rows:
    return _json_members(text)


@set_returning("json_each_text", columns=2)
def json_each_text(text: str) -> Rows:
    return ((key, as_text(value)) for key, value in _json_members(text))


@set_returning("jsonb_each", columns=2)
def jsonb_each(text: str) -> Rows:
    return _jsonb_members(text, "jsonb_each")


@set_returning("jsonb_each_text", columns=2)
def jsonb_each_text(text: str) -> Rows:
    return ((key, as_text(value)) for key, value in _jsonb_members(text, "jsonb_each_text"))


def _keys(text: str, name: str) -> Rows:
    found = _object(
        text, on_array=f"cannot call {name} on an array", on_scalar=f"cannot call {name} on a scalar"
    )
    return ((key,) for key, _ in found)


@set_returning("json_object_keys")
def json_object_keys(text: str) -> Rows:
    return _keys(text, "json_object_keys")


@set_returning("jsonb_object_keys")
def jsonb_object_keys(text: str) -> Rows:
    return _keys(text, "jsonb_object_keys")


def _json_elements(text: str, name: str) -> Iterator[str]:
    kind = first(text)
    if kind == "[":
        return elements(text)
    raise InvalidParameterValue(f"cannot call {name} on a {'non-array' if kind == '{' else 'scalar'}")


def _jsonb_elements(text: str) -> Iterator[str]:
    kind = first(text)
    if kind == "[":
        return elements(text)
    raise InvalidParameterValue(f"cannot extract elements from {'an object' if kind == '{' else 'a scalar'}")


@set_returning("json_array_elements")
def json_array_elements(text: str) -> Rows:
    return ((value,) for value in _json_elements(text, "json_array_elements"))


@set_returning("json_array_elements_text")
def json_array_elements_text(text: str) -> Rows:
    return ((as_text(value),) for value in _json_elements(readable(text), "json_array_elements_text"))


@set_returning("jsonb_array_elements")
def jsonb_array_elements(text: str) -> Rows:
    return ((value,) for value in _jsonb_elements(text))


@set_returning("jsonb_array_elements_text")
def jsonb_array_elements_text(text: str) -> Rows:
    return ((as_text(value),) for value in _jsonb_elements(text))
