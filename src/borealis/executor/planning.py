"""Planning: what the planner is given of a catalog, and the SQLite text its plan comes to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Table
from borealis.errors import SqlError
from borealis.executor.compile.fold import folded
from borealis.planner.physical import Scan
from borealis.planner.plan import Environment, plan
from borealis.planner.settings import DEFAULT_SETTINGS, PlannerSettings
from borealis.planner.statistics import NO_STATISTICS, Statistics
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.indexes import bind_index
from borealis.sql.bind.statistics import bind_statistics
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.statements import ComputedIndex, Select, Statement
from borealis.sql.parse import Parsed
from borealis.types.base import Style

_S = TypeVar("_S", bound=Statement)


def planned(
    parsed: Parsed,
    statement: _S,
    catalog: Catalog,
    statistics: Statistics = NO_STATISTICS,
    settings: PlannerSettings = DEFAULT_SETTINGS,
) -> _S:
    """Return the statement as it is carried out."""

    def computed(table: Table, relation: int) -> Sequence[ComputedIndex]:
        context = BindContext(parsed, catalog, (), ("public",), Style())
        found = []
        for index in table.indexes:
            if index.is_computed and index.is_valid:
                try:
                    found.append(bind_index(context, table, relation, index))
                except SqlError:
                    continue  # what it calls has gone: it serves nobody
        return found

    def kept(table: Table, relation: int) -> dict[int, Sequence[Expr]]:
        context = BindContext(parsed, catalog, (), ("public",), Style())
        found: dict[int, Sequence[Expr]] = {}
        for one in catalog.statistics:
            if one.table == table.oid:
                with suppress(SqlError):  # what it calls has gone
                    found[one.oid] = bind_statistics(context, table, relation, one)
        return found

    return plan(statement, statistics, settings, Environment(computed, folded, kept))


def reads_whole_table(statement: Statement) -> bool:
    """Whether a query's one table is read from end to end, in no order."""
    if not isinstance(statement, Select) or not isinstance(statement.from_, Scan):
        return False
    scan = statement.from_
    return not scan.ranges and (scan.index is None or scan.index.is_primary)
