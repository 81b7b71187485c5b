"""FROM: tables, index lookups, overlays, subqueries, functions, joins, LATERAL.

base table            t16401 AS r1
  with own writes     (base rows not in the overlay UNION ALL live overlay rows) AS r1: SQLite pushes keys into both
  through an index    … WHERE r1.c1 IN (SELECT p1 FROM i16405 WHERE k1 = ?1), added to WHERE or ON
LATERAL subquery      json_each((SELECT json_group_array(json_array(c1, …)) FROM (…))) AS r2: a table-valued function
                      may name its left neighbours, which a subquery in FROM may not
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from borealis.errors import InternalError
from borealis.executor.compile import physical, scans
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output
from borealis.executor.compile.elements import element_text, element_value
from borealis.executor.compile.function_items import computed_once, function_item, rows_from_item
from borealis.executor.compile.set_operations import rows_body
from borealis.executor.compile.trees import conjuncts, is_volatile, relations_named
from borealis.functions.implementation import Sql, plain
from borealis.planner.physical import Estimate, JoinMethod, PlannedJoin, PlannedJoinKind, Scan
from borealis.planner.terms import joined
from borealis.planner.units import relations_in
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import (
    TABLE_OID,
    CteRelation,
    FromItem,
    FunctionRelation,
    Join,
    JoinKind,
    PlannedItem,
    Relation,
    RowsFrom,
    SubqueryRelation,
    SystemRelation,
    TableRelation,
    ValuesRelation,
)


def from_clause(compilation: Compilation, item: FromItem) -> str:
    """Return ` FROM …` of an item nothing is known of, and bring its relations into scope."""
    compiler = FromCompiler(compilation, item)
    return f" FROM {compiler.item(item, Place((), None, nullable=False))}"


def from_where_clause(compilation: Compilation, item: FromItem | None, where: Expr | None) -> str:
    """Return ` FROM … WHERE …`, or as much of it as there is, and bring the relations into scope."""
    from borealis.executor.compile.conditions import condition

    text, extra, satisfied = "", list[str](), frozenset[Expr]()
    terms = conjuncts(where)
    if item is not None:
        compiler = FromCompiler(compilation, item)
        answered = set[Expr]()
        text = compiler.item(item, Place(terms, extra, nullable=False, satisfied=answered))
        text = f" FROM {_MANY if _looks_small(item) else ''}{text}"
        compiler.write_conditions(extra)
        satisfied = frozenset(answered)
    left = joined(term for term in terms if term not in satisfied)
    texts = [*extra, *([] if left is None else [condition(compilation, left)])]
    return text + (f" WHERE {' AND '.join(texts)}" if texts else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a FROM clause an item stands."""

    terms: Sequence[Expr]
    """Conditions that any row of the item must satisfy to matter."""
    extra: list[str] | None
    """The condition that index lookups of the item are added to, WHERE or an ON; None: none can be."""
    nullable: bool
    """An outer join may fill the item with NULLs."""
    satisfied: set[Expr] | None = None
    """Gets the conditions that access paths answer for, if those may be left out."""
    is_filled: bool = False
    """The item is an outer join's right side itself: what it is found by has to stand in ON, and be one relation."""

    def inner(self, own: Sequence[Expr]) -> Place:
        if self.extra is None:
            return self
        return Place([*self.terms, *own], self.extra, self.nullable, None if own else self.satisfied)

    def outer(
        self, own: Sequence[Expr], extra: list[str] | None, satisfied: set[Expr] | None = None
    ) -> Place:
        return Place(
            own if extra is not None else (), extra, nullable=True, satisfied=satisfied, is_filled=True
        )


