"""Engine: what a query processor's sessions share: the catalog, the plans made for it, where snapshots come from.

    prepare(parsed, parameter_types, scope)   a Plan, from the cache or made: bind, compile
    begin(scope)                              a Transaction

A plan belongs to one catalog version. Before binding, the commit signal tells whether the cached catalog is stale; a
transaction whose snapshot stands at another version has its plans made again against that version's catalog.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from dataclasses import replace
from datetime import date

from borealis.catalog.catalog import Catalog
from borealis.catalog.load import load_catalog
from borealis.clock import Clock
from borealis.errors import FeatureNotSupported, SerializationFailure
from borealis.executor import sqlite_functions as _registered  # noqa: F401 - before any connection is opened
from borealis.executor.ddl import JOB_ID, DdlAction
from borealis.executor.plan import Column, Plan, make_plan
from borealis.executor.scope import Scope
from borealis.executor.statistics import KnownStatistics
from borealis.executor.transaction import Transaction
from borealis.limits import DSQL_LIMITS, TransactionLimits
from borealis.sql.bind import bind, is_bindable
from borealis.sql.parse import Parsed
from borealis.sql.utility import is_ddl, plan_ddl
from borealis.transaction.journal import Journal
from borealis.transaction.snapshot import Snapshot, SnapshotSource
from borealis.types import oids
from borealis.types.base import PLAIN, Oid

__all__ = ["Column", "Engine", "Plan", "Transaction"]

PLANS_MAX = 4_096
_CACHED_TEXT_CHARACTERS_MAX = 16_384

_PlanKey = tuple[str, int, tuple[Oid, ...], tuple[str, ...], str, object, int]


class Engine:
    def __init__(
        self,
        snapshots: SnapshotSource,
        journal: Journal,
        clock: Clock,
        random_: random.Random,
        cluster: str,
        limits: TransactionLimits = DSQL_LIMITS,
        day: date | None = None,
    ) -> None:
        self.limits = limits
        self.day = day
        """Of which day DSQL's features are (sql.compatibility); None: the newest."""
        self.snapshots = snapshots
        self.journal = journal
        self.clock = clock
        self.random = random_
        self.cluster = cluster
        self._catalog: Catalog | None = None
        self._plans: OrderedDict[_PlanKey, Plan] = OrderedDict()
        self.statistics = KnownStatistics(snapshots)
        self._plans_version = -1

    # Catalog

    @property
    def catalog(self) -> Catalog:
        """The newest catalog this process knows, read anew when it has moved."""
        catalog = self._catalog
        if catalog is None or catalog.version != self.snapshots.catalog_version:
            snapshot = self.snapshots.begin()
            try:
                catalog = self.catalog_of(snapshot)
            finally:
                snapshot.close()
        return catalog

    def catalog_of(self, snapshot: Snapshot) -> Catalog:
        """Return the catalog a snapshot stands at."""
        catalog = self._catalog
        if catalog is not None and catalog.version == snapshot.catalog_version:
            return catalog
        catalog = load_catalog(snapshot.reader.connection)
        if self._catalog is None or catalog.version > self._catalog.version:
            self._catalog = catalog
            self._plans.clear()
        return catalog

    def catalog_moved(self, snapshot: Snapshot | None) -> bool:
        return snapshot is None or snapshot.catalog_version != self.snapshots.catalog_version

    # Plans

    def prepare(
        self, parsed: Parsed, parameter_types: tuple[Oid, ...], scope: Scope, now_us: int | None = None
    ) -> Plan:
        """Return the plan of a query, DML or DDL statement.

        now_us is the time of the transaction it is prepared in, for literals such as 'today'; this moment if not given.

        Raises:
            SqlError: names, types, what is not supported.
        """
        catalog = self.catalog
        plans_version = self.snapshots.plans_version
        if plans_version != self._plans_version:
            self._plans_version = plans_version
            self._plans.clear()
        key: _PlanKey = (
            parsed.text,
            id(parsed.node),
            parameter_types,
            scope.search_path,
            scope.user,
            scope.style,
            scope.planner.number,
        )
        plan = self._plans.get(key)
        if plan is not None and plan.parsed.node is parsed.node:
            self._plans.move_to_end(key)
            return plan
        plan = self._make(parsed, parameter_types, catalog, scope, now_us)
        plan.plans_version = plans_version
        if plan.is_cacheable and len(parsed.text) <= _CACHED_TEXT_CHARACTERS_MAX:
            self._plans[key] = plan
            if len(self._plans) > PLANS_MAX:
                self._plans.popitem(last=False)
        return plan

    def _make(
        self,
        parsed: Parsed,
        parameter_types: tuple[Oid, ...],
        catalog: Catalog,
        scope: Scope,
        now_us: int | None = None,
    ) -> Plan:
        if is_ddl(parsed):
            return self._ddl_plan(parsed, catalog, scope)
        if not is_bindable(parsed):
            raise FeatureNotSupported(f"unsupported statement: {parsed.node_name.removesuffix('Stmt')}")
        style = replace(scope.style, now_us=self.clock.now_us() if now_us is None else now_us)
        bound = bind(parsed, catalog, parameter_types, scope.search_path, style, scope.user)
        plan = make_plan(parsed, bound, catalog, self.statistics, scope.planner)
        plan.is_cacheable = bound.is_cacheable
        return plan

    def _ddl_plan(self, parsed: Parsed, catalog: Catalog, scope: Scope) -> Plan:
        """DDL is planned against the catalog of the snapshot it runs in; here its tag is found, and its first errors."""
        ddl = plan_ddl(parsed, catalog, scope.search_path, scope.style, scope.user, scope.setting)
        action = DdlAction(parsed, self, ddl)
        columns = None if not ddl.told else (Column(JOB_ID, oids.TEXT, -1, PLAIN),)
        return Plan(
            parsed,
            ddl.tag,
            (),
            columns,
            catalog.version,
            action,
            frozenset(),
            True,
            False,
            is_cacheable=False,
        )

    def renewed(self, plan: Plan, snapshot: Snapshot, scope: Scope) -> Plan:
        """Return the plan made against the catalog of a snapshot.

        Raises:
            SerializationFailure: OC001, the snapshot stands before DDL this process has seen.
            FeatureNotSupported: 0A000, the statement now returns other columns than the client was told.
        """
        catalog = self.catalog_of(snapshot)
        if catalog.version < plan.catalog_version and catalog.version < self.catalog.last_ddl_version:
            raise SerializationFailure.schema_conflict()
        new = self._make(plan.parsed, plan.parameter_types, catalog, scope)
        if _shape(new) != _shape(plan):
            raise FeatureNotSupported("cached plan must not change result type")
        return new

    def begin(self, scope: Scope, now_us: int | None = None, started_s: float | None = None) -> Transaction:
        """Begin a transaction; its snapshot is taken with the first statement.

        now_us is its now(), and started_s when its age began, on the clock's monotonic scale; else this moment.
        """
        clock = self.clock
        return Transaction(
            self,
            scope,
            clock.now_us() if now_us is None else now_us,
            clock.monotonic_s() if started_s is None else started_s,
        )


def _shape(plan: Plan) -> object:
    return plan.columns and [
        (column.name, column.type, column.typmod, column.representation) for column in plan.columns
    ]
