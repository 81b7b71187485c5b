"""GENERATED ALWAYS AS (…) STORED: columns of a new row that are computed from the others.

One statement over the row's values, before anything looks at the row: constraints, indexes and RETURNING see it whole.
Source: PostgreSQL 16, ExecComputeStoredGenerated (nodeModifyTable.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.dml import column_representation
from borealis.executor.compile.rows import define_row, select_stored
from borealis.sql.bound.expressions import Expr
from borealis.transaction.intent import Row

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class GeneratedColumns:
    def __init__(self, table: Table, relation: int, exprs: tuple[tuple[int, Expr], ...]) -> None:
        """exprs: each generated column's expression by attnum, over Vars of the relation."""
        compilation = Compilation()
        define_row(compilation, relation, table)
        self._ordinals = [attnum - 1 for attnum, _ in exprs]
        self._statement = select_stored(
            compilation,
            [expr for _, expr in exprs],
            [column_representation(table, attnum) for attnum, _ in exprs],
        )

    def filled(self, transaction: Transaction, row: Row) -> Row:
        """Return the row with its generated columns computed."""
        (values,) = transaction.row_statement(self._statement, (), row)
        new = list(row)
        for ordinal, value in zip(self._ordinals, values, strict=True):
            new[ordinal] = value
        return tuple(new)
