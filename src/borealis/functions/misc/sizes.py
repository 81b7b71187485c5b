"""pg_size_pretty and pg_size_bytes: sizes for people."""

from __future__ import annotations

import re
from decimal import Decimal

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.functions.integers.casts import of_numeric
from borealis.functions.integers.ranges import INT8
from borealis.functions.numeric import decimals

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_LIMIT = 20 * 1024


@scalar("pg_size_pretty")
def size_pretty(size: int) -> str:
    """Return a size in the largest unit that leaves it below 10240, rounded half away from zero.

    From kB on, sizes are counted in halves of the unit, so that the last step can round.
    """
    if abs(size) < 10 * 1024:
        return f"{size} bytes"
    halves = _divided(size, 1 << 9)
    for unit in _UNITS[1:]:
        if abs(halves) < _LIMIT - 1 or unit == _UNITS[-1]:
            return f"{_divided(halves + (1 if halves > 0 else -1), 2)} {unit}"
        halves = _divided(halves, 1 << 10)
    raise AssertionError


def _divided(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)


@scalar("pg_size_pretty_numeric")
def size_pretty_numeric(size: str) -> str:
    number = Decimal(size)
    if abs(number) < 10 * 1024:
        return f"{size} bytes"
    return size_pretty(int(number))


_SIZE = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.DOTALL)
_MULTIPLES = {"": 0, "b": 0, "bytes": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4, "pb": 5}


@scalar("pg_size_bytes")
def size_bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise InvalidParameterValue(f'invalid size: "{text}"')
    number, unit = found.groups()
    power = _MULTIPLES.get(unit.lower())
    if power is None:
        raise InvalidParameterValue(
            f'invalid size: "{text}"',
            detail=f'Invalid size unit: "{unit}".',
            hint='Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".',
        )
    size = decimals.EXACT.multiply(Decimal(number), Decimal(1024**power))
    return of_numeric(decimals.text(size), INT8)
