"""Reading a Catalog out of the catalog tables, in one snapshot.

The tables and their columns are storage.catalog_tables; a Catalog is built whole, once a catalog version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from borealis.catalog.relations import Catalog, Check, Column, Index, Schema, Table
from borealis.types.base import Oid


class Connection(Protocol):
    def execute(self, statements: str) -> Iterable[tuple[Any, ...]]: ...


def load_catalog(connection: Connection) -> Catalog:
    """Read every relation; the connection stands in a snapshot."""
    ((version, next_oid),) = connection.execute("SELECT catalog_version, next_oid FROM meta")
    schemas = {
        oid: Schema(Oid(oid), name, Oid(owner))
        for oid, name, owner in connection.execute("SELECT oid, nspname, nspowner FROM pg_namespace")
    }
    columns = _columns(connection)
    indexes = _indexes(connection)
    checks = _checks(connection)
    tables = tuple(
        Table(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            tuple(columns[oid]),
            tuple(indexes[oid]),
            tuple(checks[oid]),
        )
        for oid, name, namespace, owner in connection.execute(
            "SELECT oid, relname, relnamespace, relowner FROM pg_class WHERE relkind = 'r' ORDER BY oid"
        )
    )
    return Catalog(version, Oid(next_oid), tuple(schemas.values()), tables)


def _columns(connection: Connection) -> defaultdict[int, list[Column]]:
    defaults = {
        (relation, attnum): source
        for relation, attnum, source in connection.execute("SELECT adrelid, adnum, adsource FROM pg_attrdef")
    }
    columns: defaultdict[int, list[Column]] = defaultdict(list)
    for relation, attnum, name, type_, typmod, not_null, dropped in connection.execute(
        "SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped FROM pg_attribute "
        "ORDER BY attrelid, attnum"
    ):
        columns[relation].append(
            Column(
                attnum,
                name,
                Oid(type_),
                typmod,
                bool(not_null),
                defaults.get((relation, attnum)),
                bool(dropped),
            )
        )
    return columns


def _indexes(connection: Connection) -> defaultdict[int, list[Index]]:
    indexes: defaultdict[int, list[Index]] = defaultdict(list)
    for (
        oid,
        relation,
        name,
        unique,
        primary,
        not_distinct,
        valid,
        key_count,
        keys,
        constraint,
    ) in connection.execute(
        "SELECT indexrelid, indrelid, relname, indisunique, indisprimary, indnullsnotdistinct, indisvalid, "
        "indnkeyatts, indkey, coalesce(pg_constraint.oid, 0) FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indexrelid "
        "LEFT JOIN pg_constraint ON conindid = indexrelid ORDER BY indexrelid"
    ):
        attnums = tuple(int(attnum) for attnum in keys.split())
        indexes[relation].append(
            Index(
                Oid(oid),
                name,
                Oid(relation),
                attnums[:key_count],
                bool(unique),
                bool(primary),
                bool(not_distinct),
                attnums[key_count:],
                bool(valid),
                Oid(constraint),
            )
        )
    return indexes


def _checks(connection: Connection) -> defaultdict[int, list[Check]]:
    checks: defaultdict[int, list[Check]] = defaultdict(list)
    # By name, as PostgreSQL checks them.
    for oid, name, relation, source in connection.execute(
        "SELECT oid, conname, conrelid, consource FROM pg_constraint WHERE contype = 'c' ORDER BY conrelid, conname"
    ):
        checks[relation].append(Check(Oid(oid), name, source))
    return checks
