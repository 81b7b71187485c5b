"""Comparisons among date, timestamp and timestamptz: the one side is brought to the other's scale.

date and timestamp are both without a zone, so a date is midnight of its day. timestamptz is a moment: the other side is
taken in the session's time zone, which only the session knows.

    date_col < timestamp     pg_date_ceiling(timestamp) of one that is a constant: the column stands alone, as an index has it
"""

from __future__ import annotations

from borealis.functions.implementation import Context, Sql, emitter, plain, scalar
from borealis.types.zones import offset_at_local

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_DAY_US = 86_400_000_000
_DATE_INFINITY, _DATE_MINUS_INFINITY = 2**31 - 1, -(2**31)
_DATE_TIMESTAMP_MAX = (
    106_751_991  # the last day whose midnight an int64 of microseconds holds, seen from 2000
)


def _midnight(date: str) -> str:
    """Return a date as microseconds; infinities at the int64 ends, days beyond timestamp's range one inside of them."""
    return (
        f"(CASE WHEN {date} BETWEEN -{_DATE_TIMESTAMP_MAX} AND {_DATE_TIMESTAMP_MAX} THEN {date} * {_DAY_US} "
        f"WHEN {date} > 0 THEN {_NO_END - 1} + ({date} = {_DATE_INFINITY}) "
        f"WHEN {date} < 0 THEN {_NO_BEGIN + 1} - ({date} = {_DATE_MINUS_INFINITY}) END)"
    )


_NO_BEGIN, _NO_END = -(2**63), 2**63 - 1


@scalar("date_midnight")
def date_midnight(days: int) -> int:
    if abs(days) <= _DATE_TIMESTAMP_MAX:
        return days * _DAY_US
    if days > 0:
        return _NO_END if days == _DATE_INFINITY else _NO_END - 1
    return _NO_BEGIN if days == _DATE_MINUS_INFINITY else _NO_BEGIN + 1


@scalar("timestamp_in_zone", context=True)
def timestamp_in_zone(context: Context, us: int) -> int:
    """Return the moment at which clocks of the session's zone show a timestamp, kept between the infinities."""
    if us in (_NO_BEGIN, _NO_END):
        return us
    moment = us - offset_at_local(context.style.time_zone, us) * 1_000_000
    return min(max(moment, _NO_BEGIN + 1), _NO_END - 1)


@scalar("date_floor")
def date_floor(us: int) -> int:
    """Return the last day whose midnight is not after a timestamp."""
    if us in (_NO_BEGIN, _NO_END):
        return _DATE_INFINITY if us > 0 else _DATE_MINUS_INFINITY
    return us // _DAY_US


@scalar("date_ceiling")
def date_ceiling(us: int) -> int:
    """Return the first day whose midnight is not before a timestamp."""
    if us in (_NO_BEGIN, _NO_END):
        return date_floor(us)
    return -(-us // _DAY_US)


DATE_BOUNDS = {"<": date_ceiling, ">=": date_ceiling, "<=": date_floor, ">": date_floor}
"""By operator, the day a date compares with as it compares with a timestamp."""


def date_against(date: Sql, symbol: str, timestamp: Sql) -> Sql:
    """Return a comparison of a date with a timestamp that is the same for all rows: SQLite computes its day once."""
    name = "pg_date_floor" if DATE_BOUNDS[symbol] is date_floor else "pg_date_ceiling"
    return Sql(f"({date.text} {symbol} {name}({timestamp.text}))")


def _date_side(sql: Sql) -> str:
    return _midnight(sql.text) if sql.is_atomic else f"pg_date_midnight({sql.text})"


def _cross(name: str, operator: str) -> None:
    @emitter(f"date_{name}_timestamp")
    def date_timestamp(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({_date_side(args[0])} {operator} {args[1].text})")

    @emitter(f"timestamp_{name}_date")
    def timestamp_date(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({args[0].text} {operator} {_date_side(args[1])})")

    @emitter(f"date_{name}_timestamptz")
    def date_timestamptz(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({_zoned(f'pg_date_midnight({args[0].text})')} {operator} {plain(args[1]).text})")

    @emitter(f"timestamptz_{name}_date")
    def timestamptz_date(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({plain(args[0]).text} {operator} {_zoned(f'pg_date_midnight({args[1].text})')})")

    @emitter(f"timestamp_{name}_timestamptz")
    def timestamp_timestamptz(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({_zoned(args[0].text)} {operator} {args[1].text})")

    @emitter(f"timestamptz_{name}_timestamp")
    def timestamptz_timestamp(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({args[0].text} {operator} {_zoned(args[1].text)})")


def _zoned(timestamp: str) -> str:
    return f"pg_timestamp_in_zone({timestamp})"


for _name, _operator in _OPERATORS.items():
    _cross(_name, _operator)
