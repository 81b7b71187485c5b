"""TableWriter: new rows, changed rows and deletions of one table, checked as PostgreSQL checks them, into the write set.

Rows are written one by one, each against the snapshot and all written before it, so uniqueness is what PostgreSQL's
immediate constraints are: `SET id = id + 1` may meet its own neighbour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.executor.dml.constraints import RowConstraints
from borealis.executor.dml.keys import key_of_row
from borealis.executor.dml.unique import PrimaryKey, UniqueIndex, violation
from borealis.sql.bound.expressions import Expr
from borealis.transaction.intent import Key, Mode, Row

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class TableWriter:
    def __init__(self, table: Table, relation: int, checks: tuple[tuple[str, Expr], ...] = ()) -> None:
        self.table = table
        self.oid = table.oid
        self.constraints = RowConstraints(table, relation, checks)
        self.key_of = key_of_row(table)
        key = table.primary_key
        self.primary = PrimaryKey(table, key, self.key_of) if key and self.key_of else None
        self.unique = tuple(
            UniqueIndex(table, index)
            for index in table.secondary_indexes
            if index.is_unique  # also one that is being built: what it has of entries already counts
        )
        self._key_ordinals = tuple(attnum - 1 for attnum in sorted(table.unique_key_columns))
        self._has_references = bool(table.foreign_keys or table.referenced_by)

    def insert(self, transaction: Transaction, row: Row, has_fresh_key: bool = False) -> Key:
        """Check and write a new row; returns its key. A fresh primary key is not looked for: nobody can have it yet."""
        self.constraints.check(transaction, row)
        for index in self.unique if has_fresh_key else self.all_unique:
            if index.find(transaction, row, None) is not None:
                raise violation(self.table, index.index, row, transaction.style)
        return self.insert_checked(transaction, row)

    @property
    def all_unique(self) -> tuple[PrimaryKey | UniqueIndex, ...]:
        return (self.primary, *self.unique) if self.primary is not None else self.unique

    def insert_checked(self, transaction: Transaction, row: Row) -> Key:
        """Write a new row that has been found to violate nothing."""
        key = (transaction.new_row_id(),) if self.key_of is None else self.key_of(row)
        transaction.write_set.insert(self.oid, key, row)
        if self.unique:
            self._note(transaction, key, None, row)
        if self._has_references:
            transaction.referential.inserted(self.table, key, row)
        return key

    def update(self, transaction: Transaction, key: Key, old: Row, new: Row) -> Key:
        """Check and write a row's successor; returns its key, another one where the primary key changes."""
        self.constraints.check(transaction, new)
        new_key = key if self.key_of is None else self.key_of(new)
        changes_unique = any(old[ordinal] != new[ordinal] for ordinal in self._key_ordinals)
        if changes_unique:
            for index in self.all_unique:
                if index.find(transaction, new, key) is not None:
                    raise violation(self.table, index.index, new, transaction.style)
        pending = transaction.write_set.get(self.oid, key) if self.unique else None
        if new_key == key:
            mode = Mode.UPDATE_KEY if changes_unique else Mode.UPDATE
            transaction.write_set.update(self.oid, key, new, mode)
        else:
            transaction.write_set.delete(self.oid, key)
            transaction.write_set.insert(self.oid, new_key, new)
        if self.unique:
            if pending is not None and pending.row is not None:
                self._note(transaction, key, pending.row, None)
            self._note(transaction, new_key, None, new)
        if self._has_references:
            transaction.referential.updated(self.table, new_key, old, new)
        return new_key

    def delete(self, transaction: Transaction, key: Key, old: Row) -> None:
        pending = transaction.write_set.get(self.oid, key) if self.unique else None
        transaction.write_set.delete(self.oid, key)
        if pending is not None and pending.row is not None:
            self._note(transaction, key, pending.row, None)
        if self._has_references:
            transaction.referential.deleted(self.table, old)

    def _note(self, transaction: Transaction, key: Key, old: Row | None, new: Row | None) -> None:
        """Keep the entries of pending rows, where they have been asked for, in step with the write set."""
        for index in self.unique:
            entries = transaction.entries.known(index)
            if entries is not None:
                if old is not None:
                    index.remove(entries, key, old)
                if new is not None:
                    index.add(entries, key, new)
