"""Apply: writes one change's post-image to a table and to its indexes.

The decision is part of the write: each statement carries the conflict rule's guards in its WHERE, so a change that lost
touches no row, and one statement both decides and applies. Index entries are derived from the old row and the new one;
those that stay the same are not written. Of an index of expressions, or of some rows only, the new key values come with the
change, and the old entry is found by its row (i<oid>_row): whatever put it there, it goes. Entries of unique indexes are handed back: they may be checked only after all
old entries of the same intent are gone.

Invariants: called inside the committer's write transaction; a False answer means nothing was written by this call.
The rule itself (which guards, which number is set) comes from transaction/adjudicator.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import apsw

from borealis.storage.layout import Entry, Image, IndexLayout, TableLayout
from borealis.types.base import Value

Numbers = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class WriteRule:
    """How one mode writes: which statement, which of the row's numbers must not exceed the snapshot, which is set."""

    action: Literal["insert", "update", "touch", "delete"]
    guards: tuple[str, ...] = ()
    sets: str = "_k"


@dataclass(frozen=True, slots=True)
class UniqueEntry:
    """An entry to be added to a unique index once the intent's old entries are gone."""

    writer: TableWriter
    index: IndexLayout
    entry: Entry
    mode: int
    """The change's that it comes from."""

    is_exempt: bool
    """A null in its key: it conflicts with nothing."""


class TableWriter:
    __slots__ = (
        "_changes",
        "_computed",
        "_execute",
        "_indexed_modes",
        "_indexes",
        "_insert_mode",
        "_is_hidden",
        "_key_modes",
        "_old_image",
        "_texts",
        "layout",
    )

    def __init__(
        self, connection: apsw.Connection, layout: TableLayout, rules: Mapping[int, WriteRule]
    ) -> None:
        self.layout = layout
        self._execute = connection.cursor().execute
        self._changes = connection.changes
        self._is_hidden = layout.has_hidden_key
        self._texts = {mode: _statement(layout, rule) for mode, rule in rules.items()}
        self._insert_mode = next(mode for mode, rule in rules.items() if rule.action == "insert")
        self._key_modes = frozenset(
            mode for mode, rule in rules.items() if rule.action in ("touch", "delete")
        )
        self._indexed_modes = frozenset(mode for mode, rule in rules.items() if rule.action != "touch")
        if not layout.indexes:
            self._indexed_modes = frozenset()
        self._indexes = tuple(
            (index, index.entry, index.is_exempt) for index in layout.indexes if not index.is_computed
        )
        self._computed = tuple(index for index in layout.indexes if index.is_computed)
        self._old_image = layout.select_indexed if layout.indexes else ""

    def write(
        self,
        mode: int,
        key: tuple[Value, ...],
        row: tuple[Value, ...] | None,
        snapshot_seq: int,
        seq: int,
        unique: list[UniqueEntry],
        entries: tuple[Entry | None, ...] = (),
    ) -> bool:
        """Write one change if it does not conflict, else nothing; new entries of unique indexes go to `unique`.

        entries are the key values for each index whose are computed, in the layout's order, None where it leaves the row out.
        """
        if mode in self._indexed_modes:
            return self._write_indexed(mode, key, row, snapshot_seq, seq, unique, entries)
        if mode in self._key_modes:
            self._execute(self._texts[mode], (*key, seq, snapshot_seq))
        else:
            assert row is not None, mode
            image = row + key if self._is_hidden else row
            numbers = (seq,) if mode == self._insert_mode else (seq, snapshot_seq)
            self._execute(self._texts[mode], image + numbers)
        return self._changes() == 1

    def _write_indexed(
        self,
        mode: int,
        key: tuple[Value, ...],
        row: tuple[Value, ...] | None,
        snapshot_seq: int,
        seq: int,
        unique: list[UniqueEntry],
        entries: tuple[Entry | None, ...],
    ) -> bool:
        new: Image | None = None
        if row is not None:
            new = row + key if self._is_hidden else row
        old: Image | None = None
        if mode == self._insert_mode:
            self._execute(self._texts[mode], (*(new or ()), seq))
        else:
            old = self._execute(self._old_image, key).fetchone()
            if old is None:
                return False
            self._execute(self._texts[mode], (*(new or key), seq, snapshot_seq))
        if self._changes() != 1:
            return False
        for index, entry_of, is_exempt in self._indexes:
            old_entry = None if old is None else entry_of(old)
            new_entry = None if new is None else entry_of(new)
            is_free = index.is_unique and new is not None and is_exempt is not None and is_exempt(new)
            self._replace(index, old_entry, new_entry, mode, unique, is_free=is_free)
        if self._computed:
            self._write_computed(mode, key, new, entries, unique)
        return True

    def _write_computed(
        self,
        mode: int,
        key: tuple[Value, ...],
        new: Image | None,
        entries: tuple[Entry | None, ...],
        unique: list[UniqueEntry],
    ) -> None:
        for index, keys in zip(self._computed, entries or (None,) * len(self._computed), strict=True):
            old_entry = self._execute(index.select_by_row, key).fetchone()
            new_entry, is_free = None, False
            if new is not None and keys is not None:
                new_entry = index.computed_entry(keys, new)
                is_free = None in keys and not index.nulls_not_distinct
            self._replace(index, old_entry, new_entry, mode, unique, is_free=is_free)

    def _replace(
        self,
        index: IndexLayout,
        old_entry: Entry | None,
        new_entry: Entry | None,
        mode: int,
        unique: list[UniqueEntry],
        *,
        is_free: bool,
    ) -> None:
        """Put a row's new entry in the place of its old one."""
        if old_entry == new_entry and not (index.has_floats and repr(old_entry) != repr(new_entry)):
            return
        width = len(index.key_columns)
        if old_entry is not None:
            if new_entry is not None and old_entry[:width] == new_entry[:width]:
                self._execute(index.insert, new_entry)  # replaces what the entry carries
                return
            self._execute(index.delete, old_entry[:width])
        if new_entry is None:
            return
        if index.is_unique:
            unique.append(UniqueEntry(self, index, new_entry, mode, is_free))
        else:
            self._execute(index.insert, new_entry)

    def numbers(self, key: tuple[Value, ...]) -> Numbers | None:
        """Return the row's _k, _u, _s, or None without such a row."""
        # To the end: a statement left open would keep the writer in a read transaction, and tables from being dropped.
        rows: list[Any] = self._execute(self.layout.select_numbers, key).fetchall()
        found: Numbers | None = rows[0] if rows else None
        return found

    def owner(self, entry: UniqueEntry) -> tuple[Value, ...] | None:
        """Return the primary key of a row that the index holds under the same key columns."""
        values = entry.entry[: len(entry.index.search_columns)]
        rows: list[Any] = self._execute(entry.index.find, values).fetchall()
        found: tuple[Value, ...] | None = rows[0] if rows else None
        return found

    def add(self, entry: UniqueEntry) -> None:
        self._execute(entry.index.insert, entry.entry)


def _statement(layout: TableLayout, rule: WriteRule) -> str:
    match rule.action:
        case "insert":
            return layout.insert
        case "update":
            return layout.update(rule.sets, rule.guards)
        case "touch":
            return layout.touch(rule.sets, rule.guards)
        case "delete":
            return layout.delete(rule.guards)