class FromCompiler:
    """One FROM clause while it is compiled."""

    def __init__(self, compilation: Compilation, item: FromItem) -> None:
        self.compilation = compilation
        self.siblings = frozenset(relation.id for relation in relations_in(item))
        self._conditions: list[tuple[list[str], Callable[[], list[str]]]] = []

    def item(self, item: FromItem, place: Place) -> str:
        if isinstance(item, Join):
            return self._join(item, place)
        if isinstance(item, PlannedJoin):
            return self._planned_join(item, place)
        if isinstance(item, TableRelation):
            item = _whole(item)
        if isinstance(item, Scan):
            return self._scan(item, place)
        if isinstance(item, PlannedItem):
            raise InternalError(f"{type(item).__name__} in FROM")
        text = self._derived(item)
        return self._with_presence(item, text) if place.nullable else text

    def _with_presence(self, item: Relation, text: str) -> str:
        """Give a relation that an outer join may fill with NULLs, and that is named as a whole, a column that shows it."""
        if not self.compilation.is_whole_row(item.id):
            return text
        name = f"r{item.id}"
        base = text.removesuffix(f" AS {name}")
        if base.startswith("(") or base.isidentifier():
            self.compilation.define_presence(item.id, f"{name}.p")
            return f"(SELECT *, 1 AS p FROM {base}) AS {name}"
        self.compilation.define_presence(item.id, f"{name}.rowid")  # a table-valued function
        return text

    def _derived(self, item: Relation) -> str:
        if isinstance(item, SubqueryRelation):
            return self._subquery(item)
        if isinstance(item, CteRelation):
            with_item = self.compilation.with_items[item.cte]
            self._define(item.id, with_item.outputs)
            return f"{with_item.name} AS r{item.id}"
        if isinstance(item, SystemRelation):
            return self._system(item)
        if isinstance(item, FunctionRelation):
            return function_item(self.compilation, item)
        if isinstance(item, RowsFrom):
            return rows_from_item(self.compilation, item)
        return self._values(item)

    def _system(self, item: SystemRelation) -> str:
        """Write a table of pg_catalog: its rows are made once and kept, so that SQLite may index them for a join."""
        columns = {column.attnum: Sql(f"r{item.id}.c{column.attnum}") for column in item.table.columns}
        columns[TABLE_OID] = Sql(f"r{item.id}.tableoid")
        self.compilation.define(item.id, columns)
        return f"(SELECT *, {item.table.oid} AS tableoid FROM {item.table.source} LIMIT -1) AS r{item.id}"

    def _join(self, join: Join, place: Place) -> str:
        own = conjuncts(join.condition)
        extra: list[str] = []
        satisfied = set[Expr]()
        left_place, right_place = _places(join.kind, place, own, extra, satisfied)
        left = self.item(join.left, left_place)
        if isinstance(join.right, Join | PlannedJoin):
            right = self._joined_right(join.right, right_place)
        else:
            right = self.item(join.right, right_place)
        from borealis.executor.compile.conditions import condition

        left_over = joined(term for term in own if term not in satisfied)
        terms = [] if left_over is None else [condition(self.compilation, left_over)]
        self.write_conditions(extra)
        terms += extra
        if not terms and join.kind is not JoinKind.INNER:
            terms = ["1"]
        on = f" ON {' AND '.join(terms)}" if terms else ""
        return f"{left} {'JOIN' if join.kind is JoinKind.INNER else join.kind.value} {right}{on}"

    def _joined_right(self, join: Join | PlannedJoin, place: Place) -> str:
        return self._lateral_join(join) if self._depends(join) else f"({self.item(join, place)})"

    def _planned_join(self, join: PlannedJoin, place: Place) -> str:
        if join.kind is PlannedJoinKind.FULL:
            return self._join(Join(JoinKind.FULL, join.left, join.right, join.condition), place)
        if join.kind is PlannedJoinKind.LEFT:
            return self._join(Join(JoinKind.LEFT, join.left, join.right, join.condition), place)
        own = conjuncts(join.condition)
        extra = place.extra
        if place.is_filled or extra is None:
            extra = []
        inner = Place([*place.terms, *own], extra, place.nullable, place.satisfied)
        left = self.item(join.left, inner)
        if isinstance(join.right, Join | PlannedJoin):
            right = self._joined_right(join.right, replace(inner, is_filled=True))
        else:
            right = self.item(join.right, inner)
        from borealis.executor.compile.conditions import condition

        terms = [condition(self.compilation, term) for term in own]
        if extra is not place.extra:
            self.write_conditions(extra)
            terms += extra
        return f"{left} CROSS JOIN {right}" + (f" ON {' AND '.join(terms)}" if terms else "")

    def _scan(self, scan: Scan, place: Place) -> str:
        compilation, table, name = self.compilation, scan.relation.table, f"r{scan.relation.id}"
        compilation.reads(table)
        if table.oid in compilation.overlaid:
            return self._overlaid(scan, place)
        if not scans.is_secondary(scan.index) or place.extra is None:
            scans.base_columns(compilation, scan, nullable=place.nullable)
            self._later(place, lambda: self._implied(scan, place))
            return f"{physical.table_name(table)} AS {name}"
        assert scan.index is not None
        index = f"i{scan.index.oid}"
        if scan.is_covering:
            scans.covering_columns(compilation, scan, nullable=place.nullable)
            self._search(scan, place, name, [])
            if not place.nullable:
                scans.order_by_index(compilation, scan, name)
            return f"{index} AS {name}"
        scans.base_columns(compilation, scan, nullable=place.nullable)
        if place.is_filled or len(scan.ranges) > 1:
            self._later(place, lambda: [scans.key_in_ranges(compilation, scan, name)])
            return f"{physical.table_name(table)} AS {name}"
        entry = compilation.new_name()
        self._search(scan, place, entry, scans.key_join(table, name, entry))
        if not place.nullable:
            scans.order_by_index(compilation, scan, entry)
        return f"{index} AS {entry} CROSS JOIN {physical.table_name(table)} AS {name}"

    def _search(self, scan: Scan, place: Place, entry: str, joined_: list[str]) -> None:
        """Search an index table by the one range there is, which then answers for its conditions."""
        if not scan.ranges:
            self._later(place, lambda: joined_)
            return
        self._later(
            place, lambda: [*scans.range_terms(self.compilation, scan, scan.ranges[0], entry), *joined_]
        )
        if place.satisfied is not None:
            place.satisfied.update(
                term
                for attnum, column in zip(scan.index.columns, scan.ranges[0].columns, strict=False)  # type: ignore[union-attr]
                for term in column.terms
                if attnum > 0
            )

    def _implied(self, scan: Scan, place: Place) -> list[str]:
        """Return the conditions of a search by the primary key that follow from others and stand nowhere."""
        from borealis.executor.compile.conditions import condition

        if len(scan.ranges) != 1:
            return []
        terms = (term for column in scan.ranges[0].columns for term in column.terms)
        return [condition(self.compilation, term) for term in terms if term not in place.terms]

    def _later(self, place: Place, texts: Callable[[], list[str]]) -> None:
        """Add conditions to those of a place, once the relations beside it are in scope."""
        if place.extra is not None:
            self._conditions.append((place.extra, texts))

    def write_conditions(self, extra: list[str]) -> None:
        """Write what access paths add to a condition, now that the relations they name are in scope."""
        ready = [texts for where, texts in self._conditions if where is extra]
        self._conditions = [each for each in self._conditions if each[0] is not extra]
        for texts in ready:
            extra.extend(texts())

    def _overlaid(self, scan: Scan, place: Place) -> str:
        """Read a table with own pending writes; searched by its neighbours' columns, for each row of theirs anew."""
        compilation, table = self.compilation, scan.relation.table
        if scans.searched_by(scan, self.siblings):
            if place.extra is not None and scan.relation.id not in compilation.read_as_stored:
                return scans.lateral_rows(compilation, scan)
            scan = replace(scan, ranges=())
        scans.base_columns(compilation, scan, nullable=place.nullable)
        columns = [physical.column_name(table, column.attnum) for column in table.live_columns]
        selected = columns if table.primary_key else [*physical.key_names(table), *columns]
        arm = compilation.base_arms.pop(scan.relation.id, None)
        base_rows = None if arm is None else arm(scan, selected)
        rows = scans.overlaid_rows(compilation, scan, selected, base_rows=base_rows)
        return f"({rows}) AS r{scan.relation.id}"

    def _subquery(self, item: SubqueryRelation) -> str:
        outer_names = relations_named(item.query) & self.siblings
        query = self.compilation.query(item.query)
        if item.lateral and outer_names:
            return self._lateral(item, query)
        self._define(item.id, query.outputs)
        if is_volatile(item.query):
            return f"{computed_once(query.text)} AS r{item.id}"
        return f"({query.text}) AS r{item.id}"

    def _lateral(self, item: SubqueryRelation, query: CompiledQuery) -> str:
        cells, columns = [], {}
        for n, output in enumerate(query.outputs, 1):
            cells.append(element_text(plain(Sql(f"c{n}", output.representation)).text, output.type))
            columns[n] = Sql(f"({element_value(f'(r{item.id}.value ->> {n - 1})', output.type)})")
        self.compilation.define(item.id, columns)
        return f"json_each((SELECT json_group_array(json_array({', '.join(cells)})) FROM ({query.text}))) AS r{item.id}"

    def _depends(self, join: Join | PlannedJoin) -> bool:
        """Return whether LATERAL items of a join in parentheses name what stands beside it, where SQLite sees nothing."""
        own = {relation.id for relation in relations_in(join)}
        return bool(relations_named(join) & self.siblings - own)

    def _lateral_join(self, join: Join | PlannedJoin) -> str:
        """Return a join's rows like those of one LATERAL subquery: all columns of its relations as cells."""
        compilation, name = self.compilation, self.compilation.new_name()
        extra: list[str] = []
        text = self.item(join, Place((), extra, nullable=True))
        self.write_conditions(extra)
        where = f" WHERE {' AND '.join(extra)}" if extra else ""
        cells: list[str] = []
        for relation in relations_in(join):
            columns = {}
            for attnum, (sql, type_) in compilation.typed_columns(relation).items():
                columns[attnum] = Sql(f"({element_value(f'({name}.value ->> {len(cells)})', type_)})")
                cells.append(element_text(plain(sql).text, type_))
                compilation.not_null.discard((relation.id, attnum))
                compilation.affinities.pop((relation.id, attnum), None)
            if (presence := compilation.presence(relation.id)) is not None:
                compilation.define_presence(relation.id, f"({name}.value ->> {len(cells)})")
                cells.append(f"({presence} IS NOT NULL OR NULL)")
            compilation.define(relation.id, columns)
        return f"json_each((SELECT json_group_array(json_array({', '.join(cells)})) FROM {text}{where})) AS {name}"

    def _values(self, item: Relation) -> str:
        if not isinstance(item, ValuesRelation):
            raise InternalError(f"{type(item).__name__} in FROM")
        outputs, body = rows_body(self.compilation, item.rows, item.columns)
        self._define(item.id, outputs)
        renamed = ", ".join(f"column{n} AS c{n}" for n in range(1, len(outputs) + 1))
        return f"(SELECT {renamed} FROM ({body})) AS r{item.id}"

    def _define(self, relation: int, outputs: Sequence[Output]) -> None:
        self.compilation.define(
            relation,
            {n: Sql(f"r{relation}.c{n}", output.representation) for n, output in enumerate(outputs, 1)},
        )


