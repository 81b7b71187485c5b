"""Objects of the catalog that are no relations: domains, functions, extended statistics, comments.

Expressions and bodies are parse trees as JSON, bound whenever they are used.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.catalog.constraints import Check
from borealis.catalog.schema import Schema
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Domain:
    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    base_type: Oid
    typmod: int
    not_null: bool
    default: str | None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionArgument:
    name: str  # empty: none
    type: Oid
    mode: str  # i in, o out, b inout, v variadic, t column of RETURNS TABLE
    default: str | None = None
    domain: Oid = Oid(0)


@dataclass(frozen=True, slots=True)
class Function:
    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    arguments: tuple[FunctionArgument, ...]
    result: Oid
    returns_set: bool
    volatility: str  # i, s or v
    is_strict: bool
    is_security_definer: bool
    parallel: str  # s, r or u
    source: str  # the body as written between quotes; empty for a SQL-standard body
    body: str  # its statements' parse trees as a JSON list
    settings: tuple[tuple[str, str], ...] = ()  # SET name = value

    @property
    def input_types(self) -> tuple[Oid, ...]:
        return tuple(argument.type for argument in self.arguments if argument.mode in "ibv")


@dataclass(frozen=True, slots=True)
class Statistics:
    """Extended statistics: CREATE STATISTICS."""

    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    table: Oid
    columns: tuple[int, ...]
    kinds: str  # of d ndistinct, f dependencies, m mcv, e expressions
    expressions: tuple[str, ...] = ()
    target: int = -1


@dataclass(frozen=True, slots=True)
class Comment:
    """What COMMENT ON says of an object: the catalog it is in, its oid, and the column or 0."""

    object: Oid
    catalog: Oid
    column: int
    text: str
