"""Expressions by their text and flags, and all their matches in a text.

After an empty match the search goes on one character further. Splitting leaves out matches that are empty at the text's
ends or right behind another match.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from borealis.errors import InvalidParameterValue
from borealis.functions.regex.compiled import Regex, compiled
from borealis.functions.regex.matcher import Span, Spans
from borealis.functions.regex.options import from_flags

_KEPT = 512


@lru_cache(maxsize=_KEPT)
def regex(pattern: str, flags: str = "") -> tuple[Regex, bool]:
    """Return the expression, and whether the flags had a `g`."""
    options, is_global = from_flags(flags)
    return compiled(pattern, options), is_global


def single(function: str, pattern: str, flags: str, hint: str | None = None) -> Regex:
    """Return the expression for a function that takes no `g`."""
    if from_flags(flags)[1]:
        raise InvalidParameterValue(f'{function}() does not support the "global" option', hint=hint)
    return regex(pattern, flags)[0]


def matches(found: Regex, text: str, start: int = 0, *, is_global: bool = True) -> Iterator[Spans]:
    at = start
    while at <= len(text):
        spans = found.find(text, at)
        if spans is None:
            return
        yield spans
        if not is_global:
            return
        begin, end = whole(spans)
        at = end + (begin == end)


def pieces(found: Regex, text: str) -> Iterator[str]:
    """Return what stands between the matches."""
    begin_of_piece = previous_end = 0
    for spans in matches(found, text):
        begin, end = whole(spans)
        if begin < len(text) and end > previous_end:
            yield text[begin_of_piece:begin]
            begin_of_piece = end
        previous_end = end
    yield text[begin_of_piece:]


def whole(spans: Spans) -> Span:
    span = spans[0]
    assert span is not None
    return span


def cut(text: str, span: Span | None) -> str | None:
    return None if span is None else text[span[0] : span[1]]
