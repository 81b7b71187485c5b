"""Which columns a stored expression names, and which a view or a function's body uses, found by binding it.

Views are bound against a catalog in which other views are tables: what a view reads through another is the other's use,
as in pg_depend. A row used as a whole uses no column of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.named_columns import named_columns
from borealis.catalog.objects import Function
from borealis.catalog.relations import Index, Table, View
from borealis.errors import SqlError
from borealis.sql.bind.context import Arguments, BindContext
from borealis.sql.bind.expressions import bind_expr
from borealis.sql.bind.indexes import index_level
from borealis.sql.bind.level import Level
from borealis.sql.bind.query import bind_query
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bind.walk import children, walk
from borealis.sql.bound.expressions import Expr, Param, SqlCall, Var, WholeRow
from borealis.sql.bound.relations import SubqueryRelation, TableRelation
from borealis.sql.parse import Parsed
from borealis.types.base import Oid, Style

ColumnUse = tuple[Oid, int]
"""A relation, and an attnum of it, or 0 for the relation itself; a function called, and 0."""


def bind_over(context: BindContext, table: Table, source: str) -> Expr:
    """Bind a stored expression over a table's columns."""
    own = BindContext(Parsed("", "", {}), context.catalog, (), context.search_path, context.style)
    level = index_level(own, table, own.new_id())
    level.place = "CHECK constraints"
    with stored(own, own.search_path):
        return bind_expr(level, stored_node(source))


def index_columns(table: Table, index: Index) -> set[int]:
    """Return the attnums an index needs: keys, INCLUDE columns, what its expressions and predicate use."""
    sources = [expression.source for expression in index.expressions]
    sources += [] if index.predicate is None else [index.predicate]
    used = [named_columns(table, source) for source in sources]
    return {*index.columns, *index.included}.union(*used) - {0}


def uses_of_view(flat: Catalog, view: View) -> frozenset[ColumnUse]:
    """Return what a view uses; flat is flat_catalog's."""
    context = BindContext(Parsed("", "", {}), flat, (), view.search_path, Style())
    try:
        with stored(context, view.search_path):
            tree = stored_node(view.query)["SelectStmt"]
            return _uses([bind_query(Level(context), tree)]) | frozenset(_by_place(tree))
    except SqlError:
        return frozenset()  # what it was over is gone: nothing breaks it any more


def uses_of_function(flat: Catalog, function: Function) -> frozenset[ColumnUse]:
    """Return what a SQL-standard body uses; of a body in quotes, none: its names are looked up when it is called."""
    if function.source:
        return frozenset()
    context = BindContext(Parsed("", "", {}), flat, (), ("public",), Style())
    inputs = [argument for argument in function.arguments if argument.mode in "ibv"]
    exprs = tuple(Param(one.type, -1, number) for number, one in enumerate(inputs, 1))
    context.arguments = Arguments(function.name, tuple(one.name for one in inputs), exprs)
    bound: list[object] = []
    try:
        with stored(context, context.search_path):
            for tree in json.loads(function.body):
                if "ReturnStmt" in tree:
                    bound.append(bind_expr(Level(context), tree["ReturnStmt"]["returnval"]))
                elif "SelectStmt" in tree:
                    bound.append(bind_query(Level(context), tree["SelectStmt"]))
    except SqlError:
        return frozenset()
    return _uses(bound) | frozenset(_by_place(json.loads(function.body)))


def functions_called(bound: Expr) -> frozenset[Oid]:
    """Return the SQL functions an expression calls itself, not those that these call."""
    return frozenset(node.function for node in _walk(bound) if isinstance(node, SqlCall))


def _by_place(tree: Any, *, in_join: bool = False) -> Iterator[ColumnUse]:
    """Yield the columns under a join that names its columns: `(t JOIN u …) AS j (a, b)` tells them by their places."""
    if isinstance(tree, list):
        for item in tree:
            yield from _by_place(item, in_join=in_join)
    elif isinstance(tree, dict):
        in_join = in_join or "colnames" in tree.get("JoinExpr", {}).get("alias", {})
        if in_join and "relation" in tree:
            yield from ((Oid(tree["relation"]["oid"]), attnum) for attnum, _ in tree["relation"]["columns"])
        for value in tree.values():
            yield from _by_place(value, in_join=in_join)


def flat_catalog(catalog: Catalog) -> Catalog:
    """Return the catalog with every view a table of the same columns."""
    faces = tuple(
        Table(view.oid, view.name, view.schema, view.owner, view.columns, (), ()) for view in catalog.views
    )
    return replace(catalog, tables=catalog.tables + faces, views=())


def _uses(bound: list[object]) -> frozenset[ColumnUse]:
    nodes = [node for one in bound for node in _walk(one)]
    tables = {node.id: node.table.oid for node in nodes if isinstance(node, TableRelation)}
    found = {
        (tables[node.relation], node.attnum)
        for node in nodes
        if isinstance(node, Var) and node.relation in tables
    }
    calls = {
        (node.function, 0) for node in nodes if isinstance(node, SqlCall | SubqueryRelation) and node.function
    }
    return frozenset(found | calls | {(oid, 0) for oid in tables.values()})


def _walk(node: object) -> Iterator[object]:
    """Yield a bound node and all under it, but for what a function called is made of, and a whole row's columns."""
    yield node
    if isinstance(node, WholeRow):
        return
    if isinstance(node, SqlCall):
        for argument in node.args:
            yield from _walk(argument)
        return
    if isinstance(node, SubqueryRelation) and node.function and not node.has_nested_arguments:
        # The tables are the body's; columns of other relations came in as arguments.
        yield from (one for one in walk(node.query) if isinstance(one, Var))
        return
    for child in children(node):
        yield from _walk(child)
