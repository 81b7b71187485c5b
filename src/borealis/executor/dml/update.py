"""UPDATE: one SELECT gives old rows and assigned values, which are folded into the write set row by row.

By primary key, the row is looked for in the write set first; a pending one is changed by a statement over its values alone.
A row that FROM matches more than once is changed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import Compilation, CompiledStatement, Output
from borealis.executor.compile.dml import column_representation, delete_source, update_source
from borealis.executor.compile.rows import define_row, select_stored
from borealis.executor.compile.trees import any_node
from borealis.executor.dml.keys import key_of_arguments, key_sources, tuple_getter
from borealis.executor.dml.returning import Returning
from borealis.executor.dml.table_writer import TableWriter
from borealis.executor.result import Result
from borealis.functions.implementation import Sql
from borealis.sql.bound.expressions import SubLink
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Delete, Update
from borealis.transaction.intent import Row
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

_Sources = dict[frozenset[Oid], CompiledStatement]


class _TargetedAction:
    """What UPDATE and DELETE share: the rows they touch, in the snapshot and among the pending ones."""

    def __init__(self, node: Update | Delete, writer: TableWriter) -> None:
        self.table = node.table
        self.writer = writer
        self.sources: _Sources = {}
        self.others: dict[tuple[int, int], Sql] = {}
        self.base = self.source(node, frozenset())
        self.returning = (
            Returning(node.table, node.relation, node.returning, self.others, node.ctes)
            if node.returning
            else None
        )
        self.outputs: tuple[Output, ...] = self.returning.outputs if self.returning is not None else ()
        others = node.from_ if isinstance(node, Update) else node.using
        is_plain = (
            others is None and not node.ctes and not any_node(node, lambda each: isinstance(each, SubLink))
        )
        sources = (
            key_sources(TableRelation(node.relation, node.alias, node.table), node.where)
            if is_plain
            else None
        )
        self.key_of = key_of_arguments(sources) if sources is not None else None
        self.width = len(node.table.columns)
        self._writes_each = others is None  # a join may give a row more than once

    def source(self, node: Update | Delete, overlaid: frozenset[Oid]) -> CompiledStatement:
        found = self.sources.get(overlaid)
        if found is None:
            make = update_source if isinstance(node, Update) else delete_source
            found, self.others = make(node, overlaid)  # type: ignore[arg-type] # each takes its own node
            self.sources[overlaid] = found
        return found

    def read(
        self, node: Update | Delete, transaction: Transaction, arguments: tuple[Value, ...]
    ) -> list[Row]:
        """Return the rows the statement's SELECT gives over the snapshot and the transaction's own writes."""
        source = self.source(node, transaction.overlaid(self.base.tables))
        rows = transaction.read_all(source, arguments, writes_each=self._writes_each)
        held = transaction.held
        if held is None:
            return rows
        key_of, oid = self.writer.key_of, self.table.oid
        return [row for row in rows if not held.is_changed(oid, row[:1] if key_of is None else key_of(row))]


class UpdateAction(_TargetedAction):
    def __init__(self, node: Update) -> None:
        assigned = [attnum for attnum, _ in node.assignments]
        writer = TableWriter(node.table, node.relation, node.checks, node.indexes, assigned, node.generated)
        super().__init__(node, writer)
        self.node = node
        ordinals = {attnum - 1: n for n, (attnum, _) in enumerate(node.assignments)}
        self._new_row = tuple_getter(
            [self.width + ordinals[n] if n in ordinals else n for n in range(self.width)]
        )
        self._pending_statement: CompiledStatement | None = None

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        if self.key_of is None:
            return self._fold(transaction, arguments, self.read(self.node, transaction, arguments))
        pending_rows = transaction.write_set.tables.get(self.table.oid)
        if pending_rows:
            pending = pending_rows.get(self.key_of(arguments))
            if pending is not None and pending.hides_base:
                if pending.row is None:
                    return Result((), 0)
                assigned = transaction.row_statement(self._over_pending(), arguments, pending.row)
                return self._fold(transaction, arguments, [pending.row + each for each in assigned])
        base = self.base
        return self._fold(
            transaction, arguments, transaction.query(base.sql, base.bindings(arguments, (), transaction))
        )

    def _fold(self, transaction: Transaction, arguments: tuple[Value, ...], found: list[Row]) -> Result:
        """Write the successor of each row. found: [hidden id +] old row + assigned values + FROM's columns."""
        writer, new_row, width = self.writer, self._new_row, self.width
        key_of = writer.key_of
        output_of = self.returning.over(transaction, arguments) if self.returning is not None else None
        seen = set()
        outputs = []
        for row in found:
            if key_of is None:
                key, row = row[:1], row[1:]
            else:
                key = key_of(row)
            if len(found) > 1:
                if key in seen:
                    continue
                seen.add(key)
            new = new_row(row)
            if writer.generated is not None:
                new = writer.generated.filled(transaction, new)
            writer.update(transaction, key, row[:width], new)
            if output_of is not None:
                outputs.append(output_of(new, row[width + len(self.node.assignments) :]))
        return Result(outputs, len(seen) if len(found) > 1 else len(found))

    def _over_pending(self) -> CompiledStatement:
        statement = self._pending_statement
        if statement is None:
            compilation = Compilation()
            define_row(compilation, self.node.relation, self.table)
            statement = self._pending_statement = select_stored(
                compilation,
                [expr for _, expr in self.node.assignments],
                [column_representation(self.table, attnum) for attnum, _ in self.node.assignments],
                self.node.where,
            )
        return statement


class DeleteAction(_TargetedAction):
    def __init__(self, node: Delete) -> None:
        super().__init__(node, TableWriter(node.table, node.relation))
        self.node = node
        self._pending_statement: CompiledStatement | None = None

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        if self.key_of is None:
            return self._fold(transaction, arguments, self.read(self.node, transaction, arguments))
        pending_rows = transaction.write_set.tables.get(self.table.oid)
        if pending_rows:
            pending = pending_rows.get(self.key_of(arguments))
            if pending is not None and pending.hides_base:
                row = pending.row
                if row is None or not transaction.row_statement(self._over_pending(), arguments, row):
                    return Result((), 0)
                return self._fold(transaction, arguments, [row])
        base = self.base
        return self._fold(
            transaction, arguments, transaction.query(base.sql, base.bindings(arguments, (), transaction))
        )

    def _fold(self, transaction: Transaction, arguments: tuple[Value, ...], found: list[Row]) -> Result:
        writer, width = self.writer, self.width
        key_of = writer.key_of
        output_of = self.returning.over(transaction, arguments) if self.returning is not None else None
        seen = set()
        outputs = []
        for row in found:
            if key_of is None:
                key, row = row[:1], row[1:]
            else:
                key = key_of(row)
            if key in seen:
                continue
            seen.add(key)
            writer.delete(transaction, key, row[:width])
            if output_of is not None:
                outputs.append(output_of(row[:width], row[width:]))
        return Result(outputs, len(seen))

    def _over_pending(self) -> CompiledStatement:
        """Return the statement that gives a row where WHERE is true of a pending row."""
        statement = self._pending_statement
        if statement is None:
            compilation = Compilation()
            define_row(compilation, self.node.relation, self.table)
            statement = self._pending_statement = select_stored(compilation, (), (), self.node.where)
        return statement
