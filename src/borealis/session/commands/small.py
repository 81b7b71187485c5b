"""Small utility statements: DEALLOCATE ALL and SET CONSTRAINTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.session.block import Access
from borealis.session.commands.base import Immediate
from borealis.sql.parse import Node

if TYPE_CHECKING:
    from borealis.session.session import Session


class DeallocateAll(Immediate):
    __slots__ = ()

    def carry_out(self, session: Session) -> str:
        session.block.start()
        session.statements.clear()
        return "DEALLOCATE ALL"


class SetConstraints(Immediate):
    __slots__ = ("_deferred", "_names")

    def __init__(self, node: Node) -> None:
        self._deferred = bool(node.get("deferred"))
        self._names = [
            (item["RangeVar"].get("schemaname"), item["RangeVar"]["relname"])
            for item in node.get("constraints", ())
        ]

    def carry_out(self, session: Session) -> str:
        transaction = session.block.enter(Access.READ, "SET CONSTRAINTS", session.scope)
        if not session.is_in_block:
            session.warn("25P01", "SET CONSTRAINTS can only be used in transaction blocks")
        transaction.set_constraints(self._names, deferred=self._deferred)
        return "SET CONSTRAINTS"
