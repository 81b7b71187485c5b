"""UPDATE and DELETE."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from borealis.catalog.relations import Column, Table
from borealis.errors import FeatureNotSupported, GeneratedAlways, SyntaxError_
from borealis.sql.bind.assignment import (
    assign,
    bind_checks,
    bind_default,
    bind_generated,
    column_named,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.dml_target import bind_target
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.expressions.rows import bind_list
from borealis.sql.bind.expressions.subscripts import bind_subscripted_assignment
from borealis.sql.bind.from_clause import bind_from
from borealis.sql.bind.indexes import bind_indexes
from borealis.sql.bind.level import Level, var_columns
from borealis.sql.bind.select import bind_where
from borealis.sql.bind.targets import bind_targets
from borealis.sql.bind.views import both
from borealis.sql.bound.expressions import Expr, JsonbAssignment, SubLink, SubLinkKind
from borealis.sql.bound.relations import SubqueryRelation
from borealis.sql.bound.statements import Delete, Select, Target, Update
from borealis.sql.parse import Node


def bind_update(context: BindContext, node: Node, outer: Level | None = None) -> Update:
    level = Level(context, parent=outer)
    ctes = bind_ctes(level, node.get("withClause"))
    _refuse_cursor(node)
    target = bind_target(level, node["relation"], "update")
    from_ = bind_from(level, node.get("fromClause", ()))
    level.place = "UPDATE"
    if target.view is not None and any("indirection" in item["ResTarget"] for item in node["targetList"]):
        raise FeatureNotSupported("assignment to a field or element of a view's column not supported")
    assignments = bind_assignments(level, target.face, node["targetList"])
    target.check_written((attnum for attnum, _ in assignments), "update")
    where = both(target.where, bind_where(level, node.get("whereClause")))
    return Update(
        target.table,
        target.relation,
        target.alias,
        assignments,
        from_,
        where,
        bind_checks(context, target.table, target.relation),
        _bind_returning(level, node),
        ctes,
        bind_indexes(context, target.table, target.relation),
        bind_generated(context, target.table, target.relation),
    )


def bind_delete(context: BindContext, node: Node, outer: Level | None = None) -> Delete:
    level = Level(context, parent=outer)
    ctes = bind_ctes(level, node.get("withClause"))
    _refuse_cursor(node)
    target = bind_target(level, node["relation"], "delete from")
    using = bind_from(level, node.get("usingClause", ()))
    where = both(target.where, bind_where(level, node.get("whereClause")))
    returning = _bind_returning(level, node)
    return Delete(target.table, target.relation, target.alias, using, where, returning, ctes)


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
        column = column_named(table, target["name"], position)
        before = bound.get(column.attnum)
        if before is not None and not ("indirection" in target and isinstance(before, JsonbAssignment)):
            raise SyntaxError_(f'multiple assignments to same column "{column.name}"')
        if "indirection" in target:
            # Several of one column, SET j['a'] = …, j['b'] = …, work on what the one before makes.
            bound[column.attnum] = bind_subscripted_assignment(
                level,
                column.name,
                before or _own_column(level, table, column),
                target["indirection"],
                bind_expr(level, target["val"]),
                position,
            )
            continue
        bound[column.attnum] = _bind_assigned(level, column, target["val"], position)
    return tuple(bound.items())


def _own_column(level: Level, table: Table, column: Column) -> Expr:
    """Return the column of the row that is updated; the target stands before what FROM names."""
    return next(
        named.expr
        for item in level.namespace
        if item.table == table.oid
        for named in item.columns
        if named.attnum == column.attnum
    )


def _bind_assigned(level: Level, column: Column, node: Node, position: int | None) -> Expr:
    context = level.context
    if "SetToDefault" in node:
        return bind_default(context, column)
    if column.generated:
        raise GeneratedAlways(
            f'column "{column.name}" can only be updated to DEFAULT',
            detail=f'Column "{column.name}" is a generated column.',
        )
    if column.identity == "a":
        raise GeneratedAlways(
            f'column "{column.name}" can only be updated to DEFAULT',
            detail=f'Column "{column.name}" is an identity column defined as GENERATED ALWAYS.',
        )
    if "MultiAssignRef" in node:
        return _bind_multiple(level, column, node["MultiAssignRef"], position)
    return assign(context, column, bind_expr(level, node), position)


def _bind_multiple(level: Level, column: Column, node: Node, position: int | None) -> Expr:
    context = level.context
    source, ordinal, count = node["source"], node["colno"], node["ncolumns"]
    place = context.leftmost(source)
    match source:
        case {"RowExpr": row}:
            items = row.get("args", ())
            if any(_is_star(item) for item in items):
                exprs = bind_list(level, items)
                _check_count(len(exprs), count, place)
                return assign(context, column, exprs[ordinal - 1], position)
            _check_count(len(items), count, place)
            return _bind_assigned(level, column, items[ordinal - 1], position)
        case {"SubLink": {"subLinkType": "EXPR_SUBLINK"} as sublink}:
            return assign(
                context, column, _column_of_sublink(level, sublink, ordinal, count, place), position
            )
    raise FeatureNotSupported(
        "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression", position=place
    )


def _check_count(given: int, wanted: int, position: int | None) -> None:
    if given != wanted:
        raise SyntaxError_("number of columns does not match number of values", position=position)


def _is_star(node: Node) -> bool:
    match node:
        case {"ColumnRef": {"fields": [*_, {"A_Star": _}]}}:
            return True
        case {"A_Indirection": {"indirection": [*_, {"A_Star": _}]}}:
            return True
    return False


def _column_of_sublink(level: Level, node: Node, ordinal: int, count: int, position: int | None) -> Expr:
    """Bind one column of (SELECT …) as a scalar subquery of its own.

    Each column computes the query again, so what decides its rows must not be volatile.
    """
    from borealis.sql.bind.query import bind_subquery
    from borealis.sql.bind.walk import is_volatile

    query, columns = bind_subquery(level, node["subselect"])
    _check_count(len(columns), count, position)
    if isinstance(query, Select) and not (query.distinct or query.distinct_on):
        target = query.targets[ordinal - 1]
        single: Select = dataclasses.replace(query, targets=(target,))
        decides: object = dataclasses.replace(query, targets=())
    else:
        relation = level.context.new_id()
        target = Target(var_columns(relation, columns)[ordinal - 1].expr, columns[ordinal - 1].name)
        single = Select((target,), SubqueryRelation(relation, "", query, columns))
        decides = query
    if is_volatile(decides):
        raise FeatureNotSupported(
            "multiple-column UPDATE from a subquery whose rows a volatile function decides not supported",
            position=position,
        )
    return SubLink(target.expr.type, target.expr.typmod, SubLinkKind.SCALAR, single)
