"""pg_relation_is_updatable and pg_column_is_updatable: what may be written to, as information_schema says it.

Source: PostgreSQL 16, relation_is_updatable (rewriteHandler.c), as observed.
"""

from __future__ import annotations

from borealis.catalog.relations import Table, View
from borealis.catalog.system import system_tables
from borealis.functions.catalogs.shown import definitions
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Oid

_UPDATE, _INSERT, _DELETE = 4, 8, 16


@scalar("pg_relation_is_updatable", context=True, deterministic=False)
def pg_relation_is_updatable(context: Context, oid: int, include_triggers: int) -> int:
    """Return the commands that a relation takes, as bits."""
    columns = _written(context, oid)
    if columns is None:
        return 0
    return _UPDATE | _INSERT | _DELETE if columns else _DELETE


@scalar("pg_column_is_updatable", context=True, deterministic=False)
def pg_column_is_updatable(context: Context, oid: int, attnum: int, include_triggers: int) -> int:
    columns = _written(context, oid)
    return int(attnum > 0 and columns is not None and attnum in columns)


def _written(context: Context, oid: int) -> frozenset[int] | None:
    """Return the columns of a relation that may be written, None where not even rows may be deleted."""
    known = context.kept("written columns", dict[int, frozenset[int] | None])
    if oid not in known:
        known[oid] = _find_written(context, oid)
    return known[oid]


def _find_written(context: Context, oid: int) -> frozenset[int] | None:
    relation = context.catalog.relations_by_oid.get(Oid(oid))
    if isinstance(relation, View):
        return definitions(context).written_columns(relation)
    if isinstance(relation, Table):
        return frozenset(column.attnum for column in relation.live_columns)
    for table in system_tables().values():
        if table.oid == oid:
            return frozenset(column.attnum for column in table.columns)
    return None
