"""What the functions that show definitions share: the writer of stored trees, names that need their schema or not."""

from __future__ import annotations

from collections.abc import Iterable

from borealis.catalog.relations import Index, Relation, Table
from borealis.functions.implementation import Context, Definitions
from borealis.settings.identifiers import quote_identifier


def definitions(context: Context) -> Definitions:
    assert context.definitions is not None, "the executor sets it before each statement"
    return context.definitions


def relation_name(context: Context, relation: Relation, *, always: bool = False) -> str:
    """Return a relation's name, with its schema where the search path does not lead to it, or always."""
    name = quote_identifier(relation.name)
    for schema in () if always else context.search_path:
        found = context.catalog.relation(schema, relation.name)
        if found is not None:
            if found.oid == relation.oid:
                return name
            break
    return f"{quote_identifier(relation.schema.name)}.{name}"


def column_names(table: Table, attnums: Iterable[int]) -> str:
    return ", ".join(quote_identifier(table.columns[attnum - 1].name) for attnum in attnums)


def index_with_oid(context: Context, oid: int) -> tuple[Table, Index] | None:
    for table in context.catalog.tables:
        for index in table.indexes:
            if index.oid == oid:
                return table, index
    return None


def including(table: Table, index: Index) -> str:
    """Return the INCLUDE clause; a primary key holds every other column (dsql-facts.md §4.4)."""
    included = index.included
    if index.is_primary:
        included = tuple(column.attnum for column in table.live_columns if column.attnum not in index.columns)
    return f" INCLUDE ({column_names(table, included)})" if included else ""
