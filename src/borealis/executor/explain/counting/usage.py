"""Usage: the bytes a statement read from storage and wrote to it, as they are metered.

Read: every loop of a scan is a request, and counts for 128 bytes at least; so does the check that a key is not there yet,
one for each unique index of each row inserted. Written: rows and index entries, by what the write set has become.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from borealis.catalog.relations import Index, Table
from borealis.executor.compile import physical
from borealis.executor.explain.counting.counter import Counter
from borealis.executor.explain.counting.instrument import Points
from borealis.metering.dpu import REQUEST_BYTES_MIN, counted_bytes
from borealis.metering.rows import row_bytes
from borealis.transaction.intent import Key, Mode, Row
from borealis.transaction.write_set import Pending
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

Pendings = Mapping[Oid, Mapping[Key, Pending]]


def bytes_scanned(points: Points, counter: Counter, recounted: Mapping[int, int]) -> int:
    """Return what scans count for; recounted has the bytes of relations that were read again."""
    total = sum(max(size, REQUEST_BYTES_MIN) for size in recounted.values())
    for key, number in points.numbers.items():
        if not isinstance(key, tuple) or key[0] != "scanned" or key[1] in recounted:
            continue
        if key[1] in points.scans:
            driver = points.drivers[number]
            loops = 1 if driver is None else counter.rows[driver]
            total += max(counter.bytes[number], loops * REQUEST_BYTES_MIN)
    return total


def pending_rows(transaction: Transaction) -> Pendings:
    """Return what is pending now, to be compared with what will be."""
    return {table: dict(rows) for table, rows in transaction.write_set.tables.items()}


class Written:
    """What one statement changed in the write set."""

    def __init__(self, transaction: Transaction, before: Pendings) -> None:
        self.sizes: list[int] = []
        self.checks = 0
        """Keys looked up to see that they are not there yet."""
        self._transaction = transaction
        for oid, rows in transaction.write_set.tables.items():
            table = transaction.catalog.tables_by_oid.get(oid)
            known = before.get(oid, {})
            if table is None:
                continue
            for key, pending in rows.items():
                if known.get(key) is not pending:
                    self._row(table, key, known.get(key), pending)

    @property
    def bytes(self) -> int:
        return counted_bytes(self.sizes)

    def _row(self, table: Table, key: Key, before: Pending | None, after: Pending) -> None:
        if after.row is None and after.mode is not Mode.DELETE:
            return  # a lock
        old = before.row if before is not None and before.hides_base else self._base_row(table, key, after)
        self.sizes.append(_row_size(table, after.row) if after.row is not None else _key_size(table, key))
        for index in table.secondary_indexes:
            entry_before = None if old is None else _entry(index, old)
            entry_after = None if after.row is None else _entry(index, after.row)
            if entry_before != entry_after or index.is_computed:
                self.sizes += [_entry_size(table, index, row) for row in (old, after.row) if row is not None]
        if after.row is not None and old is None:
            self.checks += max(1, sum(index.is_unique for index in table.indexes))

    def _base_row(self, table: Table, key: Key, after: Pending) -> Row | None:
        """Return the row under a key as the snapshot has it."""
        if not after.existed:
            return None
        columns = ", ".join(
            "NULL" if column.is_dropped else physical.column_name(table, column.attnum)
            for column in table.columns
        )
        where = " AND ".join(f"{name} = ?" for name in physical.key_names(table))
        sql = f"SELECT {columns or 'NULL'} FROM {physical.table_name(table)} WHERE {where}"
        rows = self._transaction.query(sql, key)
        return rows[0] if rows else None


def _cells(
    table: Table, row: Row, attnums: Iterator[int] | tuple[int, ...]
) -> Iterator[tuple[Value, int, bool]]:
    primary = table.primary_key
    keys = () if primary is None else primary.columns
    for attnum in attnums:
        if 0 < attnum <= len(row):
            yield row[attnum - 1], type_of(table.columns[attnum - 1].type).length, attnum in keys


def _row_size(table: Table, row: Row) -> int:
    attnums = tuple(column.attnum for column in table.live_columns)
    return row_bytes(_cells(table, row, attnums), has_key=table.primary_key is not None)


def _key_size(table: Table, key: Key) -> int:
    if table.primary_key is None:
        return REQUEST_BYTES_MIN
    types = (table.columns[attnum - 1].type for attnum in table.primary_key.columns)
    return row_bytes(
        ((value, type_of(type_).length, True) for value, type_ in zip(key, types, strict=False)), has_key=True
    )


def _entry(index: Index, row: Row) -> tuple[Value, ...]:
    return tuple(row[attnum - 1] for attnum in (*index.columns, *index.included) if 0 < attnum <= len(row))


def _entry_size(table: Table, index: Index, row: Row) -> int:
    primary = table.primary_key.columns if table.primary_key is not None else ()
    attnums = tuple(dict.fromkeys((*index.columns, *index.included, *primary)))
    return row_bytes(_cells(table, row, attnums), has_key=table.primary_key is not None)
