"""pg_get_userbyid, pg_get_serial_sequence, extended statistics, and what has no definitions here."""

from __future__ import annotations

from borealis.catalog.objects import Statistics
from borealis.catalog.system.cluster import ROLES
from borealis.errors import UndefinedColumn
from borealis.functions.catalogs.shown import definitions, relation_name
from borealis.functions.implementation import Context, scalar
from borealis.settings.identifiers import quote_identifier
from borealis.types import oids
from borealis.types.array import pack
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of


@scalar("pg_get_userbyid", context=True, deterministic=False)
def pg_get_userbyid(context: Context, role: int) -> str:
    for one in context.catalog.roles:
        if one.oid == role:
            return one.name
    return ROLES.get(role, f"unknown (OID={role})")


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
            return f"{quote_identifier(sequence.schema.name)}.{quote_identifier(sequence.name)}"
    return None


@scalar("pg_get_partkeydef", "pg_get_triggerdef", "pg_get_triggerdef_ext")
def nothing_defined(oid: int, pretty: int = 0) -> Value:
    """There are no partitions, triggers or rules to show."""
    return None


@scalar("pg_get_statisticsobjdef_columns", context=True, deterministic=False)
def pg_get_statisticsobjdef_columns(context: Context, oid: int) -> Value:
    found = _statistics(context, oid)
    return None if found is None else _statistics_columns(context, found)


@scalar("pg_get_statisticsobjdef", context=True, deterministic=False)
def pg_get_statisticsobjdef(context: Context, oid: int) -> Value:
    """Return the CREATE STATISTICS; its kinds where they are not all."""
    found = _statistics(context, oid)
    if found is None:
        return None
    table = context.catalog.tables_by_oid[found.table]
    name = f"{quote_identifier(found.schema.name)}.{quote_identifier(found.name)}"
    elements = len(found.columns) + len(found.expressions)
    kinds = [word for letter, word in _KINDS.items() if letter in found.kinds]
    listed = f" ({', '.join(kinds)})" if len(kinds) < len(_KINDS) and elements > 1 else ""
    columns = _statistics_columns(context, found)
    return f"CREATE STATISTICS {name}{listed} ON {columns} FROM {relation_name(context, table)}"


@scalar("pg_get_statisticsobjdef_expressions", context=True, deterministic=False)
def pg_get_statisticsobjdef_expressions(context: Context, oid: int) -> Value:
    found = _statistics(context, oid)
    if found is None or not found.expressions:
        return None
    table = context.catalog.tables_by_oid[found.table]
    return pack([definitions(context).expression(table, one, pretty=False) for one in found.expressions])


_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}


def _statistics(context: Context, oid: int) -> Statistics | None:
    return next((one for one in context.catalog.statistics if one.oid == oid), None)


def _statistics_columns(context: Context, found: Statistics) -> str:
    table = context.catalog.tables_by_oid[found.table]
    names = [quote_identifier(table.columns[attnum - 1].name) for attnum in found.columns]
    shown = definitions(context)
    return ", ".join(names + [shown.index_key(table, one, pretty=True) for one in found.expressions])
