"""ConstraintBatches: whether a table's rows satisfy a CHECK or a foreign key, a batch at a time."""

from __future__ import annotations

import apsw

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.relations import Table
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation
from borealis.executor.row_batches import RowBatches, Texts
from borealis.sql.bind.assignment import bind_checks
from borealis.sql.bind.context import BindContext
from borealis.transaction.intent import Row
from borealis.types.base import Oid


class ConstraintBatches:
    def __init__(self, catalog: Catalog, oid: int) -> None:
        """Raises LookupError where the catalog has no such constraint."""
        self.catalog_version = catalog.version
        for table in catalog.tables:
            for check in table.checks:
                if check.oid == oid:
                    self.violation = (
                        f'check constraint "{check.name}" of relation "{table.name}" is violated by some row'
                    )
                    self._batches = RowBatches(catalog, table, _check_texts(table, check))
                    return
            for foreign_key in table.foreign_keys:
                if foreign_key.oid == oid:
                    self.violation = (
                        f'insert or update on table "{table.name}" violates foreign key constraint '
                        f'"{foreign_key.name}"'
                    )
                    self._batches = RowBatches(catalog, table, _key_texts(catalog, table, foreign_key))
                    return
        raise LookupError(oid)

    def read(self, connection: apsw.Connection, after: Row, rows_max: int) -> tuple[bool, Row | None]:
        """Return whether a row behind a key (() is the start) is in breach, and the last key done, None at the end.

        Raises:
            SqlError: what the CHECK raises.
        """
        batch = self._batches.read(connection, after, rows_max)
        return any(is_violated == 1 for _, (is_violated,) in batch.rows), batch.last


def _check_texts(table: Table, check: Check) -> Texts:
    def texts(context: BindContext, compilation: Compilation, relation: int) -> list[str]:
        (condition,) = (
            condition for name, condition in bind_checks(context, table, relation) if name == check.name
        )
        return [f"(NOT {compilation.expr(condition).text})"]

    return texts


def _key_texts(catalog: Catalog, table: Table, foreign_key: ForeignKey) -> Texts:
    referenced = catalog.tables_by_oid[Oid(foreign_key.referenced_table)]

    def texts(context: BindContext, compilation: Compilation, relation: int) -> list[str]:
        columns = [f"r{relation}.{physical.column_name(table, attnum)}" for attnum in foreign_key.columns]
        targets = [f"o.{physical.column_name(referenced, n)}" for n in foreign_key.referenced_columns]
        # The + takes the affinity of a rowid away; equal numbers are equal whatever their columns.
        same = " AND ".join(f"{target} = +{column}" for target, column in zip(targets, columns, strict=True))
        found = f"EXISTS (SELECT 1 FROM {physical.table_name(referenced)} AS o WHERE {same})"
        nulls = [f"{column} IS NULL" for column in columns]
        if foreign_key.match_full and len(columns) > 1:
            some, every = " OR ".join(nulls), " AND ".join(nulls)
            return [f"CASE WHEN {every} THEN 0 WHEN {some} THEN 1 ELSE NOT {found} END"]
        return [f"CASE WHEN {' OR '.join(nulls)} THEN 0 ELSE NOT {found} END"]

    return texts
