"""Casts by text: out of one type, in of another. Native where SQLite's text of a value is PostgreSQL's."""

from __future__ import annotations

from borealis.functions.implementation import Context, Sql, plain, scalar
from borealis.types.base import Oid, Value

_INTEGERS = frozenset({20, 21, 23, 26})
_TEXTS = frozenset({19, 25, 705, 1042, 1043})
"""Types whose value is their text. A char(n)'s lacks its trailing blanks, which padding.py gives back where they show."""

_NUMERIC = 1700


def emit_io(sql: Sql, source: Oid, target: Oid) -> Sql:
    """Return the value of one type as the other reads its text."""
    text = plain(sql).text
    if target in _TEXTS:
        if source in _TEXTS or source == _NUMERIC:
            return Sql(text)
        if source in _INTEGERS:
            return Sql(f"CAST({text} AS TEXT)")
    return Sql(f"pg_io({text}, {int(source)}, {int(target)})")


@scalar("io", context=True)
def io(context: Context, value: Value, source: int, target: int) -> Value:
    from borealis.types.registry import type_of

    text = type_of(Oid(source)).encode_text(value, context.style)
    return text if target in _TEXTS else type_of(Oid(target)).decode_text(text, context.style)
