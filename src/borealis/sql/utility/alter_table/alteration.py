"""An ALTER TABLE while it is carried out: the table as it has become so far, and what else changes with it.

Commands (alter_table/*.py) take an Alteration and an AlterTableCmd and change the one by the other. Nothing is written:
`ddl` compares what was with what is at the end, so several commands on one column come to one change of its row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Comment, Domain, Function, Statistics
from borealis.catalog.relations import Column, Sequence, Table, View
from borealis.catalog.roles import Acl, DefaultAcl
from borealis.catalog.rows import Object
from borealis.errors import UndefinedColumn
from borealis.sql.bind.context import BindContext
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.graph import Graph
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl, Job
from borealis.sql.utility.drops import removed
from borealis.sql.utility.object_names import NameChooser, constraint_names
from borealis.types.base import Oid

TAG = "ALTER TABLE"

_O = TypeVar("_O", Table, View, Sequence, Domain, Function, Statistics)


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

    def create(self, new: Object) -> None:
        """Note an object of the catalog that is made along the way."""
        self._created.append(new)

    def drop(self, address: Address, *, is_cascade: bool) -> None:
        """Take an object out of the catalog as it is now, and what depends on it.

        Raises: DependentObjectsStillExist 2BP01, FeatureNotSupported for what DSQL does not drop.
        """
        removal, told = removed(self.context, Graph(self._catalog()), (address,), is_cascade=is_cascade)
        self.notices += told
        self._comments += removal.comments
        for before, after in removal.changes:
            if isinstance(after, Table):
                self.replace_table(after)
            elif before in self._created:
                self._created.remove(before)
            else:
                self.change(before, after)

    def _catalog(self) -> Catalog:
        """Return the catalog as the commands so far have made it."""
        now = {(Table, self.table.oid): self.table, **{key: new for key, (_, new) in self._others.items()}}

        def changed(objects: tuple[_O, ...]) -> tuple[_O, ...]:
            found = [now.get((type(one), one.oid), one) for one in objects]
            return tuple(one for one in found if one is not None)  # type: ignore[misc]

        catalog = self.context.catalog
        made = tuple(one for one in self._created if isinstance(one, Sequence))
        return replace(
            catalog,
            tables=changed(catalog.tables),
            views=changed(catalog.views),
            sequences=changed(catalog.sequences) + made,
            domains=changed(catalog.domains),
            functions=changed(catalog.functions),
            statistics=changed(catalog.statistics),
        )

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
