"""pg_get_*def, pg_get_expr, pg_get_userbyid and what else shows a definition."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.definitions.constraints import (
    check_definition,
    foreign_key_definition,
    index_column_text,
    index_definition,
    key_definition,
)
from borealis.catalog.definitions.expressions import check_text, domain_check_text
from borealis.catalog.definitions.identifiers import quoted
from borealis.catalog.relations import Index, Table
from borealis.catalog.system.cluster import SUPERUSER
from borealis.errors import UndefinedColumn
from borealis.functions.implementation import Context, scalar
from borealis.storage.catalog_tables import ADMIN_ROLE
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type, type_of

_ROLES = {SUPERUSER: "postgres", ADMIN_ROLE: "admin"}


@scalar("pg_get_expr", "pg_get_expr_ext")
def pg_get_expr(text: str, relation: int, pretty: int = 0) -> str:
    """Return the expression: the catalogs show it as text already."""
    return text


@scalar("pg_get_userbyid")
def pg_get_userbyid(role: int) -> str:
    return _ROLES.get(role, f"unknown (OID={role})")


@scalar("pg_get_constraintdef", "pg_get_constraintdef_ext", context=True, deterministic=False)
def pg_get_constraintdef(context: Context, oid: int, pretty: int = 0) -> Value:
    catalog = context.catalog
    for table in catalog.tables:
        for index in table.indexes:
            if index.constraint == oid:
                return key_definition(table, index)
        for check in table.checks:
            if check.oid == oid:
                return check_definition(table, check)
        for foreign_key in table.foreign_keys:
            if foreign_key.oid == oid:
                return foreign_key_definition(catalog, foreign_key, context.search_path)
    for domain in catalog.domains:
        for check in domain.checks:
            if check.oid == oid:
                return f"CHECK ({domain_check_text(domain.base_type, check.expression)})"
    return None


@scalar("pg_get_indexdef", context=True, deterministic=False)
def pg_get_indexdef(context: Context, oid: int) -> Value:
    found = _index(context.catalog, oid)
    return None if found is None else index_definition(*found)


@scalar("pg_get_indexdef_ext", context=True, deterministic=False)
def pg_get_indexdef_ext(context: Context, oid: int, column: int, pretty: int) -> Value:
    """Return the definition of an index, or of one of its columns."""
    found = _index(context.catalog, oid)
    if found is None or column == 0:
        return None if found is None else index_definition(*found)
    table, index = found
    count = len(index.columns) + len(index.included)
    return index_column_text(table, index, column - 1) if 0 < column <= count else ""


def _index(catalog: Catalog, oid: int) -> tuple[Table, Index] | None:
    for table in catalog.tables:
        for index in table.indexes:
            if index.oid == oid:
                return table, index
    return None


@scalar("pg_get_serial_sequence", context=True, deterministic=False)
def pg_get_serial_sequence(context: Context, relation: str, column: str) -> Value:
    """Return the sequence that a column owns.

    Raises: UndefinedTable 42P01, UndefinedColumn 42703.
    """
    oid = type_of(oids.REGCLASS).decode_text(relation, context.style)
    table = context.catalog.tables_by_oid.get(Oid(int(str(oid))))
    found = [one for one in table.live_columns if one.name == column] if table is not None else []
    if not found:
        raise UndefinedColumn(f'column "{column}" of relation "{relation}" does not exist')
    for sequence in context.catalog.sequences:
        if sequence.owned_by == (oid, found[0].attnum):
            return f"{quoted(sequence.schema.name)}.{quoted(sequence.name)}"
    return None


@scalar(
    "pg_get_partkeydef", "pg_get_triggerdef", "pg_get_triggerdef_ext", "pg_get_ruledef", "pg_get_ruledef_ext"
)
def nothing_defined(oid: int, pretty: int = 0) -> Value:
    """There are no partitions, triggers or rules to show."""
    return None


@scalar("pg_get_function_arguments", "pg_get_function_identity_arguments", context=True, deterministic=False)
def pg_get_function_arguments(context: Context, oid: int) -> Value:
    function = context.catalog.functions_by_oid.get(Oid(oid))
    if function is None:
        return None
    words = {"o": "OUT ", "b": "INOUT ", "v": "VARIADIC "}
    return ", ".join(
        words.get(one.mode, "") + (f"{quoted(one.name)} " if one.name else "") + format_type(one.type, -1)
        for one in function.arguments
        if one.mode != "t"
    )


@scalar("pg_get_function_result", context=True, deterministic=False)
def pg_get_function_result(context: Context, oid: int) -> Value:
    function = context.catalog.functions_by_oid.get(Oid(oid))
    if function is None:
        return None
    columns = [one for one in function.arguments if one.mode == "t"]
    if columns:
        return f"TABLE({', '.join(f'{quoted(one.name)} {format_type(one.type, -1)}' for one in columns)})"
    return ("SETOF " if function.returns_set else "") + format_type(function.result, -1)


@scalar("pg_get_statisticsobjdef_columns", context=True, deterministic=False)
def pg_get_statisticsobjdef_columns(context: Context, oid: int) -> Value:
    for one in context.catalog.statistics:
        if one.oid == oid:
            table = context.catalog.tables_by_oid[one.table]
            names = [quoted(table.columns[attnum - 1].name) for attnum in one.columns]
            return ", ".join(names + [check_text(table, source) for source in one.expressions])
    return None