def _places(
    kind: JoinKind, place: Place, own: Sequence[Expr], extra: list[str], satisfied: set[Expr]
) -> tuple[Place, Place]:
    """Return the places of a join's two sides; what an outer join preserves is not narrowed by its condition."""
    match kind:
        case JoinKind.INNER:
            return place.inner(own), place.inner(own)
        case JoinKind.LEFT:
            return place, place.outer(own, extra, satisfied)
        case JoinKind.RIGHT:
            return place.outer(own, extra, satisfied), place
        case JoinKind.FULL:
            return place.outer((), None), place.outer((), None)


_MANY = "json_each('[0]') AS z1 CROSS JOIN json_each('[0]') AS z2 CROSS JOIN "
"""One row, which SQLite takes for hundreds. Not knowing how many rows a search gives it thinks of some ten, and rather reads a
table ten times than makes an index of it; where the planner knows better, it has to be told."""


def _looks_small(item: FromItem) -> bool:
    """Whether a hash join's left side begins with a search, of whose rows SQLite would think too little."""
    has_hash = False
    while isinstance(item, PlannedJoin):
        has_hash |= item.method is JoinMethod.HASH
        item = item.left
    return has_hash and not (isinstance(item, Scan) and not item.ranges)


def _whole(item: TableRelation) -> Scan:
    """Return the scan of a table that has not been planned."""
    nothing = Estimate(0.0, 0.0, 0.0, 0)
    return Scan(item, None, (), True, False, (), (), (), nothing, nothing)
