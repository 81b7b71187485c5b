"""Constant folding: an immutable expression over constants, computed once when its statement is compiled.

Used where a constant opens a faster way (a key, a row of VALUES) or is all SQLite takes (a frame's offset). Elsewhere SQLite
computes constant expressions once a run by itself. What raises is left in place: it may never be evaluated.
"""

from __future__ import annotations

from functools import cache

import apsw

from borealis.errors import SqlError
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.trees import walk
from borealis.functions.implementation import plain
from borealis.functions.install import install
from borealis.sql.bound.expressions import Case, Coalesce, Const, Expr, FuncCall, Relabel

_FOLDABLE = (Const, FuncCall, Relabel, Case, Coalesce)


def folded(expr: Expr) -> Expr:
    """Return a Const of the expression's value, or the expression itself."""
    if isinstance(expr, Const) or not _is_foldable(expr):
        return expr
    compilation = Compilation()
    try:
        statement = compilation.finish(f"SELECT {plain(compilation.expr(expr)).text}")
        bindings = statement.bindings((), (), None)  # type: ignore[arg-type] # nothing of a run is in it
        ((value,),) = _connection().execute(statement.sql, bindings)
    except (SqlError, apsw.Error):
        return expr
    return Const(expr.type, expr.typmod, value)


def _is_foldable(expr: Expr) -> bool:
    return all(
        isinstance(node, _FOLDABLE)
        and not (
            isinstance(node, FuncCall) and (node.function.volatility != "i" or node.function.returns_set)
        )
        for node in walk(expr)
    )


@cache
def _connection() -> apsw.Connection:
    """Return a connection that speaks PostgreSQL's functions, of this process's own."""
    connection = apsw.Connection(":memory:")
    install(connection)
    return connection
