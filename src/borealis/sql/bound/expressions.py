"""Bound expressions: every node knows its type, and every coercion stands in the tree.

Values in the tree are storage values in the type's Plain representation (types/base.py).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from borealis.types.base import Oid, Value
from borealis.types.row_types import Shape

if TYPE_CHECKING:
    from borealis.functions.signatures import Function
    from borealis.sql.bound.statements import Query


@dataclass(frozen=True, slots=True)
class Expr:
    type: Oid
    typmod: int


@dataclass(frozen=True, slots=True)
class Const(Expr):
    value: Value


@dataclass(frozen=True, slots=True)
class Param(Expr):
    """$number, from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Var(Expr):
    """A column of a FROM item. Relation ids are unique in the statement, so a Var of an outer query looks the same."""

    relation: int
    attnum: (
        int  # from 1: a table's attnum, or the ordinal of a subquery's, CTE's, function's or VALUES' column
    )
    shape: Shape | None = field(default=None, compare=False)  # the columns of an anonymous record


@dataclass(frozen=True, slots=True)
class ExcludedVar(Expr):
    """excluded.column in ON CONFLICT DO UPDATE: the row proposed for insertion."""

    attnum: int


@dataclass(frozen=True, slots=True)
class FuncCall(Expr):
    """A function, operator or function-backed cast; arguments are coerced to its declared types, VARIADIC ones expanded."""

    function: Function
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Relabel(Expr):
    """A binary-coercible cast: the value stands, the type changes (varchar to text)."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class CoerceViaIO(Expr):
    """A cast by text out of one type, text in of the other."""

    arg: Expr


@dataclass(frozen=True, slots=True)
class CoerceArray(Expr):
    """An array cast element by element; element is the cast of one value, over a Param numbered 0."""

    arg: Expr
    element: Expr


@dataclass(frozen=True, slots=True)
class CoerceToDomain(Expr):
    """A value that becomes one of a domain; checks are over a Var of `relation`, the value. The type is the base type."""

    arg: Expr
    domain: str  # as errors name it
    place: tuple[str, str]  # its schema and name, which errors have as fields
    not_null: bool
    relation: int = field(compare=False)
    checks: tuple[tuple[str, Expr], ...] = field(compare=False)  # follow from the domain


@dataclass(frozen=True, slots=True)
class SqlCall(Expr):
    """A call of a function made by CREATE FUNCTION: what its body makes of the arguments stands in it, and is computed."""

    function: Oid
    args: tuple[Expr, ...]
    body: Expr = field(compare=False)


class BoolOp(enum.Enum):
    AND = "AND"
    OR = "OR"
    NOT = "NOT"


@dataclass(frozen=True, slots=True)
class BoolExpr(Expr):
    op: BoolOp
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class NullTest(Expr):
    """IS [NOT] NULL; of ROW(…) it is bound as a conjunction of these, of another record it asks for all its columns."""

    arg: Expr
    negated: bool
    is_of_value: bool = (
        False  # of a record, too, it asks whether it is there: it is a column of the row that is tested
    )


@dataclass(frozen=True, slots=True)
class BooleanTest(Expr):
    """IS [NOT] TRUE, FALSE, UNKNOWN."""

    arg: Expr
    value: bool | None
    negated: bool


@dataclass(frozen=True, slots=True)
class DistinctTest(Expr):
    """IS [NOT] DISTINCT FROM over operands of one type; equality is its = operator."""

    left: Expr
    right: Expr
    negated: bool  # IS NOT DISTINCT FROM


@dataclass(frozen=True, slots=True)
class NullIf(Expr):
    left: Expr
    right: Expr
    equality: Expr  # left = right, bound


@dataclass(frozen=True, slots=True)
class Case(Expr):
    """CASE; the simple form is bound as searched, with the operand repeated in each condition."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr  # a NULL Const where there is no ELSE


