"""Time zones as AT TIME ZONE names them: an abbreviation, an IANA name of any case, a POSIX text.

A POSIX text counts west of Greenwich, so '+02' and 'X+2' are two hours behind UTC. Abbreviations are fixed offsets.
Source: PostgreSQL 16 documentation 8.5.3 and appendix B.4, B.5.
"""

from __future__ import annotations

import re
from functools import lru_cache

from borealis.errors import InvalidParameterValue
from borealis.types import zones

_BARE_OFFSET = re.compile(r"([+-])(\d{1,3})(?::(\d{1,2})(?::(\d{1,2}))?)?", re.ASCII)
_HOURS_MAX = 167


@lru_cache(maxsize=256)
def zone_of(name: str) -> str:
    """Return the zone as types.zones takes it. Raises InvalidParameterValue 22023."""
    offset = zones.usual_offset(name.lower())
    if offset is not None:
        return zones.fixed_zone(offset) if offset else "UTC"
    bare = _BARE_OFFSET.fullmatch(name)
    if bare is not None and int(bare[2]) <= _HOURS_MAX:
        west = int(bare[2]) * 3_600 + int(bare[3] or 0) * 60 + int(bare[4] or 0)
        return zones.fixed_zone(west if bare[1] == "-" else -west)
    found = zones.canonical(name)
    if found is None:
        raise not_recognized(name)
    return found


def not_recognized(name: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'time zone "{name}" not recognized')
