"""String functions over arguments of any type: || with text, concat, format, quote_literal, quote_nullable, pg_typeof.

|| and the quoting functions make text as an explicit cast does, a boolean is 'true'; concat, concat_ws and format by the
type's output function, where it is 't'.
"""

from __future__ import annotations

from borealis.functions.array.elements import element_of
from borealis.functions.implementation import Sql, typed_emitter
from borealis.functions.text_form import emit_io
from borealis.types.base import Oid

_BOOL, _TEXT = 16, 25


def as_text(sql: Sql, type_: Oid) -> str:
    """Return the text a cast to text gives."""
    if type_ == _BOOL:
        return f"(CASE {sql.text} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    return emit_io(sql, type_, Oid(_TEXT)).text


def _outputs(args: tuple[Sql, ...], types: tuple[Oid, ...]) -> str:
    return ", ".join(emit_io(arg, type_, Oid(_TEXT)).text for arg, type_ in zip(args, types, strict=True))


@typed_emitter("text_concat")
def concat(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    """SQLite's takes NULL for nothing too."""
    return Sql(f"concat({_outputs(args, types)})")


@typed_emitter("text_concat_ws")
def concat_ws(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"concat_ws({_outputs(args, types)})")


@typed_emitter("text_format", "text_format_nv")
def text_format(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_text_format({_outputs(args, types)})")


@typed_emitter("concat(anyarray)")
def concat_array(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_array_to_text({args[0].text}, '', NULL, {element_of(types[0])})")


@typed_emitter("concat_ws(text,anyarray)")
def concat_ws_array(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_array_to_text({args[1].text}, {args[0].text}, NULL, {element_of(types[1])})")


@typed_emitter("format(text,anyarray)")
def text_format_array(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_text_format_array({args[0].text}, {args[1].text}, {element_of(types[1])})")


@typed_emitter("textanycat(text,anynonarray)", "anytextcat(anynonarray,text)")
def concatenate(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    left, right = (as_text(arg, type_) for arg, type_ in zip(args, types, strict=True))
    return Sql(f"({left} || {right})")


@typed_emitter("quote_literal(anyelement)")
def quote_literal(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_quote_literal({as_text(args[0], types[0])})")


@typed_emitter("quote_nullable(anyelement)")
def quote_nullable(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_quote_nullable({as_text(args[0], types[0])})")


@typed_emitter("pg_typeof")
def pg_typeof(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"CAST({int(types[0])} AS INTEGER)")  # a bare number would be an ordinal in GROUP BY
