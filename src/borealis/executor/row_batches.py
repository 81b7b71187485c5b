"""RowBatches: a table's rows in key order with expressions over them, some rows at a time: what jobs read by.

SELECT <key>, <image>, <expressions> FROM t16401 AS r1 WHERE (<key>) > (?1) ORDER BY <key> LIMIT ?2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import apsw

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Table
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation
from borealis.executor.sqlite_errors import translate
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Parsed
from borealis.transaction.intent import Row
from borealis.types.base import Style

Texts = Callable[[BindContext, Compilation, int], list[str]]
"""Gives the expressions as SQLite text, over a relation of this id."""


@dataclass(frozen=True, slots=True)
class Batch:
    rows: list[tuple[Row, Row]]
    """Each row's image, and the expressions' values."""
    last: Row | None
    """The last row's key; None: the table's end is reached."""


class RowBatches:
    def __init__(self, catalog: Catalog, table: Table, texts: Texts) -> None:
        context = BindContext(Parsed("", "", {}), catalog, (), ("public",), Style())
        compilation = Compilation()
        relation = context.new_id()
        compilation.define(relation, physical.columns_of(table, f"r{relation}"))
        found = texts(context, compilation, relation)
        keys = [f"r{relation}.{name}" for name in physical.key_names(table)]
        columns = [
            "NULL" if column.is_dropped else f"r{relation}.{physical.column_name(table, column.attnum)}"
            for column in table.columns
        ]
        image = columns if table.primary_key is not None else [*columns, *keys]
        self._widths = len(keys), len(keys) + len(image)
        head = f"SELECT {', '.join([*keys, *image, *found])} FROM {physical.table_name(table)} AS r{relation}"
        key = ", ".join(keys)
        marks = ", ".join(compilation.argument(n).text for n in range(1, len(keys) + 1))
        limit = compilation.argument(len(keys) + 1).text
        self._next = compilation.finish(f"{head} WHERE ({key}) > ({marks}) ORDER BY {key} LIMIT {limit}")
        self._first = compilation.finish(f"{head} ORDER BY {key} LIMIT {limit}")

    def read(self, connection: apsw.Connection, after: Row, rows_max: int) -> Batch:
        """Read up to rows_max rows behind a key; () is the start."""
        key_width, image_width = self._widths
        statement = self._next if after else self._first
        arguments = (*(after or (None,) * key_width), rows_max)
        try:
            found: list[Any] = connection.execute(
                statement.sql,
                statement.bindings(arguments, (), None),  # type: ignore[arg-type] # immutable: nothing of a run
            ).fetchall()
        except apsw.Error as error:
            raise translate(error, connection) from error
        rows = [(row[key_width:image_width], row[image_width:]) for row in found]
        return Batch(rows, tuple(found[-1][:key_width]) if len(found) == rows_max else None)
