"""Views in FROM, and as the target of INSERT, UPDATE and DELETE.

A view is bound as a subquery of its stored tree. A view over one table, without anything that makes its rows other than
the table's, can be written to: the statement is bound against the table, with the view's columns for its names.
Source: PostgreSQL 16 documentation, CREATE VIEW, "Updatable Views"; texts as its rewriter's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from borealis.catalog.relations import Column, Table, View
from borealis.errors import InvalidObjectDefinition, ObjectNotInPrerequisiteState
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.level import Level, NamedColumn
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bind.walk import rewrite, walk
from borealis.sql.bound.expressions import AggregateCall, BoolExpr, BoolOp, Expr, Var, WindowCall
from borealis.sql.bound.relations import (
    FromItem,
    FunctionRelation,
    Join,
    RowsFrom,
    SubqueryRelation,
    TableRelation,
)
from borealis.sql.bound.statements import Query, Select, SetOperation, Target, Values
from borealis.sql.parse import Node
from borealis.types import oids

_TRIGGER_HINTS = {
    "insert into": "To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT "
    "DO INSTEAD rule.",
    "update": "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD "
    "rule.",
    "delete from": "To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE "
    "DO INSTEAD rule.",
}


def bind_view_query(context: BindContext, view: View) -> Query:
    """Bind what a view stands for.

    Raises: InvalidObjectDefinition 42P17 for one that was replaced by a query over itself.
    """
    from borealis.sql.bind.query import bind_query

    if view.oid in context.expanding:
        raise InvalidObjectDefinition(f'infinite recursion detected in rules for relation "{view.name}"')
    context.expanding.add(view.oid)
    try:
        with stored(context, view.search_path), context.reading_as(view.owner):
            return bind_query(Level(context), stored_node(view.query)["SelectStmt"])
    finally:
        context.expanding.discard(view.oid)


@dataclass(frozen=True, slots=True)
class UpdatableView:
    """A view as the target of DML: what of it is the table's."""

    view: View
    table: Table  # the base table
    relation: int  # the id its Vars name
    targets: tuple[Target, ...]
    where: Expr | None

    @property
    def columns(self) -> tuple[NamedColumn, ...]:
        """Return the view's columns as expressions over the table's."""
        return tuple(
            NamedColumn(column.name, target.expr, self.view.oid, column.attnum)
            for column, target in zip(self.view.columns, self.targets, strict=True)
        )

    @property
    def face(self) -> Table:
        """Return the base table as statements on the view see it: the view's names, the table's attnums.

        What is no column of the table has the view's attnum, negative.
        """
        columns = tuple(
            self._written(column, target.expr)
            for column, target in zip(self.view.columns, self.targets, strict=True)
        )
        return replace(self.table, name=self.view.name, columns=columns)

    @property
    def written(self) -> frozenset[int]:
        """The view's columns that are the table's, which statements may write."""
        return frozenset(
            column.attnum
            for column, target in zip(self.view.columns, self.targets, strict=True)
            if isinstance(target.expr, Var) and target.expr.relation == self.relation
        )

    def columns_over(self, attnums: frozenset[int]) -> frozenset[int]:
        """Return the view's columns that are these of the table; of one that is none of the view's, those computed from it."""
        found: set[int] = set()
        for attnum in attnums:
            over = [
                (column.attnum, isinstance(target.expr, Var))
                for column, target in zip(self.view.columns, self.targets, strict=True)
                if any(isinstance(each, Var) and each.attnum == attnum for each in walk(target.expr))
            ]
            plain = [own for own, is_plain in over if is_plain]
            found.update(plain or (own for own, _ in over))
        return frozenset(found)

    def _written(self, column: Column, expr: Expr) -> Column:
        if not (isinstance(expr, Var) and expr.relation == self.relation):
            return replace(column, attnum=-column.attnum)
        base = self.table.columns[expr.attnum - 1]
        default = base.default if column.default is None else column.default
        return replace(base, name=column.name, default=default)


