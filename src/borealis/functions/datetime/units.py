"""Names of date and time units, as date_trunc and extract take them: `hour`, `hrs`, `timezone_hour`.

A name counts by its first ten letters, so 'milliseconds' and 'millisecond' are one.
"""

from __future__ import annotations

from functools import lru_cache

from borealis.errors import FeatureNotSupported, InvalidParameterValue

_NAME_LENGTH = 10
_DELTAS = {
    "microsecond": "microsecon us usec usecond useconds usecs",
    "millisecond": "millisecon ms msec msecond mseconds msecs",
    "second": "s sec second seconds secs",
    "minute": "m min mins minute minutes",
    "hour": "h hour hours hr hrs",
    "day": "d day days",
    "week": "w week weeks",
    "month": "mon mons month months",
    "quarter": "qtr quarter",
    "year": "y year years yr yrs",
    "decade": "dec decade decades decs",
    "century": "c cent centuries century",
    "millennium": "mil millennia millennium mils",
    "timezone": "timezone",
    "timezone_hour": "timezone_h",
    "timezone_minute": "timezone_m",
}
_FIELDS = {
    "dow": "dow",
    "isodow": "isodow",
    "doy": "doy",
    "isoyear": "isoyear",
    "julian": "j jd julian",
    "epoch": "epoch",
    "minute": "mm",
}
_UNITS = {name: unit for unit, names in _DELTAS.items() for name in names.split()}
_EXTRACTED = {name: unit for unit, names in _FIELDS.items() for name in names.split()} | _UNITS
_RESERVED = frozenset(("-infinity", "infinity", "now", "today", "tomorrow", "yesterday", "allballs"))


def known_unit(name: str) -> str | None:
    return _UNITS.get(_key(name))


@lru_cache(maxsize=256)
def unit_named(name: str, type_name: str) -> str:
    """Return date_trunc's unit. Raises InvalidParameterValue 22023."""
    unit = known_unit(name)
    if unit is None:
        raise not_recognized(name, type_name)
    return unit


@lru_cache(maxsize=256)
def field_named(name: str, type_name: str) -> str:
    """Return extract's unit: date_trunc's and a few more."""
    unit = _EXTRACTED.get(_key(name))
    if unit is None:
        is_reserved = _key(name) in _RESERVED and (type_name == "date" or type_name.startswith("timestamp"))
        raise (not_supported if is_reserved else not_recognized)(name, type_name)
    return unit


def _key(name: str) -> str:
    return name.lower()[:_NAME_LENGTH]


def not_recognized(name: str, type_name: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'unit "{name.lower()}" not recognized for type {type_name}')


def not_supported(name: str, type_name: str, detail: str | None = None) -> FeatureNotSupported:
    return FeatureNotSupported(f'unit "{name.lower()}" not supported for type {type_name}', detail=detail)
