"""FROM: tables, subqueries, functions, VALUES, CTE references, and joins of them.

Items are bound left to right. A LATERAL item, and every function, sees the items before it; others see the query outside.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from borealis.catalog import relations
from borealis.catalog.relations import View
from borealis.catalog.system import SystemTable
from borealis.catalog.system.sequence_rows import sequence_table
from borealis.errors import (
    DuplicateColumn,
    FeatureNotSupported,
    InvalidColumnReference,
    UndefinedColumn,
)
from borealis.sql.bind.coerce import coerce_to_boolean, coerce_to_common, common_type
from borealis.sql.bind.context import Reading
from borealis.sql.bind.expressions.calls import find_made
from borealis.sql.bind.expressions.conditionals import conjunction
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.expressions.operators import bind_binary
from borealis.sql.bind.from_functions import bind_functions
from borealis.sql.bind.level import Level, NamedColumn, NamespaceItem, refuse_equal_names, var_columns
from borealis.sql.bind.names import find_relation, find_system_table, find_table, lookup_relation
from borealis.sql.bind.sql_functions import call_rows, has_nested_calls, result_columns
from borealis.sql.bind.stored import alias_shown, named_columns, schema_shown
from borealis.sql.bind.system_views import system_view_query
from borealis.sql.bind.views import bind_view_query
from borealis.sql.bound.expressions import Coalesce, Expr, Var
from borealis.sql.bound.relations import (
    TABLE_OID,
    CteRelation,
    FromItem,
    Join,
    JoinKind,
    RelationColumn,
    SubqueryRelation,
    SystemRelation,
    TableRelation,
)
from borealis.sql.parse import Node
from borealis.types import oids

_JOIN_KINDS = {
    "JOIN_INNER": JoinKind.INNER,
    "JOIN_LEFT": JoinKind.LEFT,
    "JOIN_RIGHT": JoinKind.RIGHT,
    "JOIN_FULL": JoinKind.FULL,
}


def bind_from(level: Level, nodes: Sequence[Node]) -> FromItem | None:
    """Bind a FROM list into the level's namespace; items of the list are cross-joined."""
    place, level.place = level.place, "FROM"
    level.in_from = True
    if level.namespace:  # the table an UPDATE changes
        level.target = level.namespace[0]
        level.target.lateral_ok = False
    joined: FromItem | None = None
    for node in nodes:
        before = len(level.namespace)
        item = _bind_item(level, node)
        refuse_equal_names(level.namespace[before:], level.namespace[:before])
        joined = item if joined is None else Join(JoinKind.INNER, joined, item, None)
    level.place, level.in_from = place, False
    return joined


def _bind_item(level: Level, node: Node) -> FromItem:
    item = _bind_item_of_kind(level, node)
    if level.context.trace is not None:
        level.context.trace.items[id(next(iter(node.values())))] = (item, level.namespace[-1])
    return item


def _bind_item_of_kind(level: Level, node: Node) -> FromItem:
    match node:
        case {"RangeVar": body}:
            return _bind_range_var(level, body)
        case {"RangeSubselect": body}:
            return _bind_subselect(level, body)
        case {"RangeFunction": body}:
            level.is_lateral, was_lateral = True, level.is_lateral
            function = _bind_function(level, body)
            level.is_lateral = was_lateral
            return function
        case {"JoinExpr": body}:
            return _bind_join(level, body)
        case {"RangeTableSample": _}:
            raise FeatureNotSupported("TABLESAMPLE clause not supported")
    raise FeatureNotSupported(f"{next(iter(node))} in FROM not supported")


def _bind_range_var(level: Level, node: Node) -> FromItem:
    if "schemaname" not in node:
        cte = level.find_cte(node["relname"])
        if cte is not None:
            return _bind_cte_reference(level, node)
    system = find_system_table(level.context, node)
    if system is not None:
        return _bind_system_table(level, node, system)
    query = system_view_query(level.context, node)
    if query is not None:
        return _bind_system_view(level, node, query)
    sequence = lookup_relation(level.context, node)
    if isinstance(sequence, relations.Sequence):
        level.context.called.append(Reading(sequence, level.context.reader, id(node)))
        return _bind_system_table(level, node, sequence_table(sequence), sequence.schema.name)
    later = frozenset(name for outer in level.chain() for name in outer.later_ctes)
    relation = find_relation(level.context, node, later)
    if isinstance(relation, View):
        return _bind_view(level, node, relation)
    return bind_table(level, node)


