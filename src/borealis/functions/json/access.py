"""-> ->> #> #>>, json_extract_path, json_typeof, json_array_length: for json and jsonb the same but for a scalar's -> 0."""

from __future__ import annotations

import re
from collections import deque
from itertools import islice

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import Sql, scalar, typed_emitter
from borealis.functions.json.scan import as_text, elements, first, load, members, readable
from borealis.types import oids
from borealis.types.array import flatten, unpack
from borealis.types.base import Oid, Value
from borealis.types.json import JsonValue

_INTEGER = re.compile(r"[ \t\n\r\v\f]*[+-]?0*\d{1,10}", re.ASCII)
_INT32 = 2**31


def field(text: str, name: str) -> str | None:
    """Return the text of a member, of several the last; None where there is none, or no object."""
    if first(text) != "{":
        return None
    found = None
    for key, value in members(text):
        if key == name:
            found = value
    return found


def element(text: str, index: int) -> str | None:
    """Return the text of an element, from 0, or from -1 backwards."""
    if first(text) != "[":
        return None
    if index >= 0:
        return next(islice(elements(text), index, None), None)
    last = deque(elements(text), maxlen=-index)
    return last[0] if len(last) == -index else None


def index_of(step: str) -> int | None:
    """Return a path's step as an array index, None if it is none."""
    if not _INTEGER.fullmatch(step):
        return None
    index = int(step)
    return index if -_INT32 <= index < _INT32 else None


_CONTAINER = object()


def scalar_text(value: JsonValue) -> object:
    """Return what ->> gives for a scalar, or _CONTAINER: an object's or array's text is a part of the text it is in.

    Reading the whole is faster than finding a part, as Python's json is written in C.
    """
    if isinstance(value, str):
        return str(value)  # numbers too, which are their text
    if value is None:
        return None
    return ("true" if value else "false") if isinstance(value, bool) else _CONTAINER


def _followed(value: JsonValue, path: list[str | None]) -> JsonValue:
    """Return what stands at a path, None where it does not lead."""
    for step in path:
        if step is None:
            return None
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            index = index_of(step)
            if index is None or not -len(value) <= index < len(value):
                return None
            value = value[index]
        else:
            return None
    return value


def at_path(text: str, path: list[str]) -> str | None:
    found: str | None = text
    for step in path:
        if found is None:
            return None
        kind = first(found)
        if kind == "{":
            found = field(found, step)
        elif kind == "[":
            index = index_of(step)
            found = None if index is None else element(found, index)
        else:
            return None
    return found


@scalar("json_object_field", "jsonb_object_field")
def object_field(text: str, name: str) -> Value:
    return field(readable(text), name)


@scalar("json_object_field_text", "jsonb_object_field_text")
def object_field_text(text: str, name: str) -> Value:
    if "\\u" not in text:
        value = load(text)
        if not isinstance(value, dict):
            return None
        quick = scalar_text(value.get(name))
        if quick is not _CONTAINER:
            return quick  # type: ignore[return-value]
    found = field(readable(text), name)
    return None if found is None else as_text(found)


@scalar("json_array_element")
def array_element(text: str, index: int) -> Value:
    return element(readable(text), index)


@scalar("json_array_element_text")
def array_element_text(text: str, index: int) -> Value:
    found = element(readable(text), index)
    return None if found is None else as_text(found)


def _jsonb_element(text: str, index: int) -> str | None:
    """A jsonb scalar is inside an array of one element, and shows it here."""
    if first(text) not in "[{":
        return text if index in (0, -1) else None
    return element(text, index)


@scalar("jsonb_array_element")
def jsonb_array_element(text: str, index: int) -> Value:
    return _jsonb_element(text, index)


@scalar("jsonb_array_element_text")
def jsonb_array_element_text(text: str, index: int) -> Value:
    found = _jsonb_element(text, index)
    return None if found is None else as_text(found)


def path_argument(args: tuple[Sql, ...], types: tuple[Oid, ...]) -> str:
    """Return SQLite text of the path as an array: one text[] argument, or texts one by one."""
    if len(args) == 2 and types[1] == oids.TEXT_ARRAY:
        return args[1].text
    return f"json_array({', '.join(f'({arg.text} || {chr(39) * 2})' for arg in args[1:])})"


def _path_emitter(name: str, key: str) -> None:
    @typed_emitter(key)
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        return Sql(f"pg_{name}({args[0].text}, {path_argument(args, types)})")


for _key in ("json_extract_path", "jsonb_extract_path"):
    _path_emitter("json_at_path", _key)
    _path_emitter("json_at_path_text", f"{_key}_text")


def path_of(array: str) -> list[str | None]:
    return list(flatten(unpack(array)))


@scalar("json_at_path")
def json_at_path(text: str, path: str) -> Value:
    steps = path_of(path)
    return None if None in steps else at_path(readable(text), steps)  # type: ignore[arg-type]


@scalar("json_at_path_text")
def json_at_path_text(text: str, path: str) -> Value:
    if "\\u" not in text:
        quick = scalar_text(_followed(load(text), path_of(path)))
        if quick is not _CONTAINER:
            return quick  # type: ignore[return-value]
    found = json_at_path(text, path)
    return None if found is None else as_text(str(found))


@scalar("json_typeof", "jsonb_typeof")
def typeof(text: str) -> str:
    match first(text):
        case "{":
            return "object"
        case "[":
            return "array"
        case '"':
            return "string"
        case "t" | "f":
            return "boolean"
        case "n":
            return "null"
    return "number"


@scalar("json_array_length", "jsonb_array_length")
def array_length(text: str) -> int:
    kind = first(text)
    if kind != "[":
        what = "a non-array" if kind == "{" else "a scalar"
        raise InvalidParameterValue(f"cannot get array length of {what}")
    return sum(1 for _ in elements(text))
