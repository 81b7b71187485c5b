"""INSERT: columns, source, ON CONFLICT, RETURNING."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial

from borealis.catalog.relations import Column, Index, Table
from borealis.errors import (
    DuplicateColumn,
    FeatureNotSupported,
    GeneratedAlways,
    InvalidColumnReference,
    SyntaxError_,
    UndefinedObject,
)
from borealis.sql.bind.assignment import (
    assign,
    bind_checks,
    bind_default,
    bind_generated,
    column_named,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.dml_target import DmlTarget, bind_insert_target
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.indexes import bind_indexes, infer_index
from borealis.sql.bind.level import Level, NamedColumn, NamespaceItem
from borealis.sql.bind.query import bind_query, query_columns
from borealis.sql.bind.select import bind_where
from borealis.sql.bind.set_returning import expand_sets
from borealis.sql.bind.targets import bind_targets
from borealis.sql.bind.update import bind_assignments
from borealis.sql.bind.walk import rewrite
from borealis.sql.bound.expressions import ExcludedVar, Expr, Var
from borealis.sql.bound.relations import RelationColumn, SubqueryRelation
from borealis.sql.bound.statements import Insert, OnConflict, Query, Select, Target, Values
from borealis.sql.parse import Node


def bind_insert(context: BindContext, node: Node, outer: Level | None = None) -> Insert:
    level = Level(context, parent=outer)
    ctes = bind_ctes(level, node.get("withClause"))
    target = bind_insert_target(level, node["relation"])
    table, relation, item = target.table, target.relation, target.item
    level.entries.append(item)
    columns = _target_columns(context, target.face, node.get("cols", ()))
    attnums, source = _bind_source(level, target.face, node, columns)
    target.check_written(attnums, "insert into")
    on_conflict = None
    if "onConflictClause" in node:
        on_conflict = _bind_on_conflict(level, target, node["onConflictClause"])
    return Insert(
        table,
        relation,
        attnums,
        source,
        tuple(
            (column.attnum, bind_default(context, target.default_of(column)))
            for column in table.live_columns
            if column.attnum not in attnums
        ),
        bind_checks(context, table, relation),
        on_conflict,
        _bind_returning(level, item, node),
        ctes,
        bind_indexes(context, table, relation),
        bind_generated(context, table, relation),
    )


def _bind_returning(level: Level, item: NamespaceItem, node: Node) -> tuple[Target, ...]:
    if "returningList" not in node:
        return ()
    inner = Level(level.context, parent=level.parent, ctes=level.ctes, place="RETURNING")
    inner.relation_ids, inner.entries = level.relation_ids, level.entries
    inner.namespace.append(item)
    return bind_targets(inner, node["returningList"])


def _target_columns(context: BindContext, table: Table, nodes: Sequence[Node]) -> list[Column]:
    columns: list[Column] = []
    for node in nodes:
        target = node["ResTarget"]
        position = context.position(target)
        if "indirection" in target:
            raise FeatureNotSupported(
                "assignment to a field or element of a column not supported", position=position
            )
        column = column_named(table, target["name"], position)
        if column in columns:
            raise DuplicateColumn(f'column "{column.name}" specified more than once', position=position)
        columns.append(column)
    return columns or list(table.live_columns)


def _bind_source(
    level: Level, table: Table, node: Node, columns: list[Column]
) -> tuple[tuple[int, ...], Query]:
    """Return the attnums the source gives, and the source with its columns of their types."""
    if "selectStmt" not in node:
        return (), Values(((),), (), level.new_relation())
    override = node.get("override", "OVERRIDING_NOT_SET")
    select = node["selectStmt"]["SelectStmt"]
    is_plain_values = "valuesLists" in select and not any(
        key in select for key in ("sortClause", "limitCount", "limitOffset", "withClause", "lockingClause")
    )
    if is_plain_values:
        return _bind_rows(level, columns, node, select["valuesLists"], override)
    query = bind_query(Level(level.context, parent=level), select, keep_unknown=True)
    given = query_columns(query)
    used = _match_width(level, columns, node, select.get("targetList", ()), len(given))
    for column in used:
        refuse_identity_value(column, override)
    if override == _USER and any(column.identity for column in used):
        raise FeatureNotSupported("OVERRIDING USER VALUE with a query not supported")
    return tuple(column.attnum for column in used), _assign_query(level, query, given, used)


def _match_width(
    level: Level, columns: list[Column], node: Node, given: Sequence[Node], width: int
) -> list[Column]:
    """Return the columns that get the source's; those behind are left to their defaults if none were listed."""
    if width > len(columns):
        extra = given[len(columns)] if len(given) > len(columns) else None
        raise SyntaxError_(
            "INSERT has more expressions than target columns", position=level.context.leftmost(extra)
        )
    if width < len(columns) and "cols" in node:
        raise SyntaxError_(
            "INSERT has more target columns than expressions",
            position=level.context.leftmost(node["cols"][width]),
        )
    return columns[:width]


