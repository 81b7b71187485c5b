"""UPDATE and DELETE."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from borealis.catalog.relations import Column, Table
from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.assignment import assign, bind_checks, bind_default, column_named
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.from_clause import bind_from, bind_table
from borealis.sql.bind.level import Level
from borealis.sql.bind.select import bind_where
from borealis.sql.bind.targets import bind_targets
from borealis.sql.bound.expressions import Expr, SubLink, SubLinkKind
from borealis.sql.bound.statements import Delete, Select, Target, Update
from borealis.sql.parse import Node


def bind_update(context: BindContext, node: Node) -> Update:
    level = Level(context)
    ctes = bind_ctes(level, node.get("withClause"))
    _refuse_cursor(node)
    target = bind_table(level, node["relation"])
    from_ = bind_from(level, node.get("fromClause", ()))
    level.place = "UPDATE"
    assignments = bind_assignments(level, target.table, node["targetList"])
    where = bind_where(level, node.get("whereClause"))
    return Update(
        target.table,
        target.id,
        target.alias,
        assignments,
        from_,
        where,
        bind_checks(context, target.table, target.id),
        _bind_returning(level, node),
        ctes,
    )


def bind_delete(context: BindContext, node: Node) -> Delete:
    level = Level(context)
    ctes = bind_ctes(level, node.get("withClause"))
    _refuse_cursor(node)
    target = bind_table(level, node["relation"])
    using = bind_from(level, node.get("usingClause", ()))
    where = bind_where(level, node.get("whereClause"))
    return Delete(target.table, target.id, target.alias, using, where, _bind_returning(level, node), ctes)


def _refuse_cursor(node: Node) -> None:
    if "CurrentOfExpr" in node.get("whereClause", {}):
        raise FeatureNotSupported("WHERE CURRENT OF not supported")


def _bind_returning(level: Level, node: Node) -> tuple[Target, ...]:
    level.place = "RETURNING"
    return bind_targets(level, node.get("returningList", ()))


def bind_assignments(level: Level, table: Table, nodes: Sequence[Node]) -> tuple[tuple[int, Expr], ...]:
    """Bind SET: `a = x`, `(a, b) = (x, y)`, `(a, b) = (SELECT …)`."""
    context = level.context
    bound: dict[int, Expr] = {}
    for node in nodes:
        target = node["ResTarget"]
        position = context.position(target)
        if "indirection" in target:
            raise FeatureNotSupported(
                "assignment to a field or element of a column not supported", position=position
            )
        column = column_named(table, target["name"], position)
        if column.attnum in bound:
            raise SyntaxError_(f'multiple assignments to same column "{column.name}"')
        bound[column.attnum] = _bind_assigned(level, column, target["val"], position)
    return tuple(bound.items())


def _bind_assigned(level: Level, column: Column, node: Node, position: int | None) -> Expr:
    context = level.context
    if "SetToDefault" in node:
        return bind_default(context, column)
    if "MultiAssignRef" in node:
        return _bind_multiple(level, column, node["MultiAssignRef"], position)
    return assign(context, column, bind_expr(level, node), position)


def _bind_multiple(level: Level, column: Column, node: Node, position: int | None) -> Expr:
    context = level.context
    source, ordinal, count = node["source"], node["colno"], node["ncolumns"]
    if "RowExpr" in source:
        items = source["RowExpr"].get("args", ())
        if len(items) != count:
            raise SyntaxError_("number of columns does not match number of values", position=position)
        return _bind_assigned(level, column, items[ordinal - 1], position)
    if "SubLink" not in source:
        raise FeatureNotSupported(
            "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
            position=position,
        )
    return assign(
        context, column, _column_of_sublink(level, source["SubLink"], ordinal, count, position), position
    )


def _column_of_sublink(level: Level, node: Node, ordinal: int, count: int, position: int | None) -> Expr:
    """Bind one column of (SELECT …) as a scalar subquery of its own."""
    from borealis.sql.bind.query import bind_subquery
    from borealis.sql.bind.walk import is_volatile

    query, columns = bind_subquery(level, node["subselect"])
    if len(columns) != count:
        raise SyntaxError_("number of columns does not match number of values", position=position)
    if not isinstance(query, Select) or query.distinct or query.distinct_on or is_volatile(query):
        raise FeatureNotSupported(
            "multiple-column UPDATE from this kind of subquery not supported", position=position
        )
    target = query.targets[ordinal - 1]
    return SubLink(
        target.expr.type,
        target.expr.typmod,
        SubLinkKind.SCALAR,
        dataclasses.replace(query, targets=(target,)),
    )
