"""What is dropped with a column only by CASCADE, in the order PostgreSQL reports it: by oid, users of each behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from borealis.catalog.constraints import ForeignKey
from borealis.catalog.named_columns import named_columns
from borealis.catalog.objects import Function
from borealis.catalog.relations import Column, View
from borealis.errors import FeatureNotSupported
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.column_uses import ColumnUse, index_columns
from borealis.sql.utility.alter_table.drop_constraint import describe, drop_foreign_key, foreign_keys_on
from borealis.sql.utility.alter_table.readers import Readers
from borealis.types.base import Oid
from borealis.types.registry import format_type


@dataclass(frozen=True, slots=True)
class Dependent(ABC):
    description: str
    of: str
    """What it depends on."""

    @abstractmethod
    def drop(self, alteration: Alteration) -> None: ...


@dataclass(frozen=True, slots=True)
class _ForeignKeyDependent(Dependent):
    foreign_key: ForeignKey

    def drop(self, alteration: Alteration) -> None:
        drop_foreign_key(alteration, self.foreign_key)


@dataclass(frozen=True, slots=True)
class _ColumnDependent(Dependent):
    column: Column

    def drop(self, alteration: Alteration) -> None:
        from borealis.sql.utility.alter_table.drop_column import take_column

        take_column(alteration, self.column)


@dataclass(frozen=True, slots=True)
class _ViewDependent(Dependent):
    view: View

    def drop(self, alteration: Alteration) -> None:
        alteration.change(self.view, None)


@dataclass(frozen=True, slots=True)
class _FunctionDependent(Dependent):
    def drop(self, alteration: Alteration) -> None:
        raise FeatureNotSupported(f"DROP COLUMN with CASCADE to {self.description} not supported")


def dependents_of_column(alteration: Alteration, column: Column) -> list[Dependent]:
    return list(_Finder(alteration).of_column(column))


class _Finder:
    def __init__(self, alteration: Alteration) -> None:
        self._alteration = alteration
        self._seen: set[Oid] = set()
        self._readers = Readers(alteration.context.catalog)

    def of_column(self, column: Column) -> Iterator[Dependent]:
        alteration, table = self._alteration, self._alteration.table
        of = f"column {column.name} of table {alteration.shown(table)}"
        for foreign_key, needed in self._foreign_keys(column, of):
            if foreign_key.oid not in self._seen:
                self._seen.add(foreign_key.oid)
                yield _ForeignKeyDependent(describe(alteration, foreign_key), needed, foreign_key)
        for other in table.live_columns:
            if other.generated and other.default and other.attnum != column.attnum:
                if column.attnum in named_columns(table, other.default):
                    shown = f"column {other.name} of table {alteration.shown(table)}"
                    yield _ColumnDependent(shown, of, other)
                    yield from self.of_column(other)
        yield from self._readers_of((table.oid, column.attnum), table.name, of)

    def _foreign_keys(self, column: Column, of: str) -> Iterator[tuple[ForeignKey, str]]:
        """Yield the foreign keys that need the column or an index that goes with it, and which of these."""
        alteration = self._alteration
        for index in alteration.table.indexes:
            if column.attnum in index_columns(alteration.table, index):
                for one in foreign_keys_on(alteration, index):
                    if one.table == alteration.table.oid and column.attnum in one.columns:
                        continue  # goes with the column itself
                    yield one, of if column.attnum in one.referenced_columns else f"index {index.name}"

    def _readers_of(self, use: ColumnUse, name: str, of: str) -> Iterator[Dependent]:
        for reader in self._readers.of(use, name):
            if reader.oid in self._seen or self._alteration.is_dropped(type(reader), reader.oid):
                continue
            self._seen.add(reader.oid)
            if isinstance(reader, View):
                shown = f"view {self._alteration.shown(reader)}"
                yield _ViewDependent(shown, of, reader)
            else:
                shown = f"function {_signature(reader)}"
                yield _FunctionDependent(shown, of)
            yield from self._readers_of((reader.oid, 0), reader.name, shown)


def _signature(function: Function) -> str:
    return f"{function.name}({','.join(format_type(oid, -1) for oid in function.input_types)})"
