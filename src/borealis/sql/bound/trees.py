"""Questions about bound trees: which relations they name, whether they are volatile, what stands in them.

Works over any bound node by its dataclass fields, nested queries included.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from borealis.catalog.relations import Index, Table
from borealis.functions.signatures import Function
from borealis.sql.bound.expressions import (
    AggregateCall,
    Const,
    Expr,
    FuncCall,
    Param,
    SubLink,
    Var,
    WindowCall,
)

_LEAVES = (Table, Index, Function)


_SCALARS = frozenset(
    {"Oid", "int", "str", "bool", "Value", "bool | None", "str | None", "BoolOp", "SubLinkKind", "FrameMode"}
    | {"FrameBoundKind", "JoinKind", "SetOp", "LockMode", "tuple[str, ...]", "tuple[int, ...]"}
    | {
        "Function",
        "Table",
        "Index | None",
        "Index",
        "tuple[RelationColumn, ...]",
        "Shape | None",
        "RowSource",
    }
)
"""Annotations of the fields that hold no nodes."""


_fields_of: dict[type, tuple[str, ...] | None] = {}


def node_fields(class_: type) -> tuple[str, ...] | None:
    """Return the fields of a node class that may hold nodes; None for what is no node."""
    if class_ not in _fields_of:
        is_node = dataclasses.is_dataclass(class_) and not issubclass(class_, _LEAVES)
        _fields_of[class_] = (
            tuple(field.name for field in dataclasses.fields(class_) if field.type not in _SCALARS)
            if is_node
            else None
        )
    return _fields_of[class_]


def children(node: object) -> list[object]:
    """Return the bound nodes directly below a node."""
    found: list[object] = []
    if isinstance(node, tuple):
        _collect(node, found)
    for name in node_fields(type(node)) or ():
        _collect(getattr(node, name), found)
    return found


def _collect(value: object, found: list[object]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    elif value is not None and node_fields(type(value)) is not None:
        found.append(value)


def walk(node: object) -> Iterator[object]:
    """Yield the node and all below it; of a tuple, its items."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def any_node(node: object, test: Callable[[object], bool]) -> bool:
    return any(test(each) for each in walk(node))


def relations_named(node: object) -> frozenset[int]:
    """Return the ids of the relations whose columns a tree reads, its own subqueries' ones included."""
    return frozenset(each.relation for each in walk(node) if isinstance(each, Var))


def is_volatile(node: object) -> bool:
    """Whether evaluating it twice may give two answers."""
    return any_node(
        node,
        lambda each: (
            isinstance(each, (FuncCall, WindowCall, AggregateCall)) and each.function.volatility == "v"
        ),
    )


def is_constant(expr: Expr) -> bool:
    """Whether it has one value in a whole run of the statement: it names no column, and is not volatile."""
    return not any_node(
        expr,
        lambda each: (
            isinstance(each, (Var, SubLink, AggregateCall, WindowCall))
            or (isinstance(each, FuncCall) and each.function.volatility == "v")
            or (isinstance(each, Param) and each.number == 0)
        ),
    )


def is_literal(expr: Expr) -> bool:
    return isinstance(expr, Const | Param)


def stands_alone_in_group(expr: object) -> bool:
    """Whether an aggregate or window function stands in it, so that it must not be moved into a subquery."""
    return any_node(expr, lambda each: isinstance(each, (AggregateCall, WindowCall)))


def conjuncts(expr: Expr | None) -> tuple[Expr, ...]:
    """Return the terms of a condition that AND joins."""
    from borealis.sql.bound.expressions import BoolExpr, BoolOp

    if expr is None:
        return ()
    if isinstance(expr, BoolExpr) and expr.op is BoolOp.AND:
        return tuple(term for arg in expr.args for term in conjuncts(arg))
    return (expr,)
