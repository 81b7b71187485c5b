"""A new table as the catalog rows that describe it."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.relations import Index, Table
from borealis.sql.utility.ddl import inserted
from borealis.storage.catalog_tables import PG_ATTRDEF, PG_ATTRIBUTE, PG_CLASS, PG_CONSTRAINT, PG_INDEX
from borealis.transaction.intent import Change


def table_rows(table: Table) -> tuple[Change, ...]:
    """Return the insertion of every catalog row of a table; columns as storage.catalog_tables has them."""
    return tuple(_rows(table))


def _rows(table: Table) -> Iterator[Change]:
    yield inserted(PG_CLASS, (table.oid,), (table.oid, table.name, table.schema.oid, table.owner, "r"))
    for column in table.columns:
        key = (table.oid, column.attnum)
        yield inserted(
            PG_ATTRIBUTE,
            key,
            (*key, column.name, column.type, column.typmod, int(column.not_null), int(column.is_dropped)),
        )
        if column.default is not None:
            yield inserted(PG_ATTRDEF, key, (*key, column.default))
    for index in table.indexes:
        yield from _index_rows(table, index)
    for check in table.checks:
        yield inserted(
            PG_CONSTRAINT, (check.oid,), (check.oid, check.name, table.oid, "c", 0, "", check.expression)
        )


def _index_rows(table: Table, index: Index) -> Iterator[Change]:
    yield inserted(PG_CLASS, (index.oid,), (index.oid, index.name, table.schema.oid, table.owner, "i"))
    attnums = " ".join(map(str, index.columns))
    yield inserted(
        PG_INDEX,
        (index.oid,),
        (
            index.oid,
            table.oid,
            int(index.is_unique),
            int(index.is_primary),
            int(index.nulls_not_distinct),
            int(index.is_valid),
            len(index.columns),
            " ".join(map(str, (*index.columns, *index.included))),
        ),
    )
    yield inserted(
        PG_CONSTRAINT,
        (index.constraint,),
        (index.constraint, index.name, table.oid, "p" if index.is_primary else "u", index.oid, attnums, None),
    )
