"""Write set: what a transaction has written so far, in its session's memory; its changes become the intent.

Per table, key → Pending. One entry a key, however often the transaction returns to it:

    there is        then comes      becomes
    nothing         any             that
    INSERT          UPDATE          INSERT with the new row
    INSERT          DELETE          nothing: the key was never there
    INSERT          lock            INSERT
    DELETE          INSERT          UPDATE_KEY with the row: the key stays, all else may differ
    any other       DELETE          DELETE
    UPDATE          UPDATE_KEY      UPDATE_KEY, and it stays one
    FOR_UPDATE      UPDATE          UPDATE_KEY: as strong, and carries the row
    KEY_SHARE       UPDATE          UPDATE: whoever minds a key share minds an update

Invariants: a Pending of a deleted key is in DELETE mode with no row; one with a row is what the transaction sees under the
key; a lock alone hides nothing. Whether a key exists in the snapshot is the executor's to know: it answers 23505 itself.
Source: DESIGN §3; limits dsql-facts.md §3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from borealis import limits
from borealis.transaction.intent import Change, Key, Mode, Row
from borealis.types.base import Oid

IndexOrdinals = Callable[[Oid], Sequence[Sequence[int]]]
"""For a table, per secondary index, the ordinals of the row's values that an entry holds."""


Entries = tuple[Row | None, ...]


class Pending(msgspec.Struct, frozen=True, gc=False):
    mode: Mode
    row: Row | None
    existed: bool
    """The key is there in the snapshot."""

    entries: Entries = ()
    """Change.entries of the row."""

    @property
    def hides_base(self) -> bool:
        """The row under this key in the snapshot is not what the transaction sees."""
        return self.row is not None or self.mode is Mode.DELETE


_STRONGER_WITH_ROW = {
    Mode.KEY_SHARE: Mode.UPDATE,
    Mode.UPDATE: Mode.UPDATE,
    Mode.FOR_UPDATE: Mode.UPDATE_KEY,
    Mode.UPDATE_KEY: Mode.UPDATE_KEY,
    Mode.INSERT: Mode.INSERT,
}


class WriteSet:
    __slots__ = ("_rows", "rows_max", "tables", "version")

    def __init__(self, rows_max: int | None = limits.TRANSACTION_ROWS_MAX) -> None:
        self.tables: dict[Oid, dict[Key, Pending]] = {}
        self.version = 0
        """Moves with every change, so that an overlay knows whether it is complete."""
        self.rows_max = rows_max
        self._rows = 0

    def get(self, table: Oid, key: Key) -> Pending | None:
        pending = self.tables.get(table)
        return None if pending is None else pending.get(key)

    def __bool__(self) -> bool:
        return any(self.tables.values())

    @property
    def rows_count(self) -> int:
        """Rows that count against the limit: written, deleted or locked FOR UPDATE at some time."""
        return self._rows

    def insert(self, table: Oid, key: Key, row: Row, entries: Entries = ()) -> None:
        pending = self._table(table)
        old = pending.get(key)
        if old is None:
            self._count()
            pending[key] = Pending(Mode.INSERT, row, False, entries)
        else:
            assert old.mode is Mode.DELETE, old
            pending[key] = Pending(Mode.UPDATE_KEY, row, True, entries)
        self.version += 1

    def update(self, table: Oid, key: Key, row: Row, mode: Mode = Mode.UPDATE, entries: Entries = ()) -> None:
        """Give an existing key another row; mode is UPDATE_KEY when a column of a unique key changes."""
        pending = self._table(table)
        old = pending.get(key)
        if old is None:
            self._count()
            pending[key] = Pending(mode, row, True, entries)
        else:
            assert old.mode is not Mode.DELETE, old
            if old.mode is Mode.KEY_SHARE:
                self._count()
            merged = _STRONGER_WITH_ROW[old.mode]
            merged = merged if merged is Mode.INSERT else max(merged, mode)
            pending[key] = Pending(merged, row, old.existed, entries)
        self.version += 1

    def delete(self, table: Oid, key: Key) -> None:
        pending = self._table(table)
        old = pending.get(key)
        if old is not None and not old.existed:
            del pending[key]
        else:
            if old is None or old.mode is Mode.KEY_SHARE:
                self._count()
            assert old is None or old.mode is not Mode.DELETE, old
            pending[key] = Pending(Mode.DELETE, None, existed=True)
        self.version += 1

    def lock(self, table: Oid, key: Key, mode: Mode) -> None:
        """Add a row to the footprint: FOR_UPDATE or KEY_SHARE."""
        assert mode is Mode.FOR_UPDATE or mode is Mode.KEY_SHARE, mode
        pending = self._table(table)
        old = pending.get(key)
        if old is None:
            if mode is Mode.FOR_UPDATE:
                self._count()
            pending[key] = Pending(mode, None, existed=True)
        elif mode is Mode.FOR_UPDATE and old.mode is Mode.KEY_SHARE:
            self._count()
            pending[key] = Pending(Mode.FOR_UPDATE, None, existed=True)
        elif mode is Mode.FOR_UPDATE and old.mode is Mode.UPDATE:
            pending[key] = Pending(Mode.UPDATE_KEY, old.row, True, old.entries)
        # Everything else is as strong already. The version stays: a lock changes nothing that is read.

    def changes(self) -> tuple[Change, ...]:
        """Return the footprint and post-images, in the order the keys were first written."""
        return tuple(
            [
                Change(table, key, pending.mode, pending.row, pending.entries)
                for table, rows in self.tables.items()
                for key, pending in rows.items()
            ]
        )

    def check_size(self, indexes_of: IndexOrdinals, bytes_max: int = limits.TRANSACTION_BYTES_MAX) -> None:
        """Raise transaction_size_exceeded if rows and index entries take more; called at COMMIT."""
        size_bytes = self.accounted_bytes(indexes_of)
        if size_bytes > bytes_max:
            raise limits.transaction_size_exceeded(size_bytes)

    def accounted_bytes(self, indexes_of: IndexOrdinals) -> int:
        """Return what the transaction writes: rows with their keys, and an entry in each index."""
        total = 0
        for table, rows in self.tables.items():
            indexes = indexes_of(table)
            for key, pending in rows.items():
                row = pending.row
                if row is None:
                    total += _size(key)
                    continue
                total += _size(row)
                for ordinals in indexes:
                    total += _size([row[o] if o < len(row) else key[0] for o in ordinals])
                for entry in pending.entries:
                    total += 0 if entry is None else _size(entry)
        return total

    def _table(self, table: Oid) -> dict[Key, Pending]:
        rows = self.tables.get(table)
        if rows is None:
            rows = self.tables[table] = {}
        return rows

    def _count(self) -> None:
        if self.rows_max is not None and self._rows >= self.rows_max:
            raise limits.transaction_rows_exceeded()
        self._rows += 1


def _size(values: Sequence[object]) -> int:
    """Return the bytes that values take as they are accounted: 8 a number, text in UTF-8, 1 a null."""
    total = 0
    for value in values:
        if value is None:
            total += 1
        elif isinstance(value, str):
            total += len(value) if value.isascii() else len(value.encode())
        elif isinstance(value, bytes):
            total += len(value)
        else:
            total += 8
    return total
