"""A planned statement with ticks in it: at every scan, before and after its filters; at every join; at every group.

    FROM a CROSS JOIN b WHERE a.x = 1 AND b.y = a.y
    FROM a CROSS JOIN b WHERE tick(a) AND a.x = 1 AND tick(a) AND tick(b) AND b.y = a.y AND tick(b) AND tick(a, b)

Terms keep their meaning and, for one relation, their order; nothing is added that SQLite could search by, so it reads the
same way. What stands in ON stays there, its ticks with it. Scans below a FULL JOIN are not counted: their rows are seen after
the join only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from borealis.executor.explain.conditions import (
    Conditions,
    JoinTerms,
    ScanTerms,
    assign,
    join_kind,
)
from borealis.executor.explain.counting.counter import Counter, new_run, now_ns
from borealis.executor.explain.counting.tick import Tick, is_nameless
from borealis.planner.physical import PlannedJoin, PlannedJoinKind, Scan
from borealis.planner.rebuild import children_rebuilt, rebuilt
from borealis.planner.terms import joined, outer_relations
from borealis.planner.units import relations_in
from borealis.sql.bound.expressions import AggregateCall, Case, Const, Expr, SubLink, SubLinkKind
from borealis.sql.bound.relations import (
    FromItem,
    Join,
    Relation,
    SubqueryRelation,
    SystemRelation,
    TableRelation,
)
from borealis.sql.bound.statements import Delete, Select, Statement, Update
from borealis.sql.bound.trees import any_node, walk
from borealis.types import oids

_COUNTED_KINDS = (PlannedJoinKind.INNER, PlannedJoinKind.LEFT, PlannedJoinKind.RIGHT)


@dataclass(slots=True)
class Points:
    """Where ticks stand, by what plan nodes know them by; point 0 is the statement's own rows."""

    numbers: dict[object, int] = field(default_factory=dict)
    drivers: list[int | None] = field(default_factory=lambda: [None])
    scans: dict[int, tuple[TableRelation, ScanTerms]] = field(default_factory=dict)
    """The base tables, by relation id, with the conditions that are looked at there."""

    uncounted: set[int] = field(default_factory=set)
    """Points whose loops are not known: below EXISTS in WHERE, which SQLite may turn into a join."""
    is_uncounted: bool = False
    """Those made now are."""

    def new(self, key: object, driver: int | None) -> int:
        number = self.numbers[key] = len(self.drivers)
        if self.is_uncounted:
            self.uncounted.add(number)
        self.drivers.append(driver)
        return number


