"""Time zone files: the moments a zone's offset changed, and the rule for the years after.

A file (TZif, RFC 8536) holds a table of transitions; from its last one on, a POSIX rule goes (posix_zone.py), by which the years repeat for ever.

    … ── transitions[i] ──────────── transitions[i+1] ── … ── last ──────────────────
             periods[i+1] in force                              the rule, if there is one

Seconds count from 1970-01-01 UTC. Offsets are seconds east of Greenwich. The data are those of the tzdata package, so that every machine
computes alike.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources

from borealis.types.posix_zone import Period, Rule, parse_rule

_HEADER = struct.Struct("!4sc15x6I")
_TYPE = struct.Struct("!iBB")


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone. periods has one more entry than transitions: the first is in force before any."""

    name: str
    transitions: tuple[int, ...]
    periods: tuple[Period, ...]
    rule: Rule | None

    @property
    def is_fixed(self) -> bool:
        return not self.transitions and (self.rule is None or self.rule.daylight is None)

    def span_at(self, seconds: int) -> tuple[int | None, int | None, Period]:
        """Return (start, end, period): the period in force at a moment, and the transitions around it."""
        at = bisect_right(self.transitions, seconds)
        last = self.transitions[-1] if self.transitions else None
        if at < len(self.transitions) or self.rule is None:
            start = self.transitions[at - 1] if at else None
            end = self.transitions[at] if at < len(self.transitions) else None
            return start, end, self.periods[at]
        if self.rule.daylight is None:
            return last, None, self.rule.standard
        start, end, period = self.rule.span_at(seconds)
        return (start if last is None else max(start, last)), end, period


@cache
def names() -> dict[str, str]:
    """Return the names of all zones of the package, by their lower-case form."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return {name.lower(): name for name in text.split()}


@cache
def load(name: str) -> Zone:
    """Return the zone of a name as names() spells it."""
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return _read(name, data)


def _read(name: str, data: bytes) -> Zone:
    """Read the second, 64-bit block of a file, and its footer."""
    magic, version, *counts = _HEADER.unpack_from(data)
    assert magic == b"TZif" and version >= b"2", name
    utc, walls, leaps, times, types, characters = counts
    at = _HEADER.size + times * 5 + types * 6 + characters + leaps * 8 + walls + utc
    _, _, utc, walls, leaps, times, types, characters = _HEADER.unpack_from(data, at)
    at += _HEADER.size
    transitions = struct.unpack_from(f"!{times}q", data, at)
    at += times * 8
    indexes = data[at : at + times]
    at += times
    kinds = [_TYPE.unpack_from(data, at + n * _TYPE.size) for n in range(types)]
    at += types * _TYPE.size
    abbreviations = data[at : at + characters]
    at += characters + leaps * 12 + walls + utc
    footer = data[at:].strip(b"\n").decode("ascii")
    periods = [
        Period(
            offset, bool(is_daylight), abbreviations[start : abbreviations.index(0, start)].decode("ascii")
        )
        for offset, is_daylight, start in kinds
    ]
    # Before the first transition the first kind is in force, local mean time as a rule.
    in_force = (periods[0], *(periods[index] for index in indexes))
    return Zone(name, transitions, in_force, parse_rule(footer) if footer else None)
