"""What compiled statements call to make records and to take them apart.

    pg_record(shape, v1, …)             ROW(…) and whole rows
    pg_record_field(record, n, type)    the n-th column's value, from 0, which must have that type
    pg_record_part(text, n, count)      the text of the n-th column of a record's text, NULL where it is empty
    pg_record_nulls(record, is_null)    whether all columns are NULL, or none is

A record's value is that of types/record.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import DatatypeMismatch
from borealis.functions.implementation import Sql, plain, scalar, typed_emitter
from borealis.types import record
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type


@scalar("record", strict=False)
def make(shape: str, *values: Value) -> str:
    return record.make(shape, values)


@scalar("record_field")
def field(value: str, ordinal: int, type_: int) -> Value:
    """Raise for a record other than the one the statement was bound for: UNION may bring several into one column."""
    shape, values = record.take(value)
    if ordinal >= len(values):
        raise DatatypeMismatch(f"attribute number {ordinal + 1} exceeds number of columns {len(values)}")
    if shape.types[ordinal] != type_:
        raise DatatypeMismatch(
            f"attribute {ordinal + 1} has wrong type",
            detail=f"Table has type {format_type(shape.types[ordinal])}, but query expects {format_type(Oid(type_))}.",
        )
    return values[ordinal]


@scalar("record_field_as")
def field_as(value: str, ordinal: int, type_: int, width: int) -> Value:
    """Return a field of a record whose columns a column definition list has described."""
    shape, values = record.take(value)
    _check_width(len(values), width)
    _check_column(ordinal, shape.types[ordinal], Oid(type_))
    return values[ordinal]


def check_defined(found: Sequence[Oid], defined: Sequence[Oid]) -> None:
    """Raise unless a record has the columns that a column definition list says."""
    _check_width(len(found), len(defined))
    for ordinal, (type_, expected) in enumerate(zip(found, defined, strict=True)):
        _check_column(ordinal, type_, expected)


def _check_width(found: int, defined: int) -> None:
    if found != defined:
        counted = f"{found} attribute{'' if found == 1 else 's'}"
        raise _other_columns(f"Returned row contains {counted}, but query expects {defined}.")


def _check_column(ordinal: int, found: Oid, defined: Oid) -> None:
    if found != defined:
        raise _other_columns(
            f"Returned type {format_type(found)} at ordinal position {ordinal + 1}, "
            f"but query expects {format_type(defined)}."
        )


def _other_columns(detail: str) -> DatatypeMismatch:
    return DatatypeMismatch("function return row and query-specified return row do not match", detail=detail)


@scalar("record_part")
def part(text: str, ordinal: int, count: int) -> Value:
    return record.read(text, count)[ordinal]


@scalar("record_checked")
def checked(text: str, count: int) -> int:
    """Raise for the text of a record that has not so many columns."""
    record.read(text, count)
    return 1


@scalar("record_nulls", strict=False)
def nulls(value: Value, wants_null: int) -> int:
    """Return whether every column is NULL, or not NULL; NULL itself is a row of NULLs."""
    if value is None:
        return wants_null
    return int(all((item is None) == bool(wants_null) for item in record.take(value)[1]))


@typed_emitter("record_send")
def send(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    return Sql(f"pg_binary_form({plain(args[0]).text}, {int(types[0])})")
