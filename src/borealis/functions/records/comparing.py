"""Comparison of records, column by column: NULLs are equal and above all else, so a comparison is never NULL.

Columns must have the same types; a type without an order, or without an equality, refuses. In ORDER BY, GROUP BY and
DISTINCT a collation compares, and raises as the operators do.
"""

from __future__ import annotations

from borealis.errors import DatatypeMismatch, UndefinedFunction
from borealis.functions.implementation import scalar
from borealis.functions.ordering import collation, compare
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.record import take
from borealis.types.registry import format_type
from borealis.types.row_types import is_row_type

_WITHOUT_ORDER = frozenset((oids.JSON, oids.XML, oids.POINT, oids.UNKNOWN))


def compare_records(left: str, right: str, missing: str) -> int:
    """Compare two records. missing: the operator a column's type may lack.

    Raises:
        DatatypeMismatch: 42804, other types or numbers of columns.
        UndefinedFunction: 42883, a column's type has no such operator.
    """
    (left_shape, left_values), (right_shape, right_values) = take(left), take(right)
    pairs = zip(left_shape.types, right_shape.types, left_values, right_values, strict=False)
    for ordinal, (type_, other, a, b) in enumerate(pairs, 1):
        if type_ != other and not _stand_alike(type_, other):
            raise DatatypeMismatch(
                f"cannot compare dissimilar column types {format_type(type_)} and {format_type(other)} "
                f"at record column {ordinal}"
            )
        if type_ in _WITHOUT_ORDER:
            raise UndefinedFunction(f"could not identify {missing} for type {format_type(type_)}")
        if a is None or b is None:
            order = (a is None) - (b is None)
        elif type_ == oids.RECORD or is_row_type(type_):
            order = compare_records(str(a), str(b), missing)
        else:
            order = compare(type_, a, b)
        if order:
            return order
    if len(left_values) != len(right_values):
        raise DatatypeMismatch("cannot compare record types with different numbers of columns")
    return 0


def _stand_alike(left: Oid, right: Oid) -> bool:
    """A table's rows are compared with anonymous ones column by column, too."""
    return all(type_ == oids.RECORD or is_row_type(type_) for type_ in (left, right))


_EQUALITY, _ORDER = "an equality operator", "a comparison function"


@scalar("record_eq")
def equal(left: str, right: str) -> int:
    return int(_equal(left, right))


@scalar("record_ne")
def unequal(left: str, right: str) -> int:
    return int(not _equal(left, right))


def _equal(left: str, right: str) -> bool:
    """As compare_records, but NULLs and values part at once: = needs no order."""
    return compare_records(left, right, _EQUALITY) == 0


@scalar("record_distinct", strict=False)
def distinct(left: Value, right: Value) -> int:
    if left is None or right is None:
        return int(left is not right)
    return int(not _equal(str(left), str(right)))


@scalar("record_lt")
def less(left: str, right: str) -> int:
    return int(compare_records(left, right, _ORDER) < 0)


@scalar("record_le")
def less_or_equal(left: str, right: str) -> int:
    return int(compare_records(left, right, _ORDER) <= 0)


@scalar("record_gt")
def greater(left: str, right: str) -> int:
    return int(compare_records(left, right, _ORDER) > 0)


@scalar("record_ge")
def greater_or_equal(left: str, right: str) -> int:
    return int(compare_records(left, right, _ORDER) >= 0)


@scalar("btrecordcmp")
def order_of(left: str, right: str) -> int:
    order = compare_records(left, right, _ORDER)
    return (order > 0) - (order < 0)


@collation("pg_record", oids.RECORD)
def compare_(left: str, right: str) -> int:
    return 0 if left == right else compare_records(left, right, _ORDER)
