"""Overlay: a transaction's pending rows of one table in a TEMP table of its connection, where queries can join them.

    o<oid>_<columns>   the table's own key and columns as stored, and _live: 0 where the row is deleted

A query reads `base rows not in the overlay UNION ALL live rows of the overlay` (compile/from_items.py). The table is filled
when the first such query comes, and brought up to date by difference when the write set has moved since. The snapshot's
ROLLBACK empties it, and drops it too if it was made in that transaction: it is made again, for good, once the connection
is out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from borealis.catalog.relations import Table
from borealis.executor.compile import physical
from borealis.executor.connections import ConnectionState
from borealis.transaction.intent import Key
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction
    from borealis.transaction.write_set import Pending, WriteSet


def overlay_name(table: Table) -> str:
    """Return a name that tells the table's shape: ADD COLUMN makes another overlay."""
    return f"o{table.oid}_{len(table.columns)}"


def create_statement(table: Table) -> str:
    keys = physical.key_names(table)
    columns = [f"{keys[0]} INTEGER PRIMARY KEY"] if table.primary_key is None else []
    for column in table.columns:
        name = physical.column_name(table, column.attnum)
        is_rowid = table.primary_key is not None and physical.has_integer_key(table) and name == keys[0]
        columns.append(f"{name} INTEGER PRIMARY KEY" if is_rowid else name)
    columns.append("_live")
    name = overlay_name(table)
    if physical.has_integer_key(table):
        return f"CREATE TEMP TABLE IF NOT EXISTS {name}({', '.join(columns)})"
    return f"CREATE TEMP TABLE IF NOT EXISTS {name}({', '.join(columns)}, PRIMARY KEY({', '.join(keys)})) WITHOUT ROWID"


class Overlay:
    """One table's pending rows in one transaction."""

    def __init__(self, table: Table, connection: apsw.Connection) -> None:
        self.table = table
        self._connection = connection
        self._version = -1
        self._written: dict[Key, Pending] = {}
        name, keys = overlay_name(table), physical.key_names(table)
        width = len(table.columns) + 1 + (table.primary_key is None)
        self._insert = f"INSERT OR REPLACE INTO temp.{name} VALUES({', '.join('?' * width)})"
        self._delete = f"DELETE FROM temp.{name} WHERE {' AND '.join(f'{key} = ?' for key in keys)}"
        key = table.primary_key
        self._key_ordinals = [attnum - 1 for attnum in key.columns] if key is not None else None

    def is_current(self, write_set: WriteSet) -> bool:
        return self._version == write_set.version

    def update(self, write_set: WriteSet) -> None:
        """Bring the TEMP table in step with the write set."""
        rows = write_set.tables.get(self.table.oid, {})
        written, changed = self._written, []
        for key, pending in rows.items():
            if written.get(key) is not pending and pending.hides_base:
                changed.append(self._image(key, pending))
                written[key] = pending
        gone = [key for key in written if key not in rows]
        for key in gone:
            del written[key]
        execute = self._connection.cursor()
        if changed:
            execute.executemany(self._insert, changed)
        if gone:
            execute.executemany(self._delete, gone)
        self._version = write_set.version

    def _image(self, key: Key, pending: Pending) -> tuple[Value, ...]:
        row = pending.row
        if self._key_ordinals is None:
            return (*key, *(row if row is not None else self._nothing(())), int(row is not None))
        return (*row, 1) if row is not None else (*self._nothing(key), 0)

    def _nothing(self, key: Key) -> tuple[Value, ...]:
        """Return a row of NULLs, but for the primary key."""
        values: list[Value] = [None] * len(self.table.columns)
        for ordinal, value in zip(self._key_ordinals or (), key, strict=False):
            values[ordinal] = value
        return tuple(values)


class Overlays:
    """The overlays of one transaction, made as queries need them."""

    __slots__ = ("_made", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._made: dict[Oid, Overlay] = {}

    def update(self, tables: frozenset[Oid]) -> frozenset[Oid]:
        """Return those of the tables that have pending rows, their overlays brought up to date."""
        pending = self._transaction.write_set.tables
        found = frozenset(
            oid
            for oid in tables
            if oid in self._made or (oid in pending and any(row.hides_base for row in pending[oid].values()))
        )
        for oid in found:
            self._update(oid)
        return found

    def _update(self, oid: Oid) -> None:
        overlay = self._made.get(oid)
        if overlay is None:
            overlay = self._made[oid] = self._make(oid)
        write_set = self._transaction.write_set
        if not overlay.is_current(write_set):
            self._transaction.detach_streams()
            overlay.update(write_set)

    def _make(self, oid: Oid) -> Overlay:
        transaction = self._transaction
        table = transaction.catalog.tables_by_oid[oid]
        name, state = overlay_name(table), transaction.connection_state()
        if name not in state.overlays and name not in state.wanted:
            state.wanted[name] = create_statement(table)
            transaction.execute_sql(state.wanted[name])
        return Overlay(table, transaction.connection)


class HeldReads:
    """What a statement of several parts reads: the overlays as they stood when it began."""

    def __init__(self, overlaid: frozenset[Oid], write_set: WriteSet) -> None:
        self.overlaid = overlaid
        self._write_set = write_set
        self._before = {oid: dict(rows) for oid, rows in write_set.tables.items()}

    def is_changed(self, table: Oid, key: Key) -> bool:
        """Return whether a part has written the row already."""
        now = self._write_set.get(table, key)
        return now is not None and now.hides_base and self._before.get(table, {}).get(key) is not now


def keep_wanted(connection: apsw.Connection, state: ConnectionState) -> None:
    """Make the overlay tables of an ended transaction again, to stay: making one costs every prepared statement."""
    wanted, state.wanted = state.wanted, {}
    try:
        for name, sql in wanted.items():
            connection.execute(sql)
            state.overlays.add(name)
    except apsw.Error:
        return  # the connection has been closed, or will be: the next transaction makes its own
