"""ON CONFLICT: DO NOTHING, and DO UPDATE of the row there is.

For each proposed row: NOT NULL, CHECK and sizes first, then the arbiter index (or, without one, every unique index); what
conflicts with another unique index is an error. A row that this statement itself wrote may not be updated again.
Source: PostgreSQL 16, INSERT; nodeModifyTable.c for texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from borealis.errors import CardinalityViolation, InternalError
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation, CompiledStatement
from borealis.executor.compile.ctes import with_clause
from borealis.executor.compile.dml import column_representation, row_texts
from borealis.executor.compile.rows import define_row, row_columns, select_stored
from borealis.executor.compile.trees import walk
from borealis.executor.dml.returning import Returning
from borealis.executor.dml.table_writer import TableWriter
from borealis.executor.dml.unique import violation
from borealis.executor.result import Result
from borealis.sql.bound.relations import CteRelation
from borealis.sql.bound.statements import Insert, OnConflict
from borealis.transaction.intent import Key, Row
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class ConflictAction:
    def __init__(self, node: Insert, writer: TableWriter) -> None:
        if node.on_conflict is None:
            raise InternalError("no ON CONFLICT")
        self._node = node
        self._table = node.table
        self._clause: OnConflict = node.on_conflict
        self._writer = writer
        index = node.on_conflict.index
        self._arbiters = tuple(
            each for each in writer.all_unique if index is None or each.index.oid == index.oid
        )
        self._others = tuple(each for each in writer.all_unique if each not in self._arbiters)
        names = physical.key_names(node.table)
        self._read_sql = (
            f"SELECT {', '.join(row_texts(node.table, 'r')[len(names) if not node.table.primary_key else 0 :])} "
            f"FROM {physical.table_name(node.table)} AS r WHERE {' AND '.join(f'r.{name} = ?' for name in names)}"
        )
        self._statements: dict[frozenset[Oid], CompiledStatement] = {}
        if node.on_conflict.assignments is not None:
            self._statement(frozenset())  # what cannot be compiled is refused before anything runs

    def execute(
        self,
        transaction: Transaction,
        arguments: tuple[Value, ...],
        rows: Sequence[Row],
        returning: Returning | None,
    ) -> Result:
        outputs: list[Row] = []
        count = 0
        own: set[Key] = set()
        # Chosen before anything is written: subqueries see what was there before the statement.
        output_of = returning.over(transaction, arguments) if returning is not None else None
        change = self._change(transaction) if self._clause.assignments is not None else None
        for row in rows:
            written = self._one(transaction, arguments, row, own, change)
            if written is None:
                continue
            count += 1
            if output_of is not None:
                outputs.append(output_of(written, ()))
        return Result(outputs, count)

    def _one(
        self,
        transaction: Transaction,
        arguments: tuple[Value, ...],
        row: Row,
        own: set[Key],
        change: CompiledStatement | None,
    ) -> Row | None:
        """Insert one row or settle its conflict; returns the row as written, None if nothing was."""
        self._writer.constraints.check(transaction, row)
        entries = self._writer.entries_of(transaction, row)
        for arbiter in self._arbiters:
            found = arbiter.find(transaction, row, None, entries)
            if found is not None:
                if change is None:
                    return None
                return self._update(transaction, arguments, row, found, own, change)
        for other in self._others:
            if other.find(transaction, row, None, entries) is not None:
                raise violation(other, row, transaction)
        own.add(self._writer.insert_checked(transaction, row, entries))
        return row

    def _update(
        self,
        transaction: Transaction,
        arguments: tuple[Value, ...],
        row: Row,
        key: Key,
        own: set[Key],
        change: CompiledStatement,
    ) -> Row | None:
        if key in own:
            raise CardinalityViolation(
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                hint="Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
            )
        old = self._visible(transaction, key)
        found = transaction.row_statement(change, arguments, old + row)
        if not found:  # WHERE was not true: the row is locked in PostgreSQL, here it stays as it is
            return None
        new = list(old)
        for (attnum, _), value in zip(self._clause.assignments or (), found[0], strict=True):
            new[attnum - 1] = value
        written = tuple(new)
        if self._writer.generated is not None:
            written = self._writer.generated.filled(transaction, written)
        own.add(self._writer.update(transaction, key, old, written))
        return written

    def _change(self, transaction: Transaction) -> CompiledStatement:
        base = self._statement(frozenset())
        return self._statement(transaction.overlaid(base.tables)) if base.tables else base

    def _visible(self, transaction: Transaction, key: Key) -> Row:
        pending = transaction.write_set.get(self._table.oid, key)
        if pending is not None and pending.row is not None:
            return pending.row
        return transaction.query(self._read_sql, key)[0]

    def _statement(self, overlaid: frozenset[Oid]) -> CompiledStatement:
        statement = self._statements.get(overlaid)
        if statement is None:
            compilation = Compilation(overlaid)
            define_row(compilation, self._node.relation, self._table)
            compilation.excluded = row_columns(compilation, self._table, len(self._table.columns))
            assignments = self._clause.assignments or ()
            names_with = any(isinstance(each, CteRelation) for each in walk(self._clause))
            statement = select_stored(
                compilation,
                [expr for _, expr in assignments],
                [column_representation(self._table, attnum) for attnum, _ in assignments],
                self._clause.where,
                head=with_clause(compilation, self._node.ctes) if names_with else "",
            )
            self._statements[overlaid] = statement
        return statement
