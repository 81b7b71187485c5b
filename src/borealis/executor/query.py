"""Queries: a SELECT by full primary key, the fast path, and every other query.

The fast path is one probe of the write set and one prepared statement. A pending row is read by the same outputs and
condition over its values alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import Compilation, CompiledStatement, Output
from borealis.executor.compile.fold import folded
from borealis.executor.compile.parameters import Runtime
from borealis.executor.compile.rows import define_row, select_targets
from borealis.executor.compile.shown import with_names
from borealis.executor.compile.trees import any_node
from borealis.executor.dml.keys import key_of_arguments, key_sources
from borealis.executor.dml.locks import MODES
from borealis.executor.result import Result
from borealis.sql.bound.expressions import Const, FuncCall, SubLink, WindowCall
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Query, Select
from borealis.types.base import Oid, Style, Value
from borealis.types.registered import needs_names

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction
    from borealis.transaction.snapshot import SnapshotSource


class _NoRuntimeValues:
    """What statements that run alone have of a transaction: nothing (PointSelect.runs_alone)."""

    style = Style()

    def runtime_value(self, name: str) -> Value:
        raise AssertionError(name)


_NO_RUNTIME = _NoRuntimeValues()


class QueryAction:
    """Any query, compiled once for each set of tables that may have pending rows."""

    def __init__(self, node: Query) -> None:
        self._node = node
        self._statements: dict[frozenset[Oid], CompiledStatement] = {}
        self._base = self._statement(frozenset())
        self.outputs: tuple[Output, ...] = self._base.outputs

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        statement = self._base
        if transaction.write_set.tables:
            statement = self._statement(transaction.overlaid(statement.tables))
        return transaction.stream(statement, arguments)

    def _statement(self, overlaid: frozenset[Oid]) -> CompiledStatement:
        statement = self._statements.get(overlaid)
        if statement is None:
            compilation = Compilation(overlaid)
            query = with_names(compilation.query(self._node))
            statement = self._statements[overlaid] = compilation.finish(query.text, query.outputs)
        return statement


class PointSelect:
    """SELECT … FROM table WHERE its whole primary key = constants and parameters [AND …] [FOR UPDATE]."""

    def __init__(self, node: Select, relation: TableRelation) -> None:
        self._node = node
        self._relation = relation
        self._oid = relation.table.oid
        sources = key_sources(relation, node.where)
        assert sources is not None, "not a point select"
        self._key_of = key_of_arguments(sources)
        self.locks = bool(node.locks)
        self._lock = MODES[node.locks[0].mode] if node.locks else None
        compilation = Compilation()
        query = compilation.query(node)
        statement = compilation.finish(query.text, query.outputs)
        self._sql, self._bindings = statement.sql, statement.bindings
        self.runs_alone = not node.locks and not any(
            isinstance(source, Runtime) for source in compilation.parameters.sources
        )
        self.outputs: tuple[Output, ...] = statement.outputs
        self._pending_statement: CompiledStatement | None = None

    def read_alone(
        self, snapshots: SnapshotSource, arguments: tuple[Value, ...]
    ) -> list[tuple[Value, ...]] | None:
        """Run as a transaction of its own, and give its row if there is one; None where that has to go the long way."""
        return snapshots.read_once(self._sql, self._bindings(arguments, (), _NO_RUNTIME))

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        pending_rows = transaction.write_set.tables.get(self._oid)
        if pending_rows:
            pending = pending_rows.get(self._key_of(arguments))
            if pending is not None and pending.hides_base:
                if pending.row is None:
                    return Result((), 0)
                rows = transaction.row_statement(self._over_pending(), arguments, pending.row)
                return self._locked(transaction, arguments, rows)
        rows = transaction.query(self._sql, self._bindings(arguments, (), transaction))
        if self._lock is not None:
            return self._locked(transaction, arguments, rows)
        return Result(rows, len(rows))

    def _locked(
        self, transaction: Transaction, arguments: tuple[Value, ...], rows: list[tuple[Value, ...]]
    ) -> Result:
        if rows and self._lock is not None:
            transaction.write_set.lock(self._oid, self._key_of(arguments), self._lock)
        return Result(rows, len(rows))

    def _over_pending(self) -> CompiledStatement:
        statement = self._pending_statement
        if statement is None:
            compilation = Compilation()
            define_row(compilation, self._relation.id, self._relation.table)
            statement = self._pending_statement = select_targets(
                compilation, self._node.targets, self._node.where
            )
        return statement


def point_select(node: Query) -> PointSelect | None:
    """Return the fast path of a query that has one: at most one row of one table, by its key."""
    if not isinstance(node, Select) or not isinstance(node.from_, TableRelation):
        return None
    if node.is_grouped or node.group or node.having or node.distinct_on or node.ctes or node.offset:
        return None
    if node.limit is not None and not _takes_one(node):
        return None
    if any(needs_names(target.expr.type) for target in node.targets):
        return None
    if key_sources(node.from_, node.where) is None or any_node(node, _needs_more_than_a_row):
        return None
    return PointSelect(node, node.from_)


def _takes_one(node: Select) -> bool:
    limit = folded(node.limit) if node.limit is not None else None
    return isinstance(limit, Const) and isinstance(limit.value, int) and limit.value > 0


def _needs_more_than_a_row(node: object) -> bool:
    return isinstance(node, SubLink | WindowCall) or (
        isinstance(node, FuncCall) and node.function.returns_set
    )
