"""Bound statements: queries and DML. Utility statements are in borealis.sql.utility."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.catalog.relations import Index, Table
from borealis.sql.bound.expressions import Expr, SortKey
from borealis.sql.bound.relations import FromItem, RelationColumn
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Target:
    """An output column. table and attnum are set where it is a plain column, for RowDescription."""

    expr: Expr
    name: str
    table: Oid = Oid(0)
    attnum: int = 0


@dataclass(frozen=True, slots=True)
class Cte:
    """A WITH item. A recursive one's query is a SetOperation whose right side refers to it by CteRelation."""

    id: int
    name: str
    query: Statement
    columns: tuple[RelationColumn, ...]
    recursive: bool
    materialized: bool | None  # None where not said


class LockMode(enum.Enum):
    FOR_UPDATE = "FOR UPDATE"
    FOR_KEY_SHARE = "FOR KEY SHARE"


@dataclass(frozen=True, slots=True)
class RowLock:
    relation: int  # id of a TableRelation of the same query's FROM
    mode: LockMode


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT. Sort keys and DISTINCT ON expressions are over FROM's Vars like the targets, not over their ordinals."""

    targets: tuple[Target, ...]
    from_: FromItem | None = None
    where: Expr | None = None
    group: tuple[Expr, ...] = ()
    is_grouped: bool = False  # GROUP BY, HAVING or an aggregate stands in it: one row a group
    having: Expr | None = None
    distinct: bool = False
    distinct_on: tuple[Expr, ...] = ()
    order: tuple[SortKey, ...] = ()
    limit: Expr | None = None  # int8; NULL is no limit; negative raises 2201W
    offset: Expr | None = None  # int8; negative raises 2201X
    with_ties: bool = False
    ctes: tuple[Cte, ...] = ()
    locks: tuple[RowLock, ...] = ()
    expected_groups: float = 0.0  # of GROUP BY or DISTINCT, as the planner has it; 0: it has not said


class SetOp(enum.Enum):
    UNION = "UNION"
    INTERSECT = "INTERSECT"
    EXCEPT = "EXCEPT"


@dataclass(frozen=True, slots=True)
class SetOperation:
    """Both sides give the columns' common types already. Sort keys are Vars of `relation`, whose columns are the result's."""

    op: SetOp
    all: bool
    left: Query
    right: Query
    columns: tuple[RelationColumn, ...]
    relation: int
    order: tuple[SortKey, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None
    ctes: tuple[Cte, ...] = ()
    with_ties: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    rows: tuple[tuple[Expr, ...], ...]
    columns: tuple[RelationColumn, ...]
    relation: int  # sort keys are Vars of it
    order: tuple[SortKey, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None
    ctes: tuple[Cte, ...] = ()
    with_ties: bool = False


Query = Select | SetOperation | Values


@dataclass(frozen=True, slots=True)
class ComputedIndex:
    """What an index holds of a row, over Vars of one relation; rows where the predicate is not true have no entry."""

    index: Index
    keys: tuple[Expr, ...]
    predicate: Expr | None


@dataclass(frozen=True, slots=True)
class OnConflict:
    """ON CONFLICT. index None: any unique index (DO NOTHING only). assignments None: DO NOTHING.

    Assigned expressions and where are over Vars of the table's relation (the row there is) and ExcludedVars.
    """

    index: Index | None
    assignments: tuple[tuple[int, Expr], ...] | None
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT. source gives one column per entry of attnums, coerced to the column's type and typmod.

    defaults has the expression of every live column that is not in attnums (a NULL Const where there is no default), and
    checks every CHECK, both over Vars of `relation`: the row as it will stand. A DEFAULT inside VALUES is bound in place.
    """

    table: Table
    relation: int
    attnums: tuple[int, ...]
    source: Query
    defaults: tuple[tuple[int, Expr], ...]
    checks: tuple[tuple[str, Expr], ...]
    on_conflict: OnConflict | None = None
    returning: tuple[Target, ...] = ()
    ctes: tuple[Cte, ...] = ()
    indexes: tuple[
        ComputedIndex, ...
    ] = ()  # those with expressions or a predicate, over the row as it will stand
    generated: tuple[tuple[int, Expr], ...] = ()  # generated columns by attnum, over Vars of `relation`


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE. Assigned expressions are coerced to the columns' types; from_ is what FROM adds to the table itself."""

    table: Table
    relation: int
    alias: str
    assignments: tuple[tuple[int, Expr], ...]
    from_: FromItem | None
    where: Expr | None
    checks: tuple[tuple[str, Expr], ...]  # over Vars of `relation`, read as the new row
    returning: tuple[Target, ...] = ()  # Vars of `relation` are the new row
    ctes: tuple[Cte, ...] = ()
    indexes: tuple[ComputedIndex, ...] = ()  # as Insert's
    generated: tuple[tuple[int, Expr], ...] = ()  # as Insert's
    search: tuple[FromItem | None, Expr | None] | None = None  # FROM, itself included, and WHERE, as planned


@dataclass(frozen=True, slots=True)
class Delete:
    table: Table
    relation: int
    alias: str
    using: FromItem | None
    where: Expr | None
    returning: tuple[Target, ...] = ()
    ctes: tuple[Cte, ...] = ()
    search: tuple[FromItem | None, Expr | None] | None = None  # as Update's


Statement = Query | Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound statement with what its parameters were found to be."""

    statement: Statement
    parameter_types: tuple[Oid, ...]
    columns: tuple[RelationColumn, ...] | None  # None: returns no rows
    tables: frozenset[Oid]  # read or written
    is_cacheable: bool = True  # False where a literal was read by the clock ('now', 'today')
