"""ROWS FROM (f(…), g(…)): several set-returning functions side by side, those that end first padded with NULLs.

One table-valued function runs them all: its first argument says which, how many arguments and how many columns each has.

    pg_rows_from('[["pg_generate_series_int4",2,1],["pg_json_each",1,2]]', 1, 3, '{"a":1}')    c1, c2, c3

An entry with an empty name is a value: one row of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

from borealis.errors import FeatureNotSupported
from borealis.functions.implementation import SET_RETURNING, Context, SetReturning, Sql, plain, set_returning
from borealis.functions.signatures import Function
from borealis.types.base import Oid, Value

COLUMNS_MAX, ARGUMENTS_MAX = 64, 96


@dataclass(frozen=True, slots=True)
class RowsFromPart:
    """One function with its arguments, or, without a function, one value."""

    function: Function | None
    args: tuple[Sql, ...]
    types: tuple[Oid, ...]
    width: int


def emit_rows_from(parts: Sequence[RowsFromPart]) -> str:
    """Return the table-valued call for FROM, with the columns of all parts as c1…cn.

    Raises:
        FeatureNotSupported: a function that is not carried out, or more columns than fit.
    """
    from borealis.functions.lookup import not_supported, set_returning_for

    listed: list[tuple[str, int, int]] = []
    texts: list[str] = []
    for part in parts:
        args = [plain(arg).text for arg in part.args]
        name = ""
        if part.function is not None:
            found = set_returning_for(part.function)
            if found is None:
                raise not_supported(part.function)
            name = found.name
            if found.wants_types:
                args += [str(int(oid)) for oid in part.types]
        listed.append((name, len(args), part.width))
        texts += args
    if sum(part.width for part in parts) > COLUMNS_MAX or len(texts) >= ARGUMENTS_MAX:
        raise FeatureNotSupported(f"ROWS FROM of more than {COLUMNS_MAX} columns not supported")
    return f"pg_rows_from('{json.dumps(listed)}'{''.join(f', {text}' for text in texts)})"


@cache
def _by_name() -> dict[str, SetReturning]:
    return {function.name: function for function in SET_RETURNING.values()}


@lru_cache(maxsize=256)
def _read(listed: str) -> tuple[tuple[str, int, int], ...]:
    return tuple((name, count, width) for name, count, width in json.loads(listed))


@set_returning("rows_from", columns=COLUMNS_MAX, context=True, strict=False, arguments=ARGUMENTS_MAX)
def rows_from(context: Context, listed: str, *args: Value) -> Iterator[tuple[Value, ...]]:
    parts = []
    padding: list[tuple[None, ...]] = []
    at = 0
    for name, count, width in _read(listed):
        parts.append(_rows(context, name, args[at : at + count]))
        padding.append((None,) * width)
        at += count
    return _side_by_side(parts, padding)


def _rows(context: Context, name: str, args: tuple[Value, ...]) -> Iterator[tuple[Value, ...]]:
    if not name:
        return iter([args])
    function = _by_name()[name]
    if function.strict and None in args:
        return iter(())
    return function.rows(*((context,) if function.wants_context else ()), *args)


def _side_by_side(
    parts: list[Iterator[tuple[Value, ...]]], padding: list[tuple[None, ...]]
) -> Iterator[tuple[Value, ...]]:
    for rows in zip_longest(*parts):
        yield tuple(
            value
            for row, empty in zip(rows, padding, strict=True)
            for value in (empty if row is None else row)
        )
