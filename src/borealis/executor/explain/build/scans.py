"""Scans: a base table with its storage nodes, and whatever else gives rows.

Full Scan (btree-table) on t              the table, by its hidden key
  -> Storage Scan on t
      -> B-Tree Scan on t
Index Only Scan using i on t              an index that has all that is wanted; the primary key has it always
  -> Storage Scan on i
      -> B-Tree Scan on i
Index Scan using i on t                   an index, and the table by the keys found in it
  -> Storage Scan on i
      -> B-Tree Scan on i
  -> Storage Lookup on t
      -> B-Tree Lookup on t
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.explain import costs
from borealis.executor.explain.build.builder import Builder, in_order
from borealis.executor.explain.conditions import ScanTerms
from borealis.executor.explain.plan_node import PlanNode, Property
from borealis.executor.explain.widths import width
from borealis.planner.cost import scan_estimate
from borealis.planner.physical import Estimate, Scan
from borealis.planner.selectivity import DEFAULT_ROWS
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import Const, Expr, FuncCall, Var
from borealis.sql.bound.relations import (
    CteRelation,
    FunctionRelation,
    Relation,
    RowsFrom,
    SystemRelation,
    TableRelation,
    ValuesRelation,
)


def table_plan(
    build: Builder, relation: TableRelation, scan: Scan | None, terms: ScanTerms, columns: Sequence[Expr]
) -> PlanNode:
    table = relation.table
    index = scan.index if scan is not None else table.primary_key
    node_width = width(_vars(columns, relation)) if scan is None else scan.estimate.width
    estimate, scanned = _estimates(scan, terms, node_width, by_key=index is not None)
    shown = build.table_name(relation.table, build.names.alias(relation.id))
    if index is None:
        node = PlanNode("Full Scan", f"Full Scan (btree-table) on {shown}", estimate)
        stored = shown
    else:
        is_only = scan is None or scan.is_covering or index.is_primary
        kind = "Index Only Scan" if is_only else "Index Scan"
        backward = scan is not None and scan.backward
        name = quote_identifier(index.name)
        title = f"{kind}{' Backward' if backward else ''} using {name} on {shown}"
        node = PlanNode(kind, title, estimate)
        node.details.append(Property("Scan Direction", "Backward" if backward else "Forward"))
        node.details.append(Property("Index Name", index.name))
        stored = name
    _relation_details(build, node, relation)
    node.key = ("rows", relation.id)
    build.output(node, columns)
    if terms.index:
        node.add("Index Cond", build.terms(node, terms.index, own=relation.id))
    if terms.filters:
        node.add("Filter", build.terms(node, terms.filters, own=relation.id))
        node.filtered = (("stored", relation.id), "Rows Removed by Filter")
    is_lookup = index is not None and node.type == "Index Scan"
    shows_loops = index is not None
    read = _vars([*columns, *terms.filters], relation)
    projections = [build.names.column(relation.id, var.attnum, prefixed=False) for var in read]
    top = PlanNode(
        "Storage Scan", f"Storage Scan on {stored}", scan.scanned if is_lookup and scan else estimate
    )
    _storage(top, ("scanned" if is_lookup else "stored", relation.id), shows_loops=shows_loops)
    if projections and not is_lookup:
        top.add("Projections", projections)
    if terms.storage and not is_lookup:
        top.add("Filters", build.terms(node, terms.storage, own=relation.id))
    tree = PlanNode("B-Tree Scan", f"B-Tree Scan on {stored}", scanned)
    _storage(tree, ("scanned", relation.id), shows_loops=shows_loops)
    if terms.index:
        tree.add("Index Cond", build.terms(node, terms.index, own=relation.id))
    top.adopt(tree)
    node.adopt(top)
    if is_lookup:
        node.adopt(_lookup(build, node, relation, terms, projections, estimate, scanned, shown))
    return node


def _lookup(
    build: Builder,
    node: PlanNode,
    relation: TableRelation,
    terms: ScanTerms,
    projections: list[str],
    estimate: Estimate,
    scanned: Estimate,
    shown: str,
) -> PlanNode:
    top = PlanNode("Storage Lookup", f"Storage Lookup on {shown}", estimate)
    _storage(top, ("stored", relation.id), shows_loops=True)
    if projections:
        top.add("Projections", projections)
    if terms.storage:
        top.add("Filters", build.terms(node, terms.storage, own=relation.id))
    tree = PlanNode("B-Tree Lookup", f"B-Tree Lookup on {shown}", scanned)
    _storage(tree, ("scanned", relation.id), shows_loops=True)
    top.adopt(tree)
    return top


def _storage(node: PlanNode, key: object, *, shows_loops: bool) -> None:
    node.is_storage = True
    node.shows_loops = shows_loops
    node.key = key


def push_limit(node: PlanNode, count: int) -> None:
    """Show a LIMIT that storage is told of: right above a scan that looks at nothing else."""
    if node.children and node.children[0].type == "Storage Scan" and len(node.children) == 1:
        node.children[0].add("Limit", count)


def _estimates(
    scan: Scan | None, terms: ScanTerms, node_width: int, *, by_key: bool
) -> tuple[Estimate, Estimate]:
    if scan is not None:
        return scan.estimate, scan.scanned
    scanned = scan_estimate(
        DEFAULT_ROWS, DEFAULT_ROWS, DEFAULT_ROWS, node_width, 0, "only" if by_key else "full"
    )
    every = [*terms.index, *terms.storage, *terms.filters]
    rows = costs.clamped(DEFAULT_ROWS * costs.selectivity(every))
    total = scanned.total + costs.evaluation(every) * DEFAULT_ROWS
    return Estimate(scanned.startup, total, rows, node_width), scanned


def _vars(exprs: Sequence[Expr], relation: TableRelation) -> list[Var]:
    found: dict[int, Var] = {}
    for expr in exprs:
        for each in in_order(expr):
            if isinstance(each, Var) and each.relation == relation.id:
                found.setdefault(each.attnum, each)
    return [found[attnum] for attnum in sorted(found)]


def _relation_details(build: Builder, node: PlanNode, relation: TableRelation) -> None:
    node.details.append(Property("Relation Name", relation.table.name))
    if build.verbose:
        node.details.append(Property("Schema", relation.table.schema.name))
    node.details.append(Property("Alias", build.names.alias(relation.id)))


# What is no table of the user's


def other_plan(build: Builder, relation: Relation, terms: ScanTerms, columns: Sequence[Expr]) -> PlanNode:
    """Build the scan of a function, VALUES, a WITH item, a system catalog."""
    alias = build.names.alias(relation.id)
    node, startup, each, rows = _unfiltered(build, relation, alias)
    filtered(build, node, relation.id, terms.filters)
    node.estimate = costs.scan(startup, each, rows, terms.filters, columns, width(columns))
    build.output(node, columns)
    return node


def _unfiltered(build: Builder, relation: Relation, alias: str) -> tuple[PlanNode, float, float, float]:
    """Return a scan's node, what it costs to begin, what each row costs, and how many there are."""
    nothing = Estimate(0.0, 0.0, 0.0, 0)
    match relation:
        case FunctionRelation() | RowsFrom():
            calls = (relation.call,) if isinstance(relation, FunctionRelation) else relation.calls
            node = _function(build, relation, calls, alias)
            rows = max(function_rows(call) for call in calls)
            return node, costs.OPERATOR * len(calls), costs.TUPLE, rows
        case ValuesRelation():
            node = PlanNode("Values Scan", f"Values Scan on {quote_identifier(alias)}", nothing)
            node.details.append(Property("Alias", alias))
            return node, 0.0, costs.OPERATOR + costs.TUPLE, float(len(relation.rows))
        case CteRelation():
            cte, _ = build.ctes[relation.cte]
            kind = "WorkTable Scan" if relation.cte in build.recursing else "CTE Scan"
            rows = build.cte_rows.get(cte.id, 10.0)
            node = PlanNode(
                kind, _aliased(f"{kind} on {quote_identifier(cte.name)}", cte.name, alias), nothing
            )
            node.details += [Property("CTE Name", cte.name), Property("Alias", alias)]
            return node, 0.0, costs.TUPLE if kind == "WorkTable Scan" else 2 * costs.TUPLE, rows
        case SystemRelation():
            name = relation.table.name
            shown = f"pg_catalog.{name}" if build.verbose else name
            node = PlanNode("Seq Scan", _aliased(f"Seq Scan on {shown}", name, alias), nothing)
            node.details += [Property("Relation Name", name), Property("Alias", alias)]
            return node, 0.0, costs.TUPLE, 100.0
    raise AssertionError(relation)