def _bind_system_table(
    level: Level, node: Node, table: SystemTable, schema_name: str = "pg_catalog"
) -> SystemRelation:
    number = level.new_relation()
    alias = node.get("alias", {})
    name = alias.get("aliasname") or table.name
    columns = tuple(
        NamedColumn(column.name, Var(column.type, -1, number, column.attnum), table.oid, column.attnum)
        for column in table.columns
    )
    columns = rename_columns(name, columns, alias)
    schema = None if alias else schema_name
    table_oid = NamedColumn("tableoid", Var(oids.OID, -1, number, TABLE_OID))
    level.add(NamespaceItem(name, schema, columns, table_name=table.name, hidden=(table_oid,)))
    return SystemRelation(number, name, table)


def _bind_system_view(level: Level, node: Node, query: Node) -> SubqueryRelation:
    """Bind a view of pg_catalog or information_schema as the subquery it stands for."""
    alias = node.get("alias", {"aliasname": node["relname"]})
    bound = _bind_subselect(Level(level.context), {"subquery": query, "alias": {"aliasname": "v"}})
    number = level.new_relation()
    name = alias["aliasname"]
    columns = rename_columns(name, var_columns(number, bound.columns), alias)
    schema = None if "alias" in node else node.get("schemaname", "pg_catalog")
    level.add(NamespaceItem(name, schema, columns, table_name=node["relname"]))
    return SubqueryRelation(number, name, bound.query, bound.columns)


def _bind_view(level: Level, node: Node, view: View) -> SubqueryRelation:
    """Bind a view as the subquery it stands for."""
    query = bind_view_query(level.context, view)
    number = level.new_relation(node)
    alias = alias_shown(node, view)
    name = alias.get("aliasname") or node["relname"]
    shown = named_columns(node, view)
    columns = tuple(
        NamedColumn(own, Var(column.type, column.typmod, number, column.attnum), view.oid, column.attnum)
        for own, column in shown
    )
    columns = rename_columns(name, columns, alias)
    schema = None if alias else schema_shown(node, view)
    level.add(NamespaceItem(name, schema, columns, table_name=node["relname"], table=view.oid))
    listed = tuple(RelationColumn(column.name, column.type, column.typmod) for column in view.columns)
    return SubqueryRelation(number, name, query, listed)


def bind_table(level: Level, node: Node, alias: str | None = None) -> TableRelation:
    """Bind a base table and put it into the namespace."""
    context = level.context
    table = find_table(context, node)
    context.tables.add(table.oid)
    number = level.new_relation(node)
    alias_node = alias_shown(node, table)
    own_name = node["relname"]
    name = alias or alias_node.get("aliasname") or own_name
    columns = tuple(
        NamedColumn(own, Var(column.type, column.typmod, number, column.attnum), table.oid, column.attnum)
        for own, column in named_columns(node, table)
    )
    columns = rename_columns(name, columns, alias_node)
    schema = None if alias_node else schema_shown(node, table)
    level.add(NamespaceItem(name, schema, columns, table_name=own_name, table=table.oid))
    return TableRelation(number, name, table)


def rename_columns(
    name: str, columns: tuple[NamedColumn, ...], alias: Node, *, kind: str = "table"
) -> tuple[NamedColumn, ...]:
    """Apply the column names of `AS name (a, b)`. kind: what an error calls the item."""
    names = [item["String"]["sval"] for item in alias.get("colnames", ())]
    if len(names) > len(columns):
        raise InvalidColumnReference(
            f'{kind} "{name}" has {len(columns)} columns available but {len(names)} columns specified'
        )
    renamed = tuple(
        dataclasses.replace(column, name=new) for column, new in zip(columns, names, strict=False)
    )
    return renamed + columns[len(names) :]


