"""How a built-in function is carried out: the table every family of functions fills in.

    template("float8pl", "...")             text with {0}, {1}: SQLite's own meaning is PostgreSQL's
    @emitter("int4pl")                      a Python function that writes the SQLite text, where it depends on the arguments
    @typed_emitter("array_append")          an emitter that is told the actual types, where the signature has anyelement or "any"
    @scalar("text_substr")                  a Python function that SQLite calls a row
    @aggregate("string_agg(text,text)")     a class with step and final, value and inverse where it moves with a window frame
    @set_returning("generate_series_int4")  a generator of rows

A key is pg_proc.prosrc where that is unique (`int4pl`), else the signature with pg_type names (`sum(int4)`).
A template may use an argument twice only where it is atomic: text that doubles at each level grows exponentially
(see `is_atomic`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Domain, Function
from borealis.catalog.relations import Column, Table, View
from borealis.functions.misc.client import Client
from borealis.functions.misc.generator import SessionChance
from borealis.types.base import PLAIN, Oid, Representation, Style, Value


@dataclass(frozen=True, slots=True)
class Sql:
    """A compiled expression: SQLite text, parenthesised where needed, and how its value stands."""

    text: str
    representation: Representation = PLAIN
    constant: Value = None
    """The Plain value, where the statement fixes it; an emitter that uses it may leave the text out. None: not known."""
    unproved: tuple[str, int] | None = None
    """Of a numeric that is Plain only since no bound proves that int64 holds it: native text of the value as a scaled integer,
    and the scale. SQLite makes a REAL of what int64 does not hold, so the type of each result tells whether it is exact."""

    is_canonical: bool = False
    """Whether equal values have equal text, though their order is a collation's: what groups needs no collation."""

    @property
    def is_atomic(self) -> bool:
        """A column, parameter or literal: cheap to write twice."""
        return _ATOM.fullmatch(self.text) is not None


_ATOM = re.compile(r"[\w.]+|\?\d+|-?\d+(\.\d+)?|NULL")


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One call of an aggregate: its arguments, and the SQLite text of all that stands around them."""

    args: tuple[Sql, ...]
    types: tuple[Oid, ...]
    distinct: bool = False
    order: str = ""  # the terms of ORDER BY
    tail: str = ""  # ` FILTER (WHERE …)`, ` OVER (…)`
    combine: Callable[[str, str], str] | None = None
    """Where the call stands over the groups of parts: from a SQLite aggregate's name and its call in the parts to what puts
    their values together."""

    def call(self, name: str, *args: str) -> str:
        """Return `name(DISTINCT args ORDER BY …) FILTER (…) OVER (…)`; without args, the call's own in Plain form."""
        listed = ", ".join(args or (plain(arg).text for arg in self.args))
        order = f" ORDER BY {self.order}" if self.order else ""
        text = f"{name}({'DISTINCT ' if self.distinct else ''}{listed}{order}){self.tail}"
        return text if self.combine is None else self.combine(name, text)


class Definitions(Protocol):
    """Stored trees as SQL text; pretty: with only those parentheses that precedence wants."""

    def view(self, view: View, *, pretty: bool) -> str: ...
    def default(self, table: Table | View, column: Column, *, pretty: bool) -> str: ...
    def check(self, table: Table, source: str, *, pretty: bool) -> str: ...
    def expression(self, table: Table, source: str, *, pretty: bool) -> str: ...
    def index_key(self, table: Table, source: str, *, pretty: bool) -> str: ...
    def domain_check(self, domain: Domain, source: str, *, pretty: bool) -> str: ...
    def constant(self, source: str, wanted: Oid, *, pretty: bool = False) -> str: ...
    def type_text(self, oid: Oid, typmod: int = -1) -> str: ...
    def function_body(self, function: Function) -> str: ...
    def written_columns(self, view: View) -> frozenset[int] | None:
        """Return the columns of a view that INSERT and UPDATE may write, None where not even DELETE may."""
        ...


class Sequences(Protocol):
    """What nextval and its like ask; each raises what PostgreSQL would."""

    def nextval(self, oid: Oid) -> int: ...
    def currval(self, oid: Oid) -> int: ...
    def lastval(self) -> int: ...
    def setval(self, oid: Oid, value: int, *, is_called: bool) -> int: ...
    def last_value(self, oid: Oid) -> int | None: ...


_T = TypeVar("_T")


@dataclass(slots=True)
class Context:
    """What functions see of the session while one statement runs; one object a SQLite connection, set before each run."""

    style: Style = field(default_factory=Style)
    transaction_us: int = 0  # now()
    statement_us: int = 0
    clock_us: Callable[[], int] = lambda: 0
    random_bytes: Callable[[int], bytes] = bytes
    random_float: Callable[[], float] = lambda: 0.5
    chance: SessionChance = field(default_factory=SessionChance)
    session_user: str = "admin"
    current_user: str = "admin"
    """Another than session_user while SET LOCAL ROLE holds."""
    database: str = "postgres"
    client: Client = field(default_factory=Client)
    search_path: tuple[str, ...] = ("public",)
    setting: Callable[[str], str | None] = lambda name: None
    set_setting: Callable[[str, str | None, bool], str] | None = None
    """Name, text and is_local to the value the setting then has; None where none can be changed."""
    lock_row: Callable[[Oid, tuple[Value, ...], Any], None] | None = None
    """Adds a row, by table and key, to what the transaction has locked in a mode."""
    catalog: Catalog = field(default_factory=lambda: Catalog(0, Oid(0)))
    definitions: Definitions | None = None
    """Shows what the catalog keeps as SQL; what does is above this part (sql/deparse)."""
    found_out: dict[str, tuple[Catalog, tuple[str, ...], Any]] = field(default_factory=dict)
    """By subject, what functions have found out of a catalog along a search path; see kept."""
    sequences: Sequences | None = None
    is_interrupted: Callable[[], bool] = lambda: False
    error: BaseException | None = None
    """The SqlError a function raised: SQLite carries only its text, so the executor raises this one instead."""

    def kept(self, subject: str, make: Callable[[], _T]) -> _T:
        """Return what is made of the catalog and the search path, once while they are the same."""
        known = self.found_out.get(subject)
        if known is None or known[0] is not self.catalog or known[1] != self.search_path:
            known = self.found_out[subject] = (self.catalog, self.search_path, make())
        return known[2]


