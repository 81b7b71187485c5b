"""Questions about bound trees: which relations they name, whether they are volatile, what stands in them.

Works over any bound node by its dataclass fields, nested queries included.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache

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


@cache
def _fields(class_: type) -> tuple[str, ...]:
    return (
        tuple(field.name for field in dataclasses.fields(class_)) if dataclasses.is_dataclass(class_) else ()
    )


def children(node: object) -> Iterator[object]:
    """Yield the bound nodes directly below a node."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from _in_tuple(value)
        elif _fields(type(value)) and not isinstance(value, _LEAVES):
            yield value


def _in_tuple(items: tuple[object, ...]) -> Iterator[object]:
    for item in items:
        if isinstance(item, tuple):
            yield from _in_tuple(item)
        elif _fields(type(item)) and not isinstance(item, _LEAVES):
            yield item


def walk(node: object) -> Iterator[object]:
    """Yield the node and all below it."""
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
