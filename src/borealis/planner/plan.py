"""Plan: a bound statement becomes the same statement with physical items in FROM.

    plan(statement, statistics, settings, environment)   pure: the same answer to the same question

Every query in the statement is planned by itself, the inner ones first (planner/select.py); UPDATE and DELETE are planned as
the query that finds their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from borealis.catalog.relations import Table
from borealis.planner.alternatives import rewrites_of_alternatives
from borealis.planner.group_before_join import rewrites_of_groups
from borealis.planner.pull_up import pulled_up
from borealis.planner.rebuild import children_rebuilt, rebuilt
from borealis.planner.select import SelectPlanner
from borealis.planner.settings import DEFAULT_SETTINGS, PlannerSettings
from borealis.planner.statistics import NO_STATISTICS, Statistics
from borealis.planner.unnest import rewrites
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.bound.relations import FromItem, Join, JoinKind, TableRelation
from borealis.sql.bound.statements import (
    ComputedIndex,
    Cte,
    Delete,
    Query,
    RowLock,
    Select,
    SetOperation,
    Statement,
    Update,
    Values,
)
from borealis.sql.bound.trees import walk

_S = TypeVar("_S", bound=Statement)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the planner asks of others, as functions."""

    computed: Callable[[Table, int], Sequence[ComputedIndex]]
    """Return a table's indexes of expressions and of some rows only, over Vars of a relation."""
    fold: Callable[[Expr], Expr]
    """Return an expression's value as a Const, where it has one."""
    kept: Callable[[Table, int], Mapping[int, Sequence[Expr]]] = lambda table, relation: {}
    """Return the expressions of a table's statistics objects, by oid, over Vars of a relation."""


_NOTHING = Environment(lambda table, relation: (), lambda expr: expr)


def plan(
    statement: _S,
    statistics: Statistics = NO_STATISTICS,
    settings: PlannerSettings = DEFAULT_SETTINGS,
    environment: Environment = _NOTHING,
) -> _S:
    """Return the statement with its tables' access paths and joins chosen."""
    return cast(_S, Planner(statement, statistics, settings, environment).planned(statement))


_UNNESTED_MAX = 4
"""Subqueries of one query that are unnested."""


class Planner:
    """One statement while it is planned."""

    def __init__(
        self,
        statement: Statement,
        statistics: Statistics,
        settings: PlannerSettings,
        environment: Environment,
    ) -> None:
        self.statistics = statistics
        self.settings = settings
        self.environment = environment
        self.needed = _needed(statement)
        self._ctes = {each.id: each for each in walk(statement) if isinstance(each, Cte)}
        self._last_id = _last_id(statement)
        self._rows: dict[int, float] = {}
        self._costs: dict[int, float] = {}
        self._kept: list[object] = []  # planned queries, whose ids stand for them
        self._done: dict[int, object] = {}

    def planned(self, node: object) -> object:
        return rebuilt(node, self._replaced)

    def _replaced(self, node: object) -> object | None:
        """Plan what has a FROM clause; None: look inside. An expression that stands twice is planned once."""
        if isinstance(node, Select | Update | Delete):
            known = self._done.get(id(node))
            if known is None:
                self._kept.append(node)
                known = self._done[id(node)] = self._statement(node)
            return known
        return None

    def _statement(self, node: Select | Update | Delete) -> object:
        if isinstance(node, Select):
            return self._select(node)
        return self._target(children_rebuilt(node, self._replaced))

    def _select(self, node: Select) -> Select:
        """Plan a query as it stands and with its subqueries unnested, and keep what costs least."""
        node = pulled_up(node)
        self._kept.append(node)
        best = self._as_it_stands(node)
        unnested = best
        for _ in range(_UNNESTED_MAX):
            for rewrite in self._rewrites(node):
                self._kept.append(rewrite)
                found = self._as_it_stands(rewrite)
                if self.cost_of(found) < self.cost_of(unnested):
                    unnested, node = found, rewrite
            if unnested is best:
                break
            best = unnested
        return best

    def _rewrites(self, node: Select) -> Iterator[Select]:
        yield from rewrites(node, self._new_id)
        yield from rewrites_of_alternatives(node, self._new_id)
        yield from rewrites_of_groups(node, self._new_id)

    def _as_it_stands(self, node: Select) -> Select:
        self._find_needed(node)
        planner = SelectPlanner(self, children_rebuilt(node, self._replaced))
        planned = planner.planned()
        self.remember(planned, planner.rows, planner.cost)
        return planned

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _find_needed(self, node: Select) -> None:
        """Say anew which columns a rewritten query reads of the tables in it."""
        tables = {each.id for each in walk(node) if isinstance(each, TableRelation)}
        for number, columns in _needed(node).items():
            if number in tables and self.needed.get(number, columns) is not None:
                self.needed[number] = columns

    def _target(self, node: Update | Delete) -> Update | Delete:
        """Plan the search for the rows of an UPDATE or DELETE: the table itself is joined like any other."""
        others = node.from_ if isinstance(node, Update) else node.using
        item: FromItem = TableRelation(node.relation, node.alias, node.table)
        if others is not None:
            item = Join(JoinKind.INNER, item, others, None)
        found = SelectPlanner(self, Select((), item, node.where)).planned()
        return replace(node, search=(found.from_, found.where))

    # Estimates of the queries planned so far

    def remember(self, query: Query, rows: float, cost: float) -> None:
        self._kept.append(query)
        self._rows[id(query)], self._costs[id(query)] = rows, cost

    def rows_and_cost_of_cte(self, number: int) -> tuple[float, float]:
        """Return what is thought of a WITH item; a recursive one's own reference reads but the last step's rows."""
        cte = self._ctes.get(number)
        if cte is None or cte.recursive or not isinstance(cte.query, Select | SetOperation | Values):
            return 100.0, 100.0
        query = cast(Query, self.planned(cte.query))
        return self.rows_of(query), self.cost_of(query)

    def rows_of(self, query: Query) -> float:
        """Return how many rows a planned query is thought to give."""
        match query:
            case Values():
                return float(len(query.rows))
            case SetOperation():
                left, right = self.rows_of(query.left), self.rows_of(query.right)
                return left + right if query.op.value == "UNION" else left
        return self._rows.get(id(query), 1_000.0)

    def cost_of(self, query: Query) -> float:
        match query:
            case Values():
                return float(len(query.rows))
            case SetOperation():
                return self.cost_of(query.left) + self.cost_of(query.right)
        return self._costs.get(id(query), 1_000.0)


def _last_id(statement: Statement) -> int:
    """Return the highest number the binder has given to a relation or WITH item."""
    numbers = (getattr(node, name, 0) for node in walk(statement) for name in ("id", "relation", "cte"))
    return max((number for number in numbers if isinstance(number, int)), default=0)


def _needed(statement: Statement) -> dict[int, frozenset[int] | None]:
    """Return the columns the statement reads of each relation; None: more than an index can hold."""
    columns: dict[int, set[int]] = {}
    whole: set[int] = set()
    for node in walk(statement):
        if isinstance(node, Var):
            columns.setdefault(node.relation, set()).add(node.attnum)
        elif isinstance(node, Update | Delete | RowLock):
            whole.add(node.relation)
        elif isinstance(node, TableRelation):
            columns.setdefault(node.id, set())
    return {
        number: None if number in whole or min(found, default=1) < 1 else frozenset(found)
        for number, found in columns.items()
    }
