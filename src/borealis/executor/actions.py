"""Actions: what carries out a statement whose plan is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.dml.insert import InsertAction
from borealis.executor.dml.locks import InnerLockingQuery, LockingSelect, has_inner_locks
from borealis.executor.dml.update import DeleteAction, UpdateAction
from borealis.executor.query import QueryAction
from borealis.sql.bound.statements import Delete, Insert, Select, Statement, Update

if TYPE_CHECKING:
    from borealis.executor.plan import Action


def action_of(statement: Statement) -> Action:
    """Return the action of a planned statement that has no data-modifying WITH."""
    match statement:
        case Insert():
            return InsertAction(statement)
        case Update():
            return UpdateAction(statement)
        case Delete():
            return DeleteAction(statement)
        case Select() if statement.locks:
            return LockingSelect(statement)
    query = QueryAction(statement)
    return InnerLockingQuery(query) if has_inner_locks(statement) else query
