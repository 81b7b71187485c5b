"""Time zones as AT TIME ZONE names them: an abbreviation, an IANA name of any case, a POSIX text.

A POSIX text counts west of Greenwich, so '+02' and 'X+2' are two hours behind UTC. An abbreviation is a fixed offset; some are
what their zone had by this name at the moment in question (MSK was three hours, then four, then three again).
Source: PostgreSQL 16 documentation 8.5.3 and appendix B.4, B.5.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from borealis.errors import InvalidParameterValue
from borealis.functions.datetime.limits import is_infinite
from borealis.types import zones


@lru_cache(maxsize=256)
def zone_of(name: str) -> str:
    """Return the zone as types.zones takes it, of an abbreviation with a history the zone that has it.

    Raises: InvalidParameterValue 22023.
    """
    lower = name.lower()
    if lower in zones.DYNAMIC_ABBREVIATIONS:
        return zones.DYNAMIC_ABBREVIATIONS[lower]
    if lower in zones.ABBREVIATIONS:
        return _fixed(zones.ABBREVIATIONS[lower])
    found = zones.canonical(name)
    if found is None:
        raise not_recognized(name)
    return found


def zone_at_local(name: str, local_us: int) -> str:
    """Return the zone that a name means at a local time. Raises InvalidParameterValue 22023."""
    return _meant(name, lambda lower: zones.abbreviation_offset(lower, local_us), local_us)


def zone_at(name: str, us: int) -> str:
    """Return the zone that a name means at an instant. Raises InvalidParameterValue 22023."""
    return _meant(name, lambda lower: zones.abbreviation_meaning(lower, us)[0], us)


def _meant(name: str, offset: Callable[[str], int], us: int) -> str:
    lower = name.lower()
    if lower not in zones.DYNAMIC_ABBREVIATIONS or is_infinite(us):
        return zone_of(name)
    return _fixed(offset(lower))


def _fixed(offset: int) -> str:
    return zones.fixed_zone(offset) if offset else "UTC"


def not_recognized(name: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'time zone "{name}" not recognized')
