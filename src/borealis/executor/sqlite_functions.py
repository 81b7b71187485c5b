"""SQL functions that compiled statements call for themselves; functions.install registers them with PostgreSQL's."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key

from borealis.errors import CardinalityViolation, CheckViolation, NotNullViolation
from borealis.executor.compile.limits import limit_value, offset_value
from borealis.executor.explain.counting import tick as _counts  # noqa: F401 - registers what EXPLAIN ANALYZE counts by
from borealis.functions.implementation import Context, scalar
from borealis.functions.ordering import COLLATIONS, collation_of
from borealis.functions.records.comparing import order_of
from borealis.transaction.intent import Mode
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.interval import order_key
from borealis.types.row_types import is_row_type

scalar("limit", strict=False)(limit_value)
scalar("offset", strict=False)(offset_value)


@scalar("two_rows", strict=False, deterministic=False)
def two_rows() -> Value:
    raise CardinalityViolation("more than one row returned by a subquery used as an expression")


@scalar("lock_row", strict=False, deterministic=False, context=True)
def lock_row(context: Context, table: int, mode: int, *key: Value) -> int:
    """FOR UPDATE inside a query; where an outer join found no row there is none to lock."""
    if key[0] is not None and context.lock_row is not None:
        context.lock_row(Oid(table), key, Mode(mode))
    return 1


@scalar("interval_us")
def interval_us(value: bytes) -> Value:
    """Return an interval as a number, a float where it is beyond int8."""
    key = order_key(value)
    return key if -(2**63) <= key < 2**63 else float(key)


@scalar("domain_null", strict=False, deterministic=False)
def domain_null(domain: str, schema: str, name: str) -> Value:
    raise NotNullViolation(f"domain {domain} does not allow null values", schema=schema, datatype=name)


@scalar("domain_violated", strict=False, deterministic=False)
def domain_violated(domain: str, schema: str, name: str, constraint: str) -> Value:
    raise CheckViolation(
        f'value for domain {domain} violates check constraint "{constraint}"',
        schema=schema,
        datatype=name,
        constraint=constraint,
    )


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
    if type_ == oids.RECORD or is_row_type(type_):
        return cmp_to_key(order_of)
    collation = collation_of(type_)
    if collation is not None:
        return cmp_to_key(COLLATIONS[collation])
    # A NaN stands as text, above every number.
    return lambda value: (isinstance(value, str), value)


def _numeric_order(value: str) -> tuple[bool, Decimal]:
    number = Decimal(value)
    return (True, Decimal(0)) if number.is_nan() else (False, number)
