"""Validation: the parameters of a request, gathered from path, query and body, held against the operation's input shape.

Types, required members, lengths, ranges, patterns and enumerations are those of the service model; every parameter that breaks
one is in the error's fieldList, nested ones by their path (tags.project, multiRegionProperties.clusters.1). Members a shape does
not name are ignored, as AWS's services do.

Source: botocore's service model; Smithy's rules for length and range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from borealis.control_plane.errors import ValidationException
from borealis.control_plane.model import Operation, ServiceModel

Shape = Mapping[str, Any]
Broken = tuple[str, str]
"""A parameter's path, and the sentence that says which constraint it breaks."""

_JSON_TYPES = {"string": str, "boolean": bool, "map": dict, "structure": dict, "list": list}
_BODY_PARAMETERS_NAMED_MAX = 50


def read_input(
    model: ServiceModel,
    operation: Operation,
    path: Mapping[str, str],
    query: list[tuple[str, str]],
    body: bytes,
) -> dict[str, Any]:
    """Return the parameters of a request.

    Raises:
        ValidationException: they cannot be read, or break constraints.
    """
    shape = model.shapes[operation.input]
    given = _read_body(body) if operation.method in {"POST", "PUT"} else {}
    parameters: dict[str, Any] = {}
    broken: list[Broken] = []
    for name, member in shape["members"].items():
        location, key = member.get("location"), member.get("locationName", name)
        target = model.shapes[member["shape"]]
        if location == "uri":
            parameters[name] = path[key]
        elif location == "querystring":
            values = [value for found, value in query if found == key]
            if values:
                parameters[name] = _from_query(target, values, name, broken)
        elif given.get(name) is not None:
            parameters[name] = given[name]
    broken += _check(model, shape, parameters, "")
    if broken:
        raise ValidationException.of_fields(broken[:_BODY_PARAMETERS_NAMED_MAX])
    return {name: value for name, value in parameters.items() if name in shape["members"]}


def _read_body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValidationException("The request's body is not valid JSON.", "cannotParse") from None
    if not isinstance(read, dict):
        raise ValidationException("The request's body is not a JSON object.", "cannotParse")
    return read


def _from_query(shape: Shape, values: list[str], name: str, broken: list[Broken]) -> Any:
    """Return a query parameter in the type it stands for."""
    if shape["type"] == "list":
        return values
    text = values[-1]
    if shape["type"] != "integer":
        return text
    if re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII):
        return int(text)
    broken.append(
        (name, f"Value '{text}' at '{name}' failed to satisfy constraint: Member must be an integer")
    )
    return None


def _check(model: ServiceModel, shape: Shape, value: Any, path: str) -> Iterator[Broken]:
    """Yield the constraints a value breaks, with those of what it holds."""
    if value is None:
        return
    type_ = shape["type"]
    if not _has_type(type_, value):
        yield path, _sentence(path, value, f"Member must be of type {type_}")
        return
    for text in _broken_constraints(shape, value):
        yield path, _sentence(path, value, text)
    if type_ == "structure":
        yield from _check_structure(model, shape, value, path)
    elif type_ == "list":
        member = model.shapes[shape["member"]["shape"]]
        for number, item in enumerate(value, 1):
            yield from _check_item(model, member, item, _joined(path, str(number)))
    elif type_ == "map":
        key_shape, value_shape = (model.shapes[shape[part]["shape"]] for part in ("key", "value"))
        for key, item in value.items():
            yield from _check(model, key_shape, key, _joined(path, key))
            yield from _check_item(model, value_shape, item, _joined(path, key))


def _check_item(model: ServiceModel, shape: Shape, item: Any, path: str) -> Iterator[Broken]:
    if item is None:
        yield path, _sentence(path, item, "Member must not be null")
    else:
        yield from _check(model, shape, item, path)


def _check_structure(model: ServiceModel, shape: Shape, value: dict[str, Any], path: str) -> Iterator[Broken]:
    members = shape["members"]
    for name in shape.get("required", ()):
        if value.get(name) is None:
            there = _joined(path, name)
            yield there, _sentence(there, None, "Member must not be null")
    if shape.get("union") and sum(value.get(name) is not None for name in members) != 1:
        yield path, _sentence(path, value, "Exactly one member of a union must be set")
    for name, member in members.items():
        yield from _check(model, model.shapes[member["shape"]], value.get(name), _joined(path, name))


def _has_type(type_: str, value: Any) -> bool:
    if type_ == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, _JSON_TYPES[type_])


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    type_ = shape["type"]
    low, high = shape.get("min"), shape.get("max")
    if type_ == "integer":
        if low is not None and value < low:
            yield f"Member must have value greater than or equal to {low}"
        if high is not None and value > high:
            yield f"Member must have value less than or equal to {high}"
    elif type_ in {"string", "list", "map"}:
        if low is not None and len(value) < low:
            yield f"Member must have length greater than or equal to {low}"
        if high is not None and len(value) > high:
            yield f"Member must have length less than or equal to {high}"
    if "pattern" in shape and not _pattern(shape["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape['pattern']}"
    if "enum" in shape and value not in shape["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"


@lru_cache(maxsize=128)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _sentence(path: str, value: Any, constraint: str) -> str:
    shown = "null" if value is None else f"'{str(value)[:100]}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
