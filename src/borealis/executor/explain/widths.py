"""Widths of values, as PostgreSQL takes them where it has no statistics. Source: get_typavgwidth (lsyscache.c)."""

from __future__ import annotations

from collections.abc import Iterable

from borealis.sql.bound.expressions import Expr
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import type_of

_UNKNOWN = 32


def width_of(type_: Oid, typmod: int) -> int:
    length = type_of(type_).length
    if length > 0:
        return length
    largest = _largest(type_, typmod)
    if largest is None:
        return _UNKNOWN
    if type_ == oids.BPCHAR or largest <= _UNKNOWN:
        return largest
    return _UNKNOWN + (min(largest, 1000) - _UNKNOWN) // 2


def width(exprs: Iterable[Expr]) -> int:
    return sum(width_of(expr.type, expr.typmod) for expr in exprs)


def _largest(type_: Oid, typmod: int) -> int | None:
    """Return the bytes the longest value of a declared length takes; None where none is declared."""
    if typmod < 4:
        return None
    if type_ in (oids.BPCHAR, oids.VARCHAR):
        return (typmod - 4) * 4 + 4
    if type_ == oids.NUMERIC:
        precision = (typmod - 4) >> 16 & 0xFFFF
        return 8 + (precision + 6) // 4 * 2
    return None
