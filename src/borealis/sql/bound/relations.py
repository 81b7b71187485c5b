"""What stands in FROM. A relation's id names it in SQLite: relation 3 is `r3`, its columns `r3.c<attnum>`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.catalog.system import SystemTable
from borealis.sql.bound.expressions import Expr
from borealis.types.base import Oid
from borealis.types.row_types import Shape

if TYPE_CHECKING:
    from borealis.sql.bound.statements import Query


@dataclass(frozen=True, slots=True)
class RelationColumn:
    name: str
    type: Oid
    typmod: int
    shape: Shape | None = None  # the columns of an anonymous record, where they are known


@dataclass(frozen=True, slots=True)
class TableRelation:
    """A base table: Var.attnum is its attnum."""

    id: int
    alias: str
    table: Table


@dataclass(frozen=True, slots=True)
class SubqueryRelation:
    id: int
    alias: str
    query: Query
    columns: tuple[RelationColumn, ...]
    lateral: bool = False
    function: Oid = Oid(0)  # made by CREATE FUNCTION, whose call the query is
    has_nested_arguments: bool = False  # queries or calls of other such functions


@dataclass(frozen=True, slots=True)
class CteRelation:
    """A reference to a WITH item; cte is its id (Cte.id), recursive references included."""

    id: int
    alias: str
    cte: int
    columns: tuple[RelationColumn, ...]


TABLE_OID = -6
"""The attnum of tableoid, as PostgreSQL numbers its system columns."""


@dataclass(frozen=True, slots=True)
class SystemRelation:
    """A table of pg_catalog, its columns in c1…cn; tableoid, which tells comments' catalogs apart, is written where it is read."""

    id: int
    alias: str
    table: SystemTable

    @property
    def columns(self) -> tuple[RelationColumn, ...]:
        return tuple(RelationColumn(column.name, column.type, -1) for column in self.table.columns)


@dataclass(frozen=True, slots=True)
class FunctionRelation:
    """A function in FROM, set-returning or scalar, its value in c1…cn, WITH ORDINALITY's number last."""

    id: int
    alias: str
    call: Expr
    columns: tuple[RelationColumn, ...]
    with_ordinality: bool = False


@dataclass(frozen=True, slots=True)
class RowsFrom:
    """ROWS FROM (f(), g()), unnest of several arrays: functions side by side, the shorter filled up with NULLs."""

    id: int
    alias: str
    calls: tuple[Expr, ...]
    widths: tuple[int, ...]  # how many columns each call gives
    columns: tuple[RelationColumn, ...]
    with_ordinality: bool = False


@dataclass(frozen=True, slots=True)
class ValuesRelation:
    id: int
    alias: str
    rows: tuple[tuple[Expr, ...], ...]
    columns: tuple[RelationColumn, ...]


class JoinKind(enum.Enum):
    INNER = "INNER JOIN"  # CROSS JOIN and the comma too: condition None
    LEFT = "LEFT JOIN"
    RIGHT = "RIGHT JOIN"
    FULL = "FULL JOIN"


@dataclass(frozen=True, slots=True)
class Join:
    """USING and NATURAL are bound into condition; their merged columns are Coalesce or Var expressions where named."""

    kind: JoinKind
    left: FromItem
    right: FromItem
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """What the planner puts in the place of relations and joins (planner/physical.py)."""


Relation = (
    TableRelation
    | SubqueryRelation
    | CteRelation
    | SystemRelation
    | FunctionRelation
    | RowsFrom
    | ValuesRelation
)
FromItem = Relation | Join | PlannedItem
