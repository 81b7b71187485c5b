"""Binding of expressions: one file a kind of node, registered by the node's name in dispatch.py."""

from borealis.sql.bind.expressions import (  # noqa: F401 - each registers its nodes
    calls,
    columns,
    conditionals,
    constants,
    operators,
    rows,
    sublinks,
)
from borealis.sql.bind.expressions.dispatch import bind_expr

__all__ = ["bind_expr"]
