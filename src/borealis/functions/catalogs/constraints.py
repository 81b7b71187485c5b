"""pg_get_constraintdef. Source: dsql-facts.md §4.4 (a primary key includes every other column)."""

from __future__ import annotations

from borealis.catalog.constraints import ForeignKey, ReferentialAction
from borealis.catalog.relations import Index, Table
from borealis.functions.catalogs.shown import column_names, definitions, including, relation_name
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value

_ACTIONS = {
    ReferentialAction.RESTRICT: "RESTRICT",
    ReferentialAction.CASCADE: "CASCADE",
    ReferentialAction.SET_NULL: "SET NULL",
    ReferentialAction.SET_DEFAULT: "SET DEFAULT",
}


@scalar("pg_get_constraintdef", "pg_get_constraintdef_ext", context=True, deterministic=False)
def pg_get_constraintdef(context: Context, oid: int, pretty: int = 0) -> Value:
    shown = definitions(context)
    for table in context.catalog.tables:
        for index in table.indexes:
            if index.constraint == oid:
                return _key(table, index)
        for check in table.checks:
            if check.oid == oid:
                return _check(shown.check(table, check.expression, pretty=bool(pretty)), check.is_validated)
        for foreign_key in table.foreign_keys:
            if foreign_key.oid == oid:
                return _foreign_key(context, table, foreign_key)
    for domain in context.catalog.domains:
        for check in domain.checks:
            if check.oid == oid:
                text = shown.domain_check(domain, check.expression, pretty=bool(pretty))
                return _check(text, check.is_validated)
    return None


def _check(text: str, is_validated: bool) -> str:
    return f"CHECK ({text})" + ("" if is_validated else " NOT VALID")


def _key(table: Table, index: Index) -> str:
    """Return `PRIMARY KEY (id) INCLUDE (a, b)` or `UNIQUE (code)`."""
    word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    return f"{word}{distinct} ({column_names(table, index.columns)}){including(table, index)}"


def _foreign_key(context: Context, table: Table, foreign_key: ForeignKey) -> str:
    referenced = context.catalog.tables_by_oid[foreign_key.referenced_table]
    target = (
        f"{relation_name(context, referenced)}({column_names(referenced, foreign_key.referenced_columns)})"
    )
    parts = [f"FOREIGN KEY ({column_names(table, foreign_key.columns)}) REFERENCES {target}"]
    if foreign_key.match_full:
        parts.append("MATCH FULL")
    if foreign_key.on_update in _ACTIONS:
        parts.append(f"ON UPDATE {_ACTIONS[foreign_key.on_update]}")
    if foreign_key.on_delete in _ACTIONS:
        some = foreign_key.delete_set_columns
        columns = f" ({column_names(table, some)})" if some else ""
        parts.append(f"ON DELETE {_ACTIONS[foreign_key.on_delete]}{columns}")
    if foreign_key.is_deferrable:
        parts.append("DEFERRABLE")
    if foreign_key.is_initially_deferred:
        parts.append("INITIALLY DEFERRED")
    if not foreign_key.is_validated:
        parts.append("NOT VALID")
    return " ".join(parts)
