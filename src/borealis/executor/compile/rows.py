"""Row statements: expressions evaluated over one row that is already in hand, its values bound as parameters.

    SELECT (?1 > 0) AS c1, …            a CHECK over the new row
    SELECT ?2 AS c1 WHERE (?1 = ?3)     a point read of a row in the write set
    SELECT (?1 + ?5) AS c1              ON CONFLICT DO UPDATE: the row there is, then the one proposed

They have no FROM, so they are the cheapest statements SQLite runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.catalog.relations import Table
from borealis.executor.compile.compilation import Compilation, CompiledStatement, Output
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.parameters import RowValue
from borealis.executor.compile.shown import shown
from borealis.functions.implementation import Sql
from borealis.functions.numeric.representation import store
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.statements import Target
from borealis.types.base import Representation
from borealis.types.registry import stored_representation


def row_columns(compilation: Compilation, table: Table, offset: int = 0) -> dict[int, Sql]:
    """Return a table's columns by attnum as the values of a row that begins at this ordinal."""
    return {
        column.attnum: Sql(
            compilation.parameters.name(RowValue(offset + column.attnum - 1)),
            stored_representation(column.type, column.typmod),
        )
        for column in table.live_columns
    }


def define_row(compilation: Compilation, relation: int, table: Table, offset: int = 0) -> None:
    compilation.define(relation, row_columns(compilation, table, offset))


def select_targets(
    compilation: Compilation, targets: Sequence[Target], where: Expr | None = None, head: str = ""
) -> CompiledStatement:
    """Compile `SELECT targets WHERE …` over what has been defined; head is its WITH clause."""
    texts = [shown(compilation.expr(target.expr), target.expr.type) for target in targets]
    outputs = tuple(
        Output(target.expr.type, target.expr.typmod, sql.representation)
        for target, sql in zip(targets, texts, strict=True)
    )
    return compilation.finish(head + _text(compilation, texts, where), outputs)


def select_stored(
    compilation: Compilation,
    exprs: Sequence[Expr],
    representations: Sequence[Representation],
    where: Expr | None = None,
    head: str = "",
) -> CompiledStatement:
    """Compile expressions into the forms columns store; head is their WITH clause."""
    texts = [
        store(compilation.expr(expr), wanted) for expr, wanted in zip(exprs, representations, strict=True)
    ]
    return compilation.finish(head + _text(compilation, texts, where))


def select_conditions(compilation: Compilation, conditions: Sequence[Expr]) -> CompiledStatement:
    """Compile booleans of three values, one column each."""
    return compilation.finish(_text(compilation, [compilation.expr(expr) for expr in conditions], None))


def _text(compilation: Compilation, texts: Sequence[Sql], where: Expr | None) -> str:
    columns = ", ".join(f"{sql.text} AS c{n}" for n, sql in enumerate(texts, 1)) or "NULL AS c0"
    return f"SELECT {columns}" + ("" if where is None else f" WHERE {condition(compilation, where)}")
