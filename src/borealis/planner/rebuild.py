"""Rebuilding bound trees: the same tree with some nodes replaced; what has not changed is the same object."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from borealis.sql.bound.trees import node_fields


def rebuilt(node: Any, replace: Callable[[Any], Any]) -> Any:
    """Return a node's tree with its nodes replaced, from the top down; replace answers None to go into the node.

    What replace gives is not gone into any more.
    """
    new = replace(node)
    return children_rebuilt(node, replace) if new is None else new


def children_rebuilt(node: Any, replace: Callable[[Any], Any]) -> Any:
    """Return a node with the trees below it rebuilt."""
    names = node_fields(type(node))
    if not names:
        return node
    changes = {}
    for name in names:
        value = getattr(node, name)
        new = _value(value, replace)
        if new is not value:
            changes[name] = new
    return dataclasses.replace(node, **changes) if changes else node


def _value(value: Any, replace: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple):
        items = [_value(item, replace) for item in value]
        return tuple(items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if value is None or node_fields(type(value)) is None:
        return value
    return rebuilt(value, replace)
