"""obj_description, col_description, shobj_description: what COMMENT ON said, or what PostgreSQL says of its own objects."""

from __future__ import annotations

from functools import cache
from itertools import chain

from borealis.catalog.system import system_tables
from borealis.catalog.system.built_in import built_in_rows
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
    own = (text for (oid, _), text in _built_in().items() if oid == object_)
    return next(chain(texts, own), None)


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
    return next(texts, None) or (_built_in().get((object_, catalog)) if column == 0 else None)


@cache
def _built_in() -> dict[tuple[Value, Value], Value]:
    return {(row["objoid"], row["classoid"]): row["description"] for row in built_in_rows("pg_description")}
