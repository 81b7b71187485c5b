"""What a statement is bound against: tables, views, sequences, and what hangs on them.

All frozen: a Catalog is one version of the cluster's catalog, shared by every statement bound against it. Physical names
follow from oids (DESIGN §4): table t<oid>, columns c<attnum>, index i<oid>. An expression or query kept in the catalog is
a parse tree as JSON, bound whenever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.schema import Schema
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or of a view.

    A column of a domain has its base type here, as values and operators do; the domain adds its constraints.
    """

    attnum: int  # from 1; never reused
    name: str
    type: Oid
    typmod: int
    not_null: bool
    default: str | None  # the expression's parse tree as JSON, bound when used
    is_dropped: bool = False
    domain: Oid = Oid(0)
    identity: str = ""  # a: GENERATED ALWAYS, d: BY DEFAULT AS IDENTITY
    generated: str = ""  # s: STORED, its expression is the default
    storage: str = ""  # p, e, x or m where SET STORAGE chose one


@dataclass(frozen=True, slots=True)
class IndexExpression:
    """A key column of an index that is no column of its table."""

    source: str  # a parse tree as JSON
    name: str  # as pg_attribute shows the index's column
    type: Oid
    typmod: int


@dataclass(frozen=True, slots=True)
class Index:
    """A primary key (kept in the table itself) or a table i<oid> of its own."""

    oid: Oid
    name: str
    table: Oid
    columns: tuple[int, ...]  # attnums of the key, in order; 0: the next of the expressions
    is_unique: bool
    is_primary: bool
    nulls_not_distinct: bool = False
    included: tuple[int, ...] = ()
    is_valid: bool = True
    constraint: Oid = Oid(0)  # the PRIMARY KEY or UNIQUE constraint it backs
    nulls_first: tuple[int, ...] = ()  # places in the key, from 0, of columns with NULLS FIRST
    expressions: tuple[IndexExpression, ...] = ()
    predicate: str | None = None  # a parse tree as JSON: only rows where it is true have an entry

    @property
    def is_computed(self) -> bool:
        """What its entries hold is not in the row: it comes with the intents."""
        return bool(self.expressions) or self.predicate is not None


@dataclass(frozen=True)
class Table:
    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    columns: tuple[Column, ...]  # by attnum, dropped ones included: columns[attnum - 1]
    indexes: tuple[Index, ...]
    checks: tuple[Check, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    referenced_by: tuple[ForeignKey, ...] = field(default=(), compare=False)
    """The foreign keys, of any table, that refer to this one; rows of theirs, not of this table."""

    @cached_property
    def primary_key(self) -> Index | None:
        return next((index for index in self.indexes if index.is_primary), None)

    @cached_property
    def secondary_indexes(self) -> tuple[Index, ...]:
        return tuple(index for index in self.indexes if not index.is_primary)

    @cached_property
    def live_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.is_dropped)

    @cached_property
    def unique_key_columns(self) -> frozenset[int]:
        """Attnums whose update is an UPDATE_KEY: members of a unique index, the primary key included.

        Indexes of expressions, or of some rows only, do not count, as in PostgreSQL: no foreign key may refer to them.
        """
        return frozenset(
            attnum
            for index in self.indexes
            if index.is_unique and not index.is_computed
            for attnum in index.columns
        )


@dataclass(frozen=True)
class View:
    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    columns: tuple[Column, ...]
    query: str  # the SELECT's parse tree as JSON
    search_path: tuple[str, ...]  # under which the query was written

    @property
    def live_columns(self) -> tuple[Column, ...]:
        return self.columns


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence's definition. Where it stands is not part of the catalog."""

    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    is_cyclic: bool = False
    owned_by: tuple[Oid, int] | None = None  # table and attnum, dropped with it
    is_identity: bool = False  # belongs to the identity column that owns it
    generation: int = 0  # raised by RESTART and whatever else makes it begin anew
    restart: int | None = None  # where this generation begins, if not at the start


Relation = Table | View | Sequence
