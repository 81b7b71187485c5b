"""Trees of jsonpath: a node and what follows it, `$` then `.a` then `[*]`."""

from __future__ import annotations

from dataclasses import dataclass

OPERATORS = {
    "or": "||",
    "and": "&&",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "starts": "starts with",
}
"""Operators of two operands by kind."""

PRIORITIES = {
    "or": 0,
    "and": 1,
    **dict.fromkeys(("eq", "ne", "lt", "gt", "le", "ge", "starts"), 2),
    **dict.fromkeys(("add", "sub"), 3),
    **dict.fromkeys(("mul", "div", "mod"), 4),
    **dict.fromkeys(("plus", "minus"), 5),
}
PRIORITY_MAX = 6
LEVEL_MAX = 2**32 - 1
"""`last` in **{…}."""

METHODS = frozenset({"abs", "size", "type", "floor", "double", "ceiling", "keyvalue"})


@dataclass(frozen=True, slots=True)
class Node:
    """One step; its kind tells what it does.

    root current last, literal variable (value), key (value), any_key, any_array,
    index (pairs: from, to or None), any (value: first and last level), method (value), datetime (value: template or None),
    filter not unknown exists plus minus (args), like_regex (args, value: pattern and flags), and the OPERATORS
    """

    kind: str
    value: object = None
    args: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node | None], ...] = ()
    next: Node | None = None


@dataclass(frozen=True, slots=True)
class Path:
    is_lax: bool
    expr: Node


def priority(node: Node) -> int:
    return PRIORITIES.get(node.kind, PRIORITY_MAX)
