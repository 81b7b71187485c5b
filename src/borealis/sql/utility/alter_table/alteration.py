"""An ALTER TABLE while it is carried out: the table as it has become so far, and what else changes with it.

Commands (alter_table/*.py) take an Alteration and an AlterTableCmd and change the one by the other. Nothing is written:
`ddl` compares what was with what is at the end, so several commands on one column come to one change of its row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from borealis.catalog.objects import Comment
from borealis.catalog.relations import Column, Index, Table, View
from borealis.catalog.roles import Acl, DefaultAcl
from borealis.catalog.rows import Object
from borealis.errors import UndefinedColumn
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.cascades import cascade_notices
from borealis.sql.utility.ddl import Ddl, Job
from borealis.sql.utility.object_names import NameChooser, constraint_names
from borealis.types.base import Oid

TAG = "ALTER TABLE"


class Alteration:
    def __init__(self, context: BindContext, table: Table, owner: Oid) -> None:
        self.context = context
        self.before = table
        self.table = table
        self.owner = owner  # the session's role
        self.notices: list[tuple[str, ...]] = []  # as in Ddl
        self.jobs: list[Job] = []
        self.null_casts: list[Node] = []
        """Domains that must take a NULL: of columns added, which read as NULL in all rows."""
        self._others: dict[tuple[type, Oid], tuple[Object, Object | None]] = {}
        self._comments: list[Comment] = []
        self._created: list[Object] = []
        self._next_oid = context.catalog.next_oid

    def new_oid(self) -> Oid:
        oid, self._next_oid = Oid(self._next_oid), Oid(self._next_oid + 1)
        return oid

    def notice(self, sqlstate: str, text: str) -> None:
        self.notices.append((sqlstate, text))

    def notice_cascades(self, descriptions: Sequence[str]) -> None:
        """Say what goes by CASCADE."""
        self.notices += cascade_notices(descriptions)

    def column(self, name: str) -> Column:
        """Return a column of the table as it is now. Raises UndefinedColumn 42703."""
        found = self.find_column(name)
        if found is None:
            raise UndefinedColumn(f'column "{name}" of relation "{self.table.name}" does not exist')
        return found

    def find_column(self, name: str) -> Column | None:
        return next((column for column in self.table.live_columns if column.name == name), None)

    def replace_column(self, column: Column) -> None:
        columns = list(self.table.columns)
        columns[column.attnum - 1] = column
        self.table = replace(self.table, columns=tuple(columns))

    def drop_index(self, index: Index) -> None:
        """Take an index, and the constraint it backs, out of the table."""
        left = tuple(one for one in self.table.indexes if one.oid != index.oid)
        self.table = replace(self.table, indexes=left)
        self.forget_comments(index.oid)
        if index.constraint:
            self.forget_comments(index.constraint)

    def other_table(self, oid: Oid) -> Table:
        """Return a table as it is now, which may be another than the altered one."""
        if oid == self.table.oid:
            return self.table
        change = self._others.get((Table, oid))
        found = self.context.catalog.tables_by_oid[oid] if change is None else change[1]
        assert isinstance(found, Table), oid
        return found

    def replace_table(self, table: Table) -> None:
        if table.oid == self.table.oid:
            self.table = table
        else:
            self.change(self.context.catalog.tables_by_oid[table.oid], table)

    def change(self, before: Object, after: Object | None) -> None:
        """Note what becomes of another object of the catalog; None: it is dropped."""
        assert not isinstance(before, Comment | Acl | DefaultAcl)
        key = (type(before), before.oid)
        first = self._others.get(key, (before, None))[0]
        self._others[key] = (first, after)
        if after is None:
            self.forget_comments(before.oid)

    def create(self, new: Object) -> None:
        """Note an object of the catalog that is made along the way."""
        self._created.append(new)

    def is_dropped(self, kind: type, oid: Oid) -> bool:
        change = self._others.get((kind, oid))
        return change is not None and change[1] is None

    def forget_comments(self, oid: Oid, column: int = 0) -> None:
        """Drop what COMMENT ON said of an object, or of one column of it."""
        self._comments += [
            comment
            for comment in self.context.catalog.comments
            if comment.object == oid and (not column or comment.column == column)
        ]

    def shown(self, relation: Table | View) -> str:
        """Return a relation's name as messages have it: with its schema where the search path does not lead to it."""
        return self.context.row_type_name(relation.oid) or relation.name

    def name_chooser(self) -> NameChooser:
        """Return what gives names to new constraints of the table."""
        chooser = NameChooser(self.context.catalog, self.table.schema.name, self.table.name)
        chooser.constraints.update(constraint_names(self.table))
        return chooser

    def ddl(self, tag: str = TAG) -> Ddl:
        before: list[Object] = [self.before, *self._comments]
        after: list[Object] = [self.table, *self._created]
        for old, new in self._others.values():
            before.append(old)
            after += [] if new is None else [new]
        done = Ddl.replacing(tag, before, after, tuple(self.notices))
        return replace(done, jobs=(*done.jobs, *self.jobs), null_casts=tuple(self.null_casts))


Command = Callable[[Alteration, Node], None]
"""Carries out one AlterTableCmd."""
