"""Assigning an expression to a column: coercion, defaults, CHECK constraints."""

from __future__ import annotations

from borealis.catalog.relations import Column, Table
from borealis.errors import DatatypeMismatch, UndefinedColumn
from borealis.sql.bind.coerce import coerce, coerce_to_boolean, null_const
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.domains import coerce_to_domain, domain_name
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level, NamedColumn, NamespaceItem
from borealis.sql.bind.pathways import CoercionContext
from borealis.sql.bind.stored import stored_node
from borealis.sql.bound.expressions import Expr, Var
from borealis.types.registry import format_type


def column_named(table: Table, name: str, position: int | None) -> Column:
    for column in table.live_columns:
        if column.name == name:
            return column
    raise UndefinedColumn(f'column "{name}" of relation "{table.name}" does not exist', position=position)


def assign(context: BindContext, column: Column, expr: Expr, position: int | None) -> Expr:
    """Coerce an expression to a column's type and typmod, as INSERT and UPDATE do."""
    position = context.position_of(expr) or position
    coerced = coerce(
        context, expr, column.type, column.typmod, how=CoercionContext.ASSIGNMENT, position=position
    )
    if coerced is None:
        raise DatatypeMismatch(
            f'column "{column.name}" is of type {_type_shown(context, column)} '
            f"but expression is of type {format_type(expr.type, -1)}",
            hint="You will need to rewrite or cast the expression.",
            position=position,
        )
    if column.domain:
        return coerce_to_domain(context, coerced, context.catalog.domains_by_oid[column.domain])
    return coerced


def _type_shown(context: BindContext, column: Column) -> str:
    if column.domain:
        return domain_name(context, context.catalog.domains_by_oid[column.domain])
    return format_type(column.type, -1)


def bind_default(context: BindContext, column: Column) -> Expr:
    """Return the column's default, a NULL where it has none."""
    default = None if column.generated else column.default
    if default is None and column.domain and not column.generated:
        default = context.catalog.domains_by_oid[column.domain].default
    if default is None:
        null = null_const(column.type)
        return assign(context, column, null, None) if column.domain and not column.generated else null
    level = Level(context, place="DEFAULT expressions")
    return assign(context, column, bind_expr(level, stored_node(default)), None)


def bind_generated(context: BindContext, table: Table, relation: int) -> tuple[tuple[int, Expr], ...]:
    """Return the expression of each generated column, by attnum, over Vars of the relation."""
    columns = [column for column in table.live_columns if column.generated and column.default is not None]
    if not columns:
        return ()
    level = Level(context, place="column generation expressions")
    level.relation_ids.add(relation)
    level.namespace.append(
        NamespaceItem(table.name, table.schema.name, table_columns(table, relation), table=table.oid)
    )
    return tuple(
        (column.attnum, assign(context, column, bind_expr(level, stored_node(column.default or "")), None))
        for column in columns
    )


def bind_checks(context: BindContext, table: Table, relation: int) -> tuple[tuple[str, Expr], ...]:
    """Return every CHECK of the table by name, over Vars of the relation."""
    if not table.checks:
        return ()
    level = Level(context, place="CHECK constraints")
    level.relation_ids.add(relation)
    level.namespace.append(
        NamespaceItem(table.name, table.schema.name, table_columns(table, relation), table=table.oid)
    )
    return tuple(
        (
            check.name,
            coerce_to_boolean(context, bind_expr(level, stored_node(check.expression)), "CHECK", None),
        )
        for check in table.checks
    )


def table_columns(table: Table, relation: int) -> tuple[NamedColumn, ...]:
    return tuple(
        NamedColumn(
            column.name, Var(column.type, column.typmod, relation, column.attnum), table.oid, column.attnum
        )
        for column in table.live_columns
    )