def _bind_rows(
    level: Level, columns: list[Column], node: Node, rows: Sequence[Node], override: str
) -> tuple[tuple[int, ...], Query]:
    context = level.context
    level.place = "VALUES"
    level.allows_sets = len(rows) == 1
    lists = [row["List"].get("items", ()) for row in rows]
    unlike = next((items for items in lists if len(items) != len(lists[0])), None)
    if unlike is not None:
        raise SyntaxError_("VALUES lists must all be the same length", position=context.leftmost(unlike))
    used = _match_width(level, columns, node, lists[0], len(lists[0]))
    bound = tuple(
        tuple(_bind_value(level, column, item, override) for column, item in zip(used, items, strict=True))
        for items in lists
    )
    level.place, level.allows_sets = "SELECT", False
    if level.set_returning:
        targets = tuple(Target(expr, column.name) for expr, column in zip(bound[0], used, strict=True))
        return tuple(column.attnum for column in used), expand_sets(level, Select(targets))
    described = tuple(RelationColumn(column.name, column.type, column.typmod) for column in used)
    return tuple(column.attnum for column in used), Values(bound, described, context.new_id())


def _bind_value(level: Level, column: Column, node: Node, override: str) -> Expr:
    if "SetToDefault" in node or (column.identity and override == _USER):
        return bind_default(level.context, column)
    refuse_identity_value(column, override)
    return assign(level.context, column, bind_expr(level, node), None)


_USER = "OVERRIDING_USER_VALUE"


def refuse_identity_value(column: Column, override: str) -> None:
    """Raise 428C9 where a value is given to a column that always makes its own."""
    if column.generated:
        raise GeneratedAlways(
            f'cannot insert a non-DEFAULT value into column "{column.name}"',
            detail=f'Column "{column.name}" is a generated column.',
        )
    if column.identity == "a" and override == "OVERRIDING_NOT_SET":
        raise GeneratedAlways(
            f'cannot insert a non-DEFAULT value into column "{column.name}"',
            detail=f'Column "{column.name}" is an identity column defined as GENERATED ALWAYS.',
            hint="Use OVERRIDING SYSTEM VALUE to override.",
        )


def _assign_query(
    level: Level, query: Query, given: tuple[RelationColumn, ...], columns: list[Column]
) -> Query:
    """Coerce a query's outputs to the columns', on top of it where its own targets must stay what they are."""
    context = level.context
    if isinstance(query, Select) and not (query.distinct or query.distinct_on):
        targets = tuple(
            Target(assign(context, column, target.expr, None), column.name)
            for target, column in zip(query.targets, columns, strict=True)
        )
        return dataclasses.replace(query, targets=targets)
    number = context.new_id()
    targets = tuple(
        Target(assign(context, column, Var(old.type, old.typmod, number, ordinal), None), column.name)
        for ordinal, (old, column) in enumerate(zip(given, columns, strict=True), 1)
    )
    return Select(targets, SubqueryRelation(number, "*SELECT*", query, given))


def _bind_on_conflict(level: Level, target: DmlTarget, node: Node) -> OnConflict:
    context = level.context
    excluded = NamespaceItem(
        "excluded",
        None,
        tuple(
            NamedColumn(column.name, rewrite(column.expr, partial(_excluded, target.relation)))
            for column in target.item.columns
        ),
        columns_visible=False,
        table=target.item.table,
    )
    is_update = node["action"] != "ONCONFLICT_NOTHING"
    if is_update:
        level.entries.append(excluded)
    index = _inferred_index(level, target, node.get("infer"))
    if not is_update:
        return OnConflict(index, None)
    if index is None:
        raise SyntaxError_(
            "ON CONFLICT DO UPDATE requires inference specification or constraint name",
            hint="For example, ON CONFLICT (column_name).",
            position=context.position(node),
        )
    inner = Level(context, parent=level.parent, ctes=level.ctes, place="UPDATE")
    inner.relation_ids, inner.entries = level.relation_ids, level.entries
    inner.namespace += (target.item, excluded)
    if target.view is not None and any("indirection" in each["ResTarget"] for each in node["targetList"]):
        raise FeatureNotSupported("assignment to a field or element of a view's column not supported")
    assignments = bind_assignments(inner, target.face_on_conflict, node["targetList"])
    target.check_written((attnum for attnum, _ in assignments), "insert into")
    return OnConflict(index, assignments, bind_where(inner, node.get("whereClause")))


def _excluded(relation: int, node: Expr) -> Expr | None:
    """Make of the target's column that of the row proposed for insertion."""
    if isinstance(node, Var) and node.relation == relation:
        return ExcludedVar(node.type, node.typmod, node.attnum)
    return None


def _inferred_index(level: Level, target: DmlTarget, node: Node | None) -> Index | None:
    """Return the unique index ON CONFLICT (columns) or ON CONSTRAINT means."""
    if node is None:
        return None
    if "conname" in node:
        for index in target.table.indexes if target.view is None else ():
            if index.name == node["conname"] and index.is_unique:
                return index
        raise UndefinedObject(f'constraint "{node["conname"]}" for table "{target.face.name}" does not exist')
    inferred = infer_index(level, target.table, target.item, target.relation, node)
    if inferred is not None:
        return inferred
    raise InvalidColumnReference(
        "there is no unique or exclusion constraint matching the ON CONFLICT specification"
    )
