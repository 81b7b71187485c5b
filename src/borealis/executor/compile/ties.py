"""LIMIT and OFFSET that SQLite has no words for: rows are numbered in a query around the one that gives them.

FETCH FIRST n ROWS WITH TIES: after OFFSET, n rows are given, and all further ones that ORDER BY does not tell from the last of
them: those whose rank, the number of rows before their peers plus one, is not beyond OFFSET + n.
LIMIT o.a: a column of a query outside is no number to SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.limits import limit_text, offset_text
from borealis.executor.compile.trees import relations_named
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.statements import Query


def limits_vary(limit: bound.Expr | None, offset: bound.Expr | None) -> bool:
    """Return whether the number of rows depends on a row of a query outside."""
    return any(each is not None and relations_named(each) for each in (limit, offset))


def numbered(compilation: Compilation, names: str, rows: str, order: Sequence[str], node: Query) -> str:
    """Return the query that takes the rows wanted; rows is a FROM item that has `names` and what order is over."""
    skipped = offset_text(compilation, node.offset) or "0"
    wanted = limit_text(compilation, node.limit) or "-1"
    over = f"ORDER BY {', '.join(order)}" if order else ""
    numbers = f"row_number() OVER ({over}) AS tn"
    last = "tn"
    if node.with_ties:
        numbers += f", rank() OVER ({over}) AS tm"
        last = "tm"
    return (
        f"SELECT {names} FROM (SELECT {names}, {numbers} FROM {rows}) WHERE tn > {skipped} "
        f"AND ({wanted} < 0 OR ({wanted} > 0 AND {last} <= {skipped} + {wanted})) ORDER BY tn"
    )
