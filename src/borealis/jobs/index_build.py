"""INDEX_BUILD: entries of the rows that were there before the index, then, if it is unique, a look for duplicates.

    CREATE INDEX commits ── writes maintain the index ────────────────────────────────▶
                            fill: rows in key order, 400 a piece ── compare ── valid

Entries that running writes have added already are written again with the same values. A row written behind the place that
the fill has reached has its entry from its writer; one before it gets it from both. The comparison begins when all rows have
their entries: from then on a writer meets every other row's entry itself.

Plain columns are filled from the rows' images by storage; expressions and predicates are computed in a snapshot by the
executor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.storage.catalog_rows import read_layout
from borealis.storage.catalog_tables import INDEX, PG_INDEX
from borealis.storage.layout import IndexLayout
from borealis.storage.physical import continue_index_build
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Mode, Row

if TYPE_CHECKING:
    from borealis.executor.index_batches import IndexBatches

BUILD_ROWS = 400
"""Rows read, and entries written, at a time: some milliseconds."""

DUPLICATE = "Found duplicate key while validating index for UCVs"


class IndexBuild:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        self._job = job
        self._index = job.object
        self._tables = tables
        self._after: Row | None = ()  # the last row's key; None: all rows have their entry
        self._compared: Row = ()  # the last entry compared
        self._columns: tuple[str, ...] = ()  # of the entries compared
        self._batches: IndexBatches | None = None

    def step(self, committer: Committer) -> Outcome | None:
        layout = self._layout(committer)
        if self._after is not None:
            self._after = self._fill(committer, layout, self._after)
            return None
        if layout.is_unique:
            if layout.key_columns != self._columns:
                # DROP NOT NULL has given the entries a flag, and the index a new table: compare from its start.
                self._columns, self._compared = layout.key_columns, ()
            entries = self._next_entries(committer, layout)
            if self._has_duplicate(layout, entries):
                return Outcome("failed", DUPLICATE)
            if len(entries) == BUILD_ROWS:
                return None
        return Outcome("completed", changes=(self._valid(committer),))

    def _layout(self, committer: Committer) -> IndexLayout:
        """Return the index as it is now. Raises LookupError once it is dropped."""
        table = self._table(committer)
        found = read_layout(committer.database.writer, table)
        for index in found.indexes if found is not None else ():
            if index.oid == self._index:
                return index
        raise LookupError(self._job.object_name)

    def _table(self, committer: Committer) -> int:
        table: Any = committer.database.writer.execute(
            "SELECT indrelid FROM pg_index WHERE indexrelid=?", (self._index,)
        ).get
        return int(table or 0)

    def _fill(self, committer: Committer, layout: IndexLayout, after: Row) -> Row | None:
        table = self._table(committer)
        if not layout.is_computed:
            return committer.write(
                lambda connection: continue_index_build(connection, table, self._index, after, BUILD_ROWS),
                is_synced=False,  # a crash begins the build anew; the job's end is synced
            )
        entries, last = self._compute(layout, table, after)
        committer.write(lambda connection: connection.executemany(layout.insert, entries), is_synced=False)
        return last

    def _compute(self, layout: IndexLayout, table: int, after: Row) -> tuple[list[Row], Row | None]:
        from borealis.executor.index_batches import IndexBatches

        with self._tables.snapshot() as snapshot:
            if self._batches is None or self._batches.catalog_version != snapshot.catalog_version:
                self._batches = IndexBatches(self._tables.catalog(snapshot), table, layout)
            return self._batches.read(snapshot.reader.connection, after, BUILD_ROWS)

    def _next_entries(self, committer: Committer, layout: IndexLayout) -> list[Row]:
        columns, after = ",".join(layout.key_columns), self._compared
        where = f" WHERE ({columns})>({','.join('?' * len(layout.key_columns))})" if after else ""
        found: list[Any] = committer.database.writer.execute(
            f"SELECT {columns} FROM {layout.name}{where} ORDER BY {columns} LIMIT {BUILD_ROWS}", after
        ).fetchall()
        return found

    def _has_duplicate(self, layout: IndexLayout, entries: list[Row]) -> bool:
        """Compare entries with their neighbours, the last one seen before among them."""
        width, previous = len(layout.search_columns), self._compared
        for entry in entries:
            if previous and entry[:width] == previous[:width] and not _is_exempt(layout, entry):
                return True
            previous = entry
        self._compared = previous
        return False

    def _valid(self, committer: Committer) -> Change:
        row: Any = committer.database.writer.execute(
            f"SELECT {','.join(INDEX.columns)} FROM pg_index WHERE indexrelid=?", (self._index,)
        ).fetchone()
        valid = list(row)
        valid[INDEX.ordinal("indisvalid")] = 1
        return Change(PG_INDEX, (self._index,), Mode.UPDATE, tuple(valid))


def _is_exempt(layout: IndexLayout, entry: Row) -> bool:
    """Whether an entry has a NULL that makes it differ from every other."""
    if layout.nulls_not_distinct:
        return False
    flags = [n for n, name in enumerate(layout.search_columns) if name.startswith("n")]
    return any(entry[n] != 0 for n in flags)
