"""IndexBatches: entries of an index of expressions, or of some rows only, for the rows a table has, a batch at a time."""

from __future__ import annotations

import apsw

from borealis.catalog.catalog import Catalog
from borealis.executor.compile.index_keys import entry_texts
from borealis.executor.row_batches import RowBatches
from borealis.sql.bind.indexes import bind_index
from borealis.storage.layout import IndexLayout
from borealis.transaction.intent import Row
from borealis.types.base import Oid


class IndexBatches:
    def __init__(self, catalog: Catalog, table_oid: int, layout: IndexLayout) -> None:
        """Raises LookupError where the catalog has no such index."""
        self._layout = layout
        self.catalog_version = catalog.version
        table = catalog.tables_by_oid[Oid(table_oid)]
        (index,) = (one for one in table.indexes if one.oid == layout.oid)
        self._batches = RowBatches(
            catalog,
            table,
            lambda context, compilation, relation: entry_texts(
                compilation, bind_index(context, table, relation, index)
            ),
        )

    def read(self, connection: apsw.Connection, after: Row, rows_max: int) -> tuple[list[Row], Row | None]:
        """Return the entries of the rows behind a key (() is the start), and the last key done, None at the table's end.

        Raises:
            SqlError: what an expression raises.
        """
        entries = []
        batch = self._batches.read(connection, after, rows_max)
        for image, (*keys, has_entry) in batch.rows:
            if has_entry:
                entries.append(self._layout.computed_entry(tuple(keys), image))
        return entries, batch.last
