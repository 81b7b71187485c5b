"""obj_description, col_description, shobj_description: what COMMENT ON said."""

from __future__ import annotations

from borealis.catalog.system import system_tables
from borealis.functions.implementation import Context, scalar
from borealis.storage.catalog_tables import PG_CLASS
from borealis.types.base import Value

_PG_AUTHID = 1260


@scalar("obj_description(oid,name)", context=True, deterministic=False)
def obj_description(context: Context, object_: int, catalog: str) -> Value:
    table = system_tables().get(catalog)
    return None if table is None else _text(context, object_, table.oid, 0)


@scalar("obj_description(oid)", context=True, deterministic=False)
def obj_description_of_any(context: Context, object_: int) -> Value:
    texts = (one.text for one in context.catalog.comments if (one.object, one.column) == (object_, 0))
    return next(texts, None)


@scalar("col_description", "col_description(oid,int4)", context=True, deterministic=False)
def col_description(context: Context, table: int, column: int) -> Value:
    return _text(context, table, PG_CLASS, column)


@scalar("shobj_description", "shobj_description(oid,name)", context=True, deterministic=False)
def shobj_description(context: Context, object_: int, catalog: str) -> Value:
    """Of what databases share, roles carry comments here."""
    return _text(context, object_, _PG_AUTHID, 0) if catalog == "pg_authid" else None


def _text(context: Context, object_: int, catalog: int, column: int) -> Value:
    wanted = (object_, catalog, column)
    texts = (one.text for one in context.catalog.comments if (one.object, one.catalog, one.column) == wanted)
    return next(texts, None)