def bind_updatable(context: BindContext, view: View, verb: str) -> UpdatableView:
    """Return the view as the target of a statement; verb is as the error says it: insert into, update, delete from.

    Raises: ObjectNotInPrerequisiteState 55000, PostgreSQL's reason for a view that is not updatable.
    """
    query = bind_view_query(context, view)
    reason = _obstacle(stored_node(view.query)["SelectStmt"], query, writes_columns=verb != "delete from")
    if reason is not None:
        raise ObjectNotInPrerequisiteState(
            f'cannot {verb} view "{view.name}"', detail=reason, hint=_TRIGGER_HINTS[verb]
        )
    assert isinstance(query, Select)
    inner = query.from_
    if isinstance(inner, TableRelation):
        return UpdatableView(view, inner.table, inner.id, query.targets, query.where)
    assert isinstance(inner, SubqueryRelation)
    return _through(context, view, query, inner, verb)


def _through(
    context: BindContext, view: View, query: Select, inner: SubqueryRelation, verb: str
) -> UpdatableView:
    """Return a view over a view as one over its table."""
    (range_var,) = stored_node(view.query)["SelectStmt"]["fromClause"]
    below = context.catalog.relations_by_oid[range_var["RangeVar"]["relation"]["oid"]]
    assert isinstance(below, View)
    base = bind_updatable(context, below, verb)

    def pulled_up(expr: Expr) -> Expr | None:
        if isinstance(expr, Var) and expr.relation == inner.id:
            return base.targets[expr.attnum - 1].expr
        return None

    targets = tuple(replace(target, expr=rewrite(target.expr, pulled_up)) for target in query.targets)
    where = both(base.where, None if query.where is None else rewrite(query.where, pulled_up))
    return UpdatableView(view, base.table, base.relation, targets, where)


def both(left: Expr | None, right: Expr | None) -> Expr | None:
    """Return the conjunction of two conditions."""
    if left is None or right is None:
        return right if left is None else left
    return BoolExpr(oids.BOOL, -1, BoolOp.AND, (left, right))


def _obstacle(node: Node, query: Query, *, writes_columns: bool) -> str | None:
    """Return why rows of the view are not rows of one table."""
    if isinstance(query, SetOperation):
        return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
    if isinstance(query, Values):
        return "Views that do not select from a single table or view are not automatically updatable."
    for found, what in (
        (query.distinct or bool(query.distinct_on), "DISTINCT"),
        ("groupClause" in node, "GROUP BY"),
        (query.having is not None, "HAVING"),
        (bool(query.ctes), "WITH"),
        (query.limit is not None or query.offset is not None, "LIMIT or OFFSET"),
    ):
        if found:
            return f"Views containing {what} are not automatically updatable."
    for target in query.targets:
        for each in walk(target.expr):
            if isinstance(each, AggregateCall):
                return "Views that return aggregate functions are not automatically updatable."
            if isinstance(each, WindowCall):
                return "Views that return window functions are not automatically updatable."
    if _has_sets(query, node):
        return "Views that return set-returning functions are not automatically updatable."
    if not _is_single(query.from_, node):
        return "Views that do not select from a single table or view are not automatically updatable."
    if writes_columns and not any(isinstance(target.expr, Var) for target in query.targets):
        return "Views that have no updatable columns are not automatically updatable."
    return None


def _has_sets(query: Select, node: Node) -> bool:
    """Whether a set-returning function stands in the target list: it has been moved into FROM."""
    written = len(node.get("fromClause", ()))
    return (
        written <= 1
        and not isinstance(query.from_, TableRelation)
        and any(isinstance(each, FunctionRelation | RowsFrom) for each in _relations(query.from_))
    )


def _relations(item: FromItem | None) -> list[FromItem]:
    if isinstance(item, Join):
        return _relations(item.left) + _relations(item.right)
    return [] if item is None else [item]


def _is_single(item: FromItem | None, node: Node) -> bool:
    nodes = node.get("fromClause", ())
    return (
        len(nodes) == 1
        and "relation" in nodes[0].get("RangeVar", {})
        and isinstance(item, TableRelation | SubqueryRelation)
    )
