"""EXPLAIN: the plan of a query or DML statement, and with ANALYZE what running it did. It runs as that statement would.

The plan is made when the command runs, when the values of parameters are known. Source: dsql-facts.md §6; PostgreSQL 16.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported
from borealis.executor.explain.options import ExplainOptions, Format, read_options
from borealis.executor.explain.run import Explanation
from borealis.session.commands.base import Command
from borealis.session.commands.query import access_of
from borealis.session.commands.refusals import refusal
from borealis.session.portal import Portal
from borealis.session.rows import FixedRows, send_rows
from borealis.sql.bind import is_bindable
from borealis.sql.parse import Parsed
from borealis.types import oids
from borealis.types.base import Oid
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.session.session import Session

_TYPES = {Format.XML: oids.XML, Format.JSON: oids.JSON}


def explain_command(session: Session, parsed: Parsed, parameter_types: tuple[Oid, ...]) -> Command:
    """Prepare an EXPLAIN.

    Raises:
        SyntaxError_, InvalidParameterValue: options.
        FeatureNotSupported: 0A000, a statement that cannot be explained, in the words it is refused with by itself.
        SqlError: what preparing the statement raises.
    """
    options = read_options(parsed)
    ((node_name, node),) = parsed.node["query"].items()
    inner = Parsed(parsed.text, node_name, node)
    if "intoClause" in node:
        raise FeatureNotSupported(refusal("CreateTableAsStmt", node))
    if not is_bindable(inner):
        raise FeatureNotSupported(refusal(node_name, node))
    session.block.start()
    explanation = Explanation(
        session.engine, inner, parameter_types, session.scope, options, session.block.now_us
    )
    return Explain(explanation, options, inner)


class Explain(Command):
    __slots__ = ("_explanation", "_options", "access", "fields", "name", "parameter_types")

    def __init__(self, explanation: Explanation, options: ExplainOptions, inner: Parsed) -> None:
        self._explanation = explanation
        self._options = options
        self.access, self.name = access_of(inner, explanation.tag)
        type_ = _TYPES.get(options.format, oids.TEXT)
        self.fields = (
            Field(name="QUERY PLAN", table=0, attnum=0, type=type_, type_length=-1, typmod=-1, format=0),
        )
        # A generic plan is made without values: its parameters are nobody's to give.
        self.parameter_types = () if options.generic_plan else explanation.parameter_types

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        if portal.result is None:
            if not self._options.analyze:
                session.block.start()
                values = None if self._options.generic_plan else portal.values
                lines = self._explanation.lines(session.scope, values, session.block.now_us)
                portal.result = FixedRows([(line,) for line in lines])
            else:
                return self._analyze(session, portal, rows_max)
        return self._send(session, portal, rows_max)

    def _send(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        pending = send_rows(session, portal, rows_max, "")
        if pending is not None:
            return self._send_on(portal, pending)
        self._complete(portal)
        return None

    async def _send_on(self, portal: Portal, pending: Awaitable[None]) -> None:
        await pending
        self._complete(portal)

    def _complete(self, portal: Portal) -> None:
        if portal.completion is not None:
            portal.completion = backend.command_complete("EXPLAIN")

    async def _analyze(self, session: Session, portal: Portal, rows_max: int) -> None:
        """Run the statement, its rows thrown away, in a thread: counting takes time."""
        scope = session.scope
        transaction = session.block.enter(self.access, self.name, scope)
        running = self._explanation.analysis(transaction, scope, portal.values, session.block.now_us)
        result = transaction.execute(running.plan, portal.values, scope)
        with session.running(result):
            await result.run()
            session.check_cancel()
        for notice in result.notices:
            session.notice(*notice)
        portal.result = FixedRows([(line,) for line in running.lines()])
        pending = self._send(session, portal, rows_max)
        if pending is not None:
            await pending
