"""BEGIN, COMMIT, ROLLBACK in the forms DSQL accepts, and its refusals of the others.

Source: dsql-facts.md §3.1, §4.2, §4.12; tags and warnings as PostgreSQL's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported
from borealis.session.commands.base import Command, Immediate
from borealis.sql.parse import Node
from borealis.wire import backend

if TYPE_CHECKING:
    from borealis.session.portal import Portal
    from borealis.session.session import Session

ISOLATION_LEVEL = "repeatable read"

_REFUSED = {
    "TRANS_STMT_SAVEPOINT": "SAVEPOINT",
    "TRANS_STMT_RELEASE": "RELEASE",
    "TRANS_STMT_ROLLBACK_TO": "ROLLBACK TO",
    "TRANS_STMT_PREPARE": "PREPARE TRANSACTION",
    "TRANS_STMT_COMMIT_PREPARED": "COMMIT PREPARED",
    "TRANS_STMT_ROLLBACK_PREPARED": "ROLLBACK PREPARED",
}


def ends_block(node: Node) -> bool:
    """Return whether a failed block takes it: COMMIT or ROLLBACK."""
    return node["kind"] in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK")


def transaction_command(node: Node) -> Command:
    kind = node["kind"]
    match kind:
        case "TRANS_STMT_BEGIN" | "TRANS_STMT_START":
            return Begin(
                "BEGIN" if kind == "TRANS_STMT_BEGIN" else "START TRANSACTION", node.get("options", ())
            )
        case "TRANS_STMT_COMMIT":
            return _RefusedChain("COMMIT AND CHAIN") if node.get("chain") else Commit()
        case "TRANS_STMT_ROLLBACK":
            return _RefusedChain("ROLLBACK AND CHAIN") if node.get("chain") else Rollback()
    return _Refused(_REFUSED[kind])


class Begin(Immediate):
    __slots__ = ("_options", "tag")

    closes_transaction = True

    def __init__(self, tag: str, options: Sequence[Node]) -> None:
        self.tag = tag
        self._options = options

    def carry_out(self, session: Session) -> str:
        is_read_only = read_modes(self._options)
        if session.block.is_explicit:
            session.warn("25001", "there is already a transaction in progress")
        session.block.begin(is_read_only)
        return self.tag


def read_modes(options: Sequence[Node]) -> bool | None:
    """Return what a list of transaction modes says of READ ONLY. Raises 0A000 for modes DSQL does not have."""
    is_read_only = None
    for option in options:
        element = option["DefElem"]
        value = element["arg"]["A_Const"]
        match element["defname"]:
            case "transaction_isolation":
                level = value["sval"]["sval"]
                if level != ISOLATION_LEVEL:
                    raise FeatureNotSupported(f"Unsupported isolation level: {level.upper()}")
            case "transaction_read_only":
                is_read_only = bool(value["ival"].get("ival", 0))
            case _:
                word = "DEFERRABLE" if value["ival"].get("ival", 0) else "NOT DEFERRABLE"
                raise FeatureNotSupported(f"unsupported transaction mode: {word}")
    return is_read_only


class Commit(Command):
    """COMMIT and END; in a failed block it rolls back and says so."""

    __slots__ = ()

    ends_block = True
    closes_transaction = True

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        block = session.block
        portal.is_run = True
        if block.is_failed:
            block.rollback()
            portal.completion = backend.command_complete("ROLLBACK")
            return None
        if not block.is_explicit:
            session.warn("25P01", "there is no transaction in progress")
        block.end_if_too_old()
        portal.completion = backend.command_complete("COMMIT")
        return block.commit()


class Rollback(Immediate):
    __slots__ = ()

    ends_block = True
    closes_transaction = True

    def carry_out(self, session: Session) -> str:
        if not session.block.is_explicit:
            session.warn("25P01", "there is no transaction in progress")
        session.block.rollback()
        return "ROLLBACK"


class _Refused(Immediate):
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def carry_out(self, session: Session) -> str:
        raise FeatureNotSupported(f"unsupported transaction statement: {self._name}")


class _RefusedChain(_Refused):
    __slots__ = ()

    ends_block = True
