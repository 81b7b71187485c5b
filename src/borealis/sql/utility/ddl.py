"""What a DDL statement comes to: changes of catalog rows, a command tag, notices."""

from __future__ import annotations

from dataclasses import dataclass

from borealis.catalog.relations import Table
from borealis.storage.catalog_tables import PG_ATTRDEF, PG_ATTRIBUTE, PG_CLASS, PG_CONSTRAINT, PG_INDEX
from borealis.transaction.intent import Change, Mode, Row
from borealis.types.base import Oid, Value


@dataclass(frozen=True, slots=True)
class Ddl:
    tag: str  # CREATE TABLE
    changes: tuple[Change, ...]
    notices: tuple[tuple[str, str], ...] = ()  # SQLSTATE and text
    relations: frozenset[Oid] = frozenset()
    """Tables created or dropped: what the rest of the transaction cannot read."""


def inserted(catalog_table: int, key: tuple[Value, ...], row: Row) -> Change:
    return Change(catalog_table, key, Mode.INSERT, row)


def deleted(catalog_table: int, key: tuple[Value, ...]) -> Change:
    return Change(catalog_table, key, Mode.DELETE, None)


def drop_changes(table: Table) -> tuple[Change, ...]:
    """Return the deletion of every catalog row of a table."""
    changes = [deleted(PG_CLASS, (table.oid,))]
    for column in table.columns:
        changes.append(deleted(PG_ATTRIBUTE, (table.oid, column.attnum)))
        if column.default is not None:
            changes.append(deleted(PG_ATTRDEF, (table.oid, column.attnum)))
    for index in table.indexes:
        changes.append(deleted(PG_CLASS, (index.oid,)))
        changes.append(deleted(PG_INDEX, (index.oid,)))
        if index.constraint:
            changes.append(deleted(PG_CONSTRAINT, (index.constraint,)))
    changes.extend(deleted(PG_CONSTRAINT, (check.oid,)) for check in table.checks)
    return tuple(changes)
