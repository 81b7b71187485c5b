"""Uniqueness inside a transaction: its snapshot and its own writes; what others write is the adjudicator's business.

primary key       the write set, then the table
unique index      the entries of the transaction's pending rows, then i<oid>: an entry there counts only while its row
                  is as the snapshot has it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from borealis.catalog.relations import Index, Table
from borealis.errors import UniqueViolation
from borealis.executor.compile import physical
from borealis.executor.dml.key_texts import key_texts
from borealis.executor.dml.keys import tuple_getter
from borealis.sql.bound.statements import ComputedIndex
from borealis.transaction.intent import Key, Row
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

Entries = dict[tuple[Value, ...], Key]
"""Index key to primary key, of the pending rows of one table."""

Computed = tuple[Row | None, ...]
"""What travels with a row: Pending.entries."""


class PrimaryKey:
    """The primary key as a unique index: the key of a row is its place in the write set."""

    def __init__(self, table: Table, index: Index, key_of: Callable[[Row], Key]) -> None:
        self.table = table
        self.index = index
        self.key_of = key_of
        conditions = " AND ".join(f"{name} = ?" for name in physical.key_names(table))
        self._sql = f"SELECT 1 FROM {physical.table_name(table)} WHERE {conditions}"

    place = None
    computed = None
    relation = 0

    def find(
        self, transaction: Transaction, row: Row, own: Key | None, computed: Computed = ()
    ) -> Key | None:
        """Return the key of the visible row, other than `own`, that has this row's values."""
        key = self.key_of(row)
        if key == own:
            return None
        pending = transaction.write_set.get(self.table.oid, key)
        if pending is not None and pending.hides_base:
            return key if pending.row is not None else None
        return key if transaction.query(self._sql, key) else None


class UniqueIndex:
    """A unique secondary index."""

    def __init__(
        self,
        table: Table,
        index: Index,
        place: int | None = None,
        computed: ComputedIndex | None = None,
        relation: int = 0,
    ) -> None:
        """place: where the values are among those that travel with a row, if they are not in the row itself.

        computed is such an index bound over the relation.
        """
        self.table = table
        self.index = index
        self.place = place
        self.computed = computed
        self.relation = relation
        self._values_in_row = None if place is not None else tuple_getter([n - 1 for n in index.columns])
        conditions = []
        for flag, key in physical.index_key_names(table, index):
            conditions += [f"{flag} = ?", f"{key} = ?"] if flag else [f"{key} = ?"]
        self._null_flags = tuple(
            None if flag is None else -1 if place in index.nulls_first else 1
            for place, (flag, _) in enumerate(physical.index_key_names(table, index))
        )
        primaries = ", ".join(physical.index_primary_names(table))
        self._sql = f"SELECT {primaries} FROM i{index.oid} WHERE {' AND '.join(conditions)}"

    def values_of(self, row: Row, computed: Computed) -> Row | None:
        """Return the index key of a row; None: it has no entry."""
        if self._values_in_row is not None:
            return self._values_in_row(row)
        assert self.place is not None
        return computed[self.place]

    def is_exempt(self, values: tuple[Value, ...]) -> bool:
        return None in values and not self.index.nulls_not_distinct

    def find(
        self, transaction: Transaction, row: Row, own: Key | None, computed: Computed = ()
    ) -> Key | None:
        """Return the key of the visible row, other than `own`, that has this row's values."""
        values = self.values_of(row, computed)
        if values is None or self.is_exempt(values):
            return None
        found = transaction.entries.of(self).get(values)
        if found is not None and found != own:
            return found
        for key in transaction.query(self._sql, self._search(values)):
            if key != own:
                pending = transaction.write_set.get(self.table.oid, key)
                if pending is None or not pending.hides_base:
                    return key
        return None

    def _search(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        search: list[Value] = []
        for value, null_flag in zip(values, self._null_flags, strict=True):
            if null_flag is not None:
                search += (0, value) if value is not None else (null_flag, 0)
            else:
                search.append(value)
        return tuple(search)

    def entries_of(self, transaction: Transaction) -> Entries:
        """Return the entries of all pending rows, as they stand now."""
        entries: Entries = {}
        for key, pending in transaction.write_set.tables.get(self.table.oid, {}).items():
            if pending.row is not None:
                self.add(entries, key, pending.row, pending.entries)
        return entries

    def add(self, entries: Entries, key: Key, row: Row, computed: Computed) -> None:
        values = self.values_of(row, computed)
        if values is not None and not self.is_exempt(values):
            entries[values] = key

    def remove(self, entries: Entries, key: Key, row: Row, computed: Computed) -> None:
        values = self.values_of(row, computed)
        if values is not None and entries.get(values) == key:
            del entries[values]


def violation(broken: PrimaryKey | UniqueIndex, row: Row, transaction: Transaction) -> UniqueViolation:
    table, index = broken.table, broken.index
    names, values = key_texts(table, index, row, transaction, broken.computed, broken.relation)
    return UniqueViolation(
        f'duplicate key value violates unique constraint "{index.name}"',
        detail=f"Key ({names})=({values}) already exists.",
        schema=table.schema.name,
        table=table.name,
        constraint=index.name,
    )


class PendingEntries:
    """Index entries of a transaction's pending rows, kept for the unique indexes that have been asked for."""

    __slots__ = ("_entries", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._entries: dict[Oid, Entries] = {}

    def of(self, index: UniqueIndex) -> Entries:
        entries = self._entries.get(index.index.oid)
        if entries is None:
            entries = self._entries[index.index.oid] = index.entries_of(self._transaction)
        return entries

    def known(self, index: UniqueIndex) -> Entries | None:
        return self._entries.get(index.index.oid)
