"""Builder: one statement's plan while it is built: names, expression texts, subplans and their numbers.

The parts of the build ask it for text under a node (`text`), and for the plan of a query (`query`); a subquery met in an
expression is built then and there, and hung below the node whose text it is, or the whole query where it is an InitPlan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Table
from borealis.executor.explain.costs import evaluation
from borealis.executor.explain.expressions import ExpressionText, pushed_in
from borealis.executor.explain.names import Names
from borealis.executor.explain.plan_node import PlanNode
from borealis.planner.physical import Estimate, PlannedJoin, Scan
from borealis.planner.terms import outer_relations
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import AggregateCall, Expr, SortKey, SubLink, SubLinkKind, Var
from borealis.sql.bound.relations import CteRelation, Join, Relation
from borealis.sql.bound.statements import (
    Cte,
    Delete,
    Insert,
    Query,
    Select,
    SetOperation,
    Statement,
    Update,
    Values,
)
from borealis.sql.bound.trees import children, conjuncts
from borealis.sql.parse import Node
from borealis.types.base import Style, Value

_RELATIONS = Relation.__args__


@dataclass(slots=True)
class Level:
    """One query while it is built."""

    relations: frozenset[int]
    initplans: list[PlanNode] = field(default_factory=list)


class Builder:
    def __init__(
        self,
        statement: Statement,
        parsed: Node,
        catalog: Catalog,
        style: Style,
        arguments: tuple[Value, ...] | None,
        *,
        verbose: bool,
    ) -> None:
        self.verbose = verbose
        self.catalog = catalog
        self.names = Names()
        self.ctes: dict[int, tuple[Cte, bool]] = {}
        """Of each WITH item, whether it is a plan of its own."""
        self.cte_rows: dict[int, float] = {}
        self.recursing: set[int] = set()
        """Recursive WITH items that are being built."""
        self._expressions = ExpressionText(self.names, style, catalog, arguments, self._sublink)
        self._levels: list[Level] = []
        self._subplans = 0
        self._results = 0
        self._known: dict[int, str] = {}
        self._node: PlanNode | None = None
        self._joins = 0
        self._column_aliases = column_aliases(parsed)
        self._name_all(statement)
        self.is_prefixed = self.names.count + self._joins > 1

    def _name_all(self, statement: Statement) -> None:
        ctes = {each.id: each.name for each in in_order(statement) if isinstance(each, Cte)}
        for each in in_order(statement):
            if isinstance(each, CteRelation) and not each.alias:
                columns = tuple(column.name for column in each.columns)
                self.names.add_named(each.id, ctes.get(each.cte, "*CTE*"), columns)
            elif isinstance(each, _RELATIONS):
                self.names.add(each, self._column_aliases.get(each.alias, ()))
            elif isinstance(each, Join | PlannedJoin):
                self._joins += 1
            elif isinstance(each, Update | Delete):
                columns = tuple(column.name for column in each.table.columns)
                self.names.add_named(each.relation, each.alias, columns)
            elif isinstance(each, Insert):
                columns = tuple(column.name for column in each.table.columns)
                self.names.add_named(each.relation, each.table.name, columns)
            elif isinstance(each, Select) and each.from_ is None:
                self._joins += 1  # a query of one row counts as a relation
            elif isinstance(each, Values) and each.rows:
                self.names.add_named(each.relation, "*VALUES*", values_names(each))

    # Text

    def text(
        self,
        node: PlanNode,
        expr: Expr,
        *,
        prefixed: bool | None = None,
        below: frozenset[Expr] = frozenset(),
    ) -> str:
        """Return an expression as a line below a node has it."""
        outer, self._node = self._node, node
        is_prefixed = self.is_prefixed or self.verbose if prefixed is None else prefixed
        text = self._expressions.text(expr, prefixed=is_prefixed, below=below)
        self._node = outer
        return text

    def terms(self, node: PlanNode, terms: Iterable[Expr], *, own: int = 0) -> str:
        """Return conditions, the cheap ones first as PostgreSQL has them.

        The columns of own, the relation a scan is of, go without prefix but in VERBOSE.
        """
        outer, self._node = self._node, node
        own = 0 if self.verbose else own
        found = [each for term in terms for each in conjuncts(pushed_in(term))]
        cheap_first = sorted(found, key=lambda term: evaluation((term,)))
        text = self._expressions.conjunction(cheap_first, prefixed=self.is_prefixed or self.verbose, own=own)
        self._node = outer
        return text

    def output(self, node: PlanNode, exprs: Sequence[Expr], child: PlanNode | None = None) -> None:
        """Say which columns a node gives; VERBOSE shows them. What child computed of them is shown as its column."""
        node.exprs = tuple(exprs)
        below = frozenset(child.exprs) if child is not None else frozenset()
        if self.verbose:
            node.output = [self.text(node, expr, prefixed=self.is_prefixed, below=below) for expr in exprs]
        else:
            for expr in exprs:
                self.subplans_of(node, expr)

    def subplans_of(self, node: PlanNode, expr: Expr) -> None:
        """Hang the subqueries of an expression that is not shown itself below a node."""
        if any(isinstance(each, SubLink) for each in in_order(expr)):
            self.text(node, expr)

    def sort_keys(self, node: PlanNode, keys: Iterable[SortKey], child: PlanNode | None = None) -> list[str]:
        outer, self._node = self._node, node
        prefixed = self.is_prefixed or self.verbose
        below = frozenset(child.exprs) if child is not None else frozenset()
        texts = [self._expressions.sort_key(key, prefixed=prefixed, below=below) for key in keys]
        self._node = outer
        return texts

    def table_name(self, table: Table, alias: str) -> str:
        """Return how the title of a node names a table."""
        name = quote_identifier(table.name)
        if self.verbose:
            name = f"{quote_identifier(table.schema.name)}.{name}"
        return name if alias == table.name else f"{name} {quote_identifier(alias)}"

    # Queries

    def level(self, relations: frozenset[int], make: Callable[[], PlanNode]) -> PlanNode:
        """Build one query; its InitPlans hang below its top node."""
        level = Level(relations)
        self._levels.append(level)
        top = make()
        self._levels.pop()
        top.children[:0] = level.initplans
        extra = sum(plan.estimate.total for plan in level.initplans)
        if extra:
            old = top.estimate
            top.estimate = Estimate(old.startup + extra, old.total + extra, old.rows, old.width)
        return top

    def query(self, node: Query) -> PlanNode:
        from borealis.executor.explain.build.select import select_plan
        from borealis.executor.explain.build.sets import set_plan, values_plan

        match node:
            case Select():
                return select_plan(self, node)
            case SetOperation():
                return set_plan(self, node)
            case Values():
                return values_plan(self, node)

    # Subplans

    def new_subplan(self) -> int:
        self._subplans += 1
        return self._subplans

    def new_result(self) -> int:
        self._results += 1
        return self._results - 1

    def add_initplan(self, plan: PlanNode, name: str) -> None:
        plan.relationship, plan.subplan = "InitPlan", name
        self._levels[-1].initplans.append(plan)

    def _sublink(self, link: SubLink) -> str:
        known = self._known.get(id(link))
        if known is None:
            known = self._known[id(link)] = self._new_sublink(link)
        return known

    def _new_sublink(self, link: SubLink) -> str:
        node = self._node
        is_correlated = bool(outer_relations(link.query))
        plan = self.query(link.query)
        number = self.new_subplan()
        if not is_correlated and link.kind not in (SubLinkKind.ANY, SubLinkKind.ALL):
            result = self.new_result()
            self.add_initplan(plan, f"InitPlan {number} (returns ${result})")
            return f"${result}"
        plan.relationship, plan.subplan = "SubPlan", f"SubPlan {number}"
        is_hashed = link.kind is SubLinkKind.ANY and not is_correlated
        if node is not None:
            node.children.append(plan)
            old, each = node.estimate, plan.estimate.total
            startup, run = (each, 0.0) if is_hashed else (0.0, each * old.rows)
            node.estimate = Estimate(old.startup + startup, old.total + startup + run, old.rows, old.width)
        return f"(hashed SubPlan {number})" if is_hashed else f"(SubPlan {number})"


def values_names(node: Values) -> tuple[str, ...]:
    return tuple(f"column{n}" for n in range(1, len(node.rows[0]) + 1)) if node.rows else ()


def column_aliases(node: object) -> dict[str, tuple[str, ...]]:
    """Return the column names that aliases in the text give: of `f() AS a(x, y)`, x and y for a."""
    found: dict[str, tuple[str, ...]] = {}
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            if "aliasname" in each and "colnames" in each:
                found[each["aliasname"]] = tuple(item["String"]["sval"] for item in each["colnames"])
            pending += each.values()
        elif isinstance(each, list):
            pending += each
    return found


def in_order(node: object) -> Iterator[object]:
    """Yield a node and all below it, in the order of the text."""
    yield node
    item = node
    if isinstance(item, Scan):
        yield item.relation
        return
    for child in children(item):
        yield from in_order(child)


def vars_in(exprs: Iterable[Expr], relations: frozenset[int]) -> list[Var]:
    """Return the columns of relations that expressions name, each once, in order."""
    found: dict[tuple[int, int], Var] = {}
    for expr in exprs:
        for each in in_order(expr):
            if isinstance(each, Var) and each.relation in relations:
                found.setdefault((each.relation, each.attnum), each)
    return list(found.values())


def aggregates_in(exprs: Iterable[Expr]) -> list[AggregateCall]:
    """Return the aggregates of a query that stand in its expressions, each once."""
    found: dict[AggregateCall, None] = {}
    for expr in exprs:
        for each in down_to(expr, SubLink, AggregateCall):
            if isinstance(each, AggregateCall):
                found.setdefault(each)
    return list(found)


def down_to(node: object, *kinds: type) -> Iterator[object]:
    """Give a node and all below it, but not what is below nodes of these kinds."""
    yield node
    if isinstance(node, kinds):
        return
    for child in children(node):
        yield from down_to(child, *kinds)
