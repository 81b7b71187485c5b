"""The target of INSERT, UPDATE and DELETE: a table, or a view that stands for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from borealis.catalog.relations import Column, Table, View
from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.assignment import table_columns
from borealis.sql.bind.from_clause import bind_table, rename_columns
from borealis.sql.bind.level import Level, NamespaceItem
from borealis.sql.bind.names import find_relation
from borealis.sql.bind.views import UpdatableView, bind_updatable
from borealis.sql.bound.expressions import Expr
from borealis.sql.parse import Node


@dataclass(frozen=True, slots=True)
class DmlTarget:
    table: Table  # whose rows change
    face: Table  # the same as the statement sees it: a view's columns by the view's names
    relation: int
    alias: str
    item: NamespaceItem
    where: Expr | None = None  # what the view adds to the statement's own condition
    view: UpdatableView | None = None

    @property
    def face_on_conflict(self) -> Table:
        """The face SET has in ON CONFLICT DO UPDATE: DEFAULT is there the view's own, NULL where it has none."""
        if self.view is None:
            return self.face
        own = self.view.view.columns
        columns = (replace(to, default=by.default) for to, by in zip(self.face.columns, own, strict=True))
        return replace(self.face, columns=tuple(columns))

    def check_written(self, attnums: Iterable[int], verb: str) -> None:
        """Raise where a view's column that is no table's, or a table's column twice, is written to."""
        seen: set[int] = set()
        for attnum in attnums:
            if attnum < 0 and self.view is not None:
                raise FeatureNotSupported(
                    f'cannot {verb} column "{self.view.view.columns[-attnum - 1].name}" '
                    f'of view "{self.view.view.name}"',
                    detail="View columns that are not columns of their base relation are not updatable.",
                )
            if attnum in seen:
                raise SyntaxError_(
                    f'multiple assignments to same column "{self.table.columns[attnum - 1].name}"'
                )
            seen.add(attnum)

    def default_of(self, column: Column) -> Column:
        """Return the column with the default the statement's rows get where it is left out."""
        if self.view is None:
            return column
        return next((own for own in self.face.columns if own.attnum == column.attnum), column)


def bind_target(level: Level, node: Node, verb: str) -> DmlTarget:
    """Bind the target of UPDATE or DELETE and put it into the namespace."""
    target = level.context.targets[id(node)] = _bind_changed(level, node, verb)
    return target


def _bind_changed(level: Level, node: Node, verb: str) -> DmlTarget:
    relation = find_relation(level.context, node)
    if isinstance(relation, View):
        target = _bind_view(level, node, relation, verb)
        level.add(target.item)
        return target
    bound = bind_table(level, node)
    return DmlTarget(bound.table, bound.table, bound.id, bound.alias, level.namespace[-1])


def bind_insert_target(level: Level, node: Node) -> DmlTarget:
    """Bind the target of INSERT, which only ON CONFLICT and RETURNING see."""
    target = level.context.targets[id(node)] = _bind_inserted(level, node)
    return target


def _bind_inserted(level: Level, node: Node) -> DmlTarget:
    context = level.context
    relation = find_relation(context, node)
    if isinstance(relation, View):
        return _bind_view(level, node, relation, "insert into")
    context.tables.add(relation.oid)
    number = level.new_relation()
    alias = node.get("alias", {}).get("aliasname")
    name, schema = (alias, None) if alias else (relation.name, relation.schema.name)
    columns = table_columns(relation, number)
    item = NamespaceItem(name, schema, columns, table_name=relation.name, table=relation.oid)
    return DmlTarget(relation, relation, number, name, item)


def _bind_view(level: Level, node: Node, view: View, verb: str) -> DmlTarget:
    bound = bind_updatable(level.context, view, verb)
    level.relation_ids.add(bound.relation)
    alias = node.get("alias", {})
    name = alias.get("aliasname") or view.name
    columns = rename_columns(name, bound.columns, alias)
    item = NamespaceItem(name, None if alias else view.schema.name, columns, table_name=view.name)
    return DmlTarget(bound.table, bound.face, bound.relation, bound.table.name, item, bound.where, bound)
