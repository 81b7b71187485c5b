"""One SQLite statement while it is compiled: its parameters, what each relation's columns are called, what it reads.

Compilers of single nodes register themselves by node class:

    @compiles(bound.NullTest)
    def null_test(compilation, node): return Sql(f"({compilation.expr(node.arg).text} IS NULL)")

Names in the text: r<id> relations, w<id> WITH items, c<n> columns, t/i/o<oid> tables, index tables, overlays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from borealis.catalog.relations import Table
from borealis.errors import FeatureNotSupported, InternalError
from borealis.executor.compile.parameters import Argument, Bindings, Parameters
from borealis.executor.compile.trees import walk
from borealis.functions.implementation import Sql
from borealis.planner.physical import Scan
from borealis.sql.bound.expressions import Expr, Var, WholeRow
from borealis.sql.bound.relations import Relation, TableRelation
from borealis.sql.bound.statements import Query
from borealis.types.base import PLAIN, Oid, Representation


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a compiled query: its type, and how its values stand in SQLite."""

    type: Oid
    typmod: int
    representation: Representation = PLAIN


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A SELECT whose columns are named c1…cn (and more behind them, where a caller asked for more)."""

    text: str
    outputs: tuple[Output, ...]
    is_bare: bool = False
    """May stand as an operand of a compound as it is: no WITH, ORDER BY or LIMIT."""
    terms: int = 1
    """SELECTs a bare compound already joins."""

    @property
    def names(self) -> str:
        return ", ".join(f"c{n}" for n in range(1, len(self.outputs) + 1))


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """SQLite text with its parameters: what is run."""

    sql: str
    bindings: Bindings
    outputs: tuple[Output, ...]
    tables: frozenset[Oid]


@dataclass(frozen=True, slots=True)
class WithItem:
    """A CTE in scope."""

    name: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class IndexKey:
    """How a column orders where it is read through an index table: by its null flag, if it has one, then by its key."""

    flag: str | None
    key: str
    nulls_first: bool  # the flag is below 0 for NULLs


class NotDivisibleError(Exception):
    """A grouped query has no division (division.py)."""


class Partials:
    """What stands for GROUP BY's expressions and for aggregates while a query is compiled over the groups of its parts."""

    def __init__(self, groups: Mapping[Expr, Sql]) -> None:
        self.groups = groups
        self.calls: dict[str, str] = {}
        """SQLite's own aggregates over the table's rows, and the columns their values come in."""

    def combined(self, name: str, text: str) -> str:
        """Return the aggregate that puts together what an aggregate gave in each part."""
        combine = _COMBINES.get(name)
        if combine is None:
            raise NotDivisibleError
        return f"{combine}({self.calls.setdefault(text, f'p{len(self.calls) + 1}')})"


_COMBINES = {"count": "sum", "sum": "sum", "min": "min", "max": "max", "pg_sum_numeric": "pg_sum_numeric"}

_N = TypeVar("_N")
_expressions: dict[type, Callable[[Compilation, Any], Sql]] = {}
_queries: dict[type, Callable[[Compilation, Any], CompiledQuery]] = {}


def compiles(
    node: type[_N],
) -> Callable[[Callable[[Compilation, _N], Sql]], Callable[[Compilation, _N], Sql]]:
    def register(compile_: Callable[[Compilation, _N], Sql]) -> Callable[[Compilation, _N], Sql]:
        _expressions[node] = compile_
        return compile_

    return register


def compiles_query(
    node: type[_N],
) -> Callable[[Callable[[Compilation, _N], CompiledQuery]], Callable[[Compilation, _N], CompiledQuery]]:
    def register(
        compile_: Callable[[Compilation, _N], CompiledQuery],
    ) -> Callable[[Compilation, _N], CompiledQuery]:
        _queries[node] = compile_
        return compile_

    return register


