"""Constants as text: `1`, `'-1'::integer`, `'new'::text`, `true`, `NULL::numeric`."""

from __future__ import annotations

import re

from borealis.sql.deparse.nodes import Literal
from borealis.types import oids
from borealis.types.registry import format_type

_PLAIN_NUMBER = re.compile(r"\d+\.\d*|\d+[eE].*|\d*\.\d+")


def quoted_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literal_text(node: Literal, *, typed: bool | None = None) -> str:
    """Return a constant; typed: with its type always (True), never (False), or where it cannot be read without."""
    type_text = format_type(node.type, -1)
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
