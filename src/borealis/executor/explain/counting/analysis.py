"""Analysis: one EXPLAIN ANALYZE. The statement is run to its end, its rows thrown away, and its plan told what happened."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import Output
from borealis.executor.data_modifying import DataModifyingAction, is_data_modifying
from borealis.executor.dml.insert import InsertAction
from borealis.executor.dml.locks import InnerLockingQuery, LockingSelect, has_inner_locks
from borealis.executor.dml.update import DeleteAction, UpdateAction
from borealis.executor.explain.counting.instrument import Instrument
from borealis.executor.explain.counting.settle import Outcome, Settlement
from borealis.executor.explain.counting.usage import Written, bytes_scanned, pending_rows
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.query import QueryAction
from borealis.executor.referential.action import with_references
from borealis.executor.result import Result
from borealis.metering.dpu import REQUEST_BYTES_MIN
from borealis.sql.bound.statements import Delete, Insert, Select, Statement, Update
from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.executor.plan import Action
    from borealis.executor.transaction import Transaction

_ROWS_AT_A_TIME = 1_000


class Analysis:
    """An action, which a Plan may have: it runs the counted statement."""

    outputs: tuple[Output, ...] = ()

    def __init__(
        self,
        statement: Statement,
        root: PlanNode,
        plan_part: Callable[[Statement], Statement],
        *,
        timing: bool,
        metered: bool,
    ) -> None:
        """plan_part plans what a WITH's writing part is, which is carried out by itself."""
        self._root = root
        self._metered = metered
        self._plan_part = plan_part
        self._instrument = Instrument(statement, sizes=metered, timing=timing)
        self._action = with_references(statement, self._action_of(self._instrument.statement))
        self.execution_ms = 0.0
        self.read_bytes = 0
        self.written_bytes = 0

    def _action_of(self, statement: Statement) -> Action:
        if is_data_modifying(statement):
            return DataModifyingAction(statement, lambda part: self._action_of(self._part(part)))
        match statement:
            case Insert():
                return InsertAction(statement)
            case Update():
                return UpdateAction(statement)
            case Delete():
                return DeleteAction(statement)
        if has_inner_locks(statement) and not (isinstance(statement, Select) and statement.locks):
            return InnerLockingQuery(QueryAction(statement))
        if isinstance(statement, Select) and statement.locks:
            return LockingSelect(statement)
        return QueryAction(statement)

    def _part(self, part: Statement) -> Statement:
        if isinstance(part, Update | Delete) and part.search is not None:
            return part
        return part if isinstance(part, Insert) else self._plan_part(part)

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        counter = self._instrument.counter
        before = pending_rows(transaction) if self._metered else {}
        started = perf_counter_ns()
        counter.begin()
        try:
            result = self._action.execute(transaction, arguments)
            rows, first = 0, None
            while True:
                found = len(result.fetch(_ROWS_AT_A_TIME))
                if found and first is None:
                    first = perf_counter_ns()
                rows += found
                if found < _ROWS_AT_A_TIME:
                    break
        finally:
            counter.end()
        ended = perf_counter_ns()
        is_write = self._root.type == "ModifyTable"
        outcome = Outcome(rows, result.row_count if is_write else None, started, first, ended)
        self.execution_ms = (ended - started) / 1e6
        Settlement(self._instrument.points, counter, outcome).settle(self._root)
        if self._metered:
            written = Written(transaction, before)
            self.written_bytes = written.bytes
            scanned = bytes_scanned(self._instrument.points, counter)
            self.read_bytes = scanned + written.checks * REQUEST_BYTES_MIN
        return Result((), rows)
