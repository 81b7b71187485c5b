"""Indexes of expressions, and of the rows where a predicate is true: what the catalog keeps, bound over a relation.

Source: PostgreSQL 16, CREATE INDEX; DefineIndex (indexcmds.c) for the order of errors and their texts.
"""

from __future__ import annotations

from borealis.catalog.relations import Index, Table
from borealis.sql.bind.assignment import table_columns
from borealis.sql.bind.coerce import coerce_to_boolean, resolve_unknown
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.implication import implies
from borealis.sql.bind.level import Level, NamespaceItem, resolve_column
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.bound.statements import ComputedIndex
from borealis.sql.parse import Node


def bind_indexes(context: BindContext, table: Table, relation: int) -> tuple[ComputedIndex, ...]:
    """Return the table's indexes whose entries are computed, in the order their entries travel in."""
    return tuple(bind_index(context, table, relation, index) for index in table.indexes if index.is_computed)


def bind_index(context: BindContext, table: Table, relation: int, index: Index) -> ComputedIndex:
    """Bind an index over Vars of a relation, expressions or not."""
    level = index_level(context, table, relation)
    expressions = iter(index.expressions)
    with stored(context, context.search_path):
        keys = tuple(
            bind_key(level, stored_node(next(expressions).source))
            if attnum == 0
            else _column(table, relation, attnum)
            for attnum in index.columns
        )
        predicate = None if index.predicate is None else bind_predicate(level, stored_node(index.predicate))
    return ComputedIndex(index, keys, predicate)


def index_level(context: BindContext, table: Table, relation: int) -> Level:
    level = Level(context)
    level.relation_ids.add(relation)
    level.namespace.append(
        NamespaceItem(table.name, table.schema.name, table_columns(table, relation), table=table.oid)
    )
    return level


def bind_key(level: Level, node: Node) -> Expr:
    level.place = "index expressions"
    return resolve_unknown(level.context, bind_expr(level, node))


def bind_predicate(level: Level, node: Node) -> Expr:
    level.place = "index predicates"
    return coerce_to_boolean(level.context, bind_expr(level, node), "WHERE", level.context.leftmost(node))


def _column(table: Table, relation: int, attnum: int) -> Var:
    column = table.columns[attnum - 1]
    return Var(column.type, column.typmod, relation, attnum)


def infer_index(outer: Level, table: Table, item: NamespaceItem, relation: int, node: Node) -> Index | None:
    """Return the unique index that `ON CONFLICT (columns, expressions) WHERE predicate` means; None: there is none.

    A partial index is meant only where the given predicate, which need not be the same, implies its own. item and relation
    are the table as the INSERT has it; what else there is of names, for errors, are the outer level's.
    """
    context = outer.context
    level = Level(context, namespace=[item], entries=outer.entries)
    level.relation_ids.add(relation)
    columns, expressions = set(), set()
    for each in node["indexElems"]:
        element = each["IndexElem"]
        if "name" in element:
            bound = resolve_column(level, [element["name"]], context.position(node)).expr
        else:
            bound = bind_key(level, element["expr"])
        if isinstance(bound, Var):
            columns.add(bound.attnum)
        else:
            expressions.add(bound)
    where = bind_predicate(level, node["whereClause"]) if "whereClause" in node else None
    for index in table.indexes:
        if not (index.is_unique and index.is_valid) or set(index.columns) - {0} != columns:
            continue
        own = bind_index(context, table, relation, index)
        if {key for key in own.keys if not isinstance(key, Var)} == expressions and (
            own.predicate is None or implies(where, own.predicate)
        ):
            return index
    return None
