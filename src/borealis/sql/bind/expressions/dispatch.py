"""The table from a parse node's name to the function that binds it."""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.level import Level
from borealis.sql.bound.expressions import Expr
from borealis.sql.parse import Node, stack_depth_exceeded

Binder = Callable[[Level, Node], Expr]

_binders: dict[str, Binder] = {}


def binds(*names: str) -> Callable[[Binder], Binder]:
    def register(binder: Binder) -> Binder:
        for name in names:
            _binders[name] = binder
        return binder

    return register


def bind_expr(level: Level, node: Node) -> Expr:
    """Bind an expression; the result may still be of type unknown.

    Raises: any SqlError of names and types; FeatureNotSupported for nodes not bound yet, naming them.
    """
    ((name, body),) = node.items()
    binder = _binders.get(name)
    if binder is None:
        raise FeatureNotSupported(f"expression {name} not supported", position=level.context.position(body))
    try:
        expr = binder(level, body)
    except RecursionError:
        raise stack_depth_exceeded() from None
    if level.context.trace is not None:
        level.context.trace.exprs[id(body)] = expr
    return expr
