"""Plan: a statement bound and compiled, shared by all sessions that run the same text under the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from borealis.catalog.catalog import Catalog
from borealis.executor import compile as compilers
from borealis.executor.actions import action_of
from borealis.executor.compile.compilation import Output
from borealis.executor.compile.division import divide
from borealis.executor.compile.trees import any_node
from borealis.executor.data_modifying import DataModifyingAction, is_data_modifying
from borealis.executor.divided_scan import DividedScan
from borealis.executor.dml.insert import InsertAction
from borealis.executor.dml.locks import has_inner_locks
from borealis.executor.planning import planned, reads_whole_table
from borealis.executor.query import PointSelect, QueryAction, point_select
from borealis.executor.referential.action import with_references
from borealis.executor.result import Result
from borealis.planner.settings import DEFAULT_SETTINGS, PlannerSettings
from borealis.planner.statistics import NO_STATISTICS, Statistics
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.relations import SystemRelation
from borealis.sql.bound.statements import Bound, Delete, Insert, Select, Statement, Target, Update
from borealis.sql.parse import Parsed, stack_depth_exceeded
from borealis.types.base import Oid, Representation, Value
from borealis.types.registered import needs_names

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

__all__ = ["Column", "Plan", "make_plan"]

_ = compilers  # its import registers the compilers


class Action(Protocol):
    """What a plan does when it is run."""

    outputs: tuple[Output, ...]

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result: ...


@dataclass(frozen=True, slots=True)
class Column:
    """A result column: what RowDescription tells, and how its values stand."""

    name: str
    type: Oid
    typmod: int
    representation: Representation
    table: Oid = Oid(0)
    attnum: int = 0


@dataclass(slots=True, eq=False)
class Plan:
    parsed: Parsed
    tag: str  # SELECT, INSERT, UPDATE, DELETE, CREATE TABLE …
    parameter_types: tuple[Oid, ...]
    columns: tuple[Column, ...] | None  # None: returns no rows
    catalog_version: int
    action: Action
    tables: frozenset[Oid]
    writes: bool
    needs_context: bool
    """Calls functions that may look at the session."""

    plans_version: int = -1
    """Of the catalog and the statistics it was made under."""

    is_long: bool = False
    """Has outlasted its inline budget before: goes to a thread at once."""

    takes_scanners: bool = False
    """Reads in several threads, each with a reader of its own (divided_scan.py)."""

    is_cacheable: bool = True
    """False where a literal was read by the clock."""

    alone: PointSelect | None = None
    """The action, where it may run without a transaction: a read by key that looks at nothing of the session."""

    command: object = None
    """What the session makes of the plan, kept as long as the plan is."""

    @property
    def outputs(self) -> tuple[Column, ...]:
        """The columns rows are encoded by."""
        return self.columns or ()


def make_plan(
    parsed: Parsed,
    bound_: Bound,
    catalog: Catalog,
    statistics: Statistics = NO_STATISTICS,
    settings: PlannerSettings = DEFAULT_SETTINGS,
) -> Plan:
    """Plan and compile a bound statement. Raises SqlError: FeatureNotSupported, StatementTooComplex."""
    statement = bound_.statement

    def make_action(part: Statement) -> Action:
        return _action(part, lambda: planned(parsed, part, catalog, statistics, settings), make_action)

    try:
        action = make_action(statement)
    except RecursionError:
        raise stack_depth_exceeded() from None
    columns = None
    if bound_.columns is not None:
        columns = tuple(
            Column(
                column.name,
                column.type,
                column.typmod,
                output.representation,
                target.table if target else Oid(0),
                target.attnum if target else 0,
            )
            for column, output, target in zip(
                bound_.columns, action.outputs, _targets(statement, len(bound_.columns)), strict=True
            )
        )
    needs_context = any_node(statement, _looks_at_session)
    needs_context = needs_context or has_inner_locks(statement)
    needs_context = needs_context or any(needs_names(output.type) for output in action.outputs)
    if isinstance(action, InsertAction):
        needs_context = needs_context and action.calls_functions
    return Plan(
        parsed,
        _tag(statement),
        bound_.parameter_types,
        columns,
        catalog.version,
        with_references(statement, action),
        bound_.tables,
        not isinstance(action, QueryAction) and not _is_read(action),
        needs_context,
        # Its parts cannot be begun again elsewhere when the inline budget is used up.
        is_long=isinstance(action, DataModifyingAction),
        takes_scanners=isinstance(action, DividedScan),
        alone=action if isinstance(action, PointSelect) and action.runs_alone and not needs_context else None,
    )


def _action(
    statement: Statement, plan: Callable[[], Statement], make_action: Callable[[Statement], Action]
) -> Action:
    """Return what carries a statement out; plan gives it with its access paths and joins chosen."""
    if is_data_modifying(statement):
        return DataModifyingAction(statement, make_action)
    if isinstance(statement, Select):
        fast = None if has_inner_locks(statement) and not statement.locks else point_select(statement)
        if fast is not None:
            return fast
    chosen = plan()
    if isinstance(statement, Select) and isinstance(chosen, Select) and not _locks(chosen):
        division = divide(statement) if reads_whole_table(chosen) else None
        if division is not None:
            return DividedScan(chosen, division)
    return action_of(chosen)


def _locks(statement: Select) -> bool:
    return bool(statement.locks) or has_inner_locks(statement)


def _is_read(action: Action) -> bool:
    return isinstance(action, PointSelect) and not action.locks


def _targets(statement: Statement, count: int) -> tuple[Target | None, ...]:
    match statement:
        case Insert() | Update() | Delete():
            return statement.returning
        case Select():
            return statement.targets
    return (None,) * count


def _tag(statement: Statement) -> str:
    return type(statement).__name__.upper() if isinstance(statement, Insert | Update | Delete) else "SELECT"


def _looks_at_session(node: object) -> bool:
    """Whether a node may call a Python function; arithmetic and comparison of integers and text do not."""
    if isinstance(node, bound.FuncCall):
        return node.function.volatility != "i" or not _is_plain_operator(node)
    if isinstance(node, SystemRelation):
        return True
    if isinstance(node, bound.Param | bound.Const) and needs_names(node.type):
        return True
    return isinstance(node, bound.CoerceViaIO | bound.AggregateCall | bound.WindowCall | bound.CoerceArray)


def _is_plain_operator(node: bound.FuncCall) -> bool:
    source = node.function.source
    return source.startswith(("int", "text")) and source.endswith(
        ("eq", "ne", "lt", "le", "gt", "ge", "pl", "mi")
    )