class Compilation:
    """State of one statement's compilation; nested queries share it."""

    def __init__(self, overlaid: frozenset[Oid] = frozenset()) -> None:
        self.parameters = Parameters()
        self.overlaid = overlaid
        """Tables with pending writes: read as base minus overlay and overlay."""
        self.tables: set[Oid] = set()
        self.with_items: dict[int, WithItem] = {}
        self.excluded: Mapping[int, Sql] = {}
        """Columns of the row ON CONFLICT DO UPDATE was proposed, by attnum."""
        self.elements: list[Sql] = []
        """What Param 0 means, innermost last: the element of ANY(array) and array casts."""
        self.not_null: set[tuple[int, int]] = set()
        """(relation, attnum) of the columns that are never NULL where they are in scope."""
        self.affinities: dict[tuple[int, int], str] = {}
        """(relation, attnum) of base columns to "INTEGER" or "": see conditions.equality."""
        self.index_order: dict[tuple[int, int], IndexKey] = {}
        """(relation, attnum) of the columns whose order an index table in FROM has."""
        self.read_as_stored: set[int] = set()
        """Relations whose rows a caller reads by their columns' names in SQLite."""
        self.base_arms: dict[int, Callable[[Scan, Sequence[str]], str]] = {}
        """By relation, what reads so many base rows of a table with own pending writes as a query may give (first_rows.py)."""
        self.partials: Partials | None = None
        """Set while what is compiled stands over groups, not rows."""
        self._relations: dict[int, Mapping[int, Sql]] = {}
        self._presence: dict[int, str] = {}
        self._root: object = None
        self._whole_rows: frozenset[int] | None = None
        self._last_name = 0

    def expr(self, node: Expr) -> Sql:
        if self.partials is not None and node in self.partials.groups:
            return self.partials.groups[node]
        compile_ = _expressions.get(type(node))
        if compile_ is None:
            raise FeatureNotSupported(f"{type(node).__name__} expressions are not supported yet")
        return compile_(self, node)

    def query(self, node: Query) -> CompiledQuery:
        self.begin(node)
        compile_ = _queries.get(type(node))
        if compile_ is None:
            raise FeatureNotSupported(f"{type(node).__name__} queries are not supported yet")
        return compile_(self, node)

    def define(self, relation: int, columns: Mapping[int, Sql]) -> None:
        """Say how Vars of a relation are written, by attnum."""
        self._relations[relation] = columns

    @contextmanager
    def redefined(self, relation: int, columns: Mapping[int, Sql]) -> Iterator[None]:
        """Let Vars of a relation be written otherwise for a while, as columns without affinity."""
        before, affinities = self._relations.get(relation, {}), self.affinities
        self._relations[relation] = {**before, **columns}
        self.affinities = affinities | {(relation, attnum): "" for attnum in columns}
        yield
        self._relations[relation], self.affinities = before, affinities

    def column(self, relation: int, attnum: int) -> Sql:
        try:
            return self._relations[relation][attnum]
        except KeyError:
            raise InternalError(f"column {attnum} of relation {relation} is not in scope") from None

    def typed_columns(self, relation: Relation) -> dict[int, tuple[Sql, Oid]]:
        """Return the columns of a relation in scope, by attnum, with their types."""
        columns = relation.table.columns if isinstance(relation, TableRelation) else relation.columns
        return {
            attnum: (sql, columns[attnum - 1].type)
            for attnum, sql in self._relations[relation.id].items()
            if attnum > 0
        }

    def begin(self, statement: object) -> None:
        """Say what the whole statement is, once: what stands in it tells what its parts must give."""
        if self._root is None:
            self._root = statement

    def is_whole_row(self, relation: int) -> bool:
        """Return whether the statement names the relation as one value."""
        if self._whole_rows is None:
            self._whole_rows = frozenset(
                each.relation for each in walk(self._root) if isinstance(each, WholeRow)
            )
        return relation in self._whole_rows

    def define_presence(self, relation: int, text: str) -> None:
        """Say what is NULL where an outer join found no row of the relation."""
        self._presence[relation] = text

    def presence(self, relation: int) -> str | None:
        """Return what is NULL where there is no row; None: there always is one."""
        return self._presence.get(relation)

    def is_nullable(self, expr: Expr) -> bool:
        """Whether the expression may be NULL; True where it is not known."""
        return not (isinstance(expr, Var) and (expr.relation, expr.attnum) in self.not_null)

    def argument(self, number: int) -> Sql:
        if number == 0:
            return self.elements[-1]
        return Sql(self.parameters.name(Argument(number)))

    def new_name(self) -> str:
        """Return a name no other relation of the statement has."""
        self._last_name += 1
        return f"x{self._last_name}"

    def reads(self, table: Table) -> None:
        self.tables.add(table.oid)

    def finish(self, text: str, outputs: tuple[Output, ...] = ()) -> CompiledStatement:
        sql, bindings = self.parameters.finish(text)
        return CompiledStatement(sql, bindings, outputs, frozenset(self.tables))
