"""Physical DDL: makes t<oid> and i<oid> be what the catalog's rows say, after a DDL intent has written them.

It compares what should be with what is, so it needs no orders of its own: a relation in the catalog without a table gets
one, a column without a place is added, an index whose columns changed (DROP NOT NULL adds a null flag) is built anew. A
table the catalog names no more is only abandoned: dropping a million rows takes SQLite 100 ms and more, so it is emptied
afterwards in small batches beside the running load (clean_up). Oids are never reused, so nothing can meet it there.

Invariant: an index that is valid in the catalog holds an entry for every row. One that is created invalid is maintained by
writes from then on, and filled by its job with fill_index before it becomes valid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apsw

from borealis.errors import SerializationFailure
from borealis.storage.catalog_rows import read_layout
from borealis.storage.catalog_tables import (
    FIRST_USER_OID,
    INDEX,
    PG_AUTH_MEMBERS,
    PG_AUTHID,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_INDEX,
    PG_NAMESPACE,
    PG_PROC,
    PG_SEQUENCE,
    PG_STATISTIC_EXT,
    PG_TYPE,
    RELATIONS_OF_ROW,
    SYS_IAM_MAPPING,
)
from borealis.storage.layout import SEQUENCES, IndexLayout, TableLayout, index_name, table_name
from borealis.types.base import Value

Row = tuple[Value, ...]

_WITH_OID_FIRST = frozenset(
    {
        PG_AUTH_MEMBERS,
        PG_AUTHID,
        PG_CLASS,
        PG_CONSTRAINT,
        PG_INDEX,
        PG_NAMESPACE,
        PG_PROC,
        PG_STATISTIC_EXT,
        PG_TYPE,
        SYS_IAM_MAPPING,
    }
)


@dataclass(frozen=True, slots=True)
class CatalogChange:
    """A row of a catalog table before and after."""

    catalog: int
    old: Row | None
    new: Row | None


def touched_relations(changes: Iterable[CatalogChange]) -> set[int]:
    """Return the oids of the relations that these rows describe."""
    touched: set[int] = set()
    for change in changes:
        ordinals = RELATIONS_OF_ROW.get(change.catalog, ())
        rows = [row for row in (change.old, change.new) if row is not None]
        touched.update(int(str(row[ordinal])) for row in rows for ordinal in ordinals)
    touched.discard(0)
    return touched


def next_oid_after(changes: Iterable[CatalogChange], next_oid: int) -> int:
    """Return the first oid above all those the changes introduce."""
    for change in changes:
        if change.new is not None and change.catalog in _WITH_OID_FIRST:
            next_oid = max(next_oid, int(str(change.new[0])) + 1)
    return max(next_oid, FIRST_USER_OID)


def follow_catalog(connection: apsw.Connection, changes: Iterable[CatalogChange]) -> None:
    """Create, extend and abandon physical tables until they agree with the catalog."""
    changes = tuple(changes)
    for oid in sorted(touched_relations(changes)):
        layout = read_layout(connection, oid)
        if layout is None:
            _abandon(connection, table_name(oid))
        else:
            _follow_table(connection, layout)
    for change in changes:
        if change.catalog == PG_SEQUENCE and change.new is None and change.old is not None:
            connection.execute("DELETE FROM sequence_value WHERE sequence=?", (change.old[0],))
        if change.catalog == PG_INDEX and change.new is None and change.old is not None:
            _abandon(connection, index_name(int(str(change.old[INDEX.ordinal("indexrelid")]))))


def _follow_table(connection: apsw.Connection, layout: TableLayout) -> None:
    if _sql_of(connection, layout.name) is None:
        connection.execute(layout.create)
    else:
        hidden = 1 if layout.has_hidden_key else 0
        columns = connection.execute(f"PRAGMA table_info({layout.name})").fetchall()
        for ordinal in range(len(columns) - len(SEQUENCES) - hidden, len(layout.columns)):
            connection.execute(layout.add_column(ordinal))
    for index in layout.indexes:
        existing = _sql_of(connection, index.name)
        if existing == index.create:
            continue
        if existing is not None:
            replaced = f"{index.name}_before_{_next_abandoned(connection)}"
            connection.execute(f"ALTER TABLE {index.name} RENAME TO {replaced}")
            _abandon(connection, replaced)
        connection.execute(index.create)
        if index.is_computed:
            connection.execute(index.create_by_row)
            # Filled by its job alone: expressions are not evaluated here. One that has no job is of an empty table.
            if _is_valid(connection, index.oid) and connection.execute(f"SELECT 1 FROM {layout.name}").get:
                raise SerializationFailure.schema_conflict()
            continue
        if existing is not None or _is_valid(connection, index.oid):
            after: Row | None = ()
            while after is not None:
                after = fill_index(connection, layout, index, after, rows_max=1_000)


def fill_index(
    connection: apsw.Connection, layout: TableLayout, index: IndexLayout, after: Row, rows_max: int
) -> Row | None:
    """Add the entries of the rows behind a key (() is the start), in key order.

    Entries that running writes have added already are written again with the same values.

    Returns:
        The last key done, or None when the table's end is reached.
    """
    assert not index.is_computed, index
    rows = connection.execute(layout.select_batch(after=bool(after)), (*after, rows_max)).fetchall()
    width = len(layout.key_columns)
    connection.executemany(index.insert, [index.entry(row[width:]) for row in rows])
    return tuple(rows[-1][:width]) if len(rows) == rows_max else None


def continue_index_build(
    connection: apsw.Connection, table: int, index: int, after: Row, rows_max: int
) -> Row | None:
    """Do one batch of an index build, as fill_index; for Committer.write.

    Raises:
        LookupError: the index, or its table, has been dropped.
    """
    layout = read_layout(connection, table)
    found = [one for one in layout.indexes if one.oid == index] if layout is not None else []
    if layout is None or not found:
        raise LookupError(f"index {index} of relation {table} is gone")
    return fill_index(connection, layout, found[0], after, rows_max)


def clean_up(connection: apsw.Connection, rows_max: int) -> bool:
    """Remove up to rows_max rows of abandoned tables, or an empty one itself; tell whether anything was done."""
    found = connection.execute("SELECT name FROM abandoned LIMIT 1").fetchone()
    if found is None:
        return False
    (name,) = found
    keys = sorted(
        (pk, column) for _, column, _, _, _, pk in connection.execute(f"PRAGMA table_info({name})") if pk
    )
    key = ",".join(column for _, column in keys)
    connection.execute(f"DELETE FROM {name} WHERE ({key}) IN (SELECT {key} FROM {name} LIMIT ?)", (rows_max,))
    if connection.changes() < rows_max:
        connection.execute(f"DROP TABLE {name}")
        connection.execute("DELETE FROM abandoned WHERE name=?", (name,))
    return True


def _abandon(connection: apsw.Connection, name: str) -> None:
    if _sql_of(connection, name) is not None:
        connection.execute("INSERT OR IGNORE INTO abandoned VALUES(?)", (name,))


def _next_abandoned(connection: apsw.Connection) -> int:
    version: Any = connection.execute("SELECT catalog_version FROM meta").get
    return int(version)


def _is_valid(connection: apsw.Connection, index_oid: int) -> bool:
    found = connection.execute("SELECT indisvalid FROM pg_index WHERE indexrelid=?", (index_oid,)).fetchone()
    return found is not None and bool(found[0])


def _sql_of(connection: apsw.Connection, name: str) -> str | None:
    """Return the statement that created a table, or None without one."""
    found = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE type='table' AND name=?", (name,)
    ).fetchone()
    return None if found is None else str(found[0])
