"""Queries, DML and DDL: what the executor runs.

A command is made once a plan, kept with it, and shared by all sessions that use the plan; it keeps the shapes of its rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from borealis.errors import FeatureNotSupported, SqlError
from borealis.executor.encoders import row_encoder
from borealis.executor.result import Result
from borealis.session.block import Access
from borealis.session.commands.base import Command
from borealis.session.commands.shapes import Shape
from borealis.session.portal import Portal
from borealis.session.rows import send_rows
from borealis.sql.parse import Parsed
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import type_of
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.executor.engine import Plan
    from borealis.session.session import Session

_SELECT_0, _SELECT_1 = backend.command_complete("SELECT 0"), backend.command_complete("SELECT 1")
_WRITES = frozenset(("InsertStmt", "UpdateStmt", "DeleteStmt"))


def query_command(session: Session, parsed: Parsed, parameter_types: tuple[Oid, ...]) -> QueryCommand:
    """Prepare a statement. Raises what binding and planning it raises."""
    block = session.block
    block.start()
    try:
        plan = session.engine.prepare(parsed, parameter_types, session.scope, block.now_us)
    except SqlError:
        # A table this transaction created is not there to be bound yet: that DDL and DML keep apart is the reason to tell.
        block.check_apart(access_of(parsed, "")[0])
        raise
    command = plan.command
    if not isinstance(command, QueryCommand):
        command = plan.command = QueryCommand(plan)
    return command


class QueryCommand(Command):
    __slots__ = ("_last", "_tag", "access", "fields", "name", "parameter_types", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parameter_types = plan.parameter_types
        self.fields = None if plan.columns is None else tuple(_field(column) for column in plan.columns)
        self.access, self.name = access_of(plan.parsed, plan.tag)
        self._tag = "INSERT 0 " if plan.tag == "INSERT" else f"{plan.tag} "
        self._last: tuple[tuple[int, ...], Style, Shape] | None = None

    def renewed(self, session: Session) -> Command:
        """Return the command of a plan for the newest catalog and statistics. Raises what preparing it anew raises."""
        plan = self.plan
        if plan.plans_version == session.engine.snapshots.plans_version:
            return self
        new = query_command(session, plan.parsed, plan.parameter_types)
        if new.fields != self.fields:
            raise FeatureNotSupported("cached plan must not change result type")
        return new

    def shape(self, formats: tuple[int, ...], style: Style) -> Shape:
        """Return how rows look in these formats, one a column; equal styles are one object (scope.py)."""
        last = self._last
        if last is not None and last[1] is style and last[0] == formats:
            return last[2]
        assert self.fields is not None
        shape = Shape(self.fields, formats, row_encoder(self.plan.outputs, formats, style))
        self._last = (formats, style, shape)
        return shape

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        result = portal.result
        if result is None:
            alone = self.plan.alone
            if alone is not None and session.is_alone:
                rows = alone.read_alone(session.engine.snapshots, portal.values)
                if rows is not None:
                    result = portal.result = Result(rows, len(rows))
        if result is None:
            transaction = session.block.enter(self.access, self.name, session.scope)
            result = transaction.execute(self.plan, portal.values, session.scope)
            portal.result = result
            if result.is_long:
                return self._run_long(session, portal, rows_max)
        return self._finish(session, portal, rows_max)

    def run_at_once(
        self, session: Session, values: tuple[Value, ...], shape: Shape | None
    ) -> Awaitable[None] | None:
        """As a portal's, but for the reads by key that need neither portal nor transaction."""
        alone = self.plan.alone
        if alone is not None and session.is_alone:
            rows = alone.read_alone(session.engine.snapshots, values)
            if rows is not None:
                assert shape is not None
                session.write(shape.encode(rows[0]) + _SELECT_1 if rows else _SELECT_0)
                return None
        scope = session.scope
        result = session.block.enter(self.access, self.name, scope).execute(self.plan, values, scope)
        if shape is None and not result.is_long and not result.notices:
            session.write(self._completion(result.row_count))
            return None
        portal = session.portal = Portal("", self, values, shape)
        portal.result = result
        return self._run_long(session, portal, 0) if result.is_long else self._finish(session, portal, 0)

    def _completion(self, count: int) -> bytes:
        """Return CommandComplete of what returns no rows."""
        return backend.command_complete(self.plan.tag if self.access is Access.DDL else f"{self._tag}{count}")

    async def _run_long(self, session: Session, portal: Portal, rows_max: int) -> None:
        result = portal.result
        assert result is not None
        with session.running(result):
            await result.run()
            session.check_cancel()
        pending = self._finish(session, portal, rows_max)
        if pending is not None:
            await pending

    def _finish(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        result = portal.result
        assert result is not None
        for notice in result.notices:
            session.notice(*notice)
        if self.fields is not None:
            pending = send_rows(session, portal, rows_max, self._tag)
            if self.access is Access.DDL and portal.completion is not None:
                portal.completion = backend.command_complete(self.plan.tag)
            return pending
        portal.completion = self._completion(result.row_count)
        portal.is_run = True
        portal.close()
        return None


def _field(column: Any) -> Field:
    return Field(
        column.name,
        column.table,
        column.attnum,
        column.type,
        type_of(column.type).length,
        column.typmod,
        backend.TEXT,
    )


def access_of(parsed: Parsed, tag: str) -> tuple[Access, str]:
    """Return what a statement does, and its name in errors."""
    if parsed.node_name in _WRITES:
        return Access.WRITE, tag
    if parsed.node_name != "SelectStmt":
        return Access.DDL, tag
    for item in parsed.node.get("withClause", {}).get("ctes", ()):
        if "SelectStmt" not in item["CommonTableExpr"]["ctequery"]:
            return Access.WRITE, tag
    if "lockingClause" in parsed.node:
        strength = parsed.node["lockingClause"][0]["LockingClause"].get("strength", "")
        return Access.LOCK, "SELECT FOR KEY SHARE" if strength == "LCS_FORKEYSHARE" else "SELECT FOR UPDATE"
    return (Access.LOCK if _locks(parsed.node) else Access.READ), tag


def _locks(node: Any) -> bool:
    """Return whether a locking clause stands anywhere inside."""
    if isinstance(node, Mapping):
        return "lockingClause" in node or any(_locks(child) for child in node.values())
    return isinstance(node, list) and any(_locks(child) for child in node)
