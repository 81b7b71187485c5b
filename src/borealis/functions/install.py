"""Makes a SQLite connection speak PostgreSQL's functions: registers all of them, bound to the connection's Context.

An exception raised in a function comes out of the cursor as it is. Registering costs half a microsecond a function, so
all are registered at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from inspect import CO_VARARGS
from types import CodeType
from typing import Any

import apsw

from borealis.functions import families
from borealis.functions.aggregates.frames import Moving
from borealis.functions.implementation import (
    AGGREGATES,
    SCALARS,
    SET_RETURNING,
    AggregateFunction,
    Context,
    Scalar,
    SetReturning,
)
from borealis.functions.ordering import COLLATIONS
from borealis.functions.table_valued import RowsModule
from borealis.types.base import Value


def install(connection: apsw.Connection) -> Context:
    """Register everything on a connection; the result is what its functions see of the session."""
    families.load()
    context = Context(is_interrupted=lambda: connection.is_interrupted)
    for name, call, wants_context, deterministic in _scalar_calls():
        bound = partial(call, context) if wants_context else call
        connection.create_scalar_function(name, bound, deterministic=deterministic)
    for function in _by_name(AGGREGATES):
        _install_aggregate(connection, function, context)
    for rows in _by_name(SET_RETURNING):
        connection.create_module(
            rows.name,
            _module(rows, context),
            use_bestindex_object=True,
            eponymous_only=True,
            read_only=True,
        )
    for name, compare in COLLATIONS.items():
        connection.create_collation(name, compare)
    return context


def _module(rows: SetReturning, context: Context) -> Any:
    """A read-only table that exists under its own name alone needs part of apsw's protocol only."""
    return RowsModule(rows, context)


def _by_name(table: dict[str, Any]) -> list[Any]:
    """Several keys may share one implementation, but each has a name of its own; the last of a name wins."""
    return list({function.name: function for function in table.values()}.values())


@cache
def _scalar_calls() -> tuple[tuple[str, Callable[..., Value], bool, bool], ...]:
    return tuple(
        (each.name, nullable(each), each.wants_context, each.deterministic) for each in _by_name(SCALARS)
    )


def nullable(function: Scalar) -> Callable[..., Value]:
    """Return the function as SQLite calls it: a strict one answers NULL to a NULL argument."""
    call = function.call
    if not function.strict:
        return call
    code: CodeType | None = getattr(call, "__code__", None)
    if code is None or code.co_flags & CO_VARARGS or getattr(call, "__defaults__", None):
        count = -1
    else:
        count = code.co_argcount - function.wants_context
    context = "context, " if function.wants_context else ""
    return _strict(count, context)(call)


@cache
def _strict(count: int, context: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Return a wrapper for functions of `count` arguments, -1 for any number."""
    if count == 0:
        return lambda call: call
    if count < 0:
        names, test = "*args", "None in args"
    else:
        listed = [f"a{n}" for n in range(count)]
        names, test = ", ".join(listed), " or ".join(f"{name} is None" for name in listed)
    text = f"lambda call: lambda {context}{names}: None if {test} else call({context}{names})"
    wrap: Callable[[Callable[..., Value]], Callable[..., Value]] = eval(text)  # noqa: S307 - of names of our own
    return wrap


def _install_aggregate(connection: apsw.Connection, function: AggregateFunction, context: Context) -> None:
    make = function.make
    if make is None:
        return
    factory = partial(make, context) if function.wants_context else make
    if hasattr(make, "inverse"):
        connection.create_window_function(function.name, factory)
    else:
        connection.create_aggregate_function(function.name, _StepAndFinal(factory))
        connection.create_window_function(f"{function.name}_moving", partial(Moving, factory))
    connection.create_aggregate_function(
        f"{function.name}_distinct", _StepAndFinal(partial(_Distinct, factory))
    )


class _StepAndFinal:
    """What apsw wants of a plain aggregate: (state, step, final).

    SQLite goes on after a step that raised, and tables of ours must not be read with an exception pending: it is kept until the end.
    """

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def __call__(self) -> tuple[list[Any], Callable[..., None], Callable[..., Value]]:
        aggregate = self.make()
        return [aggregate.step, aggregate, None], _step, _final


def _step(state: list[Any], *values: Value) -> None:
    try:
        state[0](*values)
    except Exception as error:  # noqa: BLE001 - it is raised at the end
        state[0], state[2] = _nothing, error


def _nothing(*values: Value) -> None:
    pass


def _final(state: list[Any]) -> Value:
    _, aggregate, error = state
    if error is not None:
        raise error
    return aggregate.final()  # type: ignore[no-any-return]


class _Distinct:
    """An aggregate of several arguments over distinct rows, which SQLite does for one argument only."""

    __slots__ = ("inner", "seen")

    def __init__(self, make: Callable[[], Any]) -> None:
        self.inner = make()
        self.seen: set[tuple[Value, ...]] = set()

    def step(self, *values: Value) -> None:
        if values not in self.seen:
            self.seen.add(values)
            self.inner.step(*values)

    def final(self) -> Value:
        return self.inner.final()  # type: ignore[no-any-return]
