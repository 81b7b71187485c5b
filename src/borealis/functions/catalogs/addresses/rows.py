"""SystemRows: the system tables of one catalog, their rows found by oid or by name."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.system import rows_of, system_tables
from borealis.catalog.system.rows import SystemRow
from borealis.types.base import Value


class SystemRows:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._by_oid: dict[str, dict[Value, SystemRow]] = {}
        self._by_name: dict[str, dict[Value, list[SystemRow]]] = {}
        self._columns: dict[tuple[Value, Value], str] | None = None

    def row(self, table: str, oid: Value) -> SystemRow | None:
        if table not in self._by_oid:
            self._by_oid[table] = {row["oid"]: row for row in self._rows(table)}
        return self._by_oid[table].get(oid)

    def named(self, table: str, column: str, name: Value) -> list[SystemRow]:
        if table not in self._by_name:
            found: dict[Value, list[SystemRow]] = {}
            for row in self._rows(table):
                found.setdefault(row[column], []).append(row)
            self._by_name[table] = found
        return self._by_name[table].get(name, [])

    def schema_name(self, oid: Value) -> str:
        row = self.row("pg_namespace", oid)
        return "" if row is None else str(row["nspname"])

    def role_name(self, oid: Value) -> str:
        row = self.row("pg_authid", oid)
        return "" if row is None else str(row["rolname"])

    def column(self, relation: Value, attnum: Value) -> str | None:
        """Return the name of a relation's column."""
        if self._columns is None:
            self._columns = {
                (row["attrelid"], row["attnum"]): str(row["attname"])
                for row in self._rows("pg_attribute")
                if not row["attisdropped"]
            }
        return self._columns.get((relation, attnum))

    def _rows(self, table: str) -> list[SystemRow]:
        described = system_tables()[table]
        names = [column.name for column in described.columns]
        return [dict(zip(names, row, strict=True)) for row in rows_of(described, self.catalog)]
