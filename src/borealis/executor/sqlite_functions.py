"""SQL functions that compiled statements call for themselves; functions.install registers them with PostgreSQL's."""

from __future__ import annotations

import re
from decimal import Decimal

from borealis.errors import CardinalityViolation
from borealis.executor.compile.limits import limit_value, offset_value
from borealis.functions.implementation import Context, scalar
from borealis.types import oids
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import type_of

scalar("limit", strict=False)(limit_value)
scalar("offset", strict=False)(offset_value)


@scalar("two_rows", strict=False, deterministic=False)
def two_rows() -> Value:
    raise CardinalityViolation("more than one row returned by a subquery used as an expression")


@scalar("row_text", strict=False, context=True)
def row_text(context: Context, types: str, *values: Value) -> str:
    """ROW(…) as record_out writes it: empty for NULL, quotes where a reader would stumble."""
    fields = zip(types.split(), values, strict=True)
    return f"({','.join([_field(Oid(int(type_)), value, context.style) for type_, value in fields])})"


def _field(type_: Oid, value: Value, style: Style) -> str:
    if value is None:
        return ""
    text = type_of(type_).encode_text(value, style)
    if text and not _STUMBLES.search(text):
        return text
    doubled = text.replace("\\", "\\\\").replace('"', '""')
    return f'"{doubled}"'


_STUMBLES = re.compile(r'[\s"\\(),]')


@scalar("max_of", strict=False)
def max_of(type_: int, *values: Value) -> Value:
    """GREATEST: the largest of the values that are not NULL."""
    return max((value for value in values if value is not None), key=_order_of(type_), default=None)


@scalar("min_of", strict=False)
def min_of(type_: int, *values: Value) -> Value:
    return min((value for value in values if value is not None), key=_order_of(type_), default=None)


def _order_of(type_: int):  # type: ignore[no-untyped-def]
    if type_ == oids.NUMERIC:
        return _numeric_order
    if type_ == oids.INTERVAL:
        return lambda value: value[:16]
    # A NaN stands as text, above every number.
    return lambda value: (isinstance(value, str), value)


def _numeric_order(value: str) -> tuple[bool, Decimal]:
    number = Decimal(value)
    return (True, Decimal(0)) if number.is_nan() else (False, number)
