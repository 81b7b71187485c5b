"""Functions in FROM: set-returning ones as SQLite table-valued functions, scalar ones as a row of one column."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.trees import relations_named
from borealis.functions import lookup
from borealis.functions.implementation import Sql
from borealis.functions.sets.rows_from import RowsFromPart, emit_rows_from
from borealis.sql.bound.expressions import FuncCall
from borealis.sql.bound.relations import FunctionRelation, RowsFrom
from borealis.sql.bound.trees import is_volatile


def function_item(compilation: Compilation, item: FunctionRelation) -> str:
    """Return the item's text, and bring its columns into scope as c1…cn."""
    name = f"r{item.id}"
    call = item.call
    columns = {n: Sql(f"{name}.c{n}") for n in range(1, len(item.columns) + 1)}
    if not (isinstance(call, FuncCall) and call.function.returns_set):
        return _scalar(compilation, item, columns)
    args = tuple(compilation.expr(arg) for arg in call.args)
    text = lookup.emit_rows(call.function, args, tuple(arg.type for arg in call.args))
    if item.with_ordinality:
        columns[len(columns)] = Sql(f"({name}.rowid + 1)")  # a table-valued function numbers its rows from 0
    compilation.define(item.id, columns)
    return f"{text} AS {name}"


def rows_from_item(compilation: Compilation, item: RowsFrom) -> str:
    """Several functions side by side: one table-valued function that runs them all and pads the shorter."""
    name = f"r{item.id}"
    parts: list[RowsFromPart] = []
    for call, width in zip(item.calls, item.widths, strict=True):
        if isinstance(call, FuncCall) and call.function.returns_set:
            args = tuple(compilation.expr(arg) for arg in call.args)
            parts.append(RowsFromPart(call.function, args, tuple(arg.type for arg in call.args), width))
        else:
            parts.append(RowsFromPart(None, (compilation.expr(call),), (call.type,), width))
    columns = {n: Sql(f"{name}.c{n}") for n in range(1, len(item.columns) + 1)}
    if item.with_ordinality:
        columns[len(columns)] = Sql(f"({name}.rowid + 1)")
    compilation.define(item.id, columns)
    return f"{emit_rows_from(parts)} AS {name}"


def _scalar(compilation: Compilation, item: FunctionRelation, columns: dict[int, Sql]) -> str:
    """A value as a table of one row. Over its neighbours' columns it becomes the one element of a JSON array."""
    sql = compilation.expr(item.call)
    if len(item.columns) > 1 + item.with_ordinality:
        raise FeatureNotSupported("functions of several columns that return one row are not supported yet")
    if relations_named(item.call):
        raise FeatureNotSupported("a scalar function in FROM over other columns is not supported yet")
    columns[1] = Sql(columns[1].text, sql.representation)
    compilation.define(item.id, columns)
    ordinality = ", 1 AS c2" if item.with_ordinality else ""
    text = f"SELECT {sql.text} AS c1{ordinality}"
    return f"{computed_once(text) if is_volatile(item.call) else f'({text})'} AS r{item.id}"


def computed_once(query: str) -> str:
    """Return a query in FROM of which SQLite computes each output once a row, whether it is used never or often.

    It leaves out what nobody uses of a subquery, though not of a materialized one, and never flattens one with OFFSET.
    """
    return f"(WITH once AS MATERIALIZED ({query}) SELECT * FROM once LIMIT -1 OFFSET 0)"
