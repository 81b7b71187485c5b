"""CREATE INDEX ASYNC, DROP INDEX. Source: dsql-facts.md §5.1, §4.12."""

from __future__ import annotations

import re
from dataclasses import replace

from borealis import limits
from borealis.catalog.relations import Column, Index, Table
from borealis.errors import (
    DuplicateTable,
    FeatureNotSupported,
    InvalidSchemaName,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_defining_table
from borealis.sql.dependencies.address import Address
from borealis.sql.parse import Node
from borealis.sql.utility.create_table import check_key_types
from borealis.sql.utility.ddl import SYNC_REFUSED, Ddl, Job
from borealis.sql.utility.drops import drop
from borealis.sql.utility.index_keys import distinct_names, index_column, read_key
from borealis.sql.utility.object_names import NameChooser
from borealis.storage.catalog_tables import PG_CLASS
from borealis.types.base import Oid

_USING = re.compile(r"\busing\b", re.IGNORECASE)


def create_index(context: BindContext, node: Node, owner: Oid) -> Ddl:
    _refuse_forms(context, node)
    table = find_defining_table(context, node["relation"], "create index on")
    name = node.get("idxname")
    if name is not None and _is_taken(context, table, name):
        if node.get("if_not_exists"):
            return Ddl("CREATE INDEX", notices=(("42P07", f'relation "{name}" already exists, skipping'),))
        raise DuplicateTable(f'relation "{name}" already exists')
    key = read_key(context, table, node)
    included = _included(table, node)
    if len(key.columns) > limits.KEY_COLUMNS_MAX:
        raise limits.too_many_key_columns()
    check_key_types(key.columns)
    if len(table.indexes) >= limits.TABLE_INDEXES_MAX:
        raise limits.too_many_indexes()
    chooser = NameChooser(context.catalog, table.schema.name, table.name)
    name = name or chooser.choose("_".join(distinct_names([*key.columns, *included])), "idx")
    is_async = bool(node.get("async"))
    index = Index(
        Oid(context.catalog.next_oid),
        name,
        table.oid,
        tuple(column.attnum for column in key.columns),
        bool(node.get("unique")),
        is_primary=False,
        nulls_not_distinct=bool(node.get("nulls_not_distinct")),
        included=tuple(column.attnum for column in included),
        is_valid=not is_async,
        nulls_first=key.nulls_first,
        expressions=key.expressions,
        predicate=key.predicate,
    )
    ddl = Ddl.replacing("CREATE INDEX", (table,), (replace(table, indexes=(*table.indexes, index)),))
    if not is_async:
        return replace(ddl, empty=table.oid)
    return replace(ddl, jobs=(Job("INDEX_BUILD", index.oid, f"{table.schema.name}.{name}"),))


def _refuse_forms(context: BindContext, node: Node) -> None:
    if node.get("concurrent"):
        raise FeatureNotSupported("CONCURRENTLY not supported for CREATE INDEX")
    text = context.parsed.text.encode()[node["relation"].get("location", 0) :].decode(errors="ignore")
    if _USING.search(text[: text.find("(")]):
        raise FeatureNotSupported("USING not supported for CREATE INDEX")
    if not node.get("async") and context.setting("disable_sync_create_index") != "off":
        raise FeatureNotSupported(SYNC_REFUSED)
    if "options" in node or "tableSpace" in node:
        clause = "WITH" if "options" in node else "TABLESPACE"
        raise FeatureNotSupported(f"{clause} clause not supported for CREATE INDEX")


def _included(table: Table, node: Node) -> tuple[Column, ...]:
    """Return the INCLUDE columns, each once."""
    included: dict[int, Column] = {}
    keys = {item["IndexElem"].get("name") for item in node["indexParams"]}
    for item in node.get("indexIncludingParams", ()):
        element = item["IndexElem"]
        for clause, what in _NOT_INCLUDED.items():
            if element.get(clause, _DEFAULTS.get(clause)) != _DEFAULTS.get(clause):
                raise FeatureNotSupported(f"including column does not support {what}")
        if "expr" in element:
            raise FeatureNotSupported("expressions are not supported in included columns")
        column = index_column(table, element["name"])
        if column.name in keys:
            raise FeatureNotSupported("included columns must not intersect with key columns")
        included[column.attnum] = column
    return tuple(included.values())


_NOT_INCLUDED = {
    "collation": "a collation",
    "opclass": "an operator class",
    "ordering": "ASC/DESC options",
    "nulls_ordering": "NULLS FIRST/LAST options",
}
_DEFAULTS = {"ordering": "SORTBY_DEFAULT", "nulls_ordering": "SORTBY_NULLS_DEFAULT"}


def _is_taken(context: BindContext, table: Table, name: str) -> bool:
    schema = table.schema.name
    return (
        context.catalog.relation(schema, name) is not None or context.catalog.index(schema, name) is not None
    )


def drop_index(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if node.get("concurrent"):
        raise FeatureNotSupported("DROP INDEX CONCURRENTLY must be first action in transaction")
    named: list[Address] = []
    notices: list[tuple[str, ...]] = []
    for item in node["objects"]:
        names = [part["String"]["sval"] for part in item["List"]["items"]]
        try:
            _, index = _index_named(context, names)
        except (UndefinedObject, InvalidSchemaName) as error:
            if not node.get("missing_ok"):
                raise
            notices.append(("00000", f"{error.message}, skipping"))
            continue
        named.append(Address(PG_CLASS, index.oid))
    return drop(context, "DROP INDEX", named, notices)


def _index_named(context: BindContext, names: list[str]) -> tuple[Table, Index]:
    found = find_index(context, names)
    if found is None:
        raise UndefinedObject(f'index "{names[-1]}" does not exist')
    return found


def find_index(context: BindContext, names: list[str]) -> tuple[Table, Index] | None:
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    for schema in names[-2:-1] or context.search_path:
        found = context.catalog.index(schema, names[-1])
        if found is not None:
            return found
    return None
