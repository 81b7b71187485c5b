"""What depends on objects about to be dropped, in PostgreSQL's order, and what goes with them by CASCADE.

    a table      foreign keys of others, views and functions that read it; what needs the sequences it owns
    a view       views and functions that read it
    a function   views, functions, defaults, CHECKs, generated columns and indexes that call it

A dependent found is looked at in turn. The newest is visited first and the list is told backwards, so each stands where
PostgreSQL has it, with the object by which it was reached first.
Source: PostgreSQL 16, findDependentObjects and reportDependentObjects (dependency.c), as observed.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Ordered
from dataclasses import dataclass, replace

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.objects import Domain, Function, Statistics
from borealis.catalog.relations import Column, Index, Sequence, Table, View
from borealis.catalog.rows import Object
from borealis.errors import DependentObjectsStillExist, FeatureNotSupported, SqlError
from borealis.sql.bind.context import BindContext
from borealis.sql.utility.alter_table.column_uses import bind_over, functions_called
from borealis.sql.utility.alter_table.readers import Readers
from borealis.sql.utility.cascades import CASCADE_HINT, cascade_notices
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.function_names import signature_text
from borealis.sql.utility.sequences.default_uses import sequences_named
from borealis.sql.utility.sequences.drop_sequence import owned_sequences
from borealis.types.base import Oid

Target = Table | View | Function


@dataclass(frozen=True, slots=True)
class Dependent:
    """An object, or a part of a table, that cannot be without another."""

    part: View | Function | Domain | Check | ForeignKey | Index | Column
    table: Table | None  # whose part it is
    of: str  # what it depends on
    description: str

    @property
    def age(self) -> tuple[int, int]:
        """Its place among the dependents of one object: a default is as old as its table."""
        if isinstance(self.part, Column):
            assert self.table is not None
            return self.table.oid, self.part.attnum
        return self.part.oid, 0


def drop(context: BindContext, tag: str, targets: Ordered[Target], notices: list[tuple[str, ...]]) -> Ddl:
    """Return the DDL that drops the objects, and by CASCADE what depends on them.

    Raises: DependentObjectsStillExist 2BP01, FeatureNotSupported for dependents that CASCADE does not drop.
    """
    dependents = dependents_of(context, targets)
    if dependents and context.parsed.node.get("behavior") != "DROP_CASCADE":
        several = len(targets) > 1
        subject = "desired object(s)" if several else describe(context, targets[0])
        raise DependentObjectsStillExist(
            f"cannot drop {subject} because other objects depend on {'them' if several else 'it'}",
            detail="\n".join(f"{one.description} depends on {one.of}" for one in dependents),
            hint=CASCADE_HINT,
        )
    before: dict[tuple[type, Oid], Object] = {(type(one), one.oid): one for one in targets}
    for table in targets:
        if isinstance(table, Table):
            along: list[Sequence | Statistics] = [
                *owned_sequences(context, table),
                *(one for one in context.catalog.statistics if one.table == table.oid),
            ]
            before |= {(type(one), one.oid): one for one in along}
    changed: dict[Oid, Table] = {}
    for one in dependents:
        _take(context, tag, one, before, changed)
    told = [*notices, *cascade_notices([one.description for one in dependents])]
    return Ddl.replacing(tag, before.values(), changed.values(), tuple(told))


def dependents_of(context: BindContext, targets: Ordered[Target]) -> list[Dependent]:
    """Return what cannot be without the objects, in PostgreSQL's order, the objects and their parts left out."""
    return _Graph(context, targets).dependents()


def describe(context: BindContext, one: Target) -> str:
    if isinstance(one, Function):
        shown = signature_text(one)
        visible = one.schema.name in context.search_path
        return f"function {shown}" if visible else f"function {one.schema.name}.{shown}"
    kind = "table" if isinstance(one, Table) else "view"
    return f"{kind} {context.row_type_name(one.oid) or one.name}"


def _take(
    context: BindContext,
    tag: str,
    one: Dependent,
    before: dict[tuple[type, Oid], Object],
    changed: dict[Oid, Table],
) -> None:
    """Drop a dependent."""
    part, table = one.part, one.table
    if isinstance(part, View | Function):
        before[type(part), part.oid] = part
        return
    if table is None:
        raise FeatureNotSupported(f"{tag} with CASCADE to {one.description} not supported")
    now = changed.get(table.oid, table)
    match part:
        case ForeignKey():
            now = replace(now, foreign_keys=tuple(key for key in now.foreign_keys if key.oid != part.oid))
        case Check():
            now = replace(now, checks=tuple(check for check in now.checks if check.oid != part.oid))
        case Index() if not part.constraint:
            now = replace(now, indexes=tuple(index for index in now.indexes if index.oid != part.oid))
        case Column() if not part.generated:
            columns = list(now.columns)
            columns[part.attnum - 1] = replace(columns[part.attnum - 1], default=None)
            now = replace(now, columns=tuple(columns))
        case _:
            raise FeatureNotSupported(f"{tag} with CASCADE to {one.description} not supported")
    before[Table, table.oid] = table
    changed[table.oid] = now


