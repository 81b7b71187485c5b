"""Analysis: one EXPLAIN ANALYZE. The statement is run to its end, its rows thrown away, and its plan told what happened."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING

from borealis.errors import SqlError
from borealis.executor.actions import action_of
from borealis.executor.compile.compilation import Output
from borealis.executor.data_modifying import DataModifyingAction, is_data_modifying
from borealis.executor.explain.counting.instrument import Instrument
from borealis.executor.explain.counting.recount import Recounted, indexed_by_sqlite
from borealis.executor.explain.counting.settle import Outcome, Settlement
from borealis.executor.explain.counting.usage import Written, bytes_scanned, pending_rows
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.explain.sqlite_texts import sqlite_texts
from borealis.executor.referential.action import with_references
from borealis.executor.result import Result
from borealis.metering.dpu import REQUEST_BYTES_MIN
from borealis.sql.bound.statements import Delete, Insert, Statement, Update
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
        return action_of(statement)

    def _part(self, part: Statement) -> Statement:
        if isinstance(part, Update | Delete) and part.search is not None:
            return part
        return part if isinstance(part, Insert) else self._plan_part(part)

    def _recounted(self, transaction: Transaction, arguments: tuple[Value, ...]) -> dict[int, Recounted]:
        """Read again what SQLite read inside, if it came to that."""
        points, rows = self._instrument.points, self._instrument.counter.rows
        numbers = indexed_by_sqlite(transaction, self._texts())
        found = {}
        for number, (relation, terms) in points.scans.items():
            point = points.numbers.get(("scanned", number))
            if point is not None and number not in numbers:
                continue
            driver = None if point is None else points.drivers[point]
            if driver is None or rows[driver]:
                found[number] = Recounted(transaction, relation, terms, arguments, sizes=self._metered)
        return found

    def _texts(self) -> list[str]:
        try:
            return sqlite_texts(self._instrument.statement)
        except SqlError:
            return []  # a statement of several parts has no one text

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
        recounted = self._recounted(transaction, arguments)
        is_write = self._root.type == "ModifyTable"
        outcome = Outcome(rows, result.row_count if is_write else None, started, first, ended)
        self.execution_ms = (ended - started) / 1e6
        rows_again: dict[object, int] = {}
        for each in recounted.values():
            rows_again |= each.rows
        Settlement(self._instrument.points, counter, outcome, rows_again).settle(self._root)
        if self._metered:
            written = Written(transaction, before)
            self.written_bytes = written.bytes
            sizes = {number: each.bytes for number, each in recounted.items()}
            scanned = bytes_scanned(self._instrument.points, counter, sizes)
            self.read_bytes = scanned + written.checks * REQUEST_BYTES_MIN
        return Result((), rows)
