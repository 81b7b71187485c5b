"""UNION, INTERSECT, EXCEPT: both sides coerced to the columns' common types."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.coerce import apply_typmod, coerce_to_common, common_type
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level, NamespaceItem, var_columns
from borealis.sql.bind.ordering import bind_limit, bind_sort_direction, bind_ties, check_hashable, find_output
from borealis.sql.bind.query import bind_query, query_columns
from borealis.sql.bound.expressions import Expr, Param, SortKey, Var
from borealis.sql.bound.relations import RelationColumn, SubqueryRelation
from borealis.sql.bound.statements import Query, Select, SetOp, SetOperation, Target
from borealis.sql.parse import Node

_OPS = {"SETOP_UNION": SetOp.UNION, "SETOP_INTERSECT": SetOp.INTERSECT, "SETOP_EXCEPT": SetOp.EXCEPT}


def bind_set_operation(level: Level, node: Node) -> SetOperation:
    context = level.context
    ctes = bind_ctes(level, node.get("withClause"))
    _refuse_locks(node)
    op, is_all = _OPS[node["op"]], bool(node.get("all"))
    left = _bind_side(level, node["larg"])
    right = _bind_side(level, node["rarg"])
    columns = _common_columns(context, op, is_all, left, right)
    relation = level.new_relation()
    named = var_columns(relation, columns)
    order = _bind_order(level, node, NamespaceItem("*SELECT*", None, named), (left, right))
    return SetOperation(
        op,
        is_all,
        coerce_query(context, left, columns, op.value),
        coerce_query(context, right, columns, op.value),
        columns,
        relation,
        order,
        bind_limit(level, node.get("limitCount"), "LIMIT"),
        bind_limit(level, node.get("limitOffset"), "OFFSET"),
        ctes,
        bind_ties(level, node),
    )


def _refuse_locks(node: Node) -> None:
    for item in node.get("lockingClause", ()):
        is_update = item["LockingClause"]["strength"] == "LCS_FORUPDATE"
        mode = "FOR UPDATE" if is_update else "FOR KEY SHARE"
        raise FeatureNotSupported(f"{mode} is not allowed with UNION/INTERSECT/EXCEPT")


def _bind_side(level: Level, node: Node) -> Query:
    _refuse_locks(node)
    return bind_query(Level(level.context, parent=level), node, keep_unknown=True)


def _side_exprs(query: Query) -> list[Expr]:
    """Return expressions that stand for a side's columns when a common type is chosen."""
    if isinstance(query, Select):
        return [target.expr for target in query.targets]
    return [Param(column.type, column.typmod, 0) for column in query_columns(query)]


def _common_columns(
    context: BindContext, op: SetOp, is_all: bool, left: Query, right: Query
) -> tuple[RelationColumn, ...]:
    lefts, rights = _side_exprs(left), _side_exprs(right)
    if len(lefts) != len(rights):
        raise SyntaxError_(
            f"each {op.value} query must have the same number of columns",
            position=context.position_of(rights[0]) if rights else None,
        )
    columns = []
    for given, a, b in zip(query_columns(left), lefts, rights, strict=True):
        oid = common_type(context, (a, b), op.value)
        assert oid is not None
        typmod = a.typmod if a.type == b.type and a.typmod == b.typmod else -1
        column = RelationColumn(given.name, oid, typmod, given.shape)
        if not (op is SetOp.UNION and is_all):
            check_hashable(context, Param(oid, -1, 0))
        columns.append(column)
    return tuple(columns)


def coerce_query(
    context: BindContext, query: Query, columns: tuple[RelationColumn, ...], construct: str
) -> Query:
    """Return the query with its outputs coerced to these columns' types."""
    if isinstance(query, Select) and not (query.distinct or query.distinct_on):
        targets = tuple(
            dataclasses.replace(target, expr=_coerce(context, target.expr, column, construct))
            for target, column in zip(query.targets, columns, strict=True)
        )
        return dataclasses.replace(query, targets=targets)
    given = query_columns(query)
    if all((a.type, a.typmod) == (b.type, b.typmod) for a, b in zip(given, columns, strict=True)):
        return query
    number = context.new_id()
    targets = tuple(
        Target(_coerce(context, Var(old.type, old.typmod, number, ordinal), new, construct), new.name)
        for ordinal, (old, new) in enumerate(zip(given, columns, strict=True), 1)
    )
    return Select(targets, SubqueryRelation(number, "*SELECT*", query, given))


def _coerce(context: BindContext, expr: Expr, column: RelationColumn, construct: str) -> Expr:
    coerced = coerce_to_common(context, expr, column.type, construct)
    return apply_typmod(coerced, column.type, column.typmod, is_explicit=False)


def _bind_order(
    level: Level, node: Node, named_item: NamespaceItem, sides: tuple[Query, Query]
) -> tuple[SortKey, ...]:
    """ORDER BY after a set operation takes output names and ordinals only."""
    targets = [Target(column.expr, column.name) for column in named_item.columns]
    keys = []
    for item in node.get("sortClause", ()):
        sort_by = item["SortBy"]
        is_name = "ColumnRef" in sort_by["node"] and any(
            target.name == sort_by["node"]["ColumnRef"]["fields"][0].get("String", {}).get("sval")
            for target in targets
        )
        if not is_name and "A_Const" not in sort_by["node"]:
            # What is not there at all is said so.
            terms = [
                NamespaceItem(f"*SELECT* {n}", None, var_columns(0, query_columns(each)))
                for n, each in enumerate((*_terms(sides[0]), *_terms(sides[1])), 1)
            ]
            inner = Level(level.context, parent=level, namespace=[named_item], entries=terms)
            bind_expr(inner, sort_by["node"])
            raise FeatureNotSupported(
                "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                detail="Only result column names can be used, not expressions or functions.",
                hint="Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                position=level.context.leftmost(sort_by["node"]),
            )
        expr = find_output(level, sort_by["node"], targets, "ORDER BY")
        keys.append(bind_sort_direction(level.context, expr, sort_by))
    return tuple(keys)


def _terms(side: Query) -> Iterator[Query]:
    """Yield the queries a side unites: itself, where it is no set operation or has clauses of its own."""
    if isinstance(side, SetOperation) and not (side.order or side.limit or side.offset or side.ctes):
        yield from _terms(side.left)
        yield from _terms(side.right)
    else:
        yield side
