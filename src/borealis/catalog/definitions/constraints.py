"""Constraints and indexes as pg_get_constraintdef and pg_get_indexdef show them.

Source: dsql-facts.md §4.4 (a primary key includes every other column), §4.10 (btree_index).
"""

from __future__ import annotations

from collections.abc import Iterable

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check, ForeignKey, ReferentialAction
from borealis.catalog.definitions.expressions import check_text, index_expression_text, index_predicate_text
from borealis.catalog.definitions.identifiers import quoted
from borealis.catalog.relations import Index, Table

_ACTIONS = {
    ReferentialAction.RESTRICT: "RESTRICT",
    ReferentialAction.CASCADE: "CASCADE",
    ReferentialAction.SET_NULL: "SET NULL",
    ReferentialAction.SET_DEFAULT: "SET DEFAULT",
}


def key_definition(table: Table, index: Index) -> str:
    """Return `PRIMARY KEY (id) INCLUDE (a, b)` or `UNIQUE (code)`."""
    word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    return f"{word}{distinct} ({_columns(table, index.columns)}){_including(table, index)}"


def check_definition(table: Table, check: Check) -> str:
    valid = "" if check.is_validated else " NOT VALID"
    return f"CHECK ({check_text(table, check.expression)}){valid}"


def foreign_key_definition(catalog: Catalog, foreign_key: ForeignKey, search_path: Iterable[str]) -> str:
    tables = catalog.tables_by_oid
    table, referenced = tables[foreign_key.table], tables[foreign_key.referenced_table]
    target = f"{relation_name(catalog, referenced, search_path)}({_columns(referenced, foreign_key.referenced_columns)})"
    parts = [f"FOREIGN KEY ({_columns(table, foreign_key.columns)}) REFERENCES {target}"]
    if foreign_key.match_full:
        parts.append("MATCH FULL")
    if foreign_key.on_update in _ACTIONS:
        parts.append(f"ON UPDATE {_ACTIONS[foreign_key.on_update]}")
    if foreign_key.on_delete in _ACTIONS:
        some = foreign_key.delete_set_columns
        parts.append(
            f"ON DELETE {_ACTIONS[foreign_key.on_delete]}" + (f" ({_columns(table, some)})" if some else "")
        )
    if foreign_key.is_deferrable:
        parts.append("DEFERRABLE")
    if foreign_key.is_initially_deferred:
        parts.append("INITIALLY DEFERRED")
    if not foreign_key.is_validated:
        parts.append("NOT VALID")
    return " ".join(parts)


def index_definition(table: Table, index: Index) -> str:
    """Return the CREATE INDEX that would make an index."""
    unique = "UNIQUE " if index.is_unique else ""
    name = f"{quoted(table.schema.name)}.{quoted(table.name)}"
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    where = f" WHERE {index_predicate_text(table, index.predicate)}" if index.predicate is not None else ""
    return (
        f"CREATE {unique}INDEX {quoted(index.name)} ON {name} USING btree_index "
        f"({_keys(table, index)}){_including(table, index)}{distinct}{where}"
    )


def _keys(table: Table, index: Index) -> str:
    """Return the key's columns and expressions with their order."""
    texts = []
    for place in range(len(index.columns)):
        text = index_column_text(table, index, place)
        if text.startswith("("):
            text = f"({text})"
        texts.append(f"{text} NULLS FIRST" if place in index.nulls_first else text)
    return ", ".join(texts)


def index_column_text(table: Table, index: Index, place: int) -> str:
    """Return what an index holds at a place, from 0: a column's name or an expression."""
    attnum = (*index.columns, *index.included)[place]
    if attnum:
        return quoted(table.columns[attnum - 1].name)
    return index_expression_text(table, index.expressions[index.columns[:place].count(0)].source)


def relation_name(catalog: Catalog, table: Table, search_path: Iterable[str]) -> str:
    """Return a table's name, with its schema where the search path does not lead to it."""
    for schema in search_path:
        found = catalog.relation(schema, table.name)
        if found is not None:
            if found.oid == table.oid:
                return quoted(table.name)
            break
    return f"{quoted(table.schema.name)}.{quoted(table.name)}"


def _including(table: Table, index: Index) -> str:
    included = index.included
    if index.is_primary:
        included = tuple(c.attnum for c in table.live_columns if c.attnum not in index.columns)
    return f" INCLUDE ({_columns(table, included)})" if included else ""


def _columns(table: Table, attnums: Iterable[int]) -> str:
    return ", ".join(quoted(table.columns[attnum - 1].name) for attnum in attnums)
