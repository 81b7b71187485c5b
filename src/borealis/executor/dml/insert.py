"""INSERT: rows from VALUES or a query, defaults, ON CONFLICT, RETURNING.

Rows of VALUES whose columns are constants and parameters as they are stored are put together in Python; all others come
from one SELECT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import CompiledStatement, Output
from borealis.executor.compile.dml import column_representation, insert_source, insert_values
from borealis.executor.compile.fold import folded
from borealis.executor.compile.parameters import Argument, Bindings, Literal, Runtime, Source, bindings_of
from borealis.executor.compile.trees import any_node
from borealis.executor.dml.on_conflict import ConflictAction
from borealis.executor.dml.returning import Returning
from borealis.executor.dml.table_writer import TableWriter
from borealis.executor.result import Result
from borealis.functions.numeric.representation import constant, rescaled
from borealis.planner.terms import stripped
from borealis.sql.bound.expressions import Const, Expr, FuncCall, Param, RuntimeValue, SubLink
from borealis.sql.bound.statements import Insert, Values
from borealis.transaction.intent import Row
from borealis.types.base import FixedNumeric, Oid, Representation, Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class InsertAction:
    """An INSERT, compiled."""

    def __init__(self, node: Insert) -> None:
        self.node = node
        self.table = node.table
        self.writer = TableWriter(
            node.table, node.relation, node.checks, node.indexes, generated=node.generated
        )
        self.rows_of = _python_rows(node)
        self._has_fresh_key = _has_fresh_key(node)
        self.conflict = ConflictAction(node, self.writer) if node.on_conflict is not None else None
        self.returning = (
            Returning(node.table, node.relation, node.returning, ctes=node.ctes) if node.returning else None
        )
        self.outputs: tuple[Output, ...] = self.returning.outputs if self.returning is not None else ()
        self.calls_functions = bool(
            self.rows_of is None
            or node.checks
            or node.indexes
            or node.generated
            or self.conflict
            or self.returning
        )
        """Runs expressions in SQLite, whose functions look at the session."""
        self._is_values = _is_plain_values(node)
        self._reads = any_node(node.source, lambda each: isinstance(each, SubLink)) or not self._is_values
        self._sources: dict[frozenset[Oid], tuple[CompiledStatement, ...]] = {}
        if self.rows_of is None:
            self._source(frozenset())  # what cannot be compiled is refused before anything runs

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        rows = self._rows(transaction, arguments)
        if self.writer.generated is not None:
            rows = [self.writer.generated.filled(transaction, row) for row in rows]
        if self.conflict is not None:
            return self.conflict.execute(transaction, arguments, rows, self.returning)
        insert = self.writer.insert
        has_fresh_key = self._has_fresh_key
        if self.returning is None:
            for row in rows:
                insert(transaction, row, has_fresh_key)
            return Result((), len(rows))
        outputs = []
        output_of = self.returning.over(transaction, arguments)
        for row in rows:
            insert(transaction, row, has_fresh_key)
            outputs.append(output_of(row, ()))
        return Result(outputs, len(rows))

    def _rows(self, transaction: Transaction, arguments: tuple[Value, ...]) -> list[Row]:
        if self.rows_of is not None:
            return [row(arguments, (), transaction) for row in self.rows_of]
        statements = self._source(frozenset())
        if not self._reads:
            return [
                row
                for each in statements
                for row in transaction.query(each.sql, each.bindings(arguments, (), transaction))
            ]
        tables = frozenset[Oid]().union(*(each.tables for each in statements))
        if tables:
            statements = self._source(transaction.overlaid(tables))
        writes_each = self.conflict is None
        return [
            row
            for each in statements
            for row in transaction.read_all(each, arguments, writes_each=writes_each)
        ]

    def _source(self, overlaid: frozenset[Oid]) -> tuple[CompiledStatement, ...]:
        source = self._sources.get(overlaid)
        if source is None:
            node = self.node
            source = insert_values(node, overlaid) if self._is_values else (insert_source(node, overlaid),)
            self._sources[overlaid] = source
        return source


def _is_plain_values(node: Insert) -> bool:
    source = node.source
    if not isinstance(source, Values) or node.ctes:
        return False
    return not (source.order or source.limit or source.offset or source.ctes)


def _python_rows(node: Insert) -> tuple[Bindings, ...] | None:
    """Return a function a row of VALUES to its stored columns, where no expression needs SQLite."""
    source = node.source
    if not isinstance(source, Values) or not _is_plain_values(node):
        return None
    defaults = _sources(node, node.defaults)
    if defaults is None:
        return None
    functions = []
    for values in source.rows:
        given = _sources(node, tuple(zip(node.attnums, values, strict=True)))
        if given is None:
            return None
        by_attnum = {**defaults, **given}
        nothing = Literal(None)
        functions.append(
            bindings_of(tuple(by_attnum.get(column.attnum, nothing) for column in node.table.columns))
        )
    return tuple(functions)


def _sources(node: Insert, columns: tuple[tuple[int, Expr], ...]) -> dict[int, Source] | None:
    found: dict[int, Source] = {}
    for attnum, expr in columns:
        source = _source(expr, column_representation(node.table, attnum))
        if source is None:
            return None
        found[attnum] = source
    return found


def _source(expr: Expr, wanted: Representation) -> Source | None:
    """Return where a column's stored value comes from, if it is a constant or a parameter as it is stored."""
    expr = stripped(folded(expr))
    is_plain = type(wanted) is Representation
    match expr:
        case Const(value=None):
            return Literal(None)
        case Const(value=value) if is_plain:
            return Literal(value)
        case Const(value=value) if isinstance(wanted, FixedNumeric):
            return _scaled_literal(value, wanted)
        case Param(number=number) if is_plain and number > 0:
            return Argument(number)
        case RuntimeValue(name="current_timestamp") if is_plain:
            return Runtime("current_timestamp")
        case FuncCall(function=function, args=()) if function.source in _RUNTIME_FUNCTIONS:
            return Runtime(_RUNTIME_FUNCTIONS[function.source])
    return None


_RUNTIME_FUNCTIONS = {"now": "current_timestamp", "gen_random_uuid": "gen_random_uuid"}
"""Functions, by pg_proc.prosrc, whose value the transaction gives without asking SQLite: what defaults call."""


def _has_fresh_key(node: Insert) -> bool:
    """Whether every row's primary key is a uuid made for it: there is none like it, and should there be, the adjudicator refuses."""
    key = node.table.primary_key
    if key is None or len(key.columns) != 1:
        return False
    made = dict(node.defaults).get(key.columns[0])
    return isinstance(made, FuncCall) and made.function.source == "gen_random_uuid"


def _scaled_literal(value: Value, wanted: FixedNumeric) -> Literal | None:
    known = constant(value)
    if known is None or not isinstance(known.representation, FixedNumeric):
        return None
    own = known.representation
    if own.scale > wanted.scale:
        return None
    grown = rescaled((known.text, own.scale, own.bound), wanted.scale)
    return None if grown is None or grown[1] > wanted.bound else Literal(int(grown[0]))
