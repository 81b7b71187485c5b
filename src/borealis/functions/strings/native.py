"""String functions that SQLite has with PostgreSQL's meaning: its text functions count characters and know ASCII case.

DSQL's databases are UTF8 with collation C, so lower and upper change ASCII letters only, as SQLite's do.
Source: dsql-facts.md §5 (encoding UTF8, collation C).
"""

from __future__ import annotations

from borealis.functions.implementation import Sql, emitter, scalar, template
from borealis.functions.numeric.representation import is_cheap

template("textcat", "({0} || {1})")
template("byteacat", "CAST(({0} || {1}) AS BLOB)")
template("textlen", "length({0})")
template("bpcharlen", "length({0})")
template("textoctetlen", "octet_length({0})")
template("byteaoctetlen", "length({0})")
template("bit_length(text)", "(octet_length({0}) * 8)")
template("bit_length(bytea)", "(length({0}) * 8)")
template("lower", "lower({0})")
template("upper", "upper({0})")
template("textpos", "instr({0}, {1})")
template("byteapos", "instr({0}, {1})")
template("btrim", "trim({0}, {1})")
template("btrim1", "trim({0})")
template("ltrim", "ltrim({0}, {1})")
template("ltrim1", "ltrim({0})")
template("rtrim", "rtrim({0}, {1})")
template("rtrim1", "rtrim({0})")

# Casts among the string types; "char" and bpchar stand as text, bpchar without trailing blanks.
for _source in ("name_text", "char_text", "char_bpchar", "name_bpchar"):
    template(_source, "{0}")


@emitter("replace_text")
def replace_text(args: tuple[Sql, ...]) -> Sql:
    """SQLite's replace() gives its text where nothing is sought, even for NULL."""
    text, sought, replacement = (arg.text for arg in args)
    if isinstance(args[1].constant, str) and args[1].constant:
        return Sql(f"replace({text}, {sought}, {replacement})")
    return Sql(f"pg_replace({text}, {sought}, {replacement})")


@scalar("replace")
def replace(text: str, sought: str, replacement: str) -> str:
    return text.replace(sought, replacement) if sought else text


@scalar("to_hex32")
def to_hex32(number: int) -> str:
    return f"{number & 0xFFFFFFFF:x}"


@scalar("to_hex64")
def to_hex64(number: int) -> str:
    return f"{number & 0xFFFFFFFFFFFFFFFF:x}"


@emitter("text_starts_with")
def starts_with(args: tuple[Sql, ...]) -> Sql:
    text, prefix = (arg.text for arg in args)
    if is_cheap(prefix):
        return Sql(f"(substr({text}, 1, length({prefix})) = {prefix})")
    return Sql(f"pg_starts_with({text}, {prefix})")


def _known(sql: Sql, least: int) -> int | None:
    """Return an integer the statement fixes, if it is not below the least."""
    return sql.constant if isinstance(sql.constant, int) and sql.constant >= least else None


@emitter("text_substr", "bytea_substr")
def substring(args: tuple[Sql, ...]) -> Sql:
    text, start, length = args
    first, count = _known(start, 1), _known(length, 0)
    if first is not None and count is not None:
        return Sql(f"substr({text.text}, {first}, {count})")
    return Sql(f"pg_substring({text.text}, {start.text}, {length.text})")


@emitter("text_substr_no_len", "bytea_substr_no_len")
def substring_from(args: tuple[Sql, ...]) -> Sql:
    text, start = args
    first = _known(start, 1)
    if first is not None:
        return Sql(f"substr({text.text}, {first})")
    return Sql(f"substr({text.text}, max({start.text}, 1))")


@emitter("text_left")
def left(args: tuple[Sql, ...]) -> Sql:
    text, count = args
    known = _known(count, 0)
    if known is not None:
        return Sql(f"substr({text.text}, 1, {known})")
    return Sql(f"pg_left({text.text}, {count.text})")


@emitter("text_right")
def right(args: tuple[Sql, ...]) -> Sql:
    text, count = args
    known = _known(count, 1)
    if known is not None:
        return Sql(f"substr({text.text}, -{known})")
    return Sql(f"pg_right({text.text}, {count.text})")
