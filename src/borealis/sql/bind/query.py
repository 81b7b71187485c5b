"""Queries: SELECT, VALUES and set operations, at the top or inside."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.composites import record_shape
from borealis.sql.bind.level import Level
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.bound.statements import Query, Select, Target
from borealis.sql.parse import Node
from borealis.types import oids


def bind_query(level: Level, node: Node, *, keep_unknown: bool = False) -> Query:
    """Bind a SelectStmt into a fresh level of its own."""
    from borealis.sql.bind.select import bind_select
    from borealis.sql.bind.set_operations import bind_set_operation
    from borealis.sql.bind.values import bind_values

    if "intoClause" in node:
        raise FeatureNotSupported("unsupported statement: CreateTableAs")
    if node.get("op", "SETOP_NONE") != "SETOP_NONE":
        return bind_set_operation(level, node)
    if "valuesLists" in node:
        return bind_values(level, node)
    return bind_select(level, node, keep_unknown=keep_unknown)


def bind_subquery(
    level: Level, node: Node, *, in_from: bool = False, lateral: bool = False
) -> tuple[Query, tuple[RelationColumn, ...]]:
    """Bind a query inside another; in FROM it sees its neighbours only when LATERAL."""
    if "SelectStmt" not in node:
        raise FeatureNotSupported("data-modifying statements in subqueries not supported")
    was_lateral = level.is_lateral
    if in_from:
        level.is_lateral = lateral
    query = bind_query(Level(level.context, parent=level), node["SelectStmt"])
    level.is_lateral = was_lateral
    return query, query_columns(query)


def query_columns(query: Query) -> tuple[RelationColumn, ...]:
    return target_columns(query.targets) if isinstance(query, Select) else query.columns


def target_columns(targets: Sequence[Target]) -> tuple[RelationColumn, ...]:
    return tuple(
        RelationColumn(
            target.name,
            target.expr.type,
            target.expr.typmod,
            record_shape(target.expr) if target.expr.type == oids.RECORD else None,
        )
        for target in targets
    )
