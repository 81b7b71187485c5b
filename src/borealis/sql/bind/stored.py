"""Trees kept in the catalog, of views and functions: they mean what they meant when they were written.

A name that found a relation is given, in the stored tree, that relation's oid, its schema and the names of its columns at
that time (`"relation"` in the RangeVar). Bound again, the relation is found by oid and shows its columns under those
names, whatever tables, columns and schemas are called by then. So it is with calls of made functions (`"function"`), names
of domains (`"domain"`), and literals that name an object, as nextval's: they become its oid. A built-in function gets its
schema. All else is looked up under the search path of that time.
Positions in such a tree mean nothing to whoever uses it, so errors have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

from borealis.catalog.relations import Column, Table, View
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node, Parsed
from borealis.sql.registered.names import CatalogNames

_DROPPED_KEYS = frozenset(("location", "stmt_location", "stmt_len", "name_location"))


class _Unplaced(Parsed):
    """Text whose positions no error shows."""

    __slots__ = ()

    def position(self, location: int | None) -> int | None:
        return None


_UNPLACED = _Unplaced("", "", {})


@lru_cache(maxsize=4_096)
def stored_node(source: str) -> Any:
    """Return the parse tree that a default, a CHECK, a view or a body is stored as."""
    return json.loads(source)


@contextmanager
def stored(context: BindContext, search_path: tuple[str, ...]) -> Iterator[None]:
    """While it lasts, bind a tree out of the catalog."""
    outside = context.parsed, context.search_path, context.style
    context.parsed = _UNPLACED
    if search_path != context.search_path:
        context.search_path = search_path
        context.style = replace(
            context.style, names=CatalogNames(context.catalog, search_path, context.check_usage)
        )
    try:
        yield
    finally:
        context.parsed, context.search_path, context.style = outside


def for_storage(context: BindContext, tree: Any) -> Any:
    """Return a tree that was just bound, with what its names found written into it."""
    if isinstance(tree, list):
        return [for_storage(context, item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    copied = {key: for_storage(context, value) for key, value in tree.items() if key not in _DROPPED_KEYS}
    if id(tree) in context.named:
        _, relation = context.named[id(tree)]
        copied["relation"] = {
            "oid": relation.oid,
            "schema": relation.schema.name,
            "columns": [[column.attnum, column.name] for column in relation.live_columns],
        }
    if id(tree) in context.kept:
        copied |= context.kept[id(tree)][1]
    return copied


def named_columns(range_var: Node, relation: Table | View) -> tuple[tuple[str, Column], ...]:
    """Return the columns a RangeVar's relation shows, with their names there."""
    if "relation" not in range_var:
        return tuple((column.name, column) for column in relation.live_columns)
    live = {column.attnum: column for column in relation.live_columns}
    return tuple((name, live[attnum]) for attnum, name in range_var["relation"]["columns"] if attnum in live)


def alias_shown(range_var: Node, relation: Table | View) -> Node:
    """Return the alias of a RangeVar; names it gives to columns dropped since go with them."""
    alias: Node = range_var.get("alias", {})
    if "relation" not in range_var or "colnames" not in alias:
        return alias
    live = {column.attnum for column in relation.live_columns}
    written = zip(alias["colnames"], range_var["relation"]["columns"], strict=False)
    return {**alias, "colnames": [name for name, (attnum, _) in written if attnum in live]}


def schema_shown(range_var: Node, relation: Table | View) -> str:
    """Return the schema by which columns of the RangeVar may be qualified."""
    return str(range_var["relation"]["schema"]) if "relation" in range_var else relation.schema.name
