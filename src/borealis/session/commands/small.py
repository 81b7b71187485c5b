"""Small utility statements: DEALLOCATE ALL and SET CONSTRAINTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.errors import UndefinedObject
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
    """There are no deferrable constraints yet: ALL is none of them, and no name is one."""

    __slots__ = ("_names",)

    def __init__(self, node: Node) -> None:
        self._names = [item["RangeVar"]["relname"] for item in node.get("constraints", ())]

    def carry_out(self, session: Session) -> str:
        session.block.start()
        if not session.is_in_block:
            session.warn("25P01", "SET CONSTRAINTS can only be used in transaction blocks")
        if self._names:
            raise UndefinedObject(f'constraint "{self._names[0]}" does not exist')
        return "SET CONSTRAINTS"
