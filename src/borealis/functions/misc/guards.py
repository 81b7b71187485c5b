"""What the compiler calls: errors that SQLite would not raise, and greatest/least where several values are compared."""

from __future__ import annotations

from borealis.errors import CardinalityViolation, FeatureNotSupported
from borealis.functions.implementation import scalar
from borealis.functions.ordering import COLLATION_OF, COLLATIONS
from borealis.types.base import Value

_INTERVAL = 1186


@scalar("two_rows", deterministic=False)
def two_rows() -> Value:
    raise CardinalityViolation("more than one row returned by a subquery used as an expression")


@scalar("one_dimension", deterministic=False)
def one_dimension() -> Value:
    raise FeatureNotSupported("casts of arrays of several dimensions not supported")


@scalar("max_of", strict=False)
def max_of(type_: int, *values: Value) -> Value:
    """GREATEST of values of one type: NULLs are skipped; of equal values the first stays."""
    return _extreme(type_, values, sign=1)


@scalar("min_of", strict=False)
def min_of(type_: int, *values: Value) -> Value:
    return _extreme(type_, values, sign=-1)


def _extreme(type_: int, values: tuple[Value, ...], *, sign: int) -> Value:
    best: Value = None
    for value in values:
        if value is not None and (best is None or _compare(type_, value, best) * sign > 0):
            best = value
    return best


def _compare(type_: int, left: Value, right: Value) -> int:
    name = COLLATION_OF.get(type_)
    if name is not None:
        return COLLATIONS[name](left, right)  # type: ignore[arg-type]
    if type_ == _INTERVAL:
        left, right = left[:16], right[:16]  # type: ignore[index]
    if type(left) is not type(right):  # a NaN is text, above numbers
        return isinstance(left, str) - isinstance(right, str)
    return (left > right) - (left < right)  # type: ignore[operator]
