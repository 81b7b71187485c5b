"""ORDER BY: keys with PostgreSQL's place for NULLs, written so that an order which falls out of a key is seen.

SQLite sorts NULLs first ascending and last descending; PostgreSQL the other way round. The NULLS clause is left out where
it says what SQLite does anyway, and where the key cannot be NULL, so that SQLite can read in key order instead of sorting.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.trees import is_constant, stands_alone_in_group
from borealis.functions.implementation import Sql
from borealis.planner.terms import stripped
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import SortKey
from borealis.sql.bound.statements import Target
from borealis.types import oids
from borealis.types.base import Representation


def order_terms(compilation: Compilation, keys: Sequence[SortKey]) -> list[str]:
    """Return the terms of an ORDER BY over expressions; constants order nothing, and SQLite would read them as ordinals."""
    terms = []
    for key in keys:
        if is_constant(key.expr):
            continue
        indexed = _index_terms(compilation, key)
        if indexed is not None:
            terms += indexed
            continue
        text = comparison.term_form(compilation.expr(key.expr), key.expr.type)
        terms.append(order_term(text, key, nullable=compilation.is_nullable(key.expr)))
    return terms


def _index_terms(compilation: Compilation, key: SortKey) -> list[str] | None:
    """Return the terms over the index table a column is read through: SQLite sees there that the rows come in order."""
    column = stripped(key.expr)
    found = (
        compilation.index_order.get((column.relation, column.attnum))
        if isinstance(column, bound.Var) and comparison.is_native(key.expr.type)
        else None
    )
    if found is None:
        return None
    terms = [f"{found.key} DESC" if key.descending else found.key]
    if found.flag is not None and compilation.is_nullable(column):
        terms.insert(0, found.flag if key.nulls_first == found.nulls_first else f"{found.flag} DESC")
    return terms


def order_term(text: str, key: SortKey, *, nullable: bool = True) -> str:
    direction = " DESC" if key.descending else ""
    sqlite_nulls_first = not key.descending
    if not nullable or key.nulls_first == sqlite_nulls_first:
        return f"{text}{direction}"
    return f"{text}{direction} NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def order_of_outputs(
    compilation: Compilation, keys: Sequence[SortKey], targets: Sequence[Target], texts: Sequence[Sql]
) -> list[str]:
    """Return the ORDER BY terms of a SELECT: an output's ordinal where the key is an output, computed once for both."""
    exprs = [target.expr for target in targets]
    terms = []
    for key in keys:
        if is_constant(key.expr):
            continue
        indexed = _index_terms(compilation, key)
        if indexed is not None:
            terms += indexed
            continue
        nullable = compilation.is_nullable(key.expr)
        if key.expr in exprs and not isinstance(key.expr, bound.Var):
            ordinal = exprs.index(key.expr)
            if comparison.sort_form(texts[ordinal], key.expr.type) == texts[ordinal].text:
                terms.append(order_term(str(ordinal + 1), key, nullable=nullable))
                continue
        terms.append(order_term(_sorted_form(compilation.expr(key.expr), key.expr), key, nullable=nullable))
    return terms


def _sorted_form(sql: Sql, expr: bound.Expr) -> str:
    """Return a term of ORDER BY; of a numeric that no index and no GROUP BY has in order, bytes rather than a collation."""
    is_text = type(sql.representation) is Representation
    if expr.type == oids.NUMERIC and is_text and stands_alone_in_group(expr):
        return f"pg_numeric_key({sql.text})"
    return comparison.term_form(sql, expr.type)
