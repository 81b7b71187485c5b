"""JSON made of SQL values: to_json, array_to_json, json_build_array, json_build_object, json_object.

The emitters pass the oids of the arguments' types on: pg_json_build_array('23 25', 1, 'x').
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from borealis.errors import ArraySubscriptError, InvalidParameterValue, NullValueNotAllowed
from borealis.functions.array.elements import dimensions, element_of, flat, values
from borealis.functions.implementation import Context, Sql, TypedEmitter, plain, scalar, typed_emitter
from borealis.functions.json.encoding import (
    JSON_TYPES,
    encoded,
    encoder,
    is_array,
    is_record,
    pretty_array_encoder,
    record_text,
    text_encoder,
)
from borealis.functions.json.scan import dump, load
from borealis.types import oids
from borealis.types.array import unpack
from borealis.types.base import Oid, Style, Value
from borealis.types.json import quoted


def _emit_one(name: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        rest = "".join(f", {arg.text}" for arg in args[1:])
        return Sql(f"pg_{name}({plain(args[0]).text}, {int(types[0])}{rest})")

    return emit


typed_emitter("to_json")(_emit_one("to_json"))
typed_emitter("to_jsonb")(_emit_one("to_jsonb"))
typed_emitter("array_to_json")(_emit_one("to_json"))
typed_emitter("row_to_json")(_emit_one("to_json"))
typed_emitter("row_to_json_pretty")(_emit_one("row_to_json_pretty"))
typed_emitter("array_to_json_pretty")(_emit_one("array_to_json_pretty"))


@scalar("to_json", context=True)
def to_json(context: Context, value: Value, type_: int) -> str:
    return encoder(Oid(type_), context.style)(value)


@scalar("to_jsonb", context=True)
def to_jsonb(context: Context, value: Value, type_: int) -> str:
    return jsonb_of(value, Oid(type_), context.style)


def jsonb_of(value: Value, type_: Oid, style: Style) -> str:
    """Return a value as jsonb; what it becomes as json is read again where that is not normal already."""
    text = encoded(value, type_, style)
    return dump(load(text)) if type_ != oids.JSONB else text


@scalar("array_to_json_pretty", context=True)
def array_to_json_pretty(context: Context, array: str, type_: int, is_pretty: int) -> str:
    make = pretty_array_encoder if is_pretty else encoder
    return make(Oid(type_), context.style)(array)


@scalar("row_to_json_pretty", context=True)
def row_to_json_pretty(context: Context, row: str, type_: int, is_pretty: int) -> str:
    return record_text(row, context.style, ",\n " if is_pretty else ",")


def _emit_build(name: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        listed = " ".join(str(int(type_)) for type_ in types)
        return Sql(f"pg_{name}('{listed}'{''.join(f', {plain(arg).text}' for arg in args)})")

    return emit


def _emit_build_of_array(name: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        return Sql(f"pg_{name}_of_array({args[0].text}, {element_of(types[0])})")

    return emit


_BUILT = ("json_build_array", "jsonb_build_array", "json_build_object", "jsonb_build_object")
for _name in _BUILT:
    typed_emitter(_name, f"{_name}_noargs")(_emit_build(_name))
    typed_emitter(f"{_name}(anyarray)")(_emit_build_of_array(_name))


@lru_cache(maxsize=256)
def _types(listed: str) -> tuple[Oid, ...]:
    return tuple(Oid(int(oid)) for oid in listed.split())


@scalar("json_build_array", strict=False, context=True)
def json_build_array(context: Context, listed: str, *args: Value) -> str:
    style = context.style
    parts = [encoded(arg, type_, style) for arg, type_ in zip(args, _types(listed), strict=True)]
    return f"[{', '.join(parts)}]"


@scalar("jsonb_build_array", strict=False, context=True)
def jsonb_build_array(context: Context, listed: str, *args: Value) -> str:
    return dump(load(json_build_array(context, listed, *args)))


def _members(name: str, listed: str, args: tuple[Value, ...], style: Style) -> list[tuple[str, str]]:
    types = _types(listed)
    if len(args) % 2:
        raise InvalidParameterValue(
            "argument list must have even number of elements",
            hint=f"The arguments of {name}() must consist of alternating keys and values.",
        )
    return [
        (_key(name, n + 1, args[n], types[n], style), encoded(args[n + 1], types[n + 1], style))
        for n in range(0, len(args), 2)
    ]


def _key(name: str, ordinal: int, value: Value, type_: Oid, style: Style) -> str:
    if value is not None:
        return key_text(value, type_, style)
    if name.startswith("jsonb"):
        raise InvalidParameterValue(f"argument {ordinal}: key must not be null")
    raise NullValueNotAllowed("null value not allowed for object key")


def key_text(value: Value, type_: Oid, style: Style) -> str:
    if type_ in JSON_TYPES or is_record(type_) or is_array(type_):
        raise InvalidParameterValue("key value must be scalar, not array, composite, or json")
    return text_encoder(type_, style)(value)


@scalar("json_build_object", strict=False, context=True)
def json_build_object(context: Context, listed: str, *args: Value) -> str:
    found = _members("json_build_object", listed, args, context.style)
    return "{" + ", ".join([f"{quoted(key)} : {value}" for key, value in found]) + "}"


@scalar("jsonb_build_object", strict=False, context=True)
def jsonb_build_object(context: Context, listed: str, *args: Value) -> str:
    found = _members("jsonb_build_object", listed, args, context.style)
    return dump({key: load(value) for key, value in found})


def _register_of_array(name: str, build: Callable[..., str]) -> None:
    @scalar(f"{name}_of_array", context=True)
    def of_array(context: Context, array: str, element: int) -> str:
        """Build of an array's elements, row by row: name(VARIADIC array)."""
        items = flat(values(array, element))
        return build(context, " ".join([str(element)] * len(items)), *items)


