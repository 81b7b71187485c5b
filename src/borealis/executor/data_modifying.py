"""Statements with INSERT, UPDATE or DELETE in WITH: parts that read one state of the database and are run one by one.

    WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone

Every part reads what was there before the statement: its overlays stand still until the end. What a part returns reaches those
that name it as rows of JSON bound to a parameter. A part runs when another first asks for its rows, the statement itself next, then
those nobody asked for, the last first, as PostgreSQL does; a row one part has changed is left alone by the others.
A WITH query that may not be computed twice (random, FOR UPDATE) is a part too, if somebody names it.
Source: PostgreSQL 16 documentation 7.8.4, UPDATE and DELETE.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output, compiles_query
from borealis.executor.compile.elements import element_value
from borealis.executor.compile.parameters import WithRows
from borealis.executor.compile.trees import any_node, is_volatile, walk
from borealis.executor.dml.update import DeleteAction, UpdateAction
from borealis.executor.result import Result
from borealis.sql.bound.relations import CteRelation, TableRelation
from borealis.sql.bound.statements import Cte, Delete, Insert, Select, Statement, Update
from borealis.types.base import Oid, Value
from borealis.types.registered import needs_names

if TYPE_CHECKING:
    from borealis.executor.plan import Action
    from borealis.executor.transaction import Transaction


@dataclasses.dataclass(frozen=True, slots=True)
class ReturnedRows:
    """A query that gives the rows a part has returned."""

    part: int
    outputs: tuple[Output, ...]


@compiles_query(ReturnedRows)
def returned_rows(compilation: Compilation, node: ReturnedRows) -> CompiledQuery:
    cells = ", ".join(
        f"{element_value(f'(value ->> {n - 1})', output.type)} AS c{n}"
        for n, output in enumerate(node.outputs, 1)
    )
    parameter = compilation.parameters.name(WithRows(node.part))
    return CompiledQuery(f"SELECT {cells or 'NULL AS c1'} FROM json_each({parameter})", node.outputs)


def is_data_modifying(statement: Statement) -> bool:
    return any(isinstance(cte.query, Insert | Update | Delete) for cte in statement.ctes)


class DataModifyingAction:
    """A statement and the parts in its WITH."""

    def __init__(self, statement: Statement, make_action: Callable[[Statement], Action]) -> None:
        self._make_action = make_action
        self._known: dict[int, Cte] = {}
        self._parts: dict[int, Action] = {}
        self._writing: list[int] = []  # the parts that run in any case
        self._wanted: dict[int, frozenset[int]] = {}  # by part, the parts whose rows it reads
        self._tables = _tables_of(statement)
        for cte in statement.ctes:
            self._add(cte)
        self._main = self._action(dataclasses.replace(statement, ctes=()))
        self._wanted_by_main = self._parts_named(statement, but_ctes=True)
        self.outputs: tuple[Output, ...] = self._main.outputs

    def _add(self, cte: Cte) -> None:
        query = cte.query
        writes = isinstance(query, Insert | Update | Delete)
        if not writes and (cte.recursive or not _runs_once(query)):
            self._known[cte.id] = cte
            return
        if writes:
            self._writing.append(cte.id)
        self._parts[cte.id] = action = self._action(query)
        self._wanted[cte.id] = self._parts_named(query)
        if any(needs_names(output.type) for output in action.outputs):
            raise FeatureNotSupported("rows of reg* types out of a data-modifying WITH not supported")
        rows = ReturnedRows(cte.id, action.outputs)
        self._known[cte.id] = dataclasses.replace(cte, query=rows, recursive=False, materialized=True)  # type: ignore[arg-type] # a query of the executor's own

    def _action(self, statement: Statement) -> Action:
        """Return the action of a part: what it names of the WITH queries before it is its own WITH."""
        named = self._named(statement)
        ctes = tuple(cte for number, cte in self._known.items() if number in named)
        action = self._make_action(dataclasses.replace(statement, ctes=ctes + statement.ctes))
        if isinstance(action, UpdateAction | DeleteAction):
            action.key_of = None  # by key it would see what other parts have written
        return action

    def _named(self, node: object, *, but_ctes: bool = False) -> frozenset[int]:
        """Return the WITH queries a tree reads, through others too."""
        if but_ctes:
            node = dataclasses.replace(node, ctes=())  # type: ignore[type-var]
        found: set[int] = set()
        pending = [each.cte for each in walk(node) if isinstance(each, CteRelation)]
        while pending:
            number = pending.pop()
            if number in self._known and number not in found:
                found.add(number)
                pending += (
                    each.cte for each in walk(self._known[number].query) if isinstance(each, CteRelation)
                )
        return frozenset(found)

    def _parts_named(self, node: object, *, but_ctes: bool = False) -> frozenset[int]:
        return frozenset(number for number in self._named(node, but_ctes=but_ctes) if number in self._parts)

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        done: set[int] = set()
        with transaction.reads_held(self._tables):
            self._run(self._wanted_by_main, done, transaction, arguments)
            result = self._main.execute(transaction, arguments)
            rows = result.fetch(None)
            count = result.row_count
            for number in reversed(self._writing):
                self._run(frozenset((number,)), done, transaction, arguments)
        return Result(rows, count)

    def _run(
        self,
        wanted: frozenset[int],
        done: set[int],
        transaction: Transaction,
        arguments: tuple[Value, ...],
    ) -> None:
        for number, part in self._parts.items():
            if number not in wanted or number in done:
                continue
            self._run(self._wanted[number], done, transaction, arguments)
            done.add(number)
            rows = part.execute(transaction, arguments).fetch(None)
            transaction.with_rows[number] = json.dumps([[_cell(value) for value in row] for row in rows])


def _cell(value: Value) -> object:
    return value.hex() if isinstance(value, bytes) else value


def _runs_once(query: object) -> bool:
    return is_volatile(query) or any_node(query, lambda each: isinstance(each, Select) and bool(each.locks))


def _tables_of(statement: object) -> frozenset[Oid]:
    """Return every table a statement reads or writes."""
    read = {each.table.oid for each in walk(statement) if isinstance(each, TableRelation)}
    written = {each.table.oid for each in walk(statement) if isinstance(each, Insert | Update | Delete)}
    return frozenset(read | written)
