"""FROM: tables, index lookups, overlays, subqueries, functions, joins, LATERAL.

base table            t16401 AS r1
  with own writes     (base rows not in the overlay UNION ALL live overlay rows) AS r1: SQLite pushes keys into both
  through an index    … WHERE r1.c1 IN (SELECT p1 FROM i16405 WHERE k1 = ?1), added to WHERE or ON
LATERAL subquery      json_each((SELECT json_group_array(json_array(c1, …)) FROM (…))) AS r2: a table-valued function
                      may name its left neighbours, which a subquery in FROM may not
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.errors import InternalError
from borealis.executor.compile import cardinality, physical
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output
from borealis.executor.compile.elements import element_text, element_value
from borealis.executor.compile.function_items import function_item, rows_from_item
from borealis.executor.compile.set_operations import rows_body
from borealis.executor.compile.trees import conjuncts, is_volatile, relations_named, walk
from borealis.functions.implementation import Sql, plain
from borealis.planner import access
from borealis.planner.access import IndexLookup
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import (
    CteRelation,
    FromItem,
    FunctionRelation,
    Join,
    JoinKind,
    Relation,
    RowsFrom,
    SubqueryRelation,
    SystemRelation,
    TableRelation,
    ValuesRelation,
)


def from_clause(compilation: Compilation, item: FromItem | None, where: Expr | None) -> tuple[str, list[str]]:
    """Return ` FROM …`, or nothing, with conditions to add to WHERE, and bring the relations into scope."""
    if item is None:
        return "", []
    compiler = FromCompiler(compilation, item)
    extra: list[str] = []
    text = compiler.item(item, Place(conjuncts(where), extra, nullable=False))
    compiler.write_lookups(extra)
    return f" FROM {text}", extra


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a FROM clause an item stands."""

    terms: Sequence[Expr]
    """Conditions that any row of the item must satisfy to matter."""
    extra: list[str] | None
    """The condition that index lookups of the item are added to, WHERE or an ON; None: none can be."""
    nullable: bool
    """An outer join may fill the item with NULLs."""

    def inner(self, own: Sequence[Expr]) -> Place:
        return Place([*self.terms, *own], self.extra, self.nullable) if self.extra is not None else self

    def outer(self, own: Sequence[Expr], extra: list[str] | None) -> Place:
        return Place(own if extra is not None else (), extra, nullable=True)


