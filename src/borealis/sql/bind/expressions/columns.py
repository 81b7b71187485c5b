"""Column references, and the stars of a target list."""

from __future__ import annotations

from dataclasses import replace

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.composites import whole_row
from borealis.sql.bind.expressions.dispatch import binds
from borealis.sql.bind.level import Level, NamedColumn, NamespaceItem, resolve_column
from borealis.sql.bind.missing_names import missing_from_entry
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.parse import Node


def field_names(node: Node) -> list[str]:
    return [field["String"]["sval"] for field in node["fields"] if "String" in field]


def is_star(node: Node) -> bool:
    return "A_Star" in node["fields"][-1]


@binds("ColumnRef")
def bind_column(level: Level, node: Node) -> Expr:
    position = level.context.position(node)
    if is_star(node):
        return level.context.remember(_whole_row_of_star(level, node, position), position)
    column = resolve_column(level, field_names(node), position)
    # A Var of its own for each reference, so that an error shows the place of the one it means.
    expr = replace(column.expr) if isinstance(column.expr, Var) else column.expr
    return level.context.remember(expr, position)


def _whole_row_of_star(level: Level, node: Node, position: int | None) -> Expr:
    """t.* where one value is wanted: count(t.*), t.* IS NULL."""
    names = field_names(node)
    if not names:
        raise FeatureNotSupported('row expansion via "*" is not supported here', position=position)
    return whole_row(level.context, _item(level, names, position))


def _item(level: Level, names: list[str], position: int | None) -> NamespaceItem:
    item = level.item(names[-1], names[-2] if len(names) > 1 else None, position)
    if item is None:
        raise missing_from_entry(level, names[-1], position)
    return item


def expand_star(level: Level, node: Node) -> tuple[NamedColumn, ...]:
    """Return the columns of `*` or `relation.*`."""
    columns = _columns_of_star(level, node)
    if level.context.trace is not None:
        level.context.trace.stars[id(node)] = columns
    return columns


def _columns_of_star(level: Level, node: Node) -> tuple[NamedColumn, ...]:
    position = level.context.position(node)
    names = field_names(node)
    if not names:
        items = [item for item in level.namespace if item.columns_visible]
        if not items:
            raise SyntaxError_("SELECT * with no tables specified is not valid", position=position)
        return tuple(column for item in items for column in item.columns)
    return _item(level, names, position).columns


def names_of_star(level: Level, node: Node) -> list[tuple[str, str]]:
    """Return what the columns of a star are called: their relation, which is empty for a join's, and themselves."""
    names = field_names(node)
    items = (
        [_item(level, names, level.context.position(node))]
        if names
        else [item for item in level.namespace if item.columns_visible]
    )
    return [(item.name, column.name) for item in items for column in item.columns]
