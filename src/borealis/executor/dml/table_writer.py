"""TableWriter: new rows, changed rows and deletions of one table, checked as PostgreSQL checks them, into the write set.

Rows are written one by one, each against the snapshot and all written before it, so uniqueness is what PostgreSQL's
immediate constraints are: `SET id = id + 1` may meet its own neighbour.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.executor.dml.constraints import RowConstraints
from borealis.executor.dml.generated import GeneratedColumns
from borealis.executor.dml.index_entries import IndexEntries
from borealis.executor.dml.keys import key_of_row
from borealis.executor.dml.unique import PrimaryKey, UniqueIndex, violation
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.statements import ComputedIndex
from borealis.transaction.intent import Key, Mode, Row
from borealis.transaction.write_set import Entries

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class TableWriter:
    def __init__(
        self,
        table: Table,
        relation: int,
        checks: tuple[tuple[str, Expr], ...] = (),
        indexes: tuple[ComputedIndex, ...] = (),
        assigned: Iterable[int] | None = None,
        generated: tuple[tuple[int, Expr], ...] = (),
    ) -> None:
        """assigned: the columns that update() is going to change, by attnum; any of them where it is not said."""
        self.table = table
        self.oid = table.oid
        self.generated = GeneratedColumns(table, relation, generated) if generated else None
        """What computes columns of a new row, before it is given to insert or update."""
        self.constraints = RowConstraints(table, relation, checks)
        self.key_of = key_of_row(table)
        key = table.primary_key
        self.primary = PrimaryKey(table, key, self.key_of) if key and self.key_of else None
        self._computed = IndexEntries(table, relation, indexes) if indexes else None
        travelling = [index.oid for index in table.indexes if index.is_computed]
        computed = {each.index.oid: each for each in indexes}
        self.unique = tuple(
            UniqueIndex(
                table,
                index,
                travelling.index(index.oid) if index.is_computed else None,
                computed.get(index.oid),
                relation,
            )
            for index in table.secondary_indexes
            if index.is_unique  # also one that is being built: what it has of entries already counts
        )
        self._has_computed_unique = any(index.place is not None for index in self.unique)
        changing = table.unique_key_columns
        if assigned is not None:
            changing &= {*assigned, *(attnum for attnum, _ in generated)}
        self._key_ordinals = tuple(attnum - 1 for attnum in sorted(changing))
        self._has_references = bool(table.foreign_keys or table.referenced_by)

    def insert(self, transaction: Transaction, row: Row, has_fresh_key: bool = False) -> Key:
        """Check and write a new row; returns its key. A fresh primary key is not looked for: nobody can have it yet."""
        self.constraints.check(transaction, row)
        entries = self.entries_of(transaction, row)
        for index in self.unique if has_fresh_key else self.all_unique:
            if index.find(transaction, row, None, entries) is not None:
                raise violation(index, row, transaction)
        return self.insert_checked(transaction, row, entries)

    def entries_of(self, transaction: Transaction, row: Row) -> Entries:
        """Return what travels with a new row: its entries in indexes that compute them."""
        return self._computed.of(transaction, row) if self._computed is not None else ()

    @property
    def all_unique(self) -> tuple[PrimaryKey | UniqueIndex, ...]:
        return (self.primary, *self.unique) if self.primary is not None else self.unique

    def insert_checked(self, transaction: Transaction, row: Row, entries: Entries) -> Key:
        """Write a new row that has been found to violate nothing."""
        key = (transaction.new_row_id(),) if self.key_of is None else self.key_of(row)
        transaction.write_set.insert(self.oid, key, row, entries)
        if self.unique:
            self._note(transaction, key, None, row, (), entries)
        if self._has_references:
            transaction.referential.inserted(self.table, key, row)
        return key

    def update(self, transaction: Transaction, key: Key, old: Row, new: Row) -> Key:
        """Check and write a row's successor; returns its key, another one where the primary key changes."""
        self.constraints.check(transaction, new)
        new_key, changes_unique = key, False
        if self._key_ordinals:
            new_key = key if self.key_of is None else self.key_of(new)
            changes_unique = any(old[ordinal] != new[ordinal] for ordinal in self._key_ordinals)
        entries = self.entries_of(transaction, new)
        if changes_unique or self._has_computed_unique:
            for index in self.all_unique:
                if index.find(transaction, new, key, entries) is not None:
                    raise violation(index, new, transaction)
        pending = transaction.write_set.get(self.oid, key) if self.unique else None
        if new_key == key:
            mode = Mode.UPDATE_KEY if changes_unique else Mode.UPDATE
            transaction.write_set.update(self.oid, key, new, mode, entries)
        else:
            transaction.write_set.delete(self.oid, key)
            transaction.write_set.insert(self.oid, new_key, new, entries)
        if self.unique:
            if pending is not None and pending.row is not None:
                self._note(transaction, key, pending.row, None, pending.entries, ())
            self._note(transaction, new_key, None, new, (), entries)
        if self._has_references:
            transaction.referential.updated(self.table, new_key, old, new)
        return new_key

    def delete(self, transaction: Transaction, key: Key, old: Row) -> None:
        pending = transaction.write_set.get(self.oid, key) if self.unique else None
        transaction.write_set.delete(self.oid, key)
        if pending is not None and pending.row is not None:
            self._note(transaction, key, pending.row, None, pending.entries, ())
        if self._has_references:
            transaction.referential.deleted(self.table, old)

    def _note(
        self,
        transaction: Transaction,
        key: Key,
        old: Row | None,
        new: Row | None,
        old_entries: Entries,
        new_entries: Entries,
    ) -> None:
        """Keep the entries of pending rows, where they have been asked for, in step with the write set."""
        for index in self.unique:
            entries = transaction.entries.known(index)
            if entries is not None:
                if old is not None:
                    index.remove(entries, key, old, old_entries)
                if new is not None:
                    index.add(entries, key, new, new_entries)
