"""Hypothetical-set aggregates: rank, dense_rank, percent_rank, cume_dist of a row that is not there.

A call is pg_rank_any(keys, direct…, ordered…): the row asked about, and each row it would stand among. keys says how they
order: `type:descending:nulls_first` of each, with spaces between.
Source: PostgreSQL 16 documentation 9.21, table 9.63.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from borealis.functions.implementation import Aggregation, Sql, aggregate, sqlite_name
from borealis.functions.ordering import compare
from borealis.types.base import Oid, Value


class _SortedExpr(Protocol):
    @property
    def type(self) -> Oid: ...


class _SortKey(Protocol):
    @property
    def expr(self) -> _SortedExpr: ...
    @property
    def descending(self) -> bool: ...
    @property
    def nulls_first(self) -> bool: ...


_Key = tuple[int, bool, bool]  # type, descending, nulls first


def sort_keys_text(keys: Sequence[_SortKey]) -> str:
    return " ".join(f"{int(key.expr.type)}:{int(key.descending)}:{int(key.nulls_first)}" for key in keys)


@cache
def _keys(text: str) -> tuple[_Key, ...]:
    fields = (key.split(":") for key in text.split())
    return tuple((int(type_), descending == "1", first == "1") for type_, descending, first in fields)


def _order(keys: tuple[_Key, ...], left: Sequence[Value], right: Sequence[Value]) -> int:
    """Return below 0 where left sorts before right, 0 where they are peers."""
    for (type_, descending, nulls_first), a, b in zip(keys, left, right, strict=True):
        if a is None or b is None:
            order = (a is None) - (b is None)
            order = -order if nulls_first else order
        else:
            order = compare(type_, a, b)
            order = -order if descending else order
        if order:
            return order
    return 0


class _Hypothetical:
    __slots__ = ("_before", "_count", "_peers")

    def __init__(self) -> None:
        self._count = self._before = self._peers = 0

    def step(self, keys_text: str, *values: Value) -> None:
        keys = _keys(keys_text)
        asked, row = values[: len(keys)], values[len(keys) :]
        order = _order(keys, row, asked)
        self._count += 1
        if order < 0:
            self.before(keys, row)
        elif order == 0:
            self._peers += 1

    def before(self, keys: tuple[_Key, ...], row: Sequence[Value]) -> None:
        self._before += 1


def _unordered(key: str) -> dict[str, object]:
    """The rows may come in any order, so none is asked for."""

    def emit(call: Aggregation) -> Sql:
        return Sql(Aggregation(call.args, call.types, tail=call.tail).call(sqlite_name(key)))

    return {"emit": emit}


@aggregate("rank(any)", **_unordered("rank(any)"))  # type: ignore[arg-type]
class Rank(_Hypothetical):
    __slots__ = ()

    def final(self) -> Value:
        return self._before + 1


@aggregate("percent_rank(any)", **_unordered("percent_rank(any)"))  # type: ignore[arg-type]
class PercentRank(_Hypothetical):
    __slots__ = ()

    def final(self) -> Value:
        return self._before / self._count if self._count else 0.0


@aggregate("cume_dist(any)", **_unordered("cume_dist(any)"))  # type: ignore[arg-type]
class CumeDist(_Hypothetical):
    __slots__ = ()

    def final(self) -> Value:
        return (self._before + self._peers + 1) / (self._count + 1)


@aggregate("dense_rank(any)")
class DenseRank(_Hypothetical):
    """Counts peers once: the rows come in order, so peers stand together."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        super().__init__()
        self._last: Sequence[Value] | None = None

    def before(self, keys: tuple[_Key, ...], row: Sequence[Value]) -> None:
        if self._last is None or _order(keys, self._last, row):
            self._before += 1
        self._last = row

    def final(self) -> Value:
        return self._before + 1