def _bind_cte_reference(level: Level, node: Node) -> CteRelation:
    context = level.context
    position = context.position(node)
    cte = level.find_cte(node["relname"])
    assert cte is not None
    level.names_itself = level.names_itself or cte.is_recursing
    if cte.is_data_modifying and not cte.columns:
        raise FeatureNotSupported(
            f'WITH query "{node["relname"]}" does not have a RETURNING clause', position=position
        )
    number = level.new_relation()
    alias = node.get("alias", {})
    name = alias.get("aliasname") or node["relname"]
    columns = rename_columns(name, var_columns(number, cte.columns), alias)
    level.add(NamespaceItem(name, None, columns, table_name=node["relname"]))
    return CteRelation(number, name, cte.id, cte.columns)


def _bind_subselect(level: Level, node: Node) -> SubqueryRelation:
    from borealis.sql.bind.query import bind_subquery

    lateral = bool(node.get("lateral"))
    query, columns = bind_subquery(level, node["subquery"], in_from=True, lateral=lateral)
    number = level.new_relation()
    alias = node.get("alias", {})
    name = alias.get("aliasname", "unnamed_subquery")
    renamed = rename_columns(name, var_columns(number, columns), alias)
    item = NamespaceItem(name, None, renamed, relation_visible="aliasname" in alias)
    level.add(item)
    named = tuple(
        RelationColumn(new.name, old.type, old.typmod) for new, old in zip(renamed, columns, strict=True)
    )
    return SubqueryRelation(number, name, query, named, lateral)


def _bind_function(level: Level, node: Node) -> FromItem:
    made = _bind_made_function(level, node)
    if made is not None:
        return made
    bound = bind_functions(level, node)
    alias = node.get("alias", {})
    columns = var_columns(bound.number, bound.columns)
    renamed = rename_columns(bound.name, columns, alias)
    level.add(NamespaceItem(bound.name, None, renamed, is_scalar=bound.is_scalar, table=bound.table))
    return bound.relation


def _bind_made_function(level: Level, node: Node) -> SubqueryRelation | None:
    """Bind a function made by CREATE FUNCTION as the subquery its body is; None where it is another."""
    match node["functions"]:
        case [{"List": {"items": [{"FuncCall": call}, *_]}}] if level.context.catalog.functions:
            found = find_made(level, call)
        case _:
            return None
    if found is None:
        return None
    function, args = found
    if node.get("ordinality") or "coldeflist" in node:
        raise FeatureNotSupported(
            f"WITH ORDINALITY or column definitions of function {function.name} not supported"
        )
    query = call_rows(level.context, function, args)
    number = level.new_relation()
    alias = node.get("alias", {})
    columns = result_columns(function)
    if len(columns) == 1 and not any(
        argument.mode in "obt" and argument.name for argument in function.arguments
    ):
        columns = (dataclasses.replace(columns[0], name=alias.get("aliasname", function.name)),)
    name = alias.get("aliasname", function.name)
    renamed = rename_columns(name, var_columns(number, columns), alias)
    level.add(NamespaceItem(name, None, renamed, is_scalar=len(columns) == 1))
    return SubqueryRelation(number, name, query, columns, True, function.oid, has_nested_calls(args))