for _name, _build in zip(
    _BUILT, (json_build_array, jsonb_build_array, json_build_object, jsonb_build_object), strict=True
):
    _register_of_array(_name, _build)


def _pairs(array: str) -> list[tuple[str, str | None]]:
    items = values(array, oids.TEXT)
    lengths = dimensions(items)
    if len(lengths) > 2:
        raise ArraySubscriptError("wrong number of array subscripts")
    if len(lengths) == 2 and lengths[1] != 2:
        raise ArraySubscriptError("array must have two columns")
    if len(lengths) == 1 and lengths[0] % 2:
        raise ArraySubscriptError("array must have even number of elements")
    found = [None if item is None else str(item) for item in flat(items)]
    return [(_named(found[n]), found[n + 1]) for n in range(0, len(found), 2)]


def _zipped(keys: str, contents: str) -> list[tuple[str, str | None]]:
    found, others = unpack(keys), unpack(contents)
    if len(dimensions(found)) > 1 or len(dimensions(others)) > 1:
        raise ArraySubscriptError("wrong number of array subscripts")
    if len(found) != len(others):
        raise ArraySubscriptError("mismatched array dimensions")
    return [(_named(key), value) for key, value in zip(found, others, strict=True)]


def _named(key: str | None) -> str:
    if key is None:
        raise NullValueNotAllowed("null value not allowed for object key")
    return key


def _json_object(pairs: list[tuple[str, str | None]]) -> str:
    parts = [f"{quoted(key)} : {'null' if value is None else quoted(value)}" for key, value in pairs]
    return "{" + ", ".join(parts) + "}"


@scalar("json_object")
def json_object(array: str) -> str:
    return _json_object(_pairs(array))


@scalar("json_object_two_arg")
def json_object_two_arg(keys: str, contents: str) -> str:
    return _json_object(_zipped(keys, contents))


@scalar("jsonb_object")
def jsonb_object(array: str) -> str:
    return dump(dict(_pairs(array)))


@scalar("jsonb_object_two_arg")
def jsonb_object_two_arg(keys: str, contents: str) -> str:
    return dump(dict(_zipped(keys, contents)))
