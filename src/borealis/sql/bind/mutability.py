"""Whether an expression may be kept by its value: by an index, a generated column. PostgreSQL's word is IMMUTABLE.

Besides functions, casts through text count: dates and times read and show as the session's settings say.
Source: PostgreSQL 16, contain_mutable_functions (clauses.c); provolatile of the types' input and output functions.
"""

from __future__ import annotations

from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import (
    AggregateCall,
    CoerceArray,
    CoerceViaIO,
    Expr,
    FuncCall,
    RuntimeValue,
    WindowCall,
)
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import type_of

_READ_BY_SETTINGS = frozenset(
    {oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVAL, oids.RECORD}
)
_SHOWN_BY_SETTINGS = frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVAL, oids.RECORD})


_CONCATENATIONS = frozenset({"textanycat", "anytextcat"})


def is_immutable(expr: Expr) -> bool:
    """Return whether equal rows always give equal values."""
    return not any(_is_mutable(node) for node in walk(expr))


def _is_mutable(node: object) -> bool:
    if isinstance(node, FuncCall) and node.function.name in _CONCATENATIONS:
        # PostgreSQL sees through them to a cast of the other operand.
        return any(_depends(arg.type, _SHOWN_BY_SETTINGS) for arg in node.args)
    if isinstance(node, FuncCall | AggregateCall | WindowCall):
        return node.function.volatility != "i"
    if isinstance(node, RuntimeValue):
        return True
    if isinstance(node, CoerceViaIO):
        return _depends(node.type, _READ_BY_SETTINGS) or _depends(node.arg.type, _SHOWN_BY_SETTINGS)
    return isinstance(node, CoerceArray)


def _depends(type_: Oid, by_settings: frozenset[Oid]) -> bool:
    if type_ in by_settings:
        return True
    category = type_of(type_).category
    return category in ("A", "P", "R") or type_of(type_).name.startswith("reg")
