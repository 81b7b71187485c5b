"""Explanation: one EXPLAIN, as often as it is run: bind, plan, build the tree, and with ANALYZE run it and count."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter_ns
from typing import TYPE_CHECKING

from borealis.executor.explain.build.builder import Builder
from borealis.executor.explain.build.writes import write_plan
from borealis.executor.explain.formats.document import query_document
from borealis.executor.explain.formats.structured import json_text, xml_text, yaml_text
from borealis.executor.explain.formats.text import text_lines
from borealis.executor.explain.options import ExplainOptions, Format
from borealis.executor.explain.plan_node import PlanNode
from borealis.executor.explain.query_id import query_identifier
from borealis.executor.explain.report import Report
from borealis.executor.scope import Scope
from borealis.sql.bind import bind
from borealis.sql.bound.statements import Bound, Delete, Insert, Statement, Update
from borealis.sql.parse import Parsed, stack_depth_exceeded
from borealis.types.base import Oid, Value

if TYPE_CHECKING:
    from borealis.catalog.catalog import Catalog
    from borealis.executor.engine import Engine


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
        statement = self.bound(catalog, self.parameter_types, scope, now_us).statement
        plan = build_plan(statement, self.parsed, catalog, scope, arguments, self.options)
        planning_ms = (perf_counter_ns() - started_ns) / 1e6
        report = self.report(plan, scope)
        if self.options.summary:
            report.planning_ms = planning_ms
        return written(report, self.options)

    def report(self, plan: PlanNode, scope: Scope) -> Report:
        report = Report(plan)
        if self.options.verbose:
            report.query_identifier = query_identifier(self.parsed.node)
        return report


def build_plan(
    statement: Statement,
    parsed: Parsed,
    catalog: Catalog,
    scope: Scope,
    arguments: tuple[Value, ...] | None,
    options: ExplainOptions,
) -> PlanNode:
    build = Builder(statement, parsed.node, catalog, scope.style, arguments, verbose=options.verbose)
    try:
        if isinstance(statement, Insert | Update | Delete):
            return write_plan(build, statement)
        return build.query(statement)
    except RecursionError:
        raise stack_depth_exceeded() from None


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
