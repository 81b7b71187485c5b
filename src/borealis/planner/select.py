"""One query's FROM clause planned: units, access paths, their order, and the order of rows that falls out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from borealis.planner import cost
from borealis.planner.disjunctions import factored, restrictions
from borealis.planner.equalities import derived, equality_classes
from borealis.planner.extremes import extreme_of, one_by_one
from borealis.planner.groups import estimated_groups
from borealis.planner.join_order import JoinOrder, Order, Source, Step
from borealis.planner.known_expressions import of_expressions, of_objects
from borealis.planner.paths import Path, Paths, known_indexes
from borealis.planner.physical import JoinMethod, PlannedJoin, PlannedJoinKind
from borealis.planner.scans import full_scan, scan_of
from borealis.planner.selectivity import TableEstimator
from borealis.planner.terms import joined, outer_relations, stripped
from borealis.planner.units import Unit, named_in, relations_in, take_apart
from borealis.sql.bound.expressions import Const, Expr, NullTest, SortKey, SubLink, SubLinkKind, Var
from borealis.sql.bound.relations import (
    CteRelation,
    FromItem,
    Join,
    JoinKind,
    SubqueryRelation,
    SystemRelation,
    TableRelation,
    ValuesRelation,
)
from borealis.sql.bound.statements import ComputedIndex, Select
from borealis.sql.bound.trees import children, conjuncts, is_constant, is_volatile
from borealis.types import oids

if TYPE_CHECKING:
    from borealis.planner.plan import Planner

_FUNCTION_ROWS = 1_000.0


class SelectPlanner:
    def __init__(self, planner: Planner, node: Select) -> None:
        self.planner = planner
        self.node = node
        self.rows = 1.0
        self.cost = 1.0

    def planned(self) -> Select:
        node = self.node
        if node.from_ is None or any(isinstance(each, SystemRelation) for each in relations_in(node.from_)):
            return node  # the catalog's own tables are SQLite's to join: nothing is known of them
        extreme = extreme_of(node)
        if extreme is not None:
            return self._extreme(node, extreme)
        item, terms, order = self._group(node.from_, node.where, self._wanted_order())
        groups = self._groups(order)
        self.rows = self._output_rows(order.rows, groups)
        self.cost = order.cost + order.rows * cost.FILTER + self._links_cost(terms, 2 * order.rows)
        self.cost += self._links_cost([target.expr for target in node.targets], self.rows)
        if node.is_grouped or node.distinct:
            self.cost += cost.sort_cost(order.rows)
        return replace(node, from_=item, where=joined(terms), expected_groups=groups)

    def _extreme(self, node: Select, key: SortKey) -> Select:
        """Plan min or max of a column: of an index that holds it, the first entry will do."""
        assert isinstance(node.from_, TableRelation)
        column = key.expr
        assert isinstance(column, Var)
        where = node.where
        if not node.from_.table.columns[column.attnum - 1].not_null:
            where = joined((*conjuncts(where), NullTest(oids.BOOL, -1, column, negated=True)))
        item, terms, order = self._group(node.from_, where, (key,))
        path = order.steps[0].path
        if path is None or not path.is_covering or path.gives_order(node.from_, (key,)) is None:
            item, terms, order = self._group(node.from_, node.where)
        elif len(node.targets) > 1:
            return cast(Select, self.planner.planned(one_by_one(node)))
        self.cost = order.cost
        return replace(node, from_=item, where=joined(terms))

    # A FROM clause, or a part of it that is joined by itself

    def _group(
        self, item: FromItem, where: Expr | None, wanted: Sequence[SortKey] = ()
    ) -> tuple[FromItem, list[Expr], Order]:
        units, terms = take_apart(item, where)
        terms = factored(terms)
        terms += [term for term in restrictions(terms, units) if term not in terms]
        group = frozenset(number for unit in units for number in unit.ids)
        classes = equality_classes((term for term in terms if not is_volatile(term)), group)
        implied = derived(classes, terms)
        sources = [self._source(unit, terms, implied, group) for unit in units]
        search = JoinOrder(sources, terms, classes, self.planner.settings)
        order, backward = self._ordered(search, sources, search.best(), wanted)
        return self._chain(order, terms, backward), terms, order

    def _source(
        self, unit: Unit, terms: Sequence[Expr], implied: Sequence[Expr], group: frozenset[int]
    ) -> Source:
        item = unit.item
        if isinstance(item, TableRelation):
            return self._table(unit, item, terms, implied, group)
        if isinstance(item, Join):
            return self._nested(unit, item)
        rows, read = self._derived(item)
        own = [term for term in terms if named_in(term, group) == unit.ids]
        left = rows * (1 if unit.on is not None else 0.3 ** min(len(own), 3))
        distinct: dict[int, float] = {}
        if (
            isinstance(item, SubqueryRelation)
            and isinstance(item.query, Select)
            and len(item.query.group) == 1
        ):
            for ordinal, target in enumerate(item.query.targets, 1):
                if target.expr == item.query.group[0]:
                    distinct[ordinal] = rows
        return Source(unit, max(left, 1e-3), rows, read, None, (), distinct)

    def _table(
        self,
        unit: Unit,
        relation: TableRelation,
        terms: Sequence[Expr],
        implied: Sequence[Expr],
        group: frozenset[int],
    ) -> Source:
        planner = self.planner
        computed = (
            planner.environment.computed(relation.table, relation.id)
            if any(index.is_computed and index.is_valid for index in relation.table.indexes)
            else ()
        )
        estimator = self._estimator(relation, computed)
        needed = planner.needed.get(relation.id)
        indexes = known_indexes(relation, computed)
        paths = Paths(relation, estimator, indexes, needed, group, planner.settings)
        if unit.on is not None:
            usable = tuple(term for term in unit.on if not is_volatile(term))
            own = [term for term in usable if named_in(term, group) == unit.ids]
        else:
            usable = tuple(
                term
                for term in (*terms, *implied)
                if relation.id in named_in(term, group) and not is_volatile(term)
            )
            own = [term for term in terms if named_in(term, group) == unit.ids]
        constant = [term for term in implied if named_in(term, group) == unit.ids]
        rows = estimator.rows * estimator.of_all((*own, *constant))
        distinct = {
            column.attnum: estimator.distinct(column.attnum) for column in relation.table.live_columns
        }
        read = estimator.rows * (cost.ROW + cost.FILTER * min(1, len(own)))
        width = sum(estimator.width(attnum) for attnum in needed or ())
        return Source(unit, max(rows, 1e-3), estimator.rows, read, paths, usable, distinct, width)

    def _estimator(self, relation: TableRelation, computed: Sequence[ComputedIndex]) -> TableEstimator:
        planner, environment = self.planner, self.planner.environment
        known = planner.statistics.of(relation.table.oid)
        if known is None or not (known.expressions or known.extended):
            return TableEstimator(relation, planner.statistics, environment.fold, planner.rows_of)
        objects = environment.kept(relation.table, relation.id)
        return TableEstimator(
            relation,
            planner.statistics,
            environment.fold,
            planner.rows_of,
            of_expressions(known, computed, objects),
            of_objects(known, relation, objects),
        )

    def _nested(self, unit: Unit, item: Join) -> Source:
        """Plan a join that is joined as a whole."""
        planned, rows, paid = self._as_one(item)
        unit.item = planned
        return Source(unit, rows, rows, paid, None, (), {})

    def _as_one(self, item: FromItem) -> tuple[FromItem, float, float]:
        if isinstance(item, Join) and item.kind is JoinKind.FULL:
            left, left_rows, left_cost = self._as_one(item.left)
            right, right_rows, right_cost = self._as_one(item.right)
            full = PlannedJoin(
                PlannedJoinKind.FULL,
                JoinMethod.HASH,
                left,
                right,
                item.condition,
                cost.join_estimate(left, right, left_rows + right_rows),
            )
            return full, left_rows + right_rows, left_cost + right_cost
        if not isinstance(item, Join):
            return item, 1_000.0, 1_000.0
        planned, terms, order = self._group(item, None)
        attached = _attached(planned, terms)
        if attached is None:
            return item, order.rows, order.cost
        return attached, order.rows, order.cost

    def _derived(self, item: FromItem) -> tuple[float, float]:
        """Return how many rows an item that is no table gives, and what reading them costs."""
        match item:
            case SubqueryRelation():
                rows = self.planner.rows_of(item.query)
                return rows, self.planner.cost_of(item.query) + rows * cost.INDEX_ROW
            case CteRelation():
                return self.planner.rows_and_cost_of_cte(item.cte)
            case ValuesRelation():
                return float(len(item.rows)), float(len(item.rows))
            case SystemRelation():
                return 500.0, 500.0
        return _FUNCTION_ROWS, _FUNCTION_ROWS * cost.ROW

    # The tree

    def _chain(self, order: Order, terms: Sequence[Expr], backward: bool) -> FromItem:
        outer = frozenset[int]()
        item: FromItem | None = None
        for number, step in enumerate(order.steps):
            right = self._step_item(step, terms, backward and number == 0)
            if item is None:
                item = right
            else:
                kind = PlannedJoinKind.INNER if step.source.unit.on is None else PlannedJoinKind.LEFT
                estimate = cost.join_estimate(item, right, step.rows)
                item = PlannedJoin(
                    kind, step.method, item, right, joined(step.source.unit.on or ()), estimate
                )
            outer |= step.source.unit.ids
        assert item is not None, "a FROM clause of nothing"
        return item

    def _step_item(self, step: Step, terms: Sequence[Expr], backward: bool) -> FromItem:
        source, item = step.source, step.source.unit.item
        if source.paths is None or not isinstance(item, TableRelation):
            return item
        conditions = terms if source.unit.on is None else source.unit.on
        group = source.paths.group
        own = tuple(term for term in conditions if named_in(term, group) == source.unit.ids)
        path = step.path
        if path is None or (path.index is None):
            return full_scan(item, source.paths.estimator, own, source.width, source.rows)
        return scan_of(item, path, source.paths.estimator, own, source.width, source.rows, backward)

    # The order of the rows

    def _wanted_order(self) -> tuple[SortKey, ...]:
        node = self.node
        if node.is_grouped or node.distinct or node.distinct_on:
            return ()
        return tuple(key for key in node.order if not is_constant(key.expr))

    def _ordered(
        self, search: JoinOrder, sources: Sequence[Source], best: Order, wanted: Sequence[SortKey]
    ) -> tuple[Order, bool]:
        """Return the best order, and whether its first table is read backwards: one that saves the sort, if that pays."""
        if not wanted or any(not isinstance(stripped(key.expr), Var) for key in wanted):
            return best, False
        keys = [replace(key, expr=stripped(key.expr)) for key in wanted]
        relations = {key.expr.relation for key in keys if isinstance(key.expr, Var)}
        part = self._part_wanted(best.rows)
        first = best.steps[0]
        least, chosen = best.cost, (best, False)
        if not self.node.is_grouped:
            least += cost.sort_cost(best.rows)
        if first.path is not None and isinstance(first.source.unit.item, TableRelation):
            backward = first.path.gives_order(first.source.unit.item, keys)
            if backward is not None:
                least, chosen = best.cost * part, (best, backward)
        for source in sources:
            item = source.unit.item
            if source.unit.ids != relations or source.paths is None or not isinstance(item, TableRelation):
                continue
            for path, backward in _ordered_paths(source.paths, source.terms, item, keys):
                order = (
                    search.best((source, path))
                    if source.unit.on is None and not source.unit.requires
                    else None
                )
                if order is not None and order.cost * part < least:
                    least, chosen = order.cost * part, (order, backward)
        return chosen

    def _links_cost(self, exprs: Iterable[Expr], rows: float) -> float:
        """Return what the subqueries in expressions cost that are evaluated for so many rows."""
        total = 0.0
        pending: list[object] = list(exprs)
        while pending:
            node = pending.pop()
            if isinstance(node, SubLink):
                once = self.planner.cost_of(node.query)
                if node.kind is SubLinkKind.EXISTS:  # its first row will do
                    once = max(cost.PROBE, once / max(1.0, self.planner.rows_of(node.query)))
                total += (
                    once * max(rows, 1.0) if outer_relations(node.query) else once + rows * cost.HASH_PROBE
                )
            else:
                pending.extend(children(node))
        return total

    def _part_wanted(self, rows: float) -> float:
        """Return which part of the rows LIMIT lets out."""
        if self.node.is_grouped:
            return 1 / max(rows, 1.0)  # min or max
        wanted = 0.0
        for count in (self.node.limit, self.node.offset):
            if count is None:
                if count is self.node.limit:
                    return 1.0
                continue
            constant = self.planner.environment.fold(count)
            if isinstance(constant, Const) and isinstance(constant.value, int):
                wanted += constant.value
            else:
                wanted += max(1.0, rows / 10)
        return min(1.0, max(wanted, 1.0) / max(rows, 1.0))

    def _output_rows(self, rows: float, groups: float) -> float:
        node = self.node
        if node.is_grouped:
            rows = groups / 3 if node.group and node.having is not None else groups
        elif node.distinct:
            rows = groups
        if node.limit is not None:
            constant = self.planner.environment.fold(node.limit)
            if isinstance(constant, Const) and isinstance(constant.value, int):
                rows = min(rows, float(max(constant.value, 0)))
        return max(rows, 1.0)

    def _groups(self, order: Order) -> float:
        """Return how many groups GROUP BY makes of the joined rows, or DISTINCT; 1 where there is neither."""
        node = self.node
        sources = [step.source for step in order.steps]
        if node.group:
            return estimated_groups(node.group, sources, order.rows)
        if node.distinct and not node.is_grouped:
            return estimated_groups([target.expr for target in node.targets], sources, order.rows)
        return 1.0


def _ordered_paths(
    paths: Paths, terms: Sequence[Expr], relation: TableRelation, keys: Sequence[SortKey]
) -> list[tuple[Path, bool]]:
    found = []
    for index in paths.indexes:
        path = paths.through(index, terms, frozenset())
        backward = None if path is None else path.gives_order(relation, keys)
        if path is not None and backward is not None:
            found.append((path, backward))
    return found


def _attached(item: FromItem, terms: Sequence[Expr]) -> FromItem | None:
    """Return a chain of joins with conditions written where all they name has been joined; None where that is no inner join."""
    if not terms:
        return item
    if not isinstance(item, PlannedJoin):
        return None
    below = frozenset(relation.id for relation in relations_in(item.left))
    inside = frozenset(relation.id for relation in relations_in(item))
    early = [term for term in terms if named_in(term, inside) <= below and isinstance(item.left, PlannedJoin)]
    here = [term for term in terms if term not in early]
    if here and item.kind is not PlannedJoinKind.INNER:
        return None
    left = _attached(item.left, early)
    if left is None:
        return None
    condition = joined((*((item.condition,) if item.condition is not None else ()), *here))
    return replace(item, left=left, condition=condition)