def _bind_join(level: Level, node: Node) -> FromItem:
    before = len(level.namespace)
    left = _bind_item(level, node["larg"])
    between = len(level.namespace)
    kind = _JOIN_KINDS[node["jointype"]]
    left_items = level.namespace[before:between]
    with _unusable(left_items if kind in (JoinKind.RIGHT, JoinKind.FULL) else []):
        right = _bind_item(level, node["rarg"])
    right_items = level.namespace[between:]
    refuse_equal_names(right_items, left_items)
    left_columns, right_columns = _visible(left_items), _visible(right_items)
    condition: Expr | None = None
    merged: tuple[NamedColumn, ...] = ()
    if node.get("isNatural"):
        names = [column.name for column in left_columns if any(column.name == c.name for c in right_columns)]
        condition, merged = _merge(level, kind, names, left_columns, right_columns)
    elif "usingClause" in node:
        names = [item["String"]["sval"] for item in node["usingClause"]]
        condition, merged = _merge(level, kind, names, left_columns, right_columns)
    elif "quals" in node:
        condition = _bind_on(level, node["quals"], left_items + right_items, before)
    hidden = {column.name for column in merged}
    columns = (
        merged
        + tuple(column for column in left_columns if column.name not in hidden)
        + tuple(column for column in right_columns if column.name not in hidden)
    )
    if "join_using_alias" in node:
        # It names the merged columns; the tables stay in sight.
        name = node["join_using_alias"]["aliasname"]
        item = NamespaceItem(name, None, merged, columns_visible=False, is_join=True)
        refuse_equal_names([item], level.namespace[before:])
        level.namespace.append(item)
    alias = node.get("alias", {})
    if alias:
        # An alias of the join hides the items inside it.
        del level.namespace[before:]
        name = alias["aliasname"]
        columns = rename_columns(name, columns, alias, kind="join expression")
        level.add(NamespaceItem(name, None, columns, is_join=True))
    else:
        for item in left_items + right_items:
            item.columns_visible = False
        level.namespace.append(NamespaceItem("", None, columns, relation_visible=False))
    return Join(kind, left, right, condition)


@contextmanager
def _unusable(items: list[NamespaceItem]) -> Iterator[None]:
    """Let LATERAL items see these but not use them."""
    usable = [item for item in items if item.lateral_ok]
    for item in usable:
        item.lateral_ok = False
    yield
    for item in usable:
        item.lateral_ok = True


def _visible(items: list[NamespaceItem]) -> tuple[NamedColumn, ...]:
    return tuple(column for item in items if item.columns_visible for column in item.columns)


def _bind_on(level: Level, node: Node, items: list[NamespaceItem], before: int) -> Expr:
    """ON sees the two sides of its join, not the FROM items before it."""
    outside = level.namespace[:before]
    level.namespace = items
    place, level.place = level.place, "JOIN/ON"
    level.in_from = False
    try:
        return coerce_to_boolean(level.context, bind_expr(level, node), "JOIN/ON", None)
    finally:
        level.place, level.in_from = place, True
        level.namespace = outside + items


def _merge(
    level: Level,
    kind: JoinKind,
    names: list[str],
    left: tuple[NamedColumn, ...],
    right: tuple[NamedColumn, ...],
) -> tuple[Expr | None, tuple[NamedColumn, ...]]:
    """Return the condition of USING (names), and its merged columns."""
    tests, merged = [], []
    for name in names:
        if names.count(name) > 1:
            raise DuplicateColumn(f'column name "{name}" appears more than once in USING clause')
        a, b = _using_column(name, left, "left"), _using_column(name, right, "right")
        test = bind_binary(level.context, "=", a.expr, b.expr, None)
        tests.append(test)
        merged.append(_merged_column(level, kind, name, a, b))
    return (conjunction(tests) if tests else None), tuple(merged)


def _using_column(name: str, columns: tuple[NamedColumn, ...], side: str) -> NamedColumn:
    found = [column for column in columns if column.name == name]
    if not found:
        raise UndefinedColumn(f'column "{name}" specified in USING clause does not exist in {side} table')
    if len(found) > 1:
        from borealis.errors import AmbiguousColumn

        raise AmbiguousColumn(f'common column name "{name}" appears more than once in {side} table')
    return found[0]


def _merged_column(level: Level, kind: JoinKind, name: str, a: NamedColumn, b: NamedColumn) -> NamedColumn:
    context = level.context
    oid = common_type(context, (a.expr, b.expr), "JOIN/USING")
    assert oid is not None
    left = coerce_to_common(context, a.expr, oid, "JOIN/USING")
    right = coerce_to_common(context, b.expr, oid, "JOIN/USING")
    if kind is JoinKind.FULL:
        return NamedColumn(name, Coalesce(oid, -1, (left, right)))
    chosen, column = (right, b) if kind is JoinKind.RIGHT else (left, a)
    return NamedColumn(name, chosen, column.table, column.attnum)
