"""One foreign key at work: the statements that check it and carry its actions out.

Source: PostgreSQL 16 documentation, CREATE TABLE, REFERENCES; ri_triggers.c as observed for order and texts;
dsql-facts.md §4.6: a row referred to joins the footprint as FOR KEY SHARE.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from borealis.catalog.constraints import ForeignKey, ReferentialAction
from borealis.catalog.relations import Column, Table
from borealis.errors import ForeignKeyViolation
from borealis.executor.dml.constraints import value_text
from borealis.settings.identifiers import quote_identifier
from borealis.sql.parse import Parsed, parse
from borealis.transaction.intent import Row
from borealis.types import oids
from borealis.types.base import Oid, Style, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class ReferentialConstraint:
    """A foreign key with the two tables it joins, inside one transaction."""

    __slots__ = ("_referenced", "_referencing", "_transaction", "foreign_key")

    def __init__(self, foreign_key: ForeignKey, transaction: Transaction) -> None:
        self.foreign_key = foreign_key
        self._transaction = transaction
        tables = transaction.catalog.tables_by_oid
        self._referencing = tables[foreign_key.table]
        self._referenced = tables[foreign_key.referenced_table]

    def check_reference(self, row: Row) -> None:
        """Look for the row that a new row refers to, and share its key.

        Raises: ForeignKeyViolation 23503.
        """
        values = [row[attnum - 1] for attnum in self.foreign_key.columns]
        if None in values:
            if self.foreign_key.match_full and any(value is not None for value in values):
                raise self._reference_violation(
                    "MATCH FULL does not allow mixing of null and nonnull key values."
                )
            return
        found = self._run(
            self._referenced,
            f"SELECT 1 FROM {_named(self._referenced)} x WHERE {_equal(self._targets)} FOR KEY SHARE OF x",
            self._keys,
            values,
        )
        if not found:
            raise self._reference_violation(
                f'Key {self._shown(self._keys, values)} is not present in table "{self._referenced.name}".'
            )

    def refuse_if_referenced(self, old: Row, *, unless_replaced: bool) -> None:
        """Refuse the loss of a key that rows still refer to.

        unless_replaced: another row may have taken the key (NO ACTION).

        Raises: ForeignKeyViolation 23503.
        """
        values = [old[attnum - 1] for attnum in self.foreign_key.referenced_columns]
        if None in values:
            return
        if unless_replaced and self._run(
            self._referenced,
            f"SELECT 1 FROM {_named(self._referenced)} x WHERE {_equal(self._targets)}",
            self._targets,
            values,
        ):
            return
        if self._run(
            self._referencing,
            f"SELECT 1 FROM {_named(self._referencing)} x WHERE {_equal(self._keys)} LIMIT 1",
            self._targets,
            values,
        ):
            raise ForeignKeyViolation(
                f'update or delete on table "{self._referenced.name}" violates foreign key constraint '
                f'"{self.foreign_key.name}" on table "{self._referencing.name}"',
                detail=f"Key {self._shown(self._targets, values)} is still referenced from table "
                f'"{self._referencing.name}".',
                schema=self._referencing.schema.name,
                table=self._referencing.name,
                constraint=self.foreign_key.name,
            )

    def follow(self, action: ReferentialAction, old: Row, new: Row | None) -> None:
        """Carry CASCADE, SET NULL or SET DEFAULT out on the rows that refer to a key; new is None after DELETE."""
        targets = self._targets
        values = [old[column.attnum - 1] for column in targets]
        if None in values:
            return
        child, where = _named(self._referencing), _equal(self._keys)
        if action is ReferentialAction.CASCADE and new is None:
            self._run(self._referencing, f"DELETE FROM {child} x WHERE {where}", targets, values)
        elif action is ReferentialAction.CASCADE:
            assert new is not None
            sets = ", ".join(
                f"{quote_identifier(column.name)} = ${number}"
                for number, column in enumerate(self._keys, len(values) + 1)
            )
            arguments = values + [new[column.attnum - 1] for column in targets]
            self._run(
                self._referencing,
                f"UPDATE {child} x SET {sets} WHERE {where}",
                (*targets, *targets),
                arguments,
            )
        else:
            attnums = (new is None and self.foreign_key.delete_set_columns) or self.foreign_key.columns
            value = "NULL" if action is ReferentialAction.SET_NULL else "DEFAULT"
            sets = ", ".join(
                f"{quote_identifier(self._referencing.columns[attnum - 1].name)} = {value}"
                for attnum in attnums
            )
            self._run(self._referencing, f"UPDATE {child} x SET {sets} WHERE {where}", targets, values)
            if action is ReferentialAction.SET_DEFAULT:
                # The default may be the very key that is going.
                self.refuse_if_referenced(old, unless_replaced=True)

    @property
    def _keys(self) -> tuple[Column, ...]:
        return tuple(self._referencing.columns[attnum - 1] for attnum in self.foreign_key.columns)

    @property
    def _targets(self) -> tuple[Column, ...]:
        return tuple(self._referenced.columns[attnum - 1] for attnum in self.foreign_key.referenced_columns)

    def _run(self, table: Table, text: str, columns: Sequence[Column], values: Sequence[Value]) -> bool:
        """Run a statement on a table, as its owner, whose parameters are values of these columns; tell whether it gave a row."""
        style = self._transaction.style
        arguments = tuple(
            _argument(column, value, style) for column, value in zip(columns, values, strict=True)
        )
        types = tuple(Oid(column.type) for column in columns)
        return self._transaction.execute_inner(_statement(text), types, arguments, table.owner)

    def _reference_violation(self, detail: str) -> ForeignKeyViolation:
        table = self._referencing
        return ForeignKeyViolation(
            f'insert or update on table "{table.name}" violates foreign key constraint "{self.foreign_key.name}"',
            detail=detail,
            schema=table.schema.name,
            table=table.name,
            constraint=self.foreign_key.name,
        )

    def _shown(self, columns: Sequence[Column], values: Sequence[Value]) -> str:
        """Return `(a, b)=(1, 2)`."""
        style = self._transaction.style
        names = ", ".join(column.name for column in columns)
        texts = ", ".join(
            "null" if value is None else value_text(column, value, style)
            for column, value in zip(columns, values, strict=True)
        )
        return f"({names})=({texts})"


@lru_cache(maxsize=1_024)
def _statement(text: str) -> Parsed:
    (parsed,) = parse(text)
    return parsed


def _named(table: Table) -> str:
    return f"{quote_identifier(table.schema.name)}.{quote_identifier(table.name)}"


def _equal(columns: Sequence[Column]) -> str:
    return " AND ".join(
        f"x.{quote_identifier(column.name)} = ${number}" for number, column in enumerate(columns, 1)
    )


def _argument(column: Column, value: Value, style: Style) -> Value:
    """Return a stored value as a parameter of its type stands: a numeric is decimal text."""
    if value is None or column.type != oids.NUMERIC:
        return value
    return value_text(column, value, style)
