"""Reads layouts out of the catalog's rows: what t<oid> and its i<oid> must look like.

Layouts follow from the catalog and from nothing else, so every process, and later every replica, derives the same.
"""

from __future__ import annotations

from typing import Any

import apsw

from borealis.storage.catalog_tables import CATALOG_TABLES_BY_OID, CatalogTable
from borealis.storage.layout import IndexLayout, KeyColumn, TableLayout, column_name, table_name

_INTEGER_TYPES = frozenset({20, 21, 23})  # int8, int2, int4: pg_type.oid
NULLS_FIRST = 2  # PostgreSQL's bit in pg_index.indoption
_FLOAT_TYPES = frozenset({700, 701})


def catalog_layout(table: CatalogTable) -> TableLayout:
    key = tuple(table.ordinal(name) for name in table.key)
    return TableLayout(table.oid, table.name, table.columns, key, table.has_integer_key)


def read_layout(connection: apsw.Connection, oid: int) -> TableLayout | None:
    """Return the layout of a relation as the catalog in this connection's transaction has it; None: no such table."""
    catalog_table = CATALOG_TABLES_BY_OID.get(oid)
    if catalog_table is not None:
        return catalog_layout(catalog_table)
    cursor = connection.cursor()
    if cursor.execute("SELECT 1 FROM pg_class WHERE oid=? AND relkind='r'", (oid,)).fetchone() is None:
        return None
    attributes: list[Any] = cursor.execute(
        "SELECT attnum,atttypid,attnotnull FROM pg_attribute WHERE attrelid=? AND attnum>0 ORDER BY attnum",
        (oid,),
    ).fetchall()
    indexes: list[Any] = cursor.execute(
        "SELECT indexrelid,indisunique,indisprimary,indnullsnotdistinct,indnkeyatts,indkey,"
        "indoption,indexprs IS NOT NULL OR indpred IS NOT NULL "
        "FROM pg_index WHERE indrelid=? ORDER BY indexrelid",
        (oid,),
    ).fetchall()
    assert [attnum for attnum, _, _ in attributes] == list(range(1, len(attributes) + 1)), attributes
    types = [type_oid for _, type_oid, _ in attributes]
    not_null = [bool(flag) for _, _, flag in attributes]
    key = _primary_key(indexes)
    return TableLayout(
        oid=oid,
        name=table_name(oid),
        columns=tuple(column_name(attnum) for attnum, _, _ in attributes),
        key=key,
        has_integer_key=len(key) == 1 and types[key[0]] in _INTEGER_TYPES,
        indexes=tuple(
            _index_layout(row, key, types, not_null)
            for row in indexes
            if not row[2]  # the primary key lives in the table itself
        ),
    )


def _primary_key(indexes: list[tuple[object, ...]]) -> tuple[int, ...]:
    for _, _, is_primary, _, key_count, keys, *_ in indexes:
        if is_primary:
            return _ordinals(keys)[: int(str(key_count))]
    return ()


def _ordinals(keys: object) -> tuple[int, ...]:
    return tuple(int(attnum) - 1 for attnum in str(keys).split())


def _index_layout(
    row: tuple[object, ...], primary: tuple[int, ...], types: list[int], not_null: list[bool]
) -> IndexLayout:
    oid, is_unique, _, nulls_not_distinct, key_count, keys, options, is_computed = row
    ordinals = _ordinals(keys)
    key = ordinals[: int(str(key_count))]
    included = ordinals[int(str(key_count)) :]
    return IndexLayout(
        oid=int(str(oid)),
        key=tuple(
            KeyColumn(
                # What is computed may be null, and its table keeps its shape whatever becomes of NOT NULL.
                o,
                is_nullable=bool(is_computed) or not (not_null[o] or o in primary),
                null_flag=flag,
            )
            for o, flag in zip(key, _null_flags(options), strict=True)
        ),
        primary=primary or (len(types),),
        included=included,
        is_unique=bool(is_unique),
        nulls_not_distinct=bool(nulls_not_distinct),
        has_hidden_key=not primary,
        has_floats=bool(is_computed) or any(types[o] in _FLOAT_TYPES for o in ordinals),
        is_computed=bool(is_computed),
    )


def _null_flags(options: object) -> tuple[int, ...]:
    """Return layout.KeyColumn.null_flag of each key column, out of pg_index.indoption."""
    return tuple(-1 if int(option) & NULLS_FIRST else 1 for option in str(options).split())
