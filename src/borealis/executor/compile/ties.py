"""FETCH FIRST n ROWS WITH TIES: rows are numbered and ranked in ORDER BY's order, in a query around the one that gives them.

After OFFSET, n rows are given, and all further ones that ORDER BY does not tell from the last of them: those whose rank, the
number of rows before their peers plus one, is not beyond OFFSET + n.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.limits import limit_text, offset_text
from borealis.sql.bound import expressions as bound


def with_ties(
    compilation: Compilation,
    names: str,
    rows: str,
    order: Sequence[str],
    limit: bound.Expr | None,
    offset: bound.Expr | None,
) -> str:
    """Return the query that takes the first rows and their ties; rows is a FROM item that has `names` and what order is over."""
    skipped, wanted = offset_text(compilation, offset) or "0", limit_text(compilation, limit) or "-1"
    over = f"ORDER BY {', '.join(order)}" if order else ""
    numbered = f"SELECT {names}, row_number() OVER ({over}) AS tn, rank() OVER ({over}) AS tm FROM {rows}"
    return (
        f"SELECT {names} FROM ({numbered}) WHERE tn > {skipped} "
        f"AND ({wanted} < 0 OR ({wanted} > 0 AND tm <= {skipped} + {wanted})) ORDER BY tn"
    )
