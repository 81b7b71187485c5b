"""ts_rewrite: a part of a query replaced by another.

& and | are flattened and their operands sorted, so that a part is found in whatever order and grouping it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key

from borealis.functions.implementation import scalar
from borealis.functions.json.scan import within_stack
from borealis.functions.text_search.query_order import Tree, compare_trees
from borealis.types.text_search.query import Operand, Operator, Query, checked, negation, pack, unpack


@dataclass(slots=True)
class _Node:
    """A leaf, which has an operand, or an operator over any number of nodes, the right ones first."""

    operand: Operand | None
    kind: str = ""
    distance: int = 0
    children: list[_Node] = field(default_factory=list)
    is_new: bool = False
    """Put in by the replacement, which is not looked into again."""

    @property
    def operands(self) -> Sequence[Tree]:
        return [child.tree for child in self.children]

    @property
    def tree(self) -> Tree:
        return self if self.operand is None else self.operand


def _of_query(query: Query) -> _Node:
    if isinstance(query, Operand):
        return _Node(query)
    return _Node(None, query.kind, query.distance, [_of_query(operand) for operand in query.operands])


def _to_query(node: _Node) -> Query:
    if node.operand is not None:
        return node.operand
    children = [_to_query(child) for child in node.children]
    if node.kind == "!":
        return negation(children[0])
    while len(children) > 2:  # what is flat becomes pairs again
        pair = Operator(node.kind, children[1], children[0])
        children = [pair, children[-1], *children[2:-1]]
    return Operator(node.kind, children[1], children[0], node.distance)


def _flatten(node: _Node) -> None:
    for child in node.children:
        _flatten(child)
    if node.kind in ("&", "|"):
        flat: list[_Node] = []
        for child in node.children:
            flat += child.children if child.operand is None and child.kind == node.kind else [child]
        node.children = flat


def _compare(a: _Node, b: _Node) -> int:
    return compare_trees(a.tree, b.tree)


def _sort(node: _Node) -> None:
    for child in node.children:
        _sort(child)
    if node.kind in ("&", "|"):
        node.children.sort(key=cmp_to_key(_compare))


def _canonical(query: Query) -> _Node:
    node = _of_query(query)
    _flatten(node)
    _sort(node)
    return node


class _Replacement:
    def __init__(self, target: _Node, substitute: Query | None) -> None:
        self._target = target
        self._substitute = substitute

    def apply(self, node: _Node) -> _Node | None:
        """Return the node with every match replaced, None where nothing is left of it."""
        found = self._at(node)
        if found is None or found.is_new or found.operand is not None:
            return found
        kept = [self.apply(child) for child in found.children]
        found.children = [child for child in kept if child is not None]
        if not found.children:
            return None
        return found.children[0] if len(found.children) == 1 and found.kind != "!" else found

    def _new(self) -> _Node | None:
        if self._substitute is None:
            return None
        node = _of_query(self._substitute)
        node.is_new = True
        return node

    def _at(self, node: _Node) -> _Node | None:
        """Replace the node itself, or some of the operands of an & or | that has more than those looked for."""
        target = self._target
        if node.is_new or (node.operand is None) != (target.operand is None) or node.kind != target.kind:
            return node
        if len(node.children) == len(target.children):
            return self._new() if _compare(node, target) == 0 else node
        if len(node.children) > len(target.children):
            self._replace_some(node)
        return node

    def _replace_some(self, node: _Node) -> None:
        wanted = list(self._target.children)
        left = []
        for n, child in enumerate(node.children):
            order = _compare(child, wanted[0]) if wanted else -1
            if order > 0:
                return
            if order == 0:
                wanted.pop(0)
            else:
                left.append(node.children[n])
        if wanted:
            return
        new = self._new()
        node.children = left if new is None else [*left, new]
        _sort(node)


@scalar("tsquery_rewrite")
@within_stack
def rewrite(query: str, target: str, substitute: str) -> str:
    whole, part = unpack(query), unpack(target)
    if whole is None or part is None:
        return query
    node = _Replacement(_canonical(part), unpack(substitute)).apply(_canonical(whole))
    return pack(None if node is None else checked(_to_query(node)))
