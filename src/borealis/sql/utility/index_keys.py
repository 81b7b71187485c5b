"""The key of a CREATE INDEX: its columns, expressions, order of NULLs, and the predicate of a partial index.

Source: dsql-facts.md §5.1 for what is refused; PostgreSQL 16, ComputeIndexAttrs (indexcmds.c) for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.relations import Column, IndexExpression, Table
from borealis.errors import FeatureNotSupported, InvalidObjectDefinition, UndefinedColumn
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.indexes import bind_key, bind_predicate, index_level
from borealis.sql.bind.level import Level
from borealis.sql.bind.mutability import is_immutable
from borealis.sql.bind.stored import for_storage
from borealis.sql.bind.targets import output_name
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import Expr, SubLink, Var
from borealis.sql.parse import Node


@dataclass(frozen=True, slots=True)
class IndexKey:
    columns: tuple[Column, ...]
    """In order; one with attnum 0 stands for the next of the expressions."""
    expressions: tuple[IndexExpression, ...]
    nulls_first: tuple[int, ...]
    predicate: str | None


def read_key(context: BindContext, table: Table, node: Node) -> IndexKey:
    """Read what stands in the parentheses of CREATE INDEX, and WHERE.

    Raises:
        FeatureNotSupported: 0A000, orders, operator classes, collations, subqueries.
        InvalidObjectDefinition: 42P17, functions that are not immutable.
    """
    level = index_level(context, table, context.new_id())
    elements = [item["IndexElem"] for item in node["indexParams"]]
    for element in elements:
        _refuse_options(element)
    columns, expressions = [], []
    predicate = _predicate(level, node.get("whereClause"))
    for element in elements:
        found = _element(level, table, element)
        if isinstance(found, IndexExpression):
            expressions.append(found)
            found = Column(0, found.name, found.type, found.typmod, False, None)
        columns.append(found)
    nulls_first = tuple(
        place for place, e in enumerate(elements) if e.get("nulls_ordering") == "SORTBY_NULLS_FIRST"
    )
    return IndexKey(tuple(columns), tuple(expressions), nulls_first, predicate)


def _refuse_options(element: Node) -> None:
    if element.get("ordering", "SORTBY_DEFAULT") != "SORTBY_DEFAULT":
        raise FeatureNotSupported("specifying sort order not supported for index keys")
    if "opclass" in element:
        raise FeatureNotSupported("opclass not supported for index keys")
    if "collation" in element:
        raise FeatureNotSupported("COLLATE clause not supported")


def _element(level: Level, table: Table, element: Node) -> Column | IndexExpression:
    if "name" in element:
        return index_column(table, element["name"])
    tree = element["expr"]
    bound = bind_key(level, tree)
    if isinstance(bound, Var):
        return table.columns[bound.attnum - 1]  # (column)
    _check(level, bound, "index expression")
    name = output_name(tree)
    return IndexExpression(
        json.dumps(for_storage(level.context, tree)),
        "expr" if name == "?column?" else name,
        bound.type,
        bound.typmod,
    )


def _predicate(level: Level, tree: Node | None) -> str | None:
    if tree is None:
        return None
    _check(level, bind_predicate(level, tree), "index predicate")
    return json.dumps(for_storage(level.context, tree))


def _check(level: Level, bound: Expr, what: str) -> None:
    if any(isinstance(node, SubLink) for node in walk(bound)):
        raise FeatureNotSupported(f"cannot use subquery in {what}")
    if not is_immutable(bound):
        raise InvalidObjectDefinition(f"functions in {what} must be marked IMMUTABLE")


def index_column(table: Table, name: str) -> Column:
    for column in table.live_columns:
        if column.name == name:
            return column
    raise UndefinedColumn(f'column "{name}" does not exist')


def distinct_names(columns: Iterable[Column]) -> list[str]:
    """Return the names an index's columns get: a repeated one with a number."""
    names: list[str] = []
    for column in columns:
        name, number = column.name, 0
        while name in names:
            number += 1
            name = f"{column.name}{number}"
        names.append(name)
    return names
