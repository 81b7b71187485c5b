"""How nodes of tsqueries compare: by kind, by operands right to left, words by their checksums first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from borealis.functions.json.scan import within_stack
from borealis.types.text_search.query import KINDS, Operand, checksum


class Branch(Protocol):
    """An operator with its operands, the right one first: Operator of types, or a rewriting tree's."""

    @property
    def kind(self) -> str: ...
    @property
    def distance(self) -> int: ...
    @property
    def operands(self) -> Sequence[Tree]: ...


Tree = Operand | Branch


@within_stack
def compare_trees(a: Tree, b: Tree) -> int:
    """Return a negative number, 0 or a positive one. Greater kinds and distances, and more operands, are first."""
    if isinstance(a, Operand) or isinstance(b, Operand):
        if isinstance(a, Operand) and isinstance(b, Operand):
            return _compare_words(a, b)
        return 1 if isinstance(a, Operand) else -1
    first, second = (KINDS[a.kind], len(a.operands)), (KINDS[b.kind], len(b.operands))
    if first != second:
        return -1 if first > second else 1
    for one, other in zip(a.operands, b.operands, strict=True):
        order = compare_trees(one, other)
        if order:
            return order
    return (a.distance < b.distance) - (a.distance > b.distance)


def _compare_words(a: Operand, b: Operand) -> int:
    """Weights and prefix marks do not count."""
    first, second = checksum(a.word), checksum(b.word)
    if first != second:
        return -1 if first > second else 1
    return (a.word > b.word) - (a.word < b.word)
