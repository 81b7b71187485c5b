"""Explanation: one EXPLAIN, as often as it is run: bind, plan, build the tree, and with ANALYZE run it and count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter_ns
from typing import TYPE_CHECKING

from borealis.executor.explain.build.builder import Builder
from borealis.executor.explain.build.writes import write_plan
from borealis.executor.explain.counting.analysis import Analysis
from borealis.executor.explain.formats.document import query_document
from borealis.executor.explain.formats.structured import json_text, xml_text, yaml_text
from borealis.executor.explain.formats.text import text_lines
from borealis.executor.explain.options import ExplainOptions, Format
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.explain.query_id import query_identifier
from borealis.executor.explain.report import Report
from borealis.executor.explain.sqlite_texts import sqlite_texts
from borealis.executor.plan import Plan
from borealis.executor.planning import planned
from borealis.executor.scope import Scope
from borealis.metering.dpu import Dpus, compute_dpu, read_dpu, write_dpu
from borealis.planner.physical import Estimate
from borealis.settings.allow_list import ALLOWED
from borealis.sql.bind import bind
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Bound, Delete, Insert, Statement, Update
from borealis.sql.bound.trees import walk
from borealis.sql.parse import Parsed, stack_depth_exceeded
from borealis.sql.registered.names import CatalogNames
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.catalog.catalog import Catalog
    from borealis.executor.engine import Engine
    from borealis.executor.transaction import Transaction


class Explanation:
    def __init__(
        self,
        engine: Engine,
        parsed: Parsed,
        parameter_types: tuple[Oid, ...],
        scope: Scope,
        options: ExplainOptions,
        now_us: int,
    ) -> None:
        self.engine = engine
        self.parsed = parsed
        self.options = options
        bound = self.bound(engine.catalog, parameter_types, scope, now_us)
        self.parameter_types = bound.parameter_types
        self.tag = _tag(bound.statement)

    def bound(self, catalog: Catalog, parameter_types: tuple[Oid, ...], scope: Scope, now_us: int) -> Bound:
        style = replace(scope.style, now_us=now_us)
        return bind(self.parsed, catalog, parameter_types, scope.search_path, style, scope.user)

    def lines(self, scope: Scope, arguments: tuple[Value, ...] | None, now_us: int) -> list[str]:
        """Return the plan's lines, one for the formats that are no lines."""
        started_ns = perf_counter_ns()
        catalog = self.engine.catalog
        statement = self._planned(catalog, scope, now_us)
        plan = build_plan(statement, self.parsed, catalog, scope, arguments, self.options)
        report = self.report(plan, scope)
        if self.options.summary:
            report.planning_ms = (perf_counter_ns() - started_ns) / 1e6
        if self.options.sqlite:
            report.sqlite = sqlite_texts(statement)
        return written(report, self.options)

    def _planned(self, catalog: Catalog, scope: Scope, now_us: int) -> Statement:
        bound = self.bound(catalog, self.parameter_types, scope, now_us)
        return planned(self.parsed, bound.statement, catalog, self.engine.statistics, scope.planner)

    def analysis(
        self, transaction: Transaction, scope: Scope, arguments: tuple[Value, ...], now_us: int
    ) -> RunningAnalysis:
        """Plan the statement in a transaction that it is then to be run in."""
        started_ns = perf_counter_ns()
        catalog = transaction.catalog
        statement = self._planned(catalog, scope, now_us)
        node = build_plan(statement, self.parsed, catalog, scope, arguments, self.options)
        options = self.options
        analysis = Analysis(
            statement,
            node,
            lambda part: planned(self.parsed, part, catalog, self.engine.statistics, scope.planner),
            timing=options.timing,
            metered=options.verbose,
        )
        report = self.report(node, scope)
        if options.sqlite:
            report.sqlite = sqlite_texts(statement)
        planning_ms = (perf_counter_ns() - started_ns) / 1e6
        plan = Plan(
            self.parsed,
            self.tag,
            self.parameter_types,
            None,
            catalog.version,
            analysis,
            frozenset(each.table.oid for each in walk(statement) if isinstance(each, TableRelation)),
            writes=self.tag != "SELECT",
            needs_context=True,
            is_long=True,
            is_cacheable=False,
        )
        return RunningAnalysis(plan, analysis, report, planning_ms, options)

    def report(self, plan: PlanNode, scope: Scope) -> Report:
        report = Report(plan)
        if self.options.verbose:
            report.query_identifier = query_identifier(self.parsed.node)
        if self.options.settings:
            report.settings = changed_settings(scope.setting)
        return report


@dataclass(slots=True)
class RunningAnalysis:
    """An EXPLAIN ANALYZE whose plan is to be executed, and then asked for its lines."""

    plan: Plan
    analysis: Analysis
    report: Report
    planning_ms: float
    options: ExplainOptions

    def lines(self) -> list[str]:
        report, analysis = self.report, self.analysis
        if self.options.summary:
            report.planning_ms = self.planning_ms
            report.execution_ms = analysis.execution_ms
        if self.options.verbose:
            report.dpus = Dpus(
                compute_dpu((self.planning_ms + analysis.execution_ms) / 1e3),
                read_dpu(analysis.read_bytes),
                write_dpu(analysis.written_bytes),
            )
        return written(report, self.options)


_SHOWN_SETTINGS = (
    "dsql.enable_batched_nestloop",
    "enable_bitmapscan",
    "enable_hashjoin",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_seqscan",
    "search_path",
)


def changed_settings(setting: Callable[[str], str | None]) -> dict[str, str]:
    """Return the settings a plan may depend on, where they are not what they are without SET."""
    found = {}
    for name in _SHOWN_SETTINGS:
        value = setting(name)
        if value is not None and value != ALLOWED[name].default:
            found[name] = value
    return found


def build_plan(
    statement: Statement,
    parsed: Parsed,
    catalog: Catalog,
    scope: Scope,
    arguments: tuple[Value, ...] | None,
    options: ExplainOptions,
) -> PlanNode:
    style = replace(scope.style, names=CatalogNames(catalog, scope.search_path))
    build = Builder(statement, parsed.node, catalog, style, arguments, verbose=options.verbose)
    try:
        if isinstance(statement, Insert | Update | Delete):
            root = write_plan(build, statement)
        else:
            root = build.query(statement)
        raise_costs(root)
        return root
    except RecursionError:
        raise stack_depth_exceeded() from None


def raise_costs(node: PlanNode) -> None:
    """Let no node cost less than what it reads: the planner's joins do not know what is shown of subqueries below them."""
    for child in node.children:
        raise_costs(child)
    read = [child for child in node.children if child.relationship not in ("InitPlan", "SubPlan")]
    least = max((child.estimate.total for child in read), default=0.0)
    if node.type != "Limit" and not node.is_storage and node.estimate.total < least:
        old = node.estimate
        node.estimate = Estimate(old.startup, least, old.rows, old.width)


def written(report: Report, options: ExplainOptions) -> list[str]:
    match options.format:
        case Format.TEXT:
            return text_lines(report, options)
        case Format.JSON:
            return [json_text(query_document(report, options))]
        case Format.YAML:
            return [yaml_text(query_document(report, options))]
        case Format.XML:
            return [xml_text(query_document(report, options))]


def _tag(statement: Statement) -> str:
    return type(statement).__name__.upper() if isinstance(statement, Insert | Update | Delete) else "SELECT"