Emitter = Callable[[tuple[Sql, ...]], Sql]
TypedEmitter = Callable[[tuple[Sql, ...], tuple[Oid, ...], Oid], Sql]
"""(arguments, their actual types, the call's actual result type), where the signature is polymorphic or variadic."""
AggregateEmitter = Callable[[Aggregation], Sql]


class Aggregate(Protocol):
    """One group, or one window frame, while it is computed."""

    def step(self, *values: Value) -> None: ...
    def final(self) -> Value: ...


@dataclass(frozen=True, slots=True)
class Scalar:
    name: str  # in SQLite: pg_<key>
    call: Callable[..., Value]
    strict: bool
    deterministic: bool
    wants_context: bool


@dataclass(frozen=True, slots=True)
class AggregateFunction:
    name: str
    make: (
        Callable[..., Any] | None
    )  # an object with step and final, value and inverse; None: emit uses SQLite's own
    emit: AggregateEmitter | None = None  # instead of `name(args)`
    wants_context: bool = False


@dataclass(frozen=True, slots=True)
class SetReturning:
    name: str
    rows: Callable[..., Iterator[tuple[Value, ...]]]
    columns: int = 1
    wants_context: bool = False
    wants_types: bool = False  # the oids of the arguments' types follow the arguments
    strict: bool = True  # never called with None: no rows
    arguments: int = 8  # how many it may be given


_C = TypeVar("_C", bound=Callable[..., Any])

EMITTERS: dict[str, Emitter] = {}
TYPED_EMITTERS: dict[str, TypedEmitter] = {}
SCALARS: dict[str, Scalar] = {}
AGGREGATES: dict[str, AggregateFunction] = {}
SET_RETURNING: dict[str, SetReturning] = {}


def template(key: str, text: str) -> None:
    """Carry out a function as SQLite text; numeric arguments arrive, and results leave, in the Plain representation."""
    _new(key, EMITTERS)
    EMITTERS[key] = lambda args: Sql(text.format(*(plain(arg).text for arg in args)))


def typed_emitter(*keys: str) -> Callable[[TypedEmitter], TypedEmitter]:
    """Register a function whose meaning depends on the actual types of its arguments: emit(args, arg_types, result_type)."""

    def register(emit: TypedEmitter) -> TypedEmitter:
        for key in keys:
            _new(key, TYPED_EMITTERS)
            TYPED_EMITTERS[key] = emit
        return emit

    return register


def emitter(*keys: str) -> Callable[[Emitter], Emitter]:
    """Register a function that sees its arguments' representations; it calls `plain` for those it cannot use."""

    def register(emit: Emitter) -> Emitter:
        for key in keys:
            _new(key, EMITTERS)
            EMITTERS[key] = emit
        return emit

    return register


def scalar(
    *keys: str, strict: bool = True, deterministic: bool = True, context: bool = False
) -> Callable[[_C], _C]:
    """Register a Python function; strict ones are never called with None. context: the first argument is a Context."""

    def register(call: _C) -> _C:
        for key in keys:
            _new(key, SCALARS)
            SCALARS[key] = Scalar(sqlite_name(key), call, strict, deterministic, context)
        return call

    return register


def aggregate(*keys: str, emit: AggregateEmitter | None = None, context: bool = False) -> Callable[[_C], _C]:
    def register(make: _C) -> _C:
        for key in keys:
            _new(key, AGGREGATES)
            AGGREGATES[key] = AggregateFunction(sqlite_name(key), make, emit, context)
        return make

    return register


def native_aggregate(*keys: str) -> Callable[[AggregateEmitter], AggregateEmitter]:
    """Register an aggregate that is written with SQLite's own."""

    def register(emit: AggregateEmitter) -> AggregateEmitter:
        for key in keys:
            _new(key, AGGREGATES)
            AGGREGATES[key] = AggregateFunction(sqlite_name(key), None, emit)
        return emit

    return register


def set_returning(
    *keys: str,
    columns: int = 1,
    context: bool = False,
    typed: bool = False,
    strict: bool = True,
    arguments: int = 8,
) -> Callable[[_C], _C]:
    def register(rows: _C) -> _C:
        for key in keys:
            _new(key, SET_RETURNING)
            SET_RETURNING[key] = SetReturning(
                sqlite_name(key), rows, columns, context, typed, strict, arguments
            )
        return rows

    return register


def sqlite_name(key: str) -> str:
    """Return the name a Python function has inside SQLite: `pg_text_substr`, `pg_sum_int4`."""
    return "pg_" + re.sub(r"\W+", "_", key).strip("_").lower()


def plain(sql: Sql) -> Sql:
    """Return the expression in its type's Plain representation: scaled and packed numerics become decimal text."""
    from borealis.functions.numeric import to_plain

    return sql if type(sql.representation) is Representation else to_plain(sql)


def _new(key: str, table: dict[str, Any]) -> None:
    if key in table:
        raise TypeError(f"{key} is implemented already")
