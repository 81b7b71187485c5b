"""What the trees kept in the catalog use: marks that the binder left in them, and columns found by binding views and bodies.

A stored tree says which functions, domains and objects named by literals it means (sql/bind/stored.py), so those are read
off it. Which columns a query reads is told by binding it, against a catalog in which other views are tables: what a view
reads through another is the other's use, as in pg_depend. A row used as a whole uses no column of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Function
from borealis.catalog.relations import Table, View
from borealis.errors import SqlError
from borealis.sql.bind.context import Arguments, BindContext
from borealis.sql.bind.expressions import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.query import bind_query
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bind.walk import children, walk
from borealis.sql.bound.expressions import Param, SqlCall, Var, WholeRow
from borealis.sql.bound.relations import SubqueryRelation, TableRelation
from borealis.sql.dependencies.address import Address, column_of
from borealis.sql.parse import Parsed
from borealis.storage.catalog_tables import PG_CLASS, PG_NAMESPACE, PG_PROC, PG_TYPE
from borealis.types import oids
from borealis.types.base import Oid, Style

_FIRST_OID = 16_384
"""Objects below are built in: nothing drops them."""

_CATALOGS = {
    oids.REGCLASS: PG_CLASS,
    oids.REGTYPE: PG_TYPE,
    oids.REGPROC: PG_PROC,
    oids.REGPROCEDURE: PG_PROC,
    oids.REGNAMESPACE: PG_NAMESPACE,
}


def marks(tree: Any) -> Iterator[Address]:
    """Yield the functions, domains and objects of literals that a stored tree means."""
    if isinstance(tree, list):
        for item in tree:
            yield from marks(item)
    elif isinstance(tree, dict):
        for key, catalog in (("function", PG_PROC), ("domain", PG_TYPE)):
            mark = tree.get(key)
            if isinstance(mark, dict) and "oid" in mark:
                yield Address(catalog, Oid(mark["oid"]))
        named = tree.get("object")
        if isinstance(named, dict) and named.get("oid", 0) >= _FIRST_OID and "type" in named:
            yield Address(_CATALOGS[Oid(named["type"])], Oid(named["oid"]))
        for value in tree.values():
            yield from marks(value)


class Uses:
    """What views and bodies use; each is bound once for as long as its tree is the same."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._flat: Catalog | None = None

    def table(self, oid: Oid) -> Table:
        return self._catalog.tables_by_oid[oid]

    def of_view(self, view: View) -> frozenset[Address]:
        key = (view.oid, view.query)
        if key not in _known:
            found = _uses_of_view(self._flat_catalog(), view)
            if found is None:
                return frozenset()  # what it was over is gone: nothing breaks it any more
            _remember(key, found)
        return _known[key]

    def of_function(self, function: Function) -> frozenset[Address]:
        """Return what a SQL-standard body uses; of a body in quotes, none: its names are looked up when it is called."""
        if function.source:
            return frozenset()
        key = (function.oid, function.body)
        if key not in _known:
            found = _uses_of_function(self._flat_catalog(), function)
            if found is None:
                return frozenset()
            _remember(key, found)
        return _known[key]

    def _flat_catalog(self) -> Catalog:
        """Return the catalog with every view a table of the same columns."""
        if self._flat is None:
            faces = tuple(
                Table(view.oid, view.name, view.schema, view.owner, view.columns, (), ())
                for view in self._catalog.views
            )
            self._flat = replace(self._catalog, tables=self._catalog.tables + faces, views=())
        return self._flat


_KNOWN_MAX = 20_000
_known: dict[tuple[Oid, str], frozenset[Address]] = {}
"""By oid and tree: a tree means by oid what it meant when it was written, so its uses change with it only."""


def _remember(key: tuple[Oid, str], found: frozenset[Address]) -> None:
    if len(_known) >= _KNOWN_MAX:
        _known.clear()
    _known[key] = found


def _uses_of_view(flat: Catalog, view: View) -> frozenset[Address] | None:
    context = BindContext(Parsed("", "", {}), flat, (), view.search_path, Style())
    try:
        with stored(context, view.search_path):
            tree = stored_node(view.query)["SelectStmt"]
            return _used([bind_query(Level(context), tree)], tree)
    except SqlError:
        return None


def _uses_of_function(flat: Catalog, function: Function) -> frozenset[Address] | None:
    context = BindContext(Parsed("", "", {}), flat, (), ("public",), Style())
    inputs = [argument for argument in function.arguments if argument.mode in "ibv"]
    exprs = tuple(Param(one.type, -1, number) for number, one in enumerate(inputs, 1))
    context.arguments = Arguments(function.name, tuple(one.name for one in inputs), exprs)
    trees = json.loads(function.body)
    bound: list[object] = []
    try:
        with stored(context, context.search_path):
            for tree in trees:
                if "ReturnStmt" in tree:
                    bound.append(bind_expr(Level(context), tree["ReturnStmt"]["returnval"]))
                elif "SelectStmt" in tree:
                    bound.append(bind_query(Level(context), tree["SelectStmt"]))
    except SqlError:
        return None
    return _used(bound, trees)


def _used(bound: list[object], tree: Any) -> frozenset[Address]:
    """Return what bound trees use; a relation as a whole only where no column of it is."""
    nodes = [node for one in bound for node in _walk(one)]
    tables = {node.id: node.table.oid for node in nodes if isinstance(node, TableRelation)}
    columns = {
        column_of(tables[node.relation], node.attnum)
        for node in nodes
        if isinstance(node, Var) and node.relation in tables and node.attnum
    }
    columns.update(_by_place(tree))
    relations = set(tables.values()) - {one.oid for one in columns}
    return frozenset((*columns, *(Address(PG_CLASS, oid) for oid in relations), *marks(tree)))


def _by_place(tree: Any, *, in_join: bool = False) -> Iterator[Address]:
    """Yield the columns under a join that names its columns: `(t JOIN u …) AS j (a, b)` tells them by their places."""
    if isinstance(tree, list):
        for item in tree:
            yield from _by_place(item, in_join=in_join)
    elif isinstance(tree, dict):
        in_join = in_join or "colnames" in tree.get("JoinExpr", {}).get("alias", {})
        if in_join and "relation" in tree:
            relation = tree["relation"]
            yield from (column_of(Oid(relation["oid"]), attnum) for attnum, _ in relation["columns"])
        for value in tree.values():
            yield from _by_place(value, in_join=in_join)


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
