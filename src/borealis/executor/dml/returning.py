"""RETURNING: targets over the row as it was written, or as it was deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.executor.compile.compilation import Compilation, CompiledStatement, Output
from borealis.executor.compile.ctes import with_clause
from borealis.executor.compile.dml import PRESENCE
from borealis.executor.compile.rows import define_row, select_targets
from borealis.executor.compile.trees import walk
from borealis.executor.dml.keys import tuple_getter
from borealis.functions.implementation import Sql
from borealis.sql.bound.expressions import Var
from borealis.sql.bound.relations import CteRelation
from borealis.sql.bound.statements import Cte, Target
from borealis.transaction.intent import Row
from borealis.types.base import Oid, Value
from borealis.types.registry import stored_representation

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


class Returning:
    """The outputs of one DML statement.

    others: columns of FROM's relations, (relation, attnum) to how the value stands, which follow the row's own values.
    """

    def __init__(
        self,
        table: Table,
        relation: int,
        targets: tuple[Target, ...],
        others: Mapping[tuple[int, int], Sql] | None = None,
        ctes: tuple[Cte, ...] = (),
    ) -> None:
        self.table = table
        self.relation = relation
        self.targets = targets
        self._others = others or {}
        names_with = any(isinstance(each, CteRelation) for target in targets for each in walk(target))
        self._ctes = ctes if names_with else ()
        self._statements: dict[frozenset[Oid], CompiledStatement] = {}
        self._pick = self._plain_columns()
        self.outputs = self._outputs()

    def _plain_columns(self) -> Callable[[Row], Row] | None:
        """Return what picks the outputs from a row, where all are columns of it."""
        ordinals = []
        for target in self.targets:
            if not isinstance(target.expr, Var) or target.expr.relation != self.relation:
                return None
            ordinals.append(target.expr.attnum - 1)
        return tuple_getter(ordinals)

    def _outputs(self) -> tuple[Output, ...]:
        if self._pick is None:
            return self._statement(frozenset()).outputs
        return tuple(
            Output(target.expr.type, target.expr.typmod, stored_representation(column.type, column.typmod))
            for target in self.targets
            for column in [self.table.columns[target.expr.attnum - 1]]  # type: ignore[attr-defined] # a Var
        )

    def over(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Callable[[Row, Row], Row]:
        """Return the function from a written row, and FROM's columns beside it, to the outputs.

        To be called before the statement writes: subqueries see what was there before it.
        """
        pick = self._pick
        if pick is not None:
            return lambda row, others: pick(row)
        base = self._statement(frozenset())
        statement = self._statement(transaction.overlaid(base.tables)) if base.tables else base
        return lambda row, others: transaction.row_statement(statement, arguments, row + others)[0]

    def _statement(self, overlaid: frozenset[Oid]) -> CompiledStatement:
        statement = self._statements.get(overlaid)
        if statement is None:
            compilation = Compilation(overlaid)
            define_row(compilation, self.relation, self.table)
            define_others(compilation, self._others, len(self.table.columns))
            statement = self._statements[overlaid] = select_targets(
                compilation, self.targets, head=with_clause(compilation, self._ctes)
            )
        return statement


def define_others(compilation: Compilation, others: Mapping[tuple[int, int], Sql], offset: int) -> None:
    """Bring columns of other relations into scope, as the values that follow a row's own."""
    from borealis.executor.compile.parameters import RowValue

    relations: dict[int, dict[int, Sql]] = {}
    for ordinal, ((relation, attnum), sql) in enumerate(others.items(), offset):
        value = Sql(compilation.parameters.name(RowValue(ordinal)), sql.representation)
        relations.setdefault(relation, {})[attnum] = value
    for relation, columns in relations.items():
        presence = columns.pop(PRESENCE, None)
        if presence is not None:
            compilation.define_presence(relation, presence.text)
        compilation.define(relation, columns)