class Instrument:
    """Puts ticks into one statement. The counter is made when all points are known."""

    def __init__(self, statement: Statement, *, sizes: bool, timing: bool) -> None:
        self.points = Points()
        self._sizes = sizes
        self._run = new_run()
        self._loop: int | None = None
        """What drives the query that is being gone through: an outer row, for a subquery that names its columns."""
        self._done: dict[object, object] = {}
        self.statement: Statement = rebuilt(statement, self._replaced)
        self.counter = Counter(self._run, self.points.drivers, now_ns if timing else None)

    def _replaced(self, node: object) -> object | None:
        """Put ticks into a query; one that stands in a condition and in a scan's ranges too stays one."""
        is_query = isinstance(node, Select | Update | Delete)
        if not is_query and not (isinstance(node, SubLink) and outer_relations(node.query)):
            return None
        done = self._done.get(node)
        if done is None:
            if isinstance(node, Select):
                done = self._select(node)
            elif isinstance(node, Update | Delete):
                done = self._target(node)
            else:
                assert isinstance(node, SubLink)
                done = self._correlated(node)
            self._done[node] = done
        return done

    def _correlated(self, node: SubLink) -> Expr:
        """Count how often a subquery is computed."""
        if node.kind in (SubLinkKind.ANY, SubLinkKind.ALL):
            point = None
        else:
            point = self.points.new(("computed", id(node)), None)
        new: Expr = self.within(point, lambda: children_rebuilt(node, self._replaced))
        if point is None:
            return new
        tick = Tick(oids.BOOL, -1, self._run, point, ())
        return Case(node.type, node.typmod, ((tick, new),), Const(node.type, node.typmod, None))

    def within(self, point: int | None, make: Callable[[], Any]) -> Any:
        """Do something with the loops of what is met there driven by a point."""
        outer, self._loop = self._loop, point
        made = make()
        self._loop = outer
        return made

    def _select(self, node: Select) -> Select:
        inner: Select = children_rebuilt(replace(node, from_=None, where=None), self._replaced)
        from_, where = self._from_where(node, node.from_, node.where)
        having = inner.having
        if node.group:
            star = next((each for each in walk(node) if isinstance(each, AggregateCall)), None)
            if star is not None:
                before = self._group_tick(("groups", id(node)), star)
                after = self._group_tick(("having", id(node)), star)
                having = joined([before, *([having] if having is not None else []), after])
        return replace(inner, from_=from_, where=where, having=having)

    def _group_tick(self, key: object, star: AggregateCall) -> Tick:
        return Tick(oids.BOOL, -1, self._run, self.points.new(key, self._loop), (), aggregate=star)

    def _target(self, node: Update | Delete) -> Update | Delete:
        """What is read is the search; the conditions as they were written serve rows of the write set, uncounted."""
        if isinstance(node, Update):
            bare: Update | Delete = replace(node, search=None, where=None, from_=None)
            inner = replace(children_rebuilt(bare, self._replaced), where=node.where, from_=node.from_)
        else:
            bare = replace(node, search=None, where=None, using=None)
            inner = replace(children_rebuilt(bare, self._replaced), where=node.where, using=node.using)
        if node.search is None:
            return inner  # type: ignore[no-any-return] # an Update of an Update
        return replace(inner, search=self._from_where(node, *node.search))  # type: ignore[no-any-return]

    # FROM and WHERE

    def _from_where(
        self, query: object, item: FromItem | None, where: Expr | None
    ) -> tuple[FromItem | None, Expr | None]:
        if item is None or any(isinstance(each, SystemRelation) for each in relations_in(item)):
            rest = None if where is None else rebuilt(where, self._replaced)
            return (None if item is None else rebuilt(item, self._replaced)), rest
        conditions = assign(item, where)
        terms: list[Expr] = [*self._all(conditions.constant), *self._all(conditions.late)]
        placed = _Placed(self, conditions)
        item = placed.item(item, terms, self._loop)
        relations = tuple(relations_in(item))
        terms.append(self.tick(("from", id(query)), relations, self._loop, terms))
        return item, joined(terms)

    def _all(self, terms: Sequence[Expr]) -> list[Expr]:
        return [self._term(term) for term in terms]

    def _term(self, term: Expr) -> Expr:
        if not isinstance(term, SubLink) or term.kind is not SubLinkKind.EXISTS:
            return rebuilt(term, self._replaced)  # type: ignore[no-any-return] # an Expr of an Expr
        outer, self.points.is_uncounted = self.points.is_uncounted, True
        new: Expr = self.within(None, lambda: children_rebuilt(term, self._replaced))
        self.points.is_uncounted = outer
        return new

    def tick(
        self,
        key: object,
        relations: tuple[Relation, ...],
        driver: int | None,
        before: Sequence[Expr],
        *,
        sizes: bool = False,
    ) -> Tick:
        point = self.points.new(key, driver)
        if any(is_nameless(relation) for relation in relations):
            self.points.uncounted.add(point)
        is_last = any(any_node(term, lambda each: isinstance(each, SubLink)) for term in before)
        sized = sizes and self._sizes
        return Tick(oids.BOOL, -1, self._run, point, relations, sizes=sized, last=is_last)

    def rebuilt(self, node: object) -> object:
        return rebuilt(node, self._replaced)


