"""Casts without a function: by text out and text in, and between types whose values stand alike.

Native where SQLite's text of a value is PostgreSQL's. A char(n) stands without its trailing blanks: where they show, `padded`
gives them back by the typmod.
"""

from __future__ import annotations

from borealis.functions.implementation import Context, Sql, plain, scalar
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of

_INTEGERS = frozenset({20, 21, 23, 26})
_OID, _NUMERIC, _BPCHAR = 26, 1700, 1042
_TEXTS = frozenset({19, 25, 705, 1042, 1043})
"""Types whose value is their text: name, text, unknown, bpchar, varchar."""

_HEADER = 4  # a typmod is the declared length and PostgreSQL's header


def emit_io(sql: Sql, source: Oid, target: Oid, typmod: int = -1) -> Sql:
    """Return the value of one type as the other reads its text. typmod: the source's, for the blanks of a char(n)."""
    text = padded(sql, typmod).text if source == _BPCHAR else plain(sql).text
    if target in _TEXTS:
        if source in _TEXTS or source == _NUMERIC:
            return Sql(f"rtrim({text})" if target == _BPCHAR else text)
        if source in _INTEGERS:
            return Sql(f"CAST({text} AS TEXT)")
    return Sql(f"pg_io({text}, {int(source)}, {int(target)})")


def emit_relabel(sql: Sql, source: Oid, target: Oid) -> Sql:
    """Return a value as a binary-coercible type has it: nearly always as it stands."""
    if target == _BPCHAR and source != _BPCHAR:
        return Sql(f"rtrim({sql.text})")
    if target == _OID and source in _INTEGERS and source != _OID:
        return Sql(f"({sql.text} & 4294967295)")  # an oid has no sign
    return sql


def padded(sql: Sql, typmod: int) -> Sql:
    """Return a char(n) with the blanks it is shown with."""
    if typmod <= _HEADER:
        return sql
    return Sql(f"pg_padded({sql.text}, {typmod - _HEADER})")


@scalar("padded")
def _padded(text: str, length: int) -> str:
    return text.ljust(length)


@scalar("io", context=True)
def io(context: Context, value: Value, source: int, target: int) -> Value:
    text = type_of(Oid(source)).encode_text(value, context.style)
    return text if target in _TEXTS else type_of(Oid(target)).decode_text(text, context.style)
