"""What tables, columns and keys are called in SQLite (storage/layout.py has the bytes)."""

from __future__ import annotations

from borealis.catalog.relations import Index, Table
from borealis.functions.implementation import Sql
from borealis.storage.catalog_tables import FIRST_USER_OID
from borealis.types.oids import INT2, INT4, INT8
from borealis.types.registry import stored_representation

HIDDEN_KEY = "_id"


def is_catalog(table: Table) -> bool:
    return table.oid < FIRST_USER_OID


def table_name(table: Table) -> str:
    return table.name if is_catalog(table) else f"t{table.oid}"


def column_name(table: Table, attnum: int) -> str:
    return table.columns[attnum - 1].name if is_catalog(table) else f"c{attnum}"


def key_names(table: Table) -> tuple[str, ...]:
    """Return the columns of the primary key in key order, or the hidden row id."""
    if table.primary_key is None:
        return (HIDDEN_KEY,)
    return tuple(column_name(table, attnum) for attnum in table.primary_key.columns)


def has_integer_key(table: Table) -> bool:
    """Whether the key is SQLite's rowid."""
    key = table.primary_key
    if key is None:
        return True
    return len(key.columns) == 1 and table.columns[key.columns[0] - 1].type in (INT2, INT4, INT8)


def columns_of(table: Table, relation: str) -> dict[int, Sql]:
    """Return how the live columns of a table read under a relation's name, by attnum."""
    return {
        column.attnum: Sql(
            f"{relation}.{column_name(table, column.attnum)}",
            stored_representation(column.type, column.typmod),
        )
        for column in table.live_columns
    }


def affinities(table: Table, relation: int) -> dict[tuple[int, int], str]:
    """Return the SQLite affinity of each column: only a rowid has one."""
    key = table.primary_key
    rowid = key.columns[0] if key is not None and has_integer_key(table) else 0
    return {
        (relation, column.attnum): "INTEGER" if column.attnum == rowid else ""
        for column in table.live_columns
    }


def index_key_names(table: Table, index: Index) -> tuple[tuple[str | None, str], ...]:
    """Return (null flag or None, key column) of an index table's key columns, in order."""
    return tuple(
        (None if not index.is_computed and table.columns[attnum - 1].not_null else f"n{n}", f"k{n}")
        for n, attnum in enumerate(index.columns, 1)
    )


def index_primary_names(table: Table) -> tuple[str, ...]:
    """Return the index table's columns that hold the row's primary key."""
    if table.primary_key is None:
        return ("p0",)
    return tuple(f"p{attnum}" for attnum in table.primary_key.columns)