class _Placed:
    """One FROM clause while ticks are put into its conditions."""

    def __init__(self, owner: Instrument, conditions: Conditions) -> None:
        self._owner = owner
        self._conditions = conditions

    def item(self, item: FromItem, sink: list[Expr], driver: int | None) -> FromItem:
        """Return an item, its terms and ticks added to sink; driver is the point its loops are counted by."""
        if isinstance(item, Join | PlannedJoin):
            return self._join(item, sink, driver)
        relation = relations_in(item)[0]
        new: FromItem = item
        if not isinstance(item, Scan):
            is_lateral = isinstance(item, SubqueryRelation) and item.lateral
            new = self._owner.within(driver if is_lateral else None, lambda: self._owner.rebuilt(item))
        else:
            new = self._owner.rebuilt(item)  # type: ignore[assignment] # a Scan of a Scan
        self._scan(relation, new, sink, driver)
        return new

    def _scan(self, relation: Relation, item: FromItem, sink: list[Expr], driver: int | None) -> None:
        owner = self._owner
        terms = self._conditions.scans.get(relation.id, ScanTerms())
        is_table = isinstance(relation, TableRelation)
        if isinstance(relation, TableRelation):
            owner.points.scans[relation.id] = (relation, terms)
        own = (item.relation if isinstance(item, Scan) else item,)
        found: list[Expr] = list(owner._all(terms.index))  # noqa: SLF001 - one class in two parts
        key = relation.id
        found.append(owner.tick(("scanned", key), own, driver, (), sizes=is_table))  # type: ignore[arg-type]
        found += owner._all(terms.storage)  # noqa: SLF001
        found.append(owner.tick(("stored", key), own, driver, terms.storage))  # type: ignore[arg-type]
        found += owner._all(terms.filters)  # noqa: SLF001
        before = [*terms.index, *terms.storage, *terms.filters]
        found.append(owner.tick(("rows", key), own, driver, before))  # type: ignore[arg-type]
        sink += found

    def _join(self, item: Join | PlannedJoin, sink: list[Expr], driver: int | None) -> FromItem:
        owner, kind = self._owner, join_kind(item)
        here = self._conditions.joins.get(id(item), JoinTerms())
        if kind not in _COUNTED_KINDS:
            sink += owner._all(here.filters)  # noqa: SLF001
            sink.append(owner.tick(("join", id(item)), tuple(relations_in(item)), driver, here.filters))
            for relation in relations_in(item):
                if isinstance(relation, TableRelation):
                    terms = self._conditions.scans.get(relation.id, ScanTerms())
                    owner.points.scans[relation.id] = (relation, terms)
            return owner.rebuilt(item)  # type: ignore[return-value]
        if kind is PlannedJoinKind.INNER:
            on: list[Expr] = sink if item.condition is None else []
            left = self.item(item.left, on if item.condition is not None else sink, driver)
            right = self.item(item.right, on, self._point_of(item.left))
            on += owner._all(here.condition)  # noqa: SLF001
            relations = (*relations_in(left), *relations_in(right))
            on.append(owner.tick(("join", id(item)), relations, driver, here.condition))
            return replace(item, left=left, right=right, condition=None if on is sink else joined(on))
        if kind is PlannedJoinKind.LEFT:
            left = self.item(item.left, sink, driver)
            on = []
            right = self.item(item.right, on, self._point_of(item.left))
        else:
            on = []
            left = self.item(item.left, on, driver)
            right = self.item(item.right, sink, driver)
        on += owner._all(here.condition)  # noqa: SLF001
        sink += owner._all(here.filters)  # noqa: SLF001
        relations = (*relations_in(left), *relations_in(right))
        sink.append(owner.tick(("join", id(item)), relations, driver, here.filters))
        return replace(item, left=left, right=right, condition=joined(on))

    def _point_of(self, item: FromItem) -> int | None:
        """Return where the rows of an item are counted."""
        if isinstance(item, Join | PlannedJoin):
            return self._owner.points.numbers.get(("join", id(item)))
        return self._owner.points.numbers.get(("rows", relations_in(item)[0].id))
