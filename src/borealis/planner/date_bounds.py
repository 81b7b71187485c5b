"""A date compared with a timestamp that is known: the comparison with a date that says the same, which an index serves.

    d < timestamp '2026-01-31 12:00'      d < date '2026-02-01'
    d <= date '2026-01-01' + interval '1 month'      d <= date '2026-02-01'

SQL makes a timestamp of date + interval, so that a range of dates is often written so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from borealis.functions.signatures import Function, functions_by_name
from borealis.sql.bound.expressions import Const, Expr, FuncCall, Var
from borealis.types import date, oids, timestamp

_DAY_US = 86_400_000_000
_COMPARISONS = {f"date_{op}_timestamp": f"date_{op}" for op in ("lt", "le", "gt", "ge")}
_COMMUTED = {
    "timestamp_lt_date": "date_gt",
    "timestamp_le_date": "date_ge",
    "timestamp_gt_date": "date_lt",
    "timestamp_ge_date": "date_le",
}
_ROUNDED_UP = frozenset({"date_lt", "date_ge"})


def with_dates(term: Expr, fold: Callable[[Expr], Expr]) -> Expr:
    """Return a condition as a comparison of dates where it is one of a date's column and a constant timestamp."""
    if not isinstance(term, FuncCall):
        return term
    source = term.function.source
    name = _COMPARISONS.get(source) or _COMMUTED.get(source)
    if name is None:
        return term
    column, other = term.args if source in _COMPARISONS else term.args[::-1]
    if not isinstance(column, Var):
        return term
    known = fold(other)
    if not isinstance(known, Const) or not isinstance(known.value, int):
        return term
    days = _days(known.value, round_up=name in _ROUNDED_UP)
    return replace(term, function=_functions()[name], args=(column, Const(oids.DATE, -1, days)))


def _days(us: int, *, round_up: bool) -> int:
    """Return the date of a timestamp, or the next one where it is not its midnight; infinities stay what they are."""
    if not timestamp.is_finite(us):
        return date.INFINITY if us > 0 else date.MINUS_INFINITY
    return -(-us // _DAY_US) if round_up else us // _DAY_US


@cache
def _functions() -> dict[str, Function]:
    return {name: functions_by_name()[name][0] for name in ("date_lt", "date_le", "date_gt", "date_ge")}