def _aliased(title: str, name: str, alias: str) -> str:
    return title if alias == name else f"{title} {quote_identifier(alias)}"


def filtered(build: Builder, node: PlanNode, relation: int, terms: Sequence[Expr]) -> None:
    """Let a scan look at conditions; its costs are not touched."""
    node.key = ("rows", relation)
    if terms:
        node.add("Filter", build.terms(node, terms, own=0 if node.type == "Subquery Scan" else relation))
        node.filtered = (("scanned", relation), "Rows Removed by Filter")


def _function(
    build: Builder, relation: FunctionRelation | RowsFrom, calls: Sequence[Expr], alias: str
) -> PlanNode:
    names = [_function_name(call) for call in calls]
    if len(calls) == 1:
        shown = f"pg_catalog.{quote_identifier(names[0])}" if build.verbose else quote_identifier(names[0])
        title = _aliased(f"Function Scan on {shown}", names[0], alias)
    else:
        title = f"Function Scan on {quote_identifier(alias)}"
    node = PlanNode("Function Scan", title, Estimate(0.0, 0.0, 0.0, 0))
    if len(calls) == 1:
        node.details.append(Property("Function Name", names[0]))
        if build.verbose:
            node.details.append(Property("Schema", "pg_catalog"))
    node.details.append(Property("Alias", alias))
    if build.verbose:
        node.add("Function Call", ", ".join(build.text(node, call) for call in calls))
    return node


def _function_name(call: Expr) -> str:
    return call.function.name if isinstance(call, FuncCall) else "function"


def function_rows(call: Expr) -> float:
    """Return how many rows a function is thought to give."""
    if not isinstance(call, FuncCall) or not call.function.returns_set:
        return 1.0
    if call.function.name == "generate_series" and call.function.source.startswith("generate_series"):
        values = [arg.value for arg in call.args if isinstance(arg, Const)]
        if len(values) == len(call.args) and all(isinstance(value, int) for value in values):
            first, last, step = (int(value or 0) for value in (*values, 1)[:3])
            return max(float((last - first) // step + 1), 0.0) or 1.0 if step else 1000.0
    if call.function.name == "unnest":
        return 10.0
    return 100.0 if call.function.name.startswith(("json", "regexp")) else 1000.0
