"""IndexEntries: what the indexes of expressions, and of some rows only, hold of a new row.

The adjudicator evaluates no SQL, so entries are computed here, with the statement that writes the row: an expression that
raises fails it. They stay beside the row in the write set and travel in the intent. What such an index held of the row
before needs no computing: storage finds it by the row (storage/apply.py).
Source: DESIGN §3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis import limits
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.index_keys import entry_texts
from borealis.executor.compile.rows import define_row
from borealis.executor.dml.constraints import size_bytes
from borealis.sql.bound.statements import ComputedIndex
from borealis.transaction.intent import Row
from borealis.transaction.write_set import Entries

if TYPE_CHECKING:
    from borealis.catalog.relations import Table
    from borealis.executor.transaction import Transaction


class IndexEntries:
    def __init__(self, table: Table, relation: int, indexes: tuple[ComputedIndex, ...]) -> None:
        compilation = Compilation()
        define_row(compilation, relation, table)
        texts: list[str] = []
        self._places: list[tuple[int, int]] = []
        for index in indexes:
            start = len(texts)
            texts += entry_texts(compilation, index)
            self._places.append((start, len(texts) - 1))
        self._statement = compilation.finish(f"SELECT {', '.join(texts)}")

    def of(self, transaction: Transaction, row: Row) -> Entries:
        """Return Change.entries of a row.

        Raises:
            SqlError: what the expressions raise; 54000, a key too large.
        """
        ((*values,),) = transaction.row_statement(self._statement, (), row)
        entries = tuple(tuple(values[start:end]) if values[end] else None for start, end in self._places)
        for entry in entries:
            if entry is not None and sum(map(size_bytes, entry)) > limits.KEY_BYTES_MAX:
                raise limits.key_size_exceeded()
        return entries
