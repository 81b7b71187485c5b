"""What an index table's key columns hold, as SQLite text: a column as it is stored, an expression in the form it orders by.

The same text serves the entry of a row, and a search for it: `k1 = +pg_text_lower(?1)`.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.conditions import condition
from borealis.functions.implementation import Sql, plain
from borealis.functions.ordering import collation_of
from borealis.sql.bound.expressions import Var
from borealis.sql.bound.statements import ComputedIndex
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type


def key_form(sql: Sql, type_: Oid) -> str:
    """Return the form in which an expression's values stand in an index: bytes SQLite compares by itself.

    Raises:
        FeatureNotSupported: 0A000, there is none for the type.
    """
    if type_ == oids.NUMERIC:
        return f"pg_numeric_key({plain(sql).text})"
    if collation_of(type_) is not None:
        raise FeatureNotSupported(
            f"datatype {format_type(type_, -1)} is not supported in an index expression"
        )
    return comparison.sort_form(plain(sql), type_)


def entry_texts(compilation: Compilation, index: ComputedIndex) -> list[str]:
    """Return the key values of an entry, and 1 where there is one.

    An expression is not evaluated where the predicate is not true: it may well raise there.
    """
    where = "1" if index.predicate is None else condition(compilation, index.predicate)
    keys = []
    for key in index.keys:
        sql = compilation.expr(key)
        text = sql.text if isinstance(key, Var) else key_form(sql, key.type)
        keys.append(text if where == "1" else f"CASE WHEN {where} THEN {text} END")
    return [*keys, where]
