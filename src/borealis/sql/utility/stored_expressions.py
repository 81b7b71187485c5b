"""Expressions kept in the catalog: DEFAULT and CHECK, tried when they are written.

They are stored as parse trees and bound whenever used; trying them first means a stored one always binds. What their names
found is written into the tree (sql/bind/stored.py).
"""

from __future__ import annotations

import json
from dataclasses import replace

from borealis.catalog.relations import Column, Table
from borealis.errors import DatatypeMismatch, FeatureNotSupported, InvalidObjectDefinition, SyntaxError_
from borealis.sql.bind.assignment import bind_default, bind_generated, table_columns
from borealis.sql.bind.coerce import coerce_to_boolean
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions import bind_expr
from borealis.sql.bind.level import Level, NamespaceItem
from borealis.sql.bind.mutability import is_immutable
from borealis.sql.bind.stored import for_storage, stored_node
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import Expr, SubLink, Var
from borealis.types.registry import format_type


def kept_source(context: BindContext, source: str) -> str:
    """Return an expression just bound as it is kept: with what its names found."""
    return json.dumps(for_storage(context, stored_node(source)), separators=(",", ":"))


def check_default(context: BindContext, column: Column) -> Column:
    """Bind a DEFAULT as its uses will; return the column with it as it is kept.

    Raises: FeatureNotSupported for columns and subqueries in it, DatatypeMismatch 42804.
    """
    assert column.default is not None
    refuse_nodes(context, stored_node(column.default), "DEFAULT expression", columns_allowed=False)
    try:
        bind_default(context, column)
    except DatatypeMismatch as error:
        if "but expression is of type" not in error.message:
            raise
        level = Level(context, place="DEFAULT expressions")
        found = bind_expr(level, stored_node(column.default))
        raise DatatypeMismatch(
            f'column "{column.name}" is of type {format_type(column.type, -1)} '
            f"but default expression is of type {format_type(found.type, -1)}",
            hint="You will need to rewrite or cast the expression.",
        ) from None
    return replace(column, default=kept_source(context, column.default))


def check_check(context: BindContext, table: Table, source: str) -> Expr:
    """Bind a CHECK over the table's columns."""
    refuse_nodes(context, stored_node(source), "check constraint", columns_allowed=True)
    level = Level(context, place="CHECK constraints")
    relation = level.new_relation()
    level.namespace.append(NamespaceItem(table.name, table.schema.name, table_columns(table, relation)))
    bound = coerce_to_boolean(context, bind_expr(level, stored_node(source)), "CHECK", None)
    if any(isinstance(node, SubLink) for node in walk(bound)):
        raise FeatureNotSupported("cannot use subquery in check constraint")
    return bound


def check_generated(context: BindContext, table: Table) -> Table:
    """Bind the expressions of generated columns as their uses will; return the table with them as they are kept.

    Raises: FeatureNotSupported for subqueries, InvalidObjectDefinition 42P17, DatatypeMismatch 42804.
    """
    generated = {column.attnum: column for column in table.live_columns if column.generated}
    if not generated:
        return table
    for column in generated.values():
        refuse_nodes(
            context, stored_node(column.default or ""), "column generation expression", columns_allowed=True
        )
    try:
        bound = bind_generated(context, table, context.new_id())
    except DatatypeMismatch as error:
        error.message = error.message.replace("but expression is", "but default expression is")
        error.position = None
        raise
    for _, expr in bound:
        for node in walk(expr):
            if isinstance(node, Var) and node.attnum in generated:
                raise InvalidObjectDefinition(
                    f'cannot use generated column "{generated[node.attnum].name}" in column generation expression',
                    detail="A generated column cannot reference another generated column.",
                    position=context.position_of(node),
                )
        if not is_immutable(expr):
            raise InvalidObjectDefinition("generation expression is not immutable")
    columns = (
        replace(one, default=kept_source(context, one.default or "")) if one.attnum in generated else one
        for one in table.columns
    )
    return replace(table, columns=tuple(columns))


def columns_of(bound: Expr) -> frozenset[int]:
    return frozenset(node.attnum for node in walk(bound) if isinstance(node, Var))


def refuse_nodes(context: BindContext, node: object, what: str, *, columns_allowed: bool) -> None:
    """Refuse what a stored expression cannot hold, in PostgreSQL's words."""
    if isinstance(node, dict):
        if "SubLink" in node:
            raise FeatureNotSupported(
                f"cannot use subquery in {what}", position=context.position(node["SubLink"])
            )
        if "ColumnRef" in node and not columns_allowed:
            raise FeatureNotSupported(
                f"cannot use column reference in {what}", position=context.position(node["ColumnRef"])
            )
        if "SetToDefault" in node:
            raise SyntaxError_(
                "DEFAULT is not allowed in this context", position=context.position(node["SetToDefault"])
            )
        if "ParamRef" in node:
            from borealis.errors import UndefinedParameter

            raise UndefinedParameter(f"there is no parameter ${node['ParamRef'].get('number', 0)}")
        for value in node.values():
            refuse_nodes(context, value, what, columns_allowed=columns_allowed)
    elif isinstance(node, list):
        for value in node:
            refuse_nodes(context, value, what, columns_allowed=columns_allowed)
