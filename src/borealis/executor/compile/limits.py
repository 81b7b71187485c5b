"""LIMIT and OFFSET: NULL means none, a negative number is an error, which SQLite would take as none."""

from __future__ import annotations

from borealis.errors import InvalidRowCountInLimit, InvalidRowCountInOffset
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.fold import folded
from borealis.sql.bound import expressions as bound
from borealis.types.base import Value


def limit_clause(compilation: Compilation, limit: bound.Expr | None, offset: bound.Expr | None) -> str:
    """Return ` LIMIT … OFFSET …`, or nothing."""
    skipped, wanted = offset_text(compilation, offset), limit_text(compilation, limit)
    if skipped is not None:
        return f" LIMIT {wanted or '-1'} OFFSET {skipped}"
    return "" if wanted is None else f" LIMIT {wanted}"


def limit_text(compilation: Compilation, limit: bound.Expr | None) -> str | None:
    return _count(compilation, limit, "pg_limit")


def offset_text(compilation: Compilation, offset: bound.Expr | None) -> str | None:
    return _count(compilation, offset, "pg_offset")


def _count(compilation: Compilation, count: bound.Expr | None, check: str) -> str | None:
    count = None if count is None else folded(count)
    if count is None or (isinstance(count, bound.Const) and count.value is None):
        return None
    text = compilation.expr(count).text
    if isinstance(count, bound.Const):
        (limit_value if check == "pg_limit" else offset_value)(count.value)
        return text
    return f"{check}({text})"


def limit_value(value: Value) -> Value:
    """SQL function pg_limit: SQLite's -1 is no limit."""
    if value is None:
        return -1
    if int(value) < 0:
        raise InvalidRowCountInLimit("LIMIT must not be negative")
    return value


def offset_value(value: Value) -> Value:
    if value is None:
        return 0
    if int(value) < 0:
        raise InvalidRowCountInOffset("OFFSET must not be negative")
    return value
