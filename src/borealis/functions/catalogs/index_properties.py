"""pg_indexam_has_property, pg_index_has_property, pg_index_column_has_property: what a B-tree can, as PostgreSQL's can.

Source: PostgreSQL 16 documentation 9.26.3 (the properties).
"""

from __future__ import annotations

from borealis.catalog.system.cluster import INDEX_METHOD
from borealis.functions.catalogs.shown import index_with_oid
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value

_OF_METHOD = frozenset(("can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"))
_OF_INDEX = frozenset(("clusterable", "index_scan", "bitmap_scan", "backward_scan"))


@scalar("pg_indexam_has_property")
def pg_indexam_has_property(method: int, name: str) -> Value:
    return 1 if method == INDEX_METHOD and name.lower() in _OF_METHOD else None


@scalar("pg_index_has_property", context=True, deterministic=False)
def pg_index_has_property(context: Context, index: int, name: str) -> Value:
    return 1 if name.lower() in _OF_INDEX and index_with_oid(context, index) is not None else None


@scalar("pg_index_column_has_property", context=True, deterministic=False)
def pg_index_column_has_property(context: Context, oid: int, column: int, name: str) -> Value:
    """Return what holds of a column of an index; keys are ascending, included columns have no order."""
    found = index_with_oid(context, oid)
    if found is None:
        return None
    _, index = found
    keys = len(index.columns)
    if not 0 < column <= keys + len(index.included):
        return None
    if column > keys:
        return {"orderable": 0, "distance_orderable": 0, "returnable": 1}.get(name.lower())
    nulls_first = int(column - 1 in index.nulls_first)
    return {
        "asc": 1,
        "desc": 0,
        "nulls_first": nulls_first,
        "nulls_last": 1 - nulls_first,
        "orderable": 1,
        "distance_orderable": 0,
        "returnable": 1,
        "search_array": 1,
        "search_nulls": 1,
    }.get(name.lower())
