"""A catalog without what a DROP takes along: each object that changes, before and after.

A dropped table goes with all that is in its row; of one that stays, columns are marked dropped and constraints, indexes
and defaults taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from borealis.catalog.objects import Comment, Domain, Function, Statistics
from borealis.catalog.relations import Column, Sequence, Table, View
from borealis.catalog.rows import Object
from borealis.catalog.schema import Schema
from borealis.errors import FeatureNotSupported
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.edges import Holder, address_of
from borealis.sql.dependencies.graph import Graph
from borealis.storage.catalog_tables import PG_ATTRDEF, PG_CLASS, PG_CONSTRAINT, PG_NAMESPACE
from borealis.types.base import Oid

Removed = Schema | Table | View | Sequence | Domain | Function | Statistics


class Removal:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._now: dict[Address, Holder | None] = {}
        self._schemas: list[Schema] = []
        self.comments: list[Comment] = []

    def take(self, addresses: Iterable[Address]) -> None:
        """Take objects out.

        Raises: FeatureNotSupported for columns that DSQL does not drop.
        """
        # Whole objects first: nothing is to be taken out of them any more.
        for address in sorted(addresses, key=lambda one: not self._is_whole(one)):
            if address.catalog == PG_NAMESPACE:
                self._schemas += [one for one in self._graph.catalog.schemas if one.oid == address.oid]
                continue
            holder = self._graph.holder(address)
            assert holder is not None, address
            own = address_of(holder)
            now = self._now.get(own, holder)
            if now is not None:
                self._now[own] = None if own == address else self._without(now, address)

    @property
    def changes(self) -> list[tuple[Object, Object | None]]:
        """Return what changes, with what becomes of it; None: it is dropped."""
        found: list[tuple[Object, Object | None]] = [(schema, None) for schema in self._schemas]
        for own, after in self._now.items():
            before = self._graph.holder(own)
            assert before is not None, own
            if after is not before:
                found.append((before, after))
        return found

    def _is_whole(self, address: Address) -> bool:
        holder = self._graph.holder(address)
        return holder is None or address_of(holder) == address

    def _without(self, holder: Holder, address: Address) -> Holder:
        """Return an object without a part of it; rules and row types are no parts of their own."""
        match holder:
            case Domain():
                return replace(
                    holder, checks=tuple(check for check in holder.checks if check.oid != address.oid)
                )
            case View() if address.catalog == PG_ATTRDEF:
                columns = (
                    replace(one, default=None) if one.attnum == address.column else one
                    for one in holder.columns
                )
                return replace(holder, columns=tuple(columns))
            case View() if address.catalog == PG_CLASS:
                name = holder.columns[address.column - 1].name
                raise FeatureNotSupported(f"dropping column {name} of view {holder.name} not supported")
            case Table():
                return self._table_without(holder, address)
        return holder

    def _table_without(self, table: Table, address: Address) -> Table:
        match address.catalog:
            case catalog if catalog == PG_ATTRDEF:
                column = table.columns[address.column - 1]
                changed = column if column.generated else replace(column, default=None)
                return _with_column(table, changed)
            case catalog if catalog == PG_CLASS and address.oid == table.oid:
                return self._without_column(table, table.columns[address.column - 1])
            case catalog if catalog == PG_CLASS:
                return replace(table, indexes=tuple(one for one in table.indexes if one.oid != address.oid))
            case catalog if catalog == PG_CONSTRAINT:
                return _without_constraint(table, address.oid)
        return table

    def _without_column(self, table: Table, column: Column) -> Table:
        """Mark a column dropped: the attribute stays, and its number with it."""
        key = table.primary_key
        if key is not None and column.attnum in key.columns:
            raise FeatureNotSupported(f"cannot drop primary key column {column.name}")
        self.comments += [
            one
            for one in self._graph.catalog.comments
            if (one.catalog, one.object, one.column) == (PG_CLASS, table.oid, column.attnum)
        ]
        dropped = replace(
            column,
            name=f"........pg.dropped.{column.attnum}........",
            not_null=False,
            default=None,
            is_dropped=True,
            domain=Oid(0),
            identity="",
            generated="",
        )
        return _with_column(table, dropped)


def _with_column(table: Table, column: Column) -> Table:
    columns = list(table.columns)
    columns[column.attnum - 1] = column
    return replace(table, columns=tuple(columns))


def _without_constraint(table: Table, oid: Oid) -> Table:
    return replace(
        table,
        checks=tuple(one for one in table.checks if one.oid != oid),
        foreign_keys=tuple(one for one in table.foreign_keys if one.oid != oid),
        indexes=tuple(one for one in table.indexes if one.constraint != oid),
    )
