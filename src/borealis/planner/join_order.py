"""Join order: which unit of a FROM clause is read first, and how each next one is found.

    up to 10 units   dynamic programming over the sets of units that are joined to each other
    more             greedy: always the next step that costs least

A step joins one more unit to those read: searched by an access path for each row so far (nested loop), or read once into an
index that SQLite makes (hash); SQLite joins no other way. Rows of a set do not depend on the order they were joined in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.planner import cost
from borealis.planner.equalities import EqualityClass
from borealis.planner.paths import Path, Paths
from borealis.planner.physical import JoinMethod
from borealis.planner.settings import PlannerSettings
from borealis.planner.terms import comparison_symbol, stripped
from borealis.planner.units import Unit, named_in
from borealis.sql.bound.expressions import Expr, FuncCall, Var

DYNAMIC_MAX = 10


@dataclass(slots=True, eq=False)
class Source:
    """A unit with what is known of its rows."""

    unit: Unit
    rows: float  # that its own conditions leave
    table_rows: float
    read_cost: float  # of reading it once, as a whole
    paths: Paths | None  # a base table's
    terms: tuple[Expr, ...]  # the conditions its access path may use
    distinct: dict[int, float]  # of its columns, by attnum
    width: int = 8


@dataclass(frozen=True, slots=True)
class Step:
    source: Source
    path: Path | None
    method: JoinMethod
    rows: float  # of all joined so far


@dataclass(frozen=True, slots=True)
class Order:
    steps: tuple[Step, ...]
    cost: float

    @property
    def rows(self) -> float:
        return self.steps[-1].rows if self.steps else 1.0


class JoinOrder:
    """The search for the order of one FROM clause."""

    def __init__(
        self,
        sources: Sequence[Source],
        terms: Sequence[Expr],
        classes: Sequence[EqualityClass],
        settings: PlannerSettings,
    ) -> None:
        self.sources = sources
        self.classes = classes
        self.settings = settings
        self.group = frozenset(number for source in sources for number in source.unit.ids)
        in_classes = {term for each in classes for term in each.samples}
        self.joining = [
            (term, named)
            for term in terms
            if term not in in_classes and len(named := named_in(term, self.group)) > 1
        ]
        self._of_relation = {number: source for source in sources for number in source.unit.ids}
        self._paths: dict[tuple[int, frozenset[int]], Path] = {}

    def best(self, first: tuple[Source, Path] | None = None) -> Order:
        """Return the cheapest order; first: the unit to begin with, and its path."""
        if len(self.sources) <= DYNAMIC_MAX:
            return self._dynamic(first)
        return self._greedy(first)

    def _begin(self, first: tuple[Source, Path] | None) -> list[tuple[frozenset[int], Order, frozenset[int]]]:
        started = []
        for number, source in enumerate(self.sources):
            if source.unit.requires or source.unit.on is not None:
                continue
            if first is not None and source is not first[0]:
                continue
            path = first[1] if first is not None else self._path(number, frozenset())
            paid = source.read_cost if path is None else path.cost
            step = Step(source, path, JoinMethod.NESTED_LOOP, source.rows)
            started.append((frozenset((number,)), Order((step,), paid), source.unit.ids))
        return started

    def _dynamic(self, first: tuple[Source, Path] | None) -> Order:
        level = {members: (order, ids) for members, order, ids in self._begin(first)}
        for _ in range(len(self.sources) - 1):
            following: dict[frozenset[int], tuple[Order, frozenset[int]]] = {}
            for members, (order, ids) in level.items():
                for number in self._candidates(members, ids):
                    extended = self._extended(order, ids, number)
                    union = members | {number}
                    known = following.get(union)
                    if known is None or extended.cost < known[0].cost:
                        following[union] = (extended, ids | self.sources[number].unit.ids)
            level = following
        return min((order for order, _ in level.values()), key=lambda order: order.cost)

    def _greedy(self, first: tuple[Source, Path] | None) -> Order:
        members, order, ids = min(self._begin(first), key=lambda each: (each[1].rows, each[1].cost))
        while len(members) < len(self.sources):
            found = [
                (self._extended(order, ids, number), number) for number in self._candidates(members, ids)
            ]
            order, number = min(found, key=lambda each: (each[0].cost, each[0].rows))
            members, ids = members | {number}, ids | self.sources[number].unit.ids
        return order

    def _candidates(self, members: frozenset[int], ids: frozenset[int]) -> list[int]:
        """Return the units that may be next: those joined to what there is, if there are any."""
        allowed = [
            number
            for number, source in enumerate(self.sources)
            if number not in members and source.unit.requires <= ids
        ]
        connected = [number for number in allowed if self._is_connected(self.sources[number], ids)]
        return connected or allowed

    def _is_connected(self, source: Source, ids: frozenset[int]) -> bool:
        own = source.unit.ids
        if source.unit.on is not None or source.unit.requires:
            return True
        for each in self.classes:
            relations = {member.relation for member in each.members}
            if relations & own and relations & ids:
                return True
        return any(named & own and named & ids for _, named in self.joining)

    def _extended(self, order: Order, ids: frozenset[int], number: int) -> Order:
        source, before = self.sources[number], order.rows
        rows = max(before * source.rows * self._selectivity(source, ids), 1e-3)
        if source.unit.on is not None:
            rows = max(before, before * self._matches(source, ids))
        path = self._path(number, ids)
        nested = source.read_cost if path is None else path.cost
        repeated = before * nested
        if not self.settings.enable_nestloop:
            repeated += cost.DISABLED
        method = JoinMethod.NESTED_LOOP
        if self._can_hash(source, ids):
            kept = source.rows if path is None or source.unit.on is None else source.table_rows
            whole = source.read_cost + kept * cost.HASH_BUILD
            hashed = whole + before * cost.HASH_PROBE + rows * cost.INDEX_ROW
            if not self.settings.enable_hashjoin:
                hashed += cost.DISABLED
            if hashed < repeated:
                repeated, method, path = hashed, JoinMethod.HASH, None
        step = Step(source, path, method, rows)
        return Order((*order.steps, step), order.cost + repeated + rows * cost.FILTER)

    def _path(self, number: int, ids: frozenset[int]) -> Path | None:
        source = self.sources[number]
        if source.paths is None:
            return None
        key = (number, ids)
        found = self._paths.get(key)
        if found is None:
            found = self._paths[key] = source.paths.best(source.terms, ids)
        return found

    def _can_hash(self, source: Source, ids: frozenset[int]) -> bool:
        """Whether an equality with what there is lets SQLite make an index of the unit."""
        if len(source.unit.ids) > 1 or source.unit.requires - ids:
            return False
        own = source.unit.ids
        if source.unit.on is not None:
            return any(
                comparison_symbol(term) == "=" and _joins_column(term, own, ids) for term in source.unit.on
            )
        for each in self.classes:
            relations = {member.relation for member in each.members}
            if relations & own and relations & ids:
                return True
        return any(
            comparison_symbol(term) == "=" and named <= own | ids and _joins_column(term, own, ids)
            for term, named in self.joining
        )

    # Estimates

    def _selectivity(self, source: Source, ids: frozenset[int]) -> float:
        """Return what the conditions between a unit and those before it leave of the product of their rows."""
        result, own = 1.0, source.unit.ids
        joined_columns: dict[int, float] = {}
        for each in self.classes:
            if each.constants:
                continue
            mine = [member for member in each.members if member.relation in own]
            theirs = [member for member in each.members if member.relation in ids]
            if mine and theirs:
                factor = 1 / max(self._distinct(mine[0]), *map(self._distinct, theirs))
                joined_columns[mine[0].attnum] = factor
                result *= factor
        for term, named in self.joining:
            if named & own and named <= own | ids:
                factor, column = self._of_term(term, own)
                if column:
                    joined_columns[column] = factor
                result *= factor
        return self._at_most_one(source, joined_columns, result)

    def _at_most_one(self, source: Source, columns: dict[int, float], result: float) -> float:
        """Columns that make up a unique key find one row, however selective each is taken to be."""
        if source.paths is None or len(columns) < 2:
            return result
        for known in source.paths.indexes:
            key = set(known.index.columns)
            if known.index.is_unique and 0 not in key and key <= columns.keys() and known.predicate is None:
                others = 1.0
                for attnum, factor in columns.items():
                    others *= 1.0 if attnum in key else factor
                return max(result, others / source.table_rows)
        return result

    def _of_term(self, term: Expr, own: frozenset[int]) -> tuple[float, int]:
        if comparison_symbol(term) == "=" and isinstance(term, FuncCall):
            sides = [side for side in map(stripped, term.args) if isinstance(side, Var)]
            if len(sides) == 2:
                mine = next((side.attnum for side in sides if side.relation in own), 0)
                return 1 / max(map(self._distinct, sides)), mine
            return 0.005, 0
        return (1 / 3 if comparison_symbol(term) else 0.5), 0

    def _distinct(self, column: Var) -> float:
        source = self._of_relation.get(column.relation)
        if source is None:
            return 200.0
        return source.distinct.get(column.attnum) or max(1.0, min(200.0, source.table_rows))

    def _matches(self, source: Source, ids: frozenset[int]) -> float:
        """Return how many rows of a LEFT JOIN's right side an outer row finds."""
        factor, columns = 1.0, dict[int, float]()
        own = source.unit.ids
        for term in source.unit.on or ():
            named = named_in(term, self.group)
            if named & own and named - own:
                each, column = self._of_term(term, own)
                if column:
                    columns[column] = each
                factor *= each
        return source.rows * self._at_most_one(source, columns, factor)


def _joins_column(term: Expr, own: frozenset[int], ids: frozenset[int]) -> bool:
    """Whether an equality has a column of the unit on one side, and nothing of it on the other."""
    if not isinstance(term, FuncCall):
        return False
    for side, other in (term.args, term.args[::-1]):
        column = stripped(side)
        if (
            isinstance(column, Var)
            and column.relation in own
            and not named_in(other, own)
            and named_in(other, ids)
        ):
            return True
    return False
