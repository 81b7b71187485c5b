"""count, min, max, bool_and, bool_or, every, any_value, and string_agg of text: SQLite's own."""

from __future__ import annotations

from dataclasses import replace

from borealis.functions.implementation import (
    Aggregation,
    Sql,
    aggregate,
    native_aggregate,
    plain,
    sqlite_name,
)
from borealis.functions.ordering import compare, sort_form
from borealis.types.base import Representation, Value

_EXTREME_TYPES = ("int2", "int4", "int8", "oid", "float4", "float8", "text", "bpchar", "date", "time",
                  "timetz", "timestamp", "timestamptz", "tid", "pg_lsn")  # fmt: skip


@native_aggregate("count()")
def count_rows(call: Aggregation) -> Sql:
    return Sql(call.call("count", "*"))


@native_aggregate("count(any)")
def count(call: Aggregation) -> Sql:
    text = sort_form(call.args[0], call.types[0]).text if call.distinct else call.args[0].text
    return Sql(call.call("count", text))


def _extreme(name: str) -> None:
    @native_aggregate(*(f"{name}({type_})" for type_ in _EXTREME_TYPES))
    def emit(call: Aggregation) -> Sql:
        value = call.args[0]
        return Sql(_undistinct(call).call(name, value.text), value.representation)


def _undistinct(call: Aggregation) -> Aggregation:
    return replace(call, distinct=False, order="")


_extreme("min")
_extreme("max")


def _of_equals(key: str, type_: int, sign: int) -> None:
    """min, max of a type whose equal values differ to see, 1.0 and 1.00: the last in order of rows stays."""
    name = key.partition("(")[0]

    def emit(call: Aggregation) -> Sql:
        value = call.args[0]
        if type(value.representation) is not Representation:
            return Sql(_undistinct(call).call(name, value.text), value.representation)
        moving = "_moving" if "OVER" in call.tail else ""
        return Sql(_undistinct(call).call(f"{sqlite_name(key)}{moving}"))

    @aggregate(key, emit=emit)
    class Extreme:
        __slots__ = ("_best",)

        def __init__(self) -> None:
            self._best: Value = None

        def step(self, value: Value) -> None:
            if value is not None and (self._best is None or compare(type_, self._best, value) * sign <= 0):
                self._best = value

        def final(self) -> Value:
            return self._best


for _type, _oid in (("numeric", 1700), ("interval", 1186), ("inet", 869)):
    _of_equals(f"max({_type})", _oid, 1)
    _of_equals(f"min({_type})", _oid, -1)


@native_aggregate("bool_and(bool)", "every(bool)")
def bool_and(call: Aggregation) -> Sql:
    return Sql(_undistinct(call).call("min"))


@native_aggregate("bool_or(bool)")
def bool_or(call: Aggregation) -> Sql:
    return Sql(_undistinct(call).call("max"))


def _emit_any_value(call: Aggregation) -> Sql:
    value = call.args[0]
    name = "pg_any_value_anyelement_moving" if "OVER" in call.tail else "pg_any_value_anyelement"
    return Sql(
        Aggregation(call.args, call.types, False, call.order, call.tail).call(name, value.text),
        value.representation,
    )


@aggregate("any_value(anyelement)", emit=_emit_any_value)
class AnyValue:
    """The first value that is not NULL."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value: Value = None

    def step(self, value: Value) -> None:
        if self._value is None:
            self._value = value

    def final(self) -> Value:
        return self._value


def _emit_string_agg(call: Aggregation) -> Sql:
    """SQLite's skips NULLs, and drops the first row's delimiter, as PostgreSQL's does."""
    if not call.distinct:
        return Sql(call.call("string_agg"))
    order = call.order or ", ".join(plain(arg).text for arg in call.args)
    return Sql(
        Aggregation(call.args, call.types, False, order, call.tail).call("pg_string_agg_text_text_distinct")
    )


@aggregate("string_agg(text,text)", emit=_emit_string_agg)
class StringAgg:
    """Called where SQLite's own cannot serve: DISTINCT, which SQLite allows with one argument only."""

    __slots__ = ("_parts",)
    _empty: str | bytes = ""

    def __init__(self) -> None:
        self._parts: list[Value] = []

    def step(self, value: Value, delimiter: Value) -> None:
        if value is None:
            return
        if self._parts and delimiter is not None:
            self._parts.append(delimiter)
        self._parts.append(value)

    def final(self) -> Value:
        return self._empty.join(self._parts) if self._parts else None  # type: ignore[arg-type]


@aggregate("string_agg(bytea,bytea)")
class BytesAgg(StringAgg):
    __slots__ = ()
    _empty = b""
