"""Time zones: names, abbreviations, and a zone's offset at an instant or at a local time. Offsets are seconds east of Greenwich.

A zone is PostgreSQL's text of it: an IANA name (tzif.py) or a POSIX rule (posix_zone.py), such as `<+02>-02`, which SET TIME ZONE 2 makes.
Moments are microseconds since 2000-01-01, UTC or local as named.
Source: PostgreSQL 16 documentation B.2 to B.5; the abbreviations are those of its default set.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from borealis.errors import InvalidParameterValue
from borealis.types import tzif
from borealis.types.calendar import SECOND_US
from borealis.types.posix_zone import Period, parse_rule
from borealis.types.tzif import Zone

_UNIX_EPOCH_S = 946_684_800
_DAY_S = 86_400
_EVER = 2**80
_NAME_LENGTH_MAX = 255
_UTC = frozenset(("UTC", "GMT"))


def _read_abbreviations() -> tuple[dict[str, int], dict[str, str], frozenset[str]]:
    text = resources.files("borealis.types").joinpath("zone_abbreviations.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    fixed = {name: int(meaning) for name, meaning, _ in rows if meaning.lstrip("-").isdigit()}
    dynamic = {name: meaning for name, meaning, _ in rows if name not in fixed}
    return fixed, dynamic, frozenset(name for name, _, daylight in rows if daylight)


ABBREVIATIONS, DYNAMIC_ABBREVIATIONS, DAYLIGHT_ABBREVIATIONS = _read_abbreviations()
"""By lower-case name: those of one offset, and those that a zone defines by its history (MSK: Europe/Moscow)."""


@lru_cache(maxsize=256)
def canonical(name: str) -> str | None:
    """Return the zone as it is kept and shown, None if there is none of this name."""
    if name.upper() in _UTC:
        return name.upper()
    if len(name) > _NAME_LENGTH_MAX:
        return None
    found = tzif.names().get(name.lower())
    if found is not None:
        return found
    return name.upper() if parse_rule(name.upper()) is not None else None


@cache
def zone(name: str) -> Zone:
    """Return the zone of a canonical name. Raises InvalidParameterValue 22023."""
    found = tzif.names().get(name.lower())
    if found is not None:
        return tzif.load(found)
    rule = parse_rule("UTC0" if name in _UTC else name)
    if rule is None:
        raise InvalidParameterValue(f'time zone "{name}" not recognized')
    return Zone(name, (), (rule.standard,), rule)


def fixed_zone(seconds_east: int) -> str:
    """Return PostgreSQL's text of a fixed offset, as SET TIME ZONE with a number makes."""
    sign, other = ("+", "-") if seconds_east >= 0 else ("-", "+")
    hours, rest = divmod(abs(seconds_east), 3_600)
    minutes, seconds = divmod(rest, 60)
    text = f"{hours:02d}" + (f":{minutes:02d}" if rest else "") + (f":{seconds:02d}" if seconds else "")
    return f"<{sign}{text}>{other}{text}"


_last_spans: dict[str, tuple[int, int, int]] = {}
"""Of each zone the span asked for last, (start, end, offset) in microseconds: the next moment is most often in it too."""


def offset_at(name: str, us: int) -> int:
    """Return the zone's offset at an instant."""
    span = _last_spans.get(name)
    if span is None or not span[0] <= us < span[1]:
        start, end, period = zone(name).span_at(us // SECOND_US + _UNIX_EPOCH_S)
        first = -_EVER if start is None else (start - _UNIX_EPOCH_S) * SECOND_US
        after = _EVER if end is None else (end - _UNIX_EPOCH_S) * SECOND_US
        span = _last_spans[name] = (first, after, period.offset)
    return span[2]


def offset_at_local(name: str, us: int) -> int:
    """Return the offset at a local time.

    A time that a change leaves out counts by the offset before it, one that comes twice by the offset after it.
    """
    found = zone(name)
    local = us // SECOND_US + _UNIX_EPOCH_S
    # No offset is a day long and no two changes are within two days, so the change that matters is the next from here.
    _, change, before = found.span_at(local - _DAY_S)
    if change is None:
        return before.offset
    after = found.span_at(change)[2]
    is_before, is_after = local - before.offset < change, local - after.offset >= change
    if is_before != is_after:
        return before.offset if is_before else after.offset
    return min(before.offset, after.offset)


def period_at(name: str, us: int) -> Period:
    """Return what the zone shows at an instant."""
    return zone(name).span_at(us // SECOND_US + _UNIX_EPOCH_S)[2]


def abbreviation_at(name: str, us: int) -> str:
    """Return the zone's abbreviation at an instant: CET, CEST, or its offset where it has none."""
    return period_at(name, us).abbreviation


def abbreviation_offset(abbreviation: str, local_us: int) -> int:
    """Return what an abbreviation of DYNAMIC_ABBREVIATIONS means at a local time of its zone.

    That is the offset the zone last had under this abbreviation, or else the first it will have.
    """
    us = local_us - offset_at_local(DYNAMIC_ABBREVIATIONS[abbreviation], local_us) * SECOND_US
    return abbreviation_meaning(abbreviation, us)[0]


def abbreviation_meaning(abbreviation: str, us: int) -> tuple[int, bool]:
    """Return what it means at an instant, and whether that is daylight saving time's."""
    found, wanted = zone(DYNAMIC_ABBREVIATIONS[abbreviation]), abbreviation.upper()
    seconds = us // SECOND_US + _UNIX_EPOCH_S
    period = found.span_at(seconds)[2]
    rule = found.rule if not found.transitions or seconds >= found.transitions[-1] else None
    by_rule = [each for each in (rule.standard, rule.daylight) if each] if rule else []
    begun = sum(moment <= seconds for moment in found.transitions)
    history = [*found.periods[begun::-1], *found.periods[begun + 1 :]]
    for each in (period, *by_rule, *history):
        if each.abbreviation == wanted:
            return each.offset, each.is_daylight
    return period.offset, period.is_daylight
