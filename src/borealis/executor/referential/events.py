"""The queue of what foreign keys have still to do in a transaction, and SET CONSTRAINTS.

    a row written in a referencing table      check_reference, unless its key stayed
    a row gone from, or a key changed in,     RESTRICT and NO ACTION refuse, others follow
    a referenced table

Invariants: events are taken in the order they came; a check looks at the row as it is by then, and a row that has gone or
changed its key since leaves the check to the later event. Only checks wait for COMMIT: RESTRICT and the actions do not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from borealis.catalog.constraints import ForeignKey, ReferentialAction
from borealis.catalog.relations import Table
from borealis.errors import UndefinedObject, WrongObjectType
from borealis.executor.referential.constraint import ReferentialConstraint
from borealis.transaction.intent import Key, Row
from borealis.types.base import Oid

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

_Event = tuple[ForeignKey | None, Callable[[], None]]
"""Whose mode decides whether it waits for COMMIT (None: it does not), and what to do."""


class ReferentialEvents:
    __slots__ = ("_default", "_deferred", "_is_firing", "_modes", "_transaction", "_waiting", "is_held")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._waiting: deque[_Event] = deque()
        self._deferred: list[_Event] = []
        self._is_firing = False
        self.is_held = False
        """Several statements stand for one, COPY FROM: nothing is fired between them."""
        self._default: bool | None = None  # SET CONSTRAINTS ALL: deferred, immediate, as declared
        self._modes: dict[Oid, bool] = {}

    # What writers tell

    def inserted(self, table: Table, key: Key, row: Row) -> None:
        for foreign_key in table.foreign_keys:
            self._add_check(foreign_key, key, row)

    def updated(self, table: Table, key: Key, old: Row, new: Row) -> None:
        for foreign_key in table.foreign_keys:
            if _values(old, foreign_key.columns) != _values(new, foreign_key.columns):
                self._add_check(foreign_key, key, new)
        for foreign_key in table.referenced_by:
            if _values(old, foreign_key.referenced_columns) != _values(new, foreign_key.referenced_columns):
                self._add_action(foreign_key, foreign_key.on_update, old, new)

    def deleted(self, table: Table, old: Row) -> None:
        for foreign_key in table.referenced_by:
            self._add_action(foreign_key, foreign_key.on_delete, old, None)

    # Firing

    def fire(self) -> None:
        """Take all events that need not wait, at the end of a statement; nested statements leave theirs to the first."""
        if self._is_firing or self.is_held:
            return
        self._is_firing = True
        try:
            while self._waiting:
                foreign_key, carry_out = self._waiting.popleft()
                if foreign_key is not None and self._is_deferred(foreign_key):
                    self._deferred.append((foreign_key, carry_out))
                else:
                    carry_out()
        finally:
            self._is_firing = False

    def fire_deferred(self) -> None:
        """Take what has waited for COMMIT."""
        self._default, self._modes, self.is_held = False, {}, False
        self._release()

    def set_constraints(self, names: list[tuple[str | None, str]], *, deferred: bool) -> None:
        """SET CONSTRAINTS; no names are ALL. What becomes immediate is checked at once.

        Raises:
            UndefinedObject 42704, WrongObjectType 42809: no such constraint, or not a deferrable one.
        """
        if names:
            for schema, name in names:
                for foreign_key in self._constraints_named(schema, name):
                    self._modes[foreign_key.oid] = deferred
        else:
            self._default, self._modes = deferred, {}
        if not deferred:
            self._release()

    def _release(self) -> None:
        held, self._deferred = self._deferred, []
        self._waiting.extend(held)
        self.fire()

    def _is_deferred(self, foreign_key: ForeignKey) -> bool:
        if not foreign_key.is_deferrable:
            return False
        mode = self._modes.get(foreign_key.oid, self._default)
        return foreign_key.is_initially_deferred if mode is None else mode

    def _constraints_named(self, schema: str | None, name: str) -> list[ForeignKey]:
        transaction = self._transaction
        for path in (schema,) if schema is not None else transaction.scope.search_path:
            tables = [table for table in transaction.catalog.tables if table.schema.name == path]
            found = [one for table in tables for one in table.foreign_keys if one.name == name]
            if found:
                if not all(one.is_deferrable for one in found):
                    raise WrongObjectType(f'constraint "{name}" is not deferrable')
                return found
            if _has_other(tables, name):
                raise WrongObjectType(f'constraint "{name}" is not deferrable')
        raise UndefinedObject(f'constraint "{name}" does not exist')

    # Making events

    def _add_check(self, foreign_key: ForeignKey, key: Key, row: Row) -> None:
        self._waiting.append((foreign_key, lambda: self._check(foreign_key, key, row)))

    def _check(self, foreign_key: ForeignKey, key: Key, row: Row) -> None:
        pending = self._transaction.write_set.get(foreign_key.table, key)
        if pending is None or pending.row is None:
            return
        if _values(pending.row, foreign_key.columns) == _values(row, foreign_key.columns):
            ReferentialConstraint(foreign_key, self._transaction).check_reference(row)

    def _add_action(
        self, foreign_key: ForeignKey, action: ReferentialAction, old: Row, new: Row | None
    ) -> None:
        constraint = ReferentialConstraint(foreign_key, self._transaction)
        match action:
            case ReferentialAction.NO_ACTION:
                self._waiting.append(
                    (foreign_key, lambda: constraint.refuse_if_referenced(old, unless_replaced=True))
                )
            case ReferentialAction.RESTRICT:
                self._waiting.append(
                    (None, lambda: constraint.refuse_if_referenced(old, unless_replaced=False))
                )
            case _:
                self._waiting.append((None, lambda: constraint.follow(action, old, new)))


def _values(row: Row, attnums: tuple[int, ...]) -> list[object]:
    return [row[attnum - 1] for attnum in attnums]


def _has_other(tables: list[Table], name: str) -> bool:
    """Whether a PRIMARY KEY, UNIQUE or CHECK has the name."""
    return any(
        name in {index.name for index in table.indexes if index.constraint}
        or name in {check.name for check in table.checks}
        for table in tables
    )
