"""json_agg, json_object_agg and kin: rows gathered into one JSON value. The types' oids follow the arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from borealis.errors import DuplicateJsonObjectKey, InvalidParameterValue, NullValueNotAllowed
from borealis.functions.implementation import AggregateEmitter, Aggregation, Context, Sql, aggregate, plain
from borealis.functions.json.build import jsonb_of, key_text
from borealis.functions.json.encoding import encoded, is_array, is_record
from borealis.functions.json.scan import dump, load
from borealis.functions.ordering import sort_form
from borealis.types.base import Oid, Value
from borealis.types.json import JsonValue, quoted


def _emit(name: str) -> AggregateEmitter:
    def emit(call: Aggregation) -> Sql:
        texts = [plain(arg).text for arg in call.args]
        texts += [str(int(type_)) for type_ in call.types]
        if not call.distinct:
            is_window = " OVER " in call.tail
            return Sql(call.call(f"pg_{name}_moving" if is_window else f"pg_{name}", *texts))
        # PostgreSQL sorts to find equal rows.
        order = call.order or ", ".join(
            f"{sort_form(plain(arg), type_).text} NULLS LAST"
            for arg, type_ in zip(call.args, call.types, strict=True)
        )
        return Sql(replace(call, distinct=False, order=order).call(f"pg_{name}_distinct", *texts))

    return emit


class ArrayAggregate:
    """json_agg. The separators are PostgreSQL's: a new line before an array."""

    __slots__ = ("_parts", "_style")
    skips_nulls = False

    def __init__(self, context: Context) -> None:
        self._style = context.style
        self._parts: list[str] = []

    def step(self, value: Value, type_: int) -> None:
        if value is None and self.skips_nulls:
            return
        if self._parts:
            self._parts.append(", ")
            if value is not None and (is_array(Oid(type_)) or is_record(Oid(type_))):
                self._parts.append("\n ")
        self._parts.append(encoded(value, Oid(type_), self._style))

    def final(self) -> Value:
        return f"[{''.join(self._parts)}]" if self._parts else None


class ArrayAggregateStrict(ArrayAggregate):
    __slots__ = ()
    skips_nulls = True


class BinaryArrayAggregate:
    """jsonb_agg."""

    __slots__ = ("_parts", "_style")
    skips_nulls = False

    def __init__(self, context: Context) -> None:
        self._style = context.style
        self._parts: list[str] = []

    def step(self, value: Value, type_: int) -> None:
        if value is not None or not self.skips_nulls:
            self._parts.append(jsonb_of(value, Oid(type_), self._style))

    def final(self) -> Value:
        return f"[{', '.join(self._parts)}]" if self._parts else None


class BinaryArrayAggregateStrict(BinaryArrayAggregate):
    __slots__ = ()
    skips_nulls = True


class ObjectAggregate:
    """json_object_agg: members in the order of the rows, repeated keys too."""

    __slots__ = ("_is_empty", "_keys", "_members", "_style")
    skips_nulls = False
    is_unique = False

    def __init__(self, context: Context) -> None:
        self._style = context.style
        self._members: list[str] = []
        self._keys: set[str] = set()
        self._is_empty = True

    def step(self, key: Value, value: Value, key_type: int, value_type: int) -> None:
        self._is_empty = False
        if key is None:
            raise self._null_key()
        name = key_text(key, Oid(key_type), self._style)
        if self.is_unique:
            # A member left out for its NULL counts too.
            if name in self._keys:
                raise self._duplicate(name)
            self._keys.add(name)
        if value is not None or not self.skips_nulls:
            self._add(name, value, Oid(value_type))

    def _null_key(self) -> Exception:
        return NullValueNotAllowed("null value not allowed for object key")

    def _duplicate(self, name: str) -> DuplicateJsonObjectKey:
        return DuplicateJsonObjectKey(f"duplicate JSON object key value: {quoted(name)}")

    def _add(self, name: str, value: Value, type_: Oid) -> None:
        self._members.append(f"{quoted(name)} : {encoded(value, type_, self._style)}")

    def final(self) -> Value:
        return None if self._is_empty else "{ " + ", ".join(self._members) + " }"


class BinaryObjectAggregate(ObjectAggregate):
    """jsonb_object_agg: of a repeated key the last value stays."""

    __slots__ = ("_object",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._object: dict[str, JsonValue] = {}

    def _null_key(self) -> Exception:
        return InvalidParameterValue("field name must not be null")

    def _duplicate(self, name: str) -> DuplicateJsonObjectKey:
        return DuplicateJsonObjectKey("duplicate JSON object key value")

    def _add(self, name: str, value: Value, type_: Oid) -> None:
        self._object[name] = load(encoded(value, type_, self._style))

    def final(self) -> Value:
        return None if self._is_empty else dump(self._object)


def _variant(base: type[ObjectAggregate], *, strict: bool, unique: bool) -> type[ObjectAggregate]:
    class Variant(base):  # type: ignore[misc,valid-type]
        __slots__ = ()
        skips_nulls = strict
        is_unique = unique

    return Variant


def _register(name: str, make: Callable[..., object], types: str) -> None:
    key = f"{name}({types})"
    aggregate(key, emit=_emit(f"{name}_{types.replace(',', '_')}"), context=True)(make)


_register("json_agg", ArrayAggregate, "anyelement")
_register("json_agg_strict", ArrayAggregateStrict, "anyelement")
_register("jsonb_agg", BinaryArrayAggregate, "anyelement")
_register("jsonb_agg_strict", BinaryArrayAggregateStrict, "anyelement")
for _prefix, _base in (("json", ObjectAggregate), ("jsonb", BinaryObjectAggregate)):
    for _suffix, _strict, _unique in (
        ("", False, False),
        ("_strict", True, False),
        ("_unique", False, True),
        ("_unique_strict", True, True),
    ):
        _register(
            f"{_prefix}_object_agg{_suffix}", _variant(_base, strict=_strict, unique=_unique), "any,any"
        )
