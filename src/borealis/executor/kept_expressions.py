"""KeptExpressions: what a table's indexes and statistics objects compute of its rows, for ANALYZE to describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Table
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.rows import define_row, select_stored
from borealis.executor.sqlite_errors import translate
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.indexes import bind_index
from borealis.sql.bind.statistics import bind_statistics
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.parse import Parsed
from borealis.transaction.intent import Row
from borealis.types.base import Oid, Style
from borealis.types.registry import stored_representation


@dataclass(frozen=True, slots=True)
class KeptExpression:
    relation: int  # the index, or the statistics object
    attnum: int  # its place among the index's keys; -1, -2 … in a statistics object
    type: Oid
    typmod: int


class ExpressionGroup:
    """The expressions of one index, of the rows its predicate is true of, or of one statistics object."""

    def __init__(
        self,
        context: BindContext,
        table: Table,
        owner: int,
        expressions: Sequence[tuple[KeptExpression, Expr]],
        relation: int,
        predicate: Expr | None,
    ) -> None:
        self.owner = owner
        """The index, or the statistics object."""
        self.expressions = tuple(kept for kept, _ in expressions)
        compilation = Compilation()
        define_row(compilation, relation, table)
        self._statement = select_stored(
            compilation,
            [expr for _, expr in expressions],
            [stored_representation(kept.type, kept.typmod) for kept in self.expressions],
            predicate,
        )

    def values(self, connection: apsw.Connection, rows: Sequence[Row]) -> list[Row]:
        """Return the expressions' values as columns would store them, for the rows the predicate is true of.

        rows are as the table stores them. Raises SqlError: what an expression raises.
        """
        statement, execute = self._statement, connection.execute
        found: list[Any] = []
        try:
            for row in rows:
                found += execute(statement.sql, statement.bindings((), row, None))  # type: ignore[arg-type] # immutable: nothing of a run
        except apsw.Error as error:
            raise translate(error, connection) from error
        return found


class KeptExpressions:
    def __init__(self, catalog: Catalog, table_oid: int) -> None:
        """Raises LookupError where the catalog has no such table."""
        table = catalog.tables_by_oid[Oid(table_oid)]
        self.statistics: tuple[Statistics, ...] = tuple(
            one for one in catalog.statistics if one.table == table.oid
        )
        context = BindContext(Parsed("", "", {}), catalog, (), ("public",), Style())
        self.groups: list[ExpressionGroup] = []
        for index in table.indexes:
            if index.is_valid and index.is_computed:
                relation = context.new_id()
                bound = bind_index(context, table, relation, index)
                keys = [
                    (KeptExpression(index.oid, place, key.type, key.typmod), key)
                    for place, key in enumerate(bound.keys, 1)
                    if not isinstance(key, Var)
                ]
                self.groups.append(
                    ExpressionGroup(context, table, index.oid, keys, relation, bound.predicate)
                )
        for one in self.statistics:
            if one.expressions:
                relation = context.new_id()
                exprs = bind_statistics(context, table, relation, one)
                kept = [
                    (KeptExpression(one.oid, -place, expr.type, expr.typmod), expr)
                    for place, expr in enumerate(exprs, 1)
                ]
                self.groups.append(ExpressionGroup(context, table, one.oid, kept, relation, None))
