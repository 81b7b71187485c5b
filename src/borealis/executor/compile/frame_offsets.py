"""Offsets of window frames: numbers that SQLite takes, computed when a statement's parameters are bound.

    RANGE BETWEEN '1 day' PRECEDING …  over a date     ORDER BY (c * 86400000000) RANGE BETWEEN ?2 PRECEDING, ?2 = 86400000000
    RANGE BETWEEN 0.5 PRECEDING …      over scale 2    ORDER BY c                 RANGE BETWEEN 50 PRECEDING

A key is brought to a number whose distances are the type's own. Months, and days where a time zone has clock changes, have no
fixed length: these offsets are refused. Errors as PostgreSQL 16's in_range functions raise them.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from functools import partial
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported, InvalidPrecedingOrFollowingSize, NullValueNotAllowed
from borealis.functions.implementation import Sql
from borealis.functions.numeric.representation import as_fixed
from borealis.types import date, oids, timestamp
from borealis.types.base import FixedNumeric, Oid, Value
from borealis.types.calendar import DAY_US
from borealis.types.interval import order_key, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from borealis.executor.compile.parameters import RuntimeValues

_INT8_MAX = 2**63 - 1
_FIXED_ZONES = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "UCT", "Universal", "Greenwich"})
_INTEGERS = frozenset({oids.INT2, oids.INT4, oids.INT8})


def range_key(sql: Sql, type_: Oid) -> tuple[str, int]:
    """Return the ORDER BY key of RANGE with an offset as a number, and the scale offsets have."""
    if type_ in _INTEGERS or type_ in (oids.FLOAT4, oids.FLOAT8, oids.TIME):
        return sql.text, 0
    if type_ == oids.DATE:
        return _number(sql.text, f"{sql.text} * {DAY_US}", date.MINUS_INFINITY, date.INFINITY), 0
    if type_ in (oids.TIMESTAMP, oids.TIMESTAMPTZ):
        return _number(sql.text, sql.text, timestamp.MINUS_INFINITY, timestamp.INFINITY), 0
    if type_ == oids.INTERVAL:
        return f"pg_interval_us({sql.text})", 0
    if type_ == oids.NUMERIC:
        fixed = as_fixed(sql)
        if fixed is not None and isinstance(fixed.representation, FixedNumeric):
            return fixed.text, fixed.representation.scale
        raise FeatureNotSupported(
            "RANGE with an offset over numeric without a declared scale is not supported"
        )
    raise FeatureNotSupported("RANGE with an offset over this type is not supported")


def _number(text: str, finite: str, least: int, greatest: int) -> str:
    """Return a key whose infinities are infinite, so that no offset leads away from them."""
    return f"CASE {text} WHEN {least} THEN -9e999 WHEN {greatest} THEN 9e999 ELSE {finite} END"


def offset_function(key: Oid | None, scale: int, place: str) -> Callable[[Value, RuntimeValues], Value]:
    """Return what makes of an offset's value the number bound; key None is for ROWS and GROUPS."""
    return partial(_offset, key, scale, place)


def _offset(key: Oid | None, scale: int, place: str, value: Value, runtime: RuntimeValues) -> Value:
    if value is None:
        raise NullValueNotAllowed(f"frame {place} offset must not be null")
    if key is None:
        if int(value) < 0:
            raise InvalidPrecedingOrFollowingSize(f"frame {place} offset must not be negative")
        return value
    number = _distance(key, scale, value, runtime)
    if number is None:
        raise InvalidPrecedingOrFollowingSize("invalid preceding or following size in window function")
    return number


def _distance(
    key: Oid, scale: int, value: int | float | str | bytes, runtime: RuntimeValues
) -> int | float | None:
    """Return the offset as a number, None where it is negative or none."""
    if key in (oids.FLOAT4, oids.FLOAT8):
        assert not isinstance(value, bytes), value
        number = float(value)
        return number if number >= 0 else None
    if key == oids.NUMERIC:
        decimal = Decimal(str(value))
        if decimal.is_nan() or decimal < 0:
            return None
        if decimal.is_infinite() or decimal > _INT8_MAX:
            return _INT8_MAX
        return min(int(decimal.scaleb(scale).to_integral_value(ROUND_FLOOR)), _INT8_MAX)
    if key in _INTEGERS:
        assert isinstance(value, int), value
        return value if value >= 0 else None
    months, days, us = unpack(value)
    if key == oids.TIME:
        return us if us >= 0 else None
    total = order_key(value)
    if total < 0:
        return None
    if key != oids.INTERVAL:
        _refuse_varying(key, months, days, runtime)
    return min(total, _INT8_MAX)


def _refuse_varying(key: Oid, months: int, days: int, runtime: RuntimeValues) -> None:
    if months:
        raise FeatureNotSupported("RANGE with an offset of months is not supported")
    if days and key == oids.TIMESTAMPTZ and runtime.style.time_zone not in _FIXED_ZONES:
        raise FeatureNotSupported(
            "RANGE with an offset of days in a time zone with clock changes is not supported"
        )