class _Graph:
    def __init__(self, context: BindContext, targets: Ordered[Target]) -> None:
        self._context = context
        self._targets = targets
        self._dropped = {one.oid for one in targets}
        self._readers = Readers(context.catalog)
        self._seen: set[tuple[type, int, int]] = set()
        self._found: list[Dependent] = []

    def dependents(self) -> list[Dependent]:
        for target in self._targets:
            self._visit(target)
        return self._found[::-1]

    def _visit(self, one: Target) -> None:
        """Add the dependents of an object, the newest first, each behind its own."""
        for found in sorted(self._direct(one), key=lambda each: each.age, reverse=True):
            key = (type(found.part), *found.age)
            if key in self._seen or (found.table is None and found.age[0] in self._dropped):
                continue
            if found.table is not None and found.table.oid in self._dropped:
                continue  # goes with its table
            self._seen.add(key)
            if isinstance(found.part, View | Function):
                self._visit(found.part)
            self._found.append(found)

    def _direct(self, one: Target) -> Iterator[Dependent]:
        context, of = self._context, describe(self._context, one)
        for reader in self._readers.of((one.oid, 0), one.name):
            if reader.oid != one.oid:
                yield Dependent(reader, None, of, describe(context, reader))
        if isinstance(one, Function):
            yield from self._callers(one, of)
        elif isinstance(one, Table):
            for key in one.referenced_by:
                if key.table != one.oid:
                    table = context.catalog.tables_by_oid[key.table]
                    shown = f"constraint {key.name} on {describe(context, table)}"
                    yield Dependent(key, table, of, shown)
            yield from self._sequence_users(one)

    def _sequence_users(self, dropped: Table) -> Iterator[Dependent]:
        """Yield the defaults of other tables that need a sequence the table owns."""
        owned = {one.oid: one for one in owned_sequences(self._context, dropped)}
        if not owned:
            return
        for table in self._context.catalog.tables:
            for column in table.live_columns:
                if table.oid != dropped.oid and column.default is not None:
                    for oid in sequences_named(self._context, column) & owned.keys():
                        name = self._context.row_type_name(oid) or owned[oid].name
                        yield self._default(table, column, f"sequence {name}")

    def _default(self, table: Table, column: Column, of: str) -> Dependent:
        shown = f"column {column.name} of {describe(self._context, table)}"
        return Dependent(column, table, of, shown if column.generated else f"default value for {shown}")

    def _callers(self, function: Function, of: str) -> Iterator[Dependent]:
        """Yield what expressions of tables and domains call a function."""
        context = self._context
        for table in context.catalog.tables:
            on = f"on {describe(context, table)}"
            for column in table.live_columns:
                if column.default is not None and self._calls(function, table, column.default):
                    yield self._default(table, column, of)
            for check in table.checks:
                if self._calls(function, table, check.expression):
                    yield Dependent(check, table, of, f"constraint {check.name} {on}")
            for index in table.indexes:
                sources = [each.source for each in index.expressions]
                sources += [] if index.predicate is None else [index.predicate]
                if any(self._calls(function, table, source) for source in sources):
                    yield Dependent(index, table, of, f"index {index.name}")
        for domain in context.catalog.domains:
            sources = [check.expression for check in domain.checks]
            sources += [] if domain.default is None else [domain.default]
            # VALUE binds only in a domain's own place; its name in the tree is enough to keep the function.
            if any(f'"{function.name}"' in source for source in sources):
                yield Dependent(domain, None, of, f"type {domain.name}")

    def _calls(self, function: Function, table: Table, source: str) -> bool:
        """Whether an expression calls a function, or may: its names were found under a path that is not kept."""
        if function.name not in source:
            return False
        context = self._context
        path = (function.schema.name, *context.search_path)
        try:
            bound = bind_over(
                BindContext(context.parsed, context.catalog, (), path, context.style), table, source
            )
        except SqlError:
            return True
        return function.oid in functions_called(bound)
