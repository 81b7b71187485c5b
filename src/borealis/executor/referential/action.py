"""A DML statement on tables with foreign keys: what it is, then what the keys want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import Output
from borealis.executor.compile.trees import any_node
from borealis.executor.result import Result
from borealis.sql.bound.statements import Delete, Insert, Statement, Update
from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.executor.plan import Action
    from borealis.executor.transaction import Transaction


class ReferentialAction:
    __slots__ = ("_action", "outputs")

    def __init__(self, action: Action) -> None:
        self._action = action
        self.outputs: tuple[Output, ...] = action.outputs

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        result = self._action.execute(transaction, arguments)
        transaction.referential.fire()
        return result


def with_references(statement: Statement, action: Action) -> Action:
    """Return the action of a statement, followed by its foreign keys' where it writes tables that have any."""
    return ReferentialAction(action) if any_node(statement, _writes_keys) else action


def _writes_keys(node: object) -> bool:
    return isinstance(node, Insert | Update | Delete) and bool(
        node.table.foreign_keys or node.table.referenced_by
    )
