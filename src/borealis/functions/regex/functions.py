"""substring(text from pattern), regexp_match, _matches, _split_to_…, _count, _instr, _like, _substr.

Source: PostgreSQL 16 documentation 9.7.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import scalar, set_returning
from borealis.functions.regex.matcher import Spans
from borealis.functions.regex.matching import cut, matches, pieces, regex, single
from borealis.types.array import pack
from borealis.types.base import Value

Rows = Iterator[tuple[Value]]

_USE_MATCHES = "Use the regexp_matches function instead."


def _groups(text: str, spans: Spans) -> str:
    """Return the groups as text[], or the whole match where there are none."""
    return pack([cut(text, span) for span in spans[1:] or spans])


@scalar("textregexsubstr")
def substring(text: str, pattern: str) -> Value:
    """Return the first group of the match, or all of it where there is none."""
    spans = regex(pattern)[0].find(text, 0)
    return None if spans is None else cut(text, spans[1] if len(spans) > 1 else spans[0])


@scalar("regexp_match", "regexp_match_no_flags")
def regexp_match(text: str, pattern: str, flags: str = "") -> Value:
    spans = single("regexp_match", pattern, flags, _USE_MATCHES).find(text, 0)
    return None if spans is None else _groups(text, spans)


@set_returning("regexp_matches")
def regexp_matches(text: str, pattern: str, flags: str) -> Rows:
    found, is_global = regex(pattern, flags)
    return ((_groups(text, spans),) for spans in matches(found, text, is_global=is_global))


@set_returning("regexp_matches_no_flags")
def regexp_matches_no_flags(text: str, pattern: str) -> Rows:
    return regexp_matches(text, pattern, "")


@set_returning("regexp_split_to_table")
def regexp_split_to_table(text: str, pattern: str, flags: str) -> Rows:
    found = single("regexp_split_to_table", pattern, flags)
    return ((piece,) for piece in pieces(found, text))


@set_returning("regexp_split_to_table_no_flags")
def regexp_split_to_table_no_flags(text: str, pattern: str) -> Rows:
    return regexp_split_to_table(text, pattern, "")


@scalar("regexp_split_to_array", "regexp_split_to_array_no_flags")
def regexp_split_to_array(text: str, pattern: str, flags: str = "") -> Value:
    return pack(list(pieces(single("regexp_split_to_array", pattern, flags), text)))


@scalar("regexp_like", "regexp_like_no_flags")
def regexp_like(text: str, pattern: str, flags: str = "") -> int:
    return single("regexp_like", pattern, flags).matches(text)


def at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise InvalidParameterValue(f'invalid value for parameter "{name}": {value}')


@scalar("regexp_count", "regexp_count_no_start", "regexp_count_no_flags")
def regexp_count(text: str, pattern: str, start: int = 1, flags: str = "") -> int:
    at_least("start", start, 1)
    return sum(1 for _ in matches(single("regexp_count", pattern, flags), text, start - 1))


def _nth(function: str, text: str, pattern: str, start: int, n: int, flags: str) -> Spans | None:
    found = single(function, pattern, flags)
    return next(islice(matches(found, text, start - 1), n - 1, None), None)


@scalar(
    "regexp_instr", "regexp_instr_no_start", "regexp_instr_no_n", "regexp_instr_no_endoption",
    "regexp_instr_no_flags", "regexp_instr_no_subexpr",
)  # fmt: skip
def regexp_instr(
    text: str, pattern: str, start: int = 1, n: int = 1, endoption: int = 0, flags: str = "", subexpr: int = 0
) -> int:
    """Return where the n-th match (or a group of it) begins, or what follows it, from 1; 0 where there is none."""
    at_least("start", start, 1)
    at_least("n", n, 1)
    if endoption not in (0, 1):
        raise InvalidParameterValue(f'invalid value for parameter "endoption": {endoption}')
    at_least("subexpr", subexpr, 0)
    spans = _nth("regexp_instr", text, pattern, start, n, flags)
    span = spans[subexpr] if spans is not None and subexpr < len(spans) else None
    return 0 if span is None else span[endoption] + 1


@scalar(
    "regexp_substr", "regexp_substr_no_start", "regexp_substr_no_n", "regexp_substr_no_flags",
    "regexp_substr_no_subexpr",
)  # fmt: skip
def regexp_substr(
    text: str, pattern: str, start: int = 1, n: int = 1, flags: str = "", subexpr: int = 0
) -> Value:
    at_least("start", start, 1)
    at_least("n", n, 1)
    at_least("subexpr", subexpr, 0)
    spans = _nth("regexp_substr", text, pattern, start, n, flags)
    return cut(text, spans[subexpr]) if spans is not None and subexpr < len(spans) else None
