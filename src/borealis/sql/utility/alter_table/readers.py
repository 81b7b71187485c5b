"""Readers: the views and functions of a catalog that read a column, a relation or a function.

Binding each of thousands of views would take seconds, so only those are bound whose stored tree holds the oid or name in
question; each once.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Function
from borealis.catalog.relations import View
from borealis.sql.utility.alter_table.column_uses import (
    ColumnUse,
    flat_catalog,
    uses_of_function,
    uses_of_view,
)
from borealis.types.base import Oid

Reader = View | Function


class Readers:
    def __init__(self, catalog: Catalog) -> None:
        self._flat = flat_catalog(catalog)
        readers: list[Reader] = [*catalog.views, *catalog.functions]
        self._all = sorted(readers, key=lambda reader: reader.oid)
        self._uses: dict[Oid, frozenset[ColumnUse]] = {}

    def of(self, use: ColumnUse, name: str) -> Iterator[Reader]:
        """Yield what reads a column (or, with 0, the relation or function of this name), in the order of their making."""
        marks = (str(use[0]), name) if use[1] == 0 else (str(use[0]),)
        for reader in self._all:
            text = reader.query if isinstance(reader, View) else reader.body
            if any(mark in text for mark in marks) and use in self._uses_of(reader):
                yield reader

    def _uses_of(self, reader: Reader) -> frozenset[ColumnUse]:
        if reader.oid not in self._uses:
            self._uses[reader.oid] = (
                uses_of_view(self._flat, reader)
                if isinstance(reader, View)
                else uses_of_function(self._flat, reader)
            )
        return self._uses[reader.oid]
