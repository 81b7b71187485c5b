"""From a bound function to SQLite text: finds the implementation and writes the call.

    emit              a function, operator or cast                      pg_text_substr(c2, ?1)
    emit_aggregate    an aggregate, with DISTINCT, ORDER BY, FILTER, OVER   sum(c3) FILTER (WHERE …)
    emit_window       a window function                                 rank() OVER (…)
    emit_rows         a set-returning function, to stand in FROM        pg_generate_series_int4(1, ?1)
    emit_io           a cast by text out and text in                    pg_io(c2, 23, 25)
    emit_relabel      a cast between types that stand alike             c2
    padded            a char(n) with the blanks it is shown with        pg_padded(c2, 10)
    sort_form         the form in which values order, group and compare

An implementation is found by its signature with pg_type names, then by pg_proc.prosrc. A function that has none is
refused by name, with DSQL's text for the built-ins it blocks.
Source: dsql-facts.md §4.2 (the text).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from borealis.errors import FeatureNotSupported
from borealis.functions import families
from borealis.functions.blocked import is_blocked
from borealis.functions.implementation import (
    AGGREGATES,
    EMITTERS,
    SCALARS,
    SET_RETURNING,
    TYPED_EMITTERS,
    AggregateFunction,
    Aggregation,
    Emitter,
    SetReturning,
    Sql,
    TypedEmitter,
    plain,
)
from borealis.functions.ordering import sort_form
from borealis.functions.signatures import Function
from borealis.functions.text_form import emit_io, emit_relabel, padded
from borealis.functions.type_names import type_name
from borealis.functions.window import WINDOW_FUNCTIONS, WindowEmitter
from borealis.types.base import Oid

__all__ = [
    "aggregate_for",
    "emit",
    "emit_aggregate",
    "emit_io",
    "emit_relabel",
    "emit_rows",
    "emit_window",
    "is_supported",
    "padded",
    "set_returning_for",
    "signature_key",
    "sort_form",
    "window_for",
]

families.load()


def not_supported(function: Function) -> FeatureNotSupported:
    return FeatureNotSupported(f"function {function.name} not supported")


def signature_key(function: Function) -> str:
    """Return the signature with pg_type names: `sum(int4)`."""
    return f"{function.name}({','.join(map(type_name, function.args))})"


def emit(
    function: Function, args: tuple[Sql, ...], types: tuple[Oid, ...] = (), result: Oid | None = None
) -> Sql:
    """Return the SQLite text of a call.

    types, result: the arguments' own types and the call's, which for a polymorphic function the signature does not tell.
    """
    typed = _typed_emitter(function)
    if typed is not None:
        return typed(args, types or function.args, function.result if result is None else result)
    return _emitter(function)(args)


def emit_aggregate(
    function: Function,
    args: tuple[Sql, ...],
    types: tuple[Oid, ...] = (),
    *,
    distinct: bool = False,
    order: str = "",
    filter: str = "",  # noqa: A002 - SQL's word
    over: str = "",
    combine: Callable[[str, str], str] | None = None,
) -> Sql:
    """Return the SQLite text of an aggregate's call.

    args: an ordered-set aggregate's direct arguments first, then the ordered ones. types: the arguments' own, which
    for a polymorphic aggregate the signature does not tell. order: terms of ORDER BY; filter: a condition; over: what
    stands in OVER's parentheses, or a window's name; combine: Aggregation's.
    """
    found = aggregate_for(function)
    if found is None:
        raise not_supported(function)
    tail = f" FILTER (WHERE {filter})" if filter else ""
    if over:
        tail += f" OVER {over}" if over.isidentifier() else f" OVER ({over})"
    call = Aggregation(args, types or function.args, distinct, order, tail, combine)
    if found.emit is not None:
        return found.emit(call)
    if distinct and len(args) > 1:
        return Sql(_distinct_of_several(call, found.name))
    name = found.name if not over or hasattr(found.make, "inverse") else f"{found.name}_moving"
    if distinct and args:
        return Sql(call.call(name, sort_form(plain(args[0]), call.types[0]).text))
    return Sql(call.call(name))


def _distinct_of_several(call: Aggregation, name: str) -> str:
    """SQLite's DISTINCT takes one argument: of several, a variant of the aggregate drops repeated rows itself.

    PostgreSQL sorts to find them, so without an ORDER BY the rows come in the order of the arguments.
    """
    order = call.order or ", ".join(
        sort_form(plain(arg), type_).text
        for arg, type_ in zip(call.args, call.types, strict=False)
        if arg.text != "NULL"
    )
    return Aggregation(call.args, call.types, distinct=False, order=order, tail=call.tail).call(
        f"{name}_distinct"
    )


def emit_window(function: Function, args: tuple[Sql, ...], over: str, filter: str = "") -> Sql:  # noqa: A002
    """Return the SQLite text of a window function, or of an aggregate used as one."""
    if function.kind == "a":
        return emit_aggregate(function, args, filter=filter, over=over)
    write = window_for(function)
    if write is None:
        raise not_supported(function)
    return write(args, f" OVER {over}" if over.isidentifier() else f" OVER ({over})")


def emit_rows(function: Function, args: tuple[Sql, ...], types: tuple[Oid, ...] = ()) -> str:
    """Return a table-valued call for FROM, with columns c1…cn and, last, nothing else visible."""
    found = set_returning_for(function)
    if found is None:
        raise not_supported(function)
    texts = [plain(arg).text for arg in args]
    if found.wants_types:
        texts += [str(int(oid)) for oid in types or function.args]
    return f"{found.name}({', '.join(texts)})"


@cache
def _typed_emitter(function: Function) -> TypedEmitter | None:
    return TYPED_EMITTERS.get(signature_key(function)) or TYPED_EMITTERS.get(function.source)


@cache
def _emitter(function: Function) -> Emitter:
    if is_blocked(function):
        raise not_supported(function)
    for key in (signature_key(function), function.source):
        if key in EMITTERS:
            return EMITTERS[key]
        if key in SCALARS:
            return _call_of(SCALARS[key].name)
    raise not_supported(function)


def _call_of(name: str) -> Emitter:
    return lambda args: Sql(f"{name}({', '.join([plain(arg).text for arg in args])})")


def is_supported(function: Function) -> bool:
    """Whether a call of it can be compiled, of whatever kind it is."""
    match function.kind:
        case "a":
            return aggregate_for(function) is not None
        case "w":
            return window_for(function) is not None
    if function.returns_set:
        return set_returning_for(function) is not None
    try:
        return _typed_emitter(function) is not None or _emitter(function) is not None
    except FeatureNotSupported:
        return False


@cache
def aggregate_for(function: Function) -> AggregateFunction | None:
    return AGGREGATES.get(signature_key(function)) or AGGREGATES.get(function.name)


@cache
def set_returning_for(function: Function) -> SetReturning | None:
    return SET_RETURNING.get(signature_key(function)) or SET_RETURNING.get(function.source)


def window_for(function: Function) -> WindowEmitter | None:
    return WINDOW_FUNCTIONS.get(function.source)
