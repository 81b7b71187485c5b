"""What a statement is bound against: schemas, tables, columns, indexes, constraints.

All frozen: a Catalog is one version of the cluster's catalog, shared by every statement bound against it. Physical names
follow from oids (DESIGN §4): table t<oid>, columns c<attnum>, index i<oid>.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Schema:
    oid: Oid
    name: str
    owner: Oid


@dataclass(frozen=True, slots=True)
class Column:
    attnum: int  # from 1; never reused
    name: str
    type: Oid
    typmod: int
    not_null: bool
    default: str | None  # the expression's parse tree as JSON, bound when used
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """A primary key (kept in the table itself) or a table i<oid> of its own."""

    oid: Oid
    name: str
    table: Oid
    columns: tuple[int, ...]  # attnums of the key, in order
    is_unique: bool
    is_primary: bool
    nulls_not_distinct: bool = False
    included: tuple[int, ...] = ()
    is_valid: bool = True
    constraint: Oid = Oid(0)  # the PRIMARY KEY or UNIQUE constraint it backs


@dataclass(frozen=True, slots=True)
class Check:
    oid: Oid
    name: str
    expression: str  # its parse tree as JSON, over the table's columns


@dataclass(frozen=True)
class Table:
    oid: Oid
    name: str
    schema: Schema
    owner: Oid
    columns: tuple[Column, ...]  # by attnum, dropped ones included: columns[attnum - 1]
    indexes: tuple[Index, ...]
    checks: tuple[Check, ...]

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
        """Attnums whose update is an UPDATE_KEY: members of a unique index, the primary key included."""
        return frozenset(attnum for index in self.indexes if index.is_unique for attnum in index.columns)


@dataclass(frozen=True)
class Catalog:
    version: int
    next_oid: Oid  # what the next DDL may give out; the adjudicator refuses two DDLs of one version
    schemas: tuple[Schema, ...]
    tables: tuple[Table, ...]

    @cached_property
    def schemas_by_name(self) -> dict[str, Schema]:
        return {schema.name: schema for schema in self.schemas}

    @cached_property
    def _tables_by_name(self) -> dict[tuple[str, str], Table]:
        return {(table.schema.name, table.name): table for table in self.tables}

    @cached_property
    def tables_by_oid(self) -> dict[Oid, Table]:
        return {table.oid: table for table in self.tables}

    def table(self, schema: str, name: str) -> Table | None:
        return self._tables_by_name.get((schema, name))
