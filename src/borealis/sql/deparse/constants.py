"""Constants as text: `1`, `'-1'::integer`, `'new'::text`, `true`, `NULL::numeric`."""

from __future__ import annotations

import re

from borealis.sql.deparse.nodes import Literal
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type

_PLAIN_NUMBER = re.compile(r"\d+\.\d*|\d+[eE].*|\d*\.\d+")


WITHOUT_LENGTH = {oids.BPCHAR: "bpchar", oids.BIT: '"bit"'}
"""Types whose SQL name without a length means a length of one."""


def type_name(oid: Oid, typmod: int = -1) -> str:
    """Return a type as a cast names it."""
    return WITHOUT_LENGTH.get(oid) or format_type(oid) if typmod < 0 else format_type(oid, typmod)


def quoted_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literal_text(node: Literal, *, typed: bool | None = None) -> str:
    """Return a constant; typed: with its type always (True), never (False), or where it cannot be read without."""
    type_text = type_name(node.type)
    if node.text is None:
        return "NULL" if typed is False else f"NULL::{type_text}"
    text, needs_type = _body(node)
    return f"{text}::{type_text}" if typed or (typed is None and needs_type) else text


def _body(node: Literal) -> tuple[str, bool]:
    text = node.text
    assert text is not None
    if node.type == oids.INT4:
        return (quoted_literal(text), True) if text.startswith("-") else (text, False)
    if node.type == oids.NUMERIC:
        is_plain = _PLAIN_NUMBER.fullmatch(text) is not None
        return (text, False) if is_plain else (quoted_literal(text), True)
    if node.type == oids.BOOL:
        return ("true" if text == "t" else "false"), False
    return quoted_literal(text), node.type != oids.UNKNOWN
