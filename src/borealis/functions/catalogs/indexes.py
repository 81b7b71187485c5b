"""pg_get_indexdef. Source: dsql-facts.md §4.10 (the access method is btree_index)."""

from __future__ import annotations

from borealis.catalog.relations import Index, Table
from borealis.functions.catalogs.shown import definitions, including, index_with_oid, relation_name
from borealis.functions.implementation import Context, scalar
from borealis.settings.identifiers import quote_identifier
from borealis.types.base import Value


@scalar("pg_get_indexdef", context=True, deterministic=False)
def pg_get_indexdef(context: Context, oid: int) -> Value:
    return pg_get_indexdef_ext(context, oid, 0, 0)


@scalar("pg_get_indexdef_ext", context=True, deterministic=False)
def pg_get_indexdef_ext(context: Context, oid: int, column: int, pretty: int) -> Value:
    """Return the CREATE INDEX that would make an index, or one of its columns."""
    found = index_with_oid(context, oid)
    if found is None:
        return None
    table, index = found
    if column == 0:
        return _whole(context, table, index, pretty=bool(pretty))
    width = len(index.columns) + len(index.included)
    return _column(context, table, index, column - 1, pretty=bool(pretty)) if 0 < column <= width else ""


def _whole(context: Context, table: Table, index: Index, *, pretty: bool) -> str:
    keys = []
    for place in range(len(index.columns)):
        text = _column(context, table, index, place, pretty=pretty)
        keys.append(f"{text} NULLS FIRST" if place in index.nulls_first else text)
    unique = "UNIQUE " if index.is_unique else ""
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    where = ""
    if index.predicate is not None:
        where = f" WHERE {definitions(context).check(table, index.predicate, pretty=pretty)}"
    name = relation_name(context, table, always=not pretty)
    return (
        f"CREATE {unique}INDEX {quote_identifier(index.name)} ON {name} USING btree_index "
        f"({', '.join(keys)}){including(table, index)}{distinct}{where}"
    )


def _column(context: Context, table: Table, index: Index, place: int, *, pretty: bool) -> str:
    """Return what an index holds at a place, from 0: a column's name or an expression."""
    attnum = (*index.columns, *index.included)[place]
    if attnum:
        return quote_identifier(table.columns[attnum - 1].name)
    expression = index.expressions[index.columns[:place].count(0)]
    return definitions(context).index_key(table, expression.source, pretty=pretty)