@dataclass(frozen=True, slots=True)
class Coalesce(Expr):
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MinMax(Expr):
    """GREATEST and LEAST: NULLs are skipped."""

    is_greatest: bool
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Row(Expr):
    """ROW(…) where a record value is wanted; comparisons of rows are bound as boolean expressions of their columns."""

    args: tuple[Expr, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WholeRow(Expr):
    """A FROM item as one value: a row type's or a record. NULL where an outer join found no row."""

    relation: int  # 0 where there is always a row
    alias: str
    args: tuple[Expr, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldSelect(Expr):
    """A column of a record, by its ordinal from 1.

    Where a column definition list says what the columns are, width is how many there must be; else 0.
    """

    arg: Expr
    ordinal: int
    width: int = 0


class RowSource(enum.Enum):
    TEXT = "text"  # (1,"a b")
    JSON = "json"  # an object, its members by name


@dataclass(frozen=True, slots=True)
class RowFrom(Expr):
    """A record read from its text or from JSON; fields are the casts of one column, over a Param numbered 0 for its text.

    base has each column's value where the object lacks it, empty for NULLs; where the argument is NULL the result is
    otherwise.
    """

    source: RowSource
    arg: Expr
    names: tuple[str, ...]
    fields: tuple[Expr, ...]
    base: tuple[Expr, ...] = ()
    otherwise: Expr | None = None


@dataclass(frozen=True, slots=True)
class Array(Expr):
    """ARRAY[…]; the type is the array type, the elements are of its element type."""

    elements: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Subscript(Expr):
    """array[index][…], an index int4 for each dimension, from 1."""

    arg: Expr
    indices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class ArraySlice(Expr):
    """array[lower:upper][…]; a bound left out is None."""

    arg: Expr
    bounds: tuple[tuple[Expr | None, Expr | None], ...]


@dataclass(frozen=True, slots=True)
class JsonbSubscript(Expr):
    """jsonb[step][…], each int4 or text."""

    arg: Expr
    path: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class JsonbAssignment(Expr):
    """What a jsonb becomes by `arg[step][…] = value`."""

    arg: Expr
    path: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class InList(Expr):
    """left [NOT] IN (list): operands coerced to one type whose = and <> are SQLite's."""

    left: Expr
    items: tuple[Expr, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class ScalarArray(Expr):
    """left op ANY|ALL (array expression); comparison is `left op element` over a Param numbered 0 for the element."""

    left: Expr
    array: Expr
    comparison: Expr
    is_any: bool


class SubLinkKind(enum.Enum):
    EXISTS = "EXISTS"
    SCALAR = "SCALAR"  # (SELECT …): one column; two rows raise 21000
    ARRAY = "ARRAY"  # ARRAY(SELECT …)
    ANY = "ANY"  # left op ANY (SELECT …); IN is = ANY
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class SubLink(Expr):
    """A subquery in an expression.

    For ANY and ALL, comparison is over the query's columns as Vars of relation `relation`: for a plain
    `x IN (SELECT …)` it is `x = Var(relation, 1)`; rows give an AND of several.
    """

    kind: SubLinkKind
    query: Query
    relation: int = 0
    comparison: Expr | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """An ORDER BY item. nulls_first is resolved: PostgreSQL's default is last for ASC, first for DESC."""

    expr: Expr
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class AggregateCall(Expr):
    """An aggregate of the query whose targets, HAVING or ORDER BY it stands in. args empty and star for count(*)."""

    function: Function
    args: tuple[Expr, ...]
    distinct: bool
    order: tuple[SortKey, ...]
    filter: Expr | None
    direct_args: tuple[Expr, ...] = ()  # of ordered-set aggregates; then `order` is WITHIN GROUP's
    query: int = (
        0  # while binding: the Level.number of the outer query it belongs to; 0 is the one it stands in
    )


@dataclass(frozen=True, slots=True)
class GroupingCall(Expr):
    """GROUPING(…): a bit for each expression, 1 where the row's grouping set lacks it. query as an AggregateCall's."""

    args: tuple[Expr, ...]
    query: int = 0


class FrameMode(enum.Enum):
    ROWS = "ROWS"
    RANGE = "RANGE"
    GROUPS = "GROUPS"


class FrameBoundKind(enum.Enum):
    UNBOUNDED_PRECEDING = "UNBOUNDED PRECEDING"
    PRECEDING = "PRECEDING"
    CURRENT_ROW = "CURRENT ROW"
    FOLLOWING = "FOLLOWING"
    UNBOUNDED_FOLLOWING = "UNBOUNDED FOLLOWING"


@dataclass(frozen=True, slots=True)
class FrameBound:
    kind: FrameBoundKind
    offset: Expr | None = None


@dataclass(frozen=True, slots=True)
class Window:
    partition: tuple[Expr, ...]
    order: tuple[SortKey, ...]
    mode: FrameMode
    start: FrameBound
    end: FrameBound
    exclude: str | None = None  # "CURRENT ROW", "GROUP", "TIES"


@dataclass(frozen=True, slots=True)
class WindowCall(Expr):
    """A window function, or an aggregate with OVER; its arguments may contain AggregateCalls of the same query."""

    function: Function
    args: tuple[Expr, ...]
    filter: Expr | None
    window: Window


@dataclass(frozen=True, slots=True)
class RuntimeValue(Expr):
    """A value fixed while a statement runs: CURRENT_TIMESTAMP and the like, CURRENT_USER. Names are SQL's, lower case."""

    name: str
