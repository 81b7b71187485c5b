"""Shown nodes: an expression as PostgreSQL keeps it, every cast in it, ready to be written.

The kinds are those its rules of parentheses tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.sql.parse import Node
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Shown:
    pass


@dataclass(frozen=True, slots=True)
class Name(Shown):
    """A column, or a row, as its query names it."""

    text: str
    row_type: str = ""  # `::name`, which a row shows where it is an output column


@dataclass(frozen=True, slots=True)
class Word(Shown):
    """What is written as it stands: a parameter, CURRENT_USER, VALUE."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal(Shown):
    """A constant; text None is NULL. The type's length does not belong to it."""

    type: Oid
    text: str | None


@dataclass(frozen=True, slots=True)
class Operator(Shown):
    name: str
    args: tuple[Shown, ...]  # one: prefix


@dataclass(frozen=True, slots=True)
class Cast(Shown):
    """A conversion; an implicit one is shown where it stands inside of something."""

    arg: Shown
    type_text: str
    type: Oid
    is_implicit: bool
    is_call: bool = False  # a function converts; else the value stands, or goes by its text


@dataclass(frozen=True, slots=True)
class Call(Shown):
    """A function; is_special: written in SQL's own syntax, which takes parentheses as an operator does."""

    name: str
    args: tuple[Shown, ...]
    arg_names: tuple[str, ...] = ()  # of the last ones
    is_variadic: bool = False
    is_special: bool = False


@dataclass(frozen=True, slots=True)
class SortItem:
    expr: Shown
    suffix: str  # ` DESC`, ` NULLS FIRST`


@dataclass(frozen=True, slots=True)
class WindowText:
    """OVER: a name, or a definition."""

    name: str = ""
    base: str = ""
    partition: tuple[Shown, ...] = ()
    order: tuple[SortItem, ...] = ()
    frame: tuple[str | Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class AggregateText(Shown):
    """An aggregate or window function."""

    name: str
    args: tuple[Shown, ...]
    is_star: bool = False
    is_distinct: bool = False
    is_variadic: bool = False
    order: tuple[SortItem, ...] = ()
    within_group: tuple[SortItem, ...] | None = None
    filter: Shown | None = None
    over: WindowText | None = None


@dataclass(frozen=True, slots=True)
class Boolean(Shown):
    op: str  # AND, OR, NOT
    args: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Test(Shown):
    """`arg IS …`; PostgreSQL shows an implicit cast in some of them."""

    arg: Shown
    word: str
    shows_implicit: bool


@dataclass(frozen=True, slots=True)
class Distinct(Shown):
    left: Shown
    right: Shown


@dataclass(frozen=True, slots=True)
class AnyAll(Shown):
    left: Shown
    operator: str
    word: str
    right: Shown


@dataclass(frozen=True, slots=True)
class RowComparison(Shown):
    left: tuple[Shown, ...]
    operator: str
    right: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Listed(Shown):
    """What has brackets of its own: COALESCE(…), ARRAY[…], ROW(…)."""

    before: str
    args: tuple[Shown, ...]
    after: str


@dataclass(frozen=True, slots=True)
class CaseText(Shown):
    operand: Shown | None
    branches: tuple[tuple[Shown, Shown], ...]
    otherwise: Shown


@dataclass(frozen=True, slots=True)
class Subscripts(Shown):
    arg: Shown
    indices: tuple[tuple[Shown | None, Shown | None, bool], ...]  # lower, upper, whether a slice


@dataclass(frozen=True, slots=True)
class Field(Shown):
    arg: Shown
    name: str


@dataclass(frozen=True, slots=True)
class Collated(Shown):
    arg: Shown
    collation: str


@dataclass(frozen=True, slots=True)
class Subquery(Shown):
    """A subquery; kind is the parser's: EXISTS_SUBLINK and so on."""

    kind: str
    operator: str
    test: tuple[Shown, ...]
    query: Node
