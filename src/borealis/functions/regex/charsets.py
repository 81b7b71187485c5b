"""Sets of characters as sorted, disjoint ranges of code points; the classes and case pairs of collation C, ASCII's."""

from __future__ import annotations

from collections.abc import Iterable

CHARACTER_MAX = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]

ALL: Ranges = ((0, CHARACTER_MAX),)
NEWLINE: Ranges = ((10, 10),)
_LOWER: Ranges = ((97, 122),)
_UPPER: Ranges = ((65, 90),)
_ALPHA = (*_UPPER, *_LOWER)
_DIGIT: Ranges = ((48, 57),)
_ALNUM = (*_DIGIT, *_ALPHA)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))

CLASSES: dict[str, Ranges] = {
    "alnum": _ALNUM,
    "alpha": _ALPHA,
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 159)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": _LOWER,
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": _UPPER,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
    "word": WORD,
}


def of(character: str) -> Ranges:
    return ((ord(character), ord(character)),)


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    found, next_low = [], 0
    for low, high in union(ranges):
        if low > next_low:
            found.append((next_low, low - 1))
        next_low = high + 1
    if next_low <= CHARACTER_MAX:
        found.append((next_low, CHARACTER_MAX))
    return tuple(found)


def overlap(left: Ranges, right: Ranges) -> bool:
    return any(
        low <= other_high and other_low <= high for low, high in left for other_low, other_high in right
    )


def contains(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def with_both_cases(ranges: Ranges) -> Ranges:
    """Return the set with the other case of each letter."""
    more = list(ranges)
    for low, high in ranges:
        for first, last, shift in ((65, 90, 32), (97, 122, -32)):
            if low <= last and first <= high:
                more.append((max(low, first) + shift, min(high, last) + shift))
    return union(more)