class FromCompiler:
    """One FROM clause while it is compiled."""

    def __init__(self, compilation: Compilation, item: FromItem) -> None:
        self.compilation = compilation
        self.siblings = frozenset(relation.id for relation in relations_in(item))
        self._lookups: list[tuple[TableRelation, IndexLookup, list[str]]] = []

    def item(self, item: FromItem, place: Place) -> str:
        if isinstance(item, Join):
            return self._join(item, place)
        if isinstance(item, TableRelation):
            return self._table(item, place)
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
        self.compilation.define(item.id, columns)
        return f"(SELECT * FROM {item.table.source} LIMIT -1) AS r{item.id}"

    def _join(self, join: Join, place: Place) -> str:
        own = conjuncts(join.condition)
        extra: list[str] = []
        left_place, right_place = _places(join.kind, place, own, extra)
        left = self.item(join.left, left_place)
        if isinstance(join.right, Join) and self._depends(join.right):
            right = self._lateral_join(join.right)
        else:
            right = self.item(join.right, right_place)
            if isinstance(join.right, Join):
                right = f"({right})"
        from borealis.executor.compile.conditions import condition

        terms = [] if join.condition is None else [condition(self.compilation, join.condition)]
        self.write_lookups(extra)
        terms += extra
        if not terms and join.kind is not JoinKind.INNER:
            terms = ["1"]
        on = f" ON {' AND '.join(terms)}" if terms else ""
        return f"{left} {'JOIN' if join.kind is JoinKind.INNER else join.kind.value} {right}{on}"

    def _table(self, item: TableRelation, place: Place) -> str:
        table, compilation, name = item.table, self.compilation, f"r{item.id}"
        compilation.reads(table)
        compilation.define(item.id, physical.columns_of(table, name))
        compilation.affinities.update(physical.affinities(table, item.id))
        if not place.nullable:
            compilation.not_null.update(
                (item.id, column.attnum) for column in table.live_columns if column.not_null
            )
        else:
            compilation.define_presence(item.id, f"{name}.{physical.key_names(table)[0]}")
        is_overlaid = table.oid in compilation.overlaid
        fixed = {
            attnum: value
            for attnum, value in _fixed(item, place.terms).items()
            if not is_volatile(value) and not (is_overlaid and relations_named(value) & self.siblings)
        }
        lookup = access.choose(item, fixed)
        if is_overlaid:
            return self._overlaid(item, lookup)
        if lookup is not None and place.extra is not None:
            self._lookups.append((item, lookup, place.extra))
        return f"{physical.table_name(table)} AS {name}"

    def write_lookups(self, extra: list[str]) -> None:
        """Write the index lookups that belong to a condition, now that the relations beside it are in scope."""
        for item, lookup, where in self._lookups:
            if where is extra:
                extra.append(self._lookup(item, lookup, f"r{item.id}"))

    def _lookup(self, item: TableRelation, lookup: IndexLookup, name: str) -> str:
        """Return `key IN (SELECT key FROM index WHERE …)`: SQLite searches the index, then the table by key."""
        table = item.table
        terms = []
        for (flag, key), value in zip(
            physical.index_key_names(table, lookup.index), lookup.values, strict=False
        ):
            if flag is not None:
                terms.append(f"{flag} = 0")
            # The + takes a column's affinity away: compared with one of another affinity, an index is not searched.
            terms.append(f"{key} = +{plain(self.compilation.expr(value)).text}")
        keys = [f"{name}.{key}" for key in physical.key_names(table)]
        left = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
        primaries = ", ".join(physical.index_primary_names(table))
        return f"{left} IN (SELECT {primaries} FROM i{lookup.index.oid} WHERE {' AND '.join(terms)})"

    def _overlaid(self, item: TableRelation, lookup: IndexLookup | None) -> str:
        """Base rows that have no pending change, and the pending rows."""
        table = item.table
        base, overlay = physical.table_name(table), f"o{table.oid}_{len(table.columns)}"
        keys = physical.key_names(table)
        columns = [physical.column_name(table, column.attnum) for column in table.live_columns]
        selected = ", ".join(columns if table.primary_key else (*keys, *columns))
        where = f"NOT EXISTS (SELECT 1 FROM temp.{overlay} AS o WHERE {_equal('o', base, keys)})"
        if lookup is not None:
            where += f" AND {self._lookup(item, lookup, base)}"
        return (
            f"(SELECT {selected} FROM {base} WHERE {where} "
            f"UNION ALL SELECT {selected} FROM temp.{overlay} WHERE _live) AS r{item.id}"
        )

    def _subquery(self, item: SubqueryRelation) -> str:
        outer_names = relations_named(item.query) & self.siblings
        query = self.compilation.query(item.query)
        if item.lateral and outer_names:
            return self._lateral(item, query)
        self._define(item.id, query.outputs)
        if is_volatile(item.query):
            # SQLite never flattens a subquery with OFFSET, so each row's outputs are computed once.
            return f"(SELECT * FROM ({query.text}) LIMIT -1 OFFSET 0) AS r{item.id}"
        return f"({query.text}) AS r{item.id}"

    def _lateral(self, item: SubqueryRelation, query: CompiledQuery) -> str:
        cells, columns = [], {}
        for n, output in enumerate(query.outputs, 1):
            cells.append(element_text(plain(Sql(f"c{n}", output.representation)).text, output.type))
            columns[n] = Sql(f"({element_value(f'(r{item.id}.value ->> {n - 1})', output.type)})")
        self.compilation.define(item.id, columns)
        return f"json_each((SELECT json_group_array(json_array({', '.join(cells)})) FROM ({query.text}))) AS r{item.id}"

    def _depends(self, join: Join) -> bool:
        """Return whether LATERAL items of a join in parentheses name what stands beside it, where SQLite sees nothing."""
        own = {relation.id for relation in relations_in(join)}
        return bool(relations_named(join) & self.siblings - own)

    def _lateral_join(self, join: Join) -> str:
        """Return a join's rows like those of one LATERAL subquery: all columns of its relations as cells."""
        compilation, name = self.compilation, self.compilation.new_name()
        extra: list[str] = []
        text = self.item(join, Place((), extra, nullable=True))
        self.write_lookups(extra)
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


def _places(kind: JoinKind, place: Place, own: Sequence[Expr], extra: list[str]) -> tuple[Place, Place]:
    """Return the places of a join's two sides; what an outer join preserves is not narrowed by its condition."""
    match kind:
        case JoinKind.INNER:
            return place.inner(own), place.inner(own)
        case JoinKind.LEFT:
            return place, place.outer(own, extra)
        case JoinKind.RIGHT:
            return place.outer(own, extra), place
        case JoinKind.FULL:
            return place.outer((), None), place.outer((), None)


def _fixed(item: TableRelation, terms: Sequence[Expr]) -> dict[int, Expr]:
    found: dict[int, Expr] = {}
    for term in terms:
        for attnum, (value, _) in cardinality.fixed_columns(item, term).items():
            found.setdefault(attnum, value)
    return found


def _equal(left: str, right: str, names: Sequence[str]) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in names)


def relations_in(item: FromItem) -> list[Relation]:
    """Return the relations of a FROM clause, not those inside its subqueries."""
    if isinstance(item, Join):
        return [*relations_in(item.left), *relations_in(item.right)]
    return [item]


def tables_in(node: object) -> list[TableRelation]:
    return [each for each in walk(node) if isinstance(each, TableRelation)]
