"""generate_series over timestamps, by an interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from borealis.errors import InvalidParameterValue
from borealis.functions.datetime.moments import plus_interval, plus_interval_in_zone
from borealis.functions.datetime.zone_names import zone_of
from borealis.functions.implementation import Context, set_returning
from borealis.types.interval import KEY_BYTES, pack, unpack

Rows = Iterator[tuple[int]]

_ZERO = pack(0, 0, 0)[:KEY_BYTES]


def _series(start: int, stop: int, step: bytes, following: Callable[[int], int]) -> Rows:
    sign = step[:KEY_BYTES]
    if sign == _ZERO:
        raise InvalidParameterValue("step size cannot equal zero")
    return _rows(start, stop, following, ascending=sign > _ZERO)


def _rows(moment: int, stop: int, following: Callable[[int], int], *, ascending: bool) -> Rows:
    while moment <= stop if ascending else moment >= stop:
        yield (moment,)
        moment = following(moment)


@set_returning("generate_series_timestamp")
def generate_series_timestamp(start: int, stop: int, step: bytes) -> Rows:
    fields = unpack(step)
    return _series(start, stop, step, lambda moment: plus_interval(moment, *fields))


@set_returning("generate_series_timestamptz", context=True)
def generate_series_timestamptz(context: Context, start: int, stop: int, step: bytes) -> Rows:
    fields, zone = unpack(step), context.style.time_zone
    return _series(start, stop, step, lambda moment: plus_interval_in_zone(zone, moment, *fields))


@set_returning("generate_series_timestamptz_at_zone")
def generate_series_timestamptz_at_zone(start: int, stop: int, step: bytes, zone: str) -> Rows:
    fields, found = unpack(step), zone_of(zone)
    return _series(start, stop, step, lambda moment: plus_interval_in_zone(found, moment, *fields))
