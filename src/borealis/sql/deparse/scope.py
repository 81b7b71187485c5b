"""Scope: what a query's FROM items and their columns are called where it is shown.

Two items that are shown under one name cannot be told apart, so the second is renamed (t, then t_1), inner queries after
the outer ones. Columns have the names they have by now, unless the query itself gave them others, or a USING joins them
by the name they had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Table, View
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.level import NamedColumn, NamespaceItem
from borealis.sql.bind.stored import alias_shown
from borealis.sql.bind.trace import BindTrace
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.parse import Node
from borealis.types.base import Oid


@dataclass(slots=True)
class Range:
    """A FROM item, or a join, of one query."""

    kind: str  # the parser's: RangeVar, RangeSubselect, RangeFunction, JoinExpr
    node: Node
    name: str  # as it is shown; empty for a join without alias
    columns: tuple[tuple[NamedColumn, str], ...]  # with the name each is shown under


@dataclass(slots=True)
class Scope:
    """The items of one query, and the scope around it."""

    parent: Scope | None
    is_prefixed: bool = False
    ranges: dict[int, Range] = field(default_factory=dict)  # by the id() of the item's node
    names: set[str] = field(default_factory=set)
    shown: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    tables: dict[tuple[int, int], tuple[Oid, int]] = field(default_factory=dict)
    joined: list[tuple[Expr, str, str]] = field(default_factory=list)
    """What columns of joins are that USING makes of two, with the join's alias and the column's name; outer joins last."""

    def chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def column(self, var: Var) -> str | None:
        """Return how a column is written here, None where no item has it."""
        for scope in self.chain():
            found = scope.shown.get((var.relation, var.attnum))
            if found is not None:
                item, name = found
                quoted = quote_identifier(name)
                return f"{quote_identifier(item)}.{quoted}" if self.is_prefixed and item else quoted
        return None

    def merged(self, expr: Expr) -> str | None:
        """Return the name of the column of a join that an expression is."""
        for scope in self.chain():
            for other, alias, name in reversed(scope.joined):
                if other == expr:
                    return (
                        f"{quote_identifier(alias)}.{quote_identifier(name)}"
                        if alias
                        else quote_identifier(name)
                    )
        return None

    def base_column(self, var: Var) -> tuple[Oid, int] | None:
        """Return the table and attnum of a column."""
        for scope in self.chain():
            found = scope.tables.get((var.relation, var.attnum))
            if found is not None:
                return found
        return None

    def relation_name(self, relation: int) -> str | None:
        """Return what a FROM item is called, by the id its columns have."""
        for scope in self.chain():
            for (number, _), (name, _) in scope.shown.items():
                if number == relation:
                    return quote_identifier(name)
        return None

    def add(self, one: Range) -> None:
        self.ranges[id(one.node)] = one
        for column, name in one.columns:
            if isinstance(column.expr, Var):
                place = column.expr.relation, column.expr.attnum
                self.shown[place] = (one.name, name)
                if column.table and column.attnum:
                    self.tables[place] = (column.table, column.attnum)

    def unique(self, name: str) -> str:
        """Return a name no item here or outside has, and take it."""
        taken = {each for scope in self.chain() for each in scope.names}
        chosen, number = name, 0
        while chosen in taken:
            number += 1
            chosen = f"{name}_{number}"
        self.names.add(chosen)
        return chosen


def build_scope(parent: Scope | None, nodes: Sequence[Node], trace: BindTrace, catalog: Catalog) -> Scope:
    """Name the items of a FROM clause."""
    scope = Scope(parent)
    count = sum(_add(scope, node, trace, catalog) for node in nodes)
    scope.is_prefixed = parent is not None or count != 1
    return scope


def _add(
    scope: Scope, node: Node, trace: BindTrace, catalog: Catalog, joined: frozenset[str] = frozenset()
) -> int:
    """Add an item; returns how many it is, counting joins and what they join. joined: names in USINGs around it."""
    ((kind, body),) = node.items()
    if kind == "JoinExpr":
        joined = joined.union(using_names(body, trace))
        inner = sum(_add(scope, body[side], trace, catalog, joined) for side in ("larg", "rarg"))
        _add_join(scope, body, trace.items[id(body)][1])
        return inner + 1
    item = trace.items[id(body)][1]
    written = body.get("alias", {}).get("aliasname")
    table = catalog.relations_by_oid.get(item.table) if kind == "RangeVar" else None
    own = table.name if table is not None and not written else item.name
    if kind == "RangeFunction" and not own:
        own = "function"
    scope.add(Range(kind, body, scope.unique(written or own), _shown_columns(body, item, catalog, joined)))
    return 1


def _add_join(scope: Scope, body: Node, item: NamespaceItem) -> None:
    alias = body.get("alias", {}).get("aliasname")
    if alias:
        columns = tuple((column, column.name) for column in item.columns)
        alias = scope.unique(alias)
        scope.add(Range("JoinExpr", body, alias, columns))
    for column in item.columns:
        is_passed_on = not alias and any(other == column.expr for other, _, _ in scope.joined)
        if not isinstance(column.expr, Var) and not is_passed_on:
            scope.joined.append((column.expr, alias or "", column.name))


def using_names(body: Node, trace: BindTrace) -> list[str]:
    """Return the columns of a join's USING; NATURAL's are those both sides have."""
    if not body.get("isNatural"):
        return [item["String"]["sval"] for item in body.get("usingClause", ())]
    left, right = (trace.items[id(next(iter(body[side].values())))][1] for side in ("larg", "rarg"))
    names = {column.name for column in right.columns}
    return [column.name for column in left.columns if column.name in names]


def _shown_columns(
    node: Node, item: NamespaceItem, catalog: Catalog, joined: frozenset[str]
) -> tuple[tuple[NamedColumn, str], ...]:
    relation = catalog.relations_by_oid.get(item.table)
    alias = alias_shown(node, relation) if isinstance(relation, Table | View) else node.get("alias", {})
    renamed = len(alias.get("colnames", ()))
    return tuple(
        (
            column,
            column.name if ordinal < renamed or column.name in joined else current_name(column, catalog),
        )
        for ordinal, column in enumerate(item.columns)
    )


def current_name(column: NamedColumn, catalog: Catalog) -> str:
    relation = catalog.relations_by_oid.get(column.table)
    columns = getattr(relation, "columns", ())
    if 0 < column.attnum <= len(columns):
        return str(columns[column.attnum - 1].name)
    return column.name
