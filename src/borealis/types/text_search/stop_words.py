"""Operands that are stop words, or that no lexeme came out of, leave a tsquery, and phrases around them grow."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from borealis.types.text_search.query import Operand, Operator, Query, negation

STOP: Final = Operand("")
"""What stands for such an operand while the query is built; told by identity."""


def without_stop_words(query: Query) -> Query | None:
    return _cleaned(query)[0]


def _cleaned(query: Query) -> tuple[Query | None, int, int]:
    """Return what is left, and by how much a phrase's distance grows to its left and to its right.

    A part of which nothing is left says the same number twice: whoever drops it counts one of them.
    """
    if query is STOP:
        return None, 0, 0
    if isinstance(query, Operand):
        return query, 0, 0
    if query.left is None:
        right, before, behind = _cleaned(query.right)
        return (None if right is None else negation(right)), before, behind
    return _cleaned_pair(query, query.left)


def _cleaned_pair(query: Operator, left_operand: Query) -> tuple[Query | None, int, int]:
    left, left_before, left_behind = _cleaned(left_operand)
    right, right_before, right_behind = _cleaned(query.right)
    is_phrase = query.kind == "<->"
    if left is None and right is None:
        grown = left_before + query.distance + right_before if is_phrase else max(left_before, right_before)
        return None, grown, grown
    if left is None:
        return right, (left_before + query.distance if is_phrase else 0) + right_before, right_behind
    if right is None:
        return left, left_before, left_behind + (query.distance + right_behind if is_phrase else 0)
    if is_phrase:
        distance = query.distance + left_behind + right_before
        return replace(query, left=left, right=right, distance=distance), left_before, right_behind
    return replace(query, left=left, right=right), 0, 0
