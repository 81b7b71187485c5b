"""How values order: collations for types whose SQLite form does not compare as PostgreSQL's values do.

Most values stand so that SQLite's comparison is PostgreSQL's. The others get a sort form: numeric in decimal text a
collation, interval the first half of its bytes. A family that needs a collation registers it here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from borealis.functions.implementation import Sql
from borealis.types.base import Oid, Representation, Value
from borealis.types.row_types import is_array_of_rows, is_row_type

Compare = Callable[[str, str], int]

COLLATIONS: dict[str, Compare] = {}
"""Name in SQLite to comparison; installed on every connection."""

COLLATION_OF: dict[int, str] = {}
"""Type oid to the collation its Plain values compare under."""

_INTERVAL = 1186
_NUMERIC = 1700
_RECORD = 2249
_RECORD_ARRAY = 2287


def collation(name: str, *types: int) -> Callable[[Compare], Compare]:
    """Register a comparison (negative, 0, positive) of the text values of these types."""

    def register(compare: Compare) -> Compare:
        COLLATIONS[name] = compare
        COLLATION_OF.update(dict.fromkeys(types, name))
        return compare

    return register


def collation_of(type_: int) -> str | None:
    """Return the collation a type's values compare under; all row types share that of records."""
    if is_row_type(type_):
        type_ = _RECORD
    elif is_array_of_rows(type_):
        type_ = _RECORD_ARRAY
    return COLLATION_OF.get(type_)


def sort_form(sql: Sql, type_: Oid) -> Sql:
    """Return the expression so that =, <, GROUP BY, DISTINCT and ORDER BY of SQLite are the type's."""
    if type(sql.representation) is not Representation:
        return sql
    if type_ == _INTERVAL:
        return Sql(f"substr({sql.text}, 1, 16)")
    name = collation_of(type_)
    return sql if name is None else Sql(f"({sql.text} COLLATE {name})")


def uncollated(text: str) -> Sql:
    """Return a comparison as a value that has no collation of its own.

    SQLite takes the collation of ORDER BY, = or IN from any COLLATE inside their operands: of
    `ORDER BY CASE WHEN a COLLATE pg_numeric > b THEN name END` names would sort as numbers.
    """
    return Sql(f"({text} COLLATE BINARY)" if " COLLATE " in text else text)


def compare(type_: int, left: Value, right: Value) -> int:
    """Compare two values of a type, neither NULL."""
    name = collation_of(type_)
    if name is not None:
        return COLLATIONS[name](left, right)  # type: ignore[arg-type]
    if type_ == _INTERVAL:
        left, right = left[:16], right[:16]  # type: ignore[index]
    if isinstance(left, str) != isinstance(right, str):  # a float's NaN is text, above numbers
        return isinstance(left, str) - isinstance(right, str)
    return (left > right) - (left < right)  # type: ignore[operator]


@collation("pg_numeric", _NUMERIC)
def compare_numerics(left: str, right: str) -> int:
    """Compare decimal texts by value; NaN equals itself and is above everything else."""
    if left == right:
        return 0
    a, b = Decimal(left), Decimal(right)
    try:
        return (a > b) - (a < b)
    except InvalidOperation:
        return a.is_nan() - b.is_nan()
