"""System rows of constraints: pg_constraint."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.named_columns import named_columns
from borealis.catalog.relations import Index, Table
from borealis.catalog.system.references import reference
from borealis.catalog.system.rows import SystemRow, array, produces
from borealis.types.base import Value


@produces("pg_constraint")
def constraints(catalog: Catalog) -> Iterator[SystemRow]:
    for table in catalog.tables:
        for index in table.indexes:
            if index.constraint:
                yield _key(table, index)
        for check in table.checks:
            yield _check(table, check)
        for foreign_key in table.foreign_keys:
            yield _foreign_key(table, foreign_key)
    for domain in catalog.domains:
        for check in domain.checks:
            row = _row(check.oid, check.name, domain.schema.oid, "c")
            yield {
                **row,
                "contypid": domain.oid,
                "convalidated": int(check.is_validated),
                "conbin": reference("CHECK", conoid=check.oid),
            }


def _key(table: Table, index: Index) -> SystemRow:
    row = _row(index.constraint, index.name, table.schema.oid, "p" if index.is_primary else "u")
    return {
        **row,
        "conrelid": table.oid,
        "conindid": index.oid,
        "conkey": array(index.columns),
        "connoinherit": 1,
    }


def _check(table: Table, check: Check) -> SystemRow:
    columns = named_columns(table, check.expression)
    return {
        **_row(check.oid, check.name, table.schema.oid, "c"),
        "conrelid": table.oid,
        "convalidated": int(check.is_validated),
        "conkey": array(columns) if columns else None,
        "conbin": reference("CHECK", conoid=check.oid),
    }


def _foreign_key(table: Table, foreign_key: ForeignKey) -> SystemRow:
    some = foreign_key.delete_set_columns
    return {
        **_row(foreign_key.oid, foreign_key.name, table.schema.oid, "f"),
        "conrelid": table.oid,
        "conindid": foreign_key.index,
        "condeferrable": int(foreign_key.is_deferrable),
        "condeferred": int(foreign_key.is_initially_deferred),
        "convalidated": int(foreign_key.is_validated),
        "confrelid": foreign_key.referenced_table,
        "confupdtype": str(foreign_key.on_update),
        "confdeltype": str(foreign_key.on_delete),
        "confmatchtype": "f" if foreign_key.match_full else "s",
        "conkey": array(foreign_key.columns),
        "confkey": array(foreign_key.referenced_columns),
        "confdelsetcols": array(some) if some else None,
        "connoinherit": 1,
    }


def _row(oid: int, name: str, namespace: int, kind: str) -> dict[str, Value]:
    return {
        "oid": oid,
        "conname": name,
        "connamespace": namespace,
        "contype": kind,
        "condeferrable": 0,
        "condeferred": 0,
        "convalidated": 1,
        "conrelid": 0,
        "contypid": 0,
        "conindid": 0,
        "conparentid": 0,
        "confrelid": 0,
        "confupdtype": " ",
        "confdeltype": " ",
        "confmatchtype": " ",
        "conislocal": 1,
        "coninhcount": 0,
        "connoinherit": 0,
    }
