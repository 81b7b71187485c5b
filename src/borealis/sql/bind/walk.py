"""Walking bound trees: what stands anywhere inside an expression or a query."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator

from borealis.catalog.relations import Table
from borealis.functions.signatures import Function
from borealis.sql.bound.expressions import Expr, FuncCall, Var
from borealis.sql.bound.statements import Select
from borealis.types.row_types import Shape

_LEAVES = (str, int, float, bytes, bool, type(None), enum.Enum, Function, Table, Shape)


def children(node: object) -> Iterator[object]:
    """Yield the dataclass nodes directly under one, through tuples."""
    for field in dataclasses.fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        yield from _nodes(value)


def _nodes(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif not isinstance(value, _LEAVES):
        yield value


def walk(node: object) -> Iterator[object]:
    """Yield a node and all under it, queries in expressions included."""
    yield node
    for child in children(node):
        yield from walk(child)


def relations_in(node: object) -> set[int]:
    """Return the relations whose columns are used anywhere inside."""
    return {found.relation for found in walk(node) if isinstance(found, Var)}


def rewrite(expr: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """Return the tree with every node that `change` answers for replaced; others are rebuilt around them."""
    changed = change(expr)
    if changed is not None:
        return changed
    return _rebuild(expr, change)  # type: ignore[return-value]


def rewrite_query(query: Select, change: Callable[[Expr], Expr | None]) -> Select:
    """Return a query with the expressions in it rewritten, its FROM's and its subqueries' too."""
    return _rebuild(query, change)  # type: ignore[return-value]


def _rebuild(node: object, change: Callable[[Expr], Expr | None]) -> object:
    replaced = {}
    for field in dataclasses.fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        new = _rewrite_value(value, change)
        if new is not value:
            replaced[field.name] = new
    return dataclasses.replace(node, **replaced) if replaced else node  # type: ignore[type-var]


def _rewrite_value(value: object, change: Callable[[Expr], Expr | None]) -> object:
    if isinstance(value, tuple):
        items = tuple(_rewrite_value(item, change) for item in value)
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else items
    if isinstance(value, _LEAVES):
        return value
    if isinstance(value, Expr):
        return rewrite(value, change)
    return _rebuild(value, change)


def is_volatile(node: object) -> bool:
    return any(isinstance(found, FuncCall) and found.function.volatility == "v" for found in walk(node))
