"""pg_lsn: distances and arithmetic. A value is 16 hexadecimal digits (types/system.py)."""

from __future__ import annotations

from decimal import Decimal

from borealis.errors import FeatureNotSupported, InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.types.system import lsn_number, lsn_value

_LIMIT = 2**64


@scalar("pg_lsn_mi", "pg_wal_lsn_diff")
def pg_lsn_mi(left: str, right: str) -> str:
    return str(lsn_number(left) - lsn_number(right))


def _moved(place: str, distance: str, sign: int, doing: str) -> str:
    amount = Decimal(distance)
    if amount.is_nan():
        raise FeatureNotSupported(f"cannot {doing} pg_lsn")
    return _checked(Decimal(lsn_number(place)) + sign * amount)


def _checked(number: Decimal) -> str:
    if number.is_infinite():
        raise InvalidParameterValue("pg_lsn out of range")
    rounded = int(number.to_integral_value("ROUND_HALF_UP"))
    if not 0 <= rounded < _LIMIT:
        raise InvalidParameterValue("pg_lsn out of range")
    return lsn_value(rounded)


@scalar("pg_lsn_pli")
def pg_lsn_pli(place: str, distance: str) -> str:
    return _moved(place, distance, 1, "add NaN to")


@scalar("numeric_pl_pg_lsn(numeric,pg_lsn)")
def numeric_pl_pg_lsn(distance: str, place: str) -> str:
    return _moved(place, distance, 1, "add NaN to")


@scalar("pg_lsn_mii")
def pg_lsn_mii(place: str, distance: str) -> str:
    return _moved(place, distance, -1, "subtract NaN from")


@scalar("numeric_pg_lsn")
def numeric_pg_lsn(number: str) -> str:
    value = Decimal(number)
    if value.is_nan() or value.is_infinite():
        raise FeatureNotSupported(f"cannot convert {'NaN' if value.is_nan() else 'infinity'} to pg_lsn")
    return _checked(value)
