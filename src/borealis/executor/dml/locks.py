"""SELECT FOR UPDATE and FOR KEY SHARE: the rows given join the transaction's footprint; nobody waits.

The SELECT carries, behind its own outputs, the keys of the tables to lock; the keys go to the write set, the rest to the
client. A row of the transaction's own making needs no lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation, CompiledStatement
from borealis.executor.compile.select import LOCK_MODES, locked_tables, select_with
from borealis.executor.compile.trees import any_node
from borealis.executor.result import Result
from borealis.sql.bound.statements import Select
from borealis.transaction.intent import Mode
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.executor.query import QueryAction
    from borealis.executor.transaction import Transaction

MODES = LOCK_MODES


class InnerLockingQuery:
    """A query that locks rows somewhere inside: it is read to its end at once."""

    def __init__(self, query: QueryAction) -> None:
        self._query = query
        self.outputs = query.outputs

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        rows = self._query.execute(transaction, arguments).fetch(None)
        return Result(rows, len(rows))


@dataclass(frozen=True, slots=True)
class LockedTable:
    table: Table
    mode: Mode
    first: int  # ordinal of its key among all columns given
    end: int


class LockingSelect:
    """A SELECT that locks, compiled."""

    def __init__(self, node: Select) -> None:
        self.node = node
        self._statements: dict[frozenset[Oid], CompiledStatement] = {}
        self._locked: tuple[LockedTable, ...] = ()
        self.base = self._statement(frozenset())
        self.outputs = self.base.outputs
        self._width = len(self.outputs) or 1

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        statement = self._statement(transaction.overlaid(self.base.tables))
        rows = transaction.read_all(statement, arguments)
        lock = transaction.write_set.lock
        for row in rows:
            for locked in self._locked:
                key = row[locked.first : locked.end]
                if key[0] is not None:  # an outer join may give no row
                    lock(locked.table.oid, key, locked.mode)
        width = self._width
        return Result([row[:width] for row in rows], len(rows))

    def _statement(self, overlaid: frozenset[Oid]) -> CompiledStatement:
        statement = self._statements.get(overlaid)
        if statement is None:
            compilation = Compilation(overlaid)
            tables = locked_tables(self.node)
            extra, locked = [], []
            end = len(self.node.targets) or 1
            for relation, mode in tables:
                names = physical.key_names(relation.table)
                extra += [f"r{relation.id}.{name}" for name in names]
                locked.append(LockedTable(relation.table, mode, end, end + len(names)))
                end += len(names)
            self._locked = tuple(locked)
            query = select_with(compilation, self.node, extra)
            statement = self._statements[overlaid] = compilation.finish(query.text, query.outputs)
        return statement


def has_inner_locks(node: object) -> bool:
    """Whether a SELECT below the top locks rows."""
    return any_node(node, lambda each: each is not node and isinstance(each, Select) and bool(each.locks))
