"""Physical FROM items: how a base table is read, and how two items are joined.

The planner puts them in place of bound relations and joins; the compiler obeys them, EXPLAIN shows them. Conditions stay
where the statement has them (WHERE, ON): what stands in a Scan says which of them its access path answers for.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.catalog.relations import Index
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import FromItem, PlannedItem, TableRelation


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a node is thought to cost, in PostgreSQL's units, and to give."""

    startup: float
    total: float
    rows: float
    width: int


class KeyColumnKind(enum.Enum):
    EQUAL = "="
    ONE_OF = "IN"
    IS_NULL = "IS NULL"
    RANGE = "range"  # <, <=, >, >=, and IS NOT NULL


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """What a range says of one key column: conditions of the statement, or such as follow from them."""

    kind: KeyColumnKind
    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Entries of an index that lie together: its leading columns' conditions; a RANGE stands last."""

    columns: tuple[KeyColumn, ...]


@dataclass(frozen=True, slots=True)
class Scan(PlannedItem):
    """A base table and its access path: index None is a full scan, the primary key's Index reads the table by key.

    The conditions come in three kinds: those the index is searched by, those storage could look at, and those it could not.
    """

    relation: TableRelation
    index: Index | None
    ranges: tuple[KeyRange, ...]  # none: all entries
    is_covering: bool  # the table itself is not read
    backward: bool
    index_condition: tuple[Expr, ...]
    storage_filters: tuple[Expr, ...]
    filters: tuple[Expr, ...]
    estimate: Estimate
    scanned: Estimate  # the rows the index conditions leave, before any filter


class PlannedJoinKind(enum.Enum):
    INNER = "Inner"
    LEFT = "Left"
    RIGHT = "Right"
    FULL = "Full"
    SEMI = "Semi"
    ANTI = "Anti"


class JoinMethod(enum.Enum):
    NESTED_LOOP = "Nested Loop"  # the right side is searched for each row of the left one
    HASH = "Hash Join"  # the right side is read once, into an index SQLite makes of it


@dataclass(frozen=True, slots=True)
class PlannedJoin(PlannedItem):
    """Two items joined in this order: left is the outer one. condition is ON's; WHERE's stays in WHERE."""

    kind: PlannedJoinKind
    method: JoinMethod
    left: FromItem
    right: FromItem
    condition: Expr | None
    estimate: Estimate


def base_table(item: FromItem | None) -> TableRelation | None:
    """Return the base table an item is, however it is read."""
    if isinstance(item, Scan):
        return item.relation
    return item if isinstance(item, TableRelation) else None
