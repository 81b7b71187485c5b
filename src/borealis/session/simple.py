"""The simple query protocol: one Query message, any number of statements, one ReadyForQuery.

All statements share one implicit transaction. It is committed before the last one's CommandComplete is sent, so that
a conflict is that statement's error and not one that comes after its success.
Source: PostgreSQL 16 §55.2.2, exec_simple_query.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from borealis.errors import AmbiguousParameter, IndeterminateDatatype, UndefinedParameter
from borealis.session.block import aborted
from borealis.session.commands.base import Command
from borealis.session.commands.make import ends_block, make_command
from borealis.session.portal import Portal
from borealis.sql.parse import Parsed, parse
from borealis.wire import backend

if TYPE_CHECKING:
    from borealis.session.session import Session

Steps = Iterator[Awaitable[None] | None]
"""What has to be waited for on the way; None is a COPY that waits for the client."""


_STATEMENTS_A_TURN = 64
"""Statements of one message run before others have their turn, and what they wrote is sent."""


def query_steps(session: Session, text: str) -> Steps:
    session.statements.pop("", None)
    statements = parse(text)
    last = len(statements) - 1
    session.is_multiple = last > 0
    for ordinal, parsed in enumerate(statements):
        yield from _statement_steps(session, parsed, is_last=ordinal == last)
        if ordinal % _STATEMENTS_A_TURN == _STATEMENTS_A_TURN - 1:
            yield session.pause()
    if not statements:
        pending = session.end_implicit()
        if pending is not None:
            yield pending
        session.write(backend.empty_query_response())
    session.ready()


def _statement_steps(session: Session, parsed: Parsed, *, is_last: bool) -> Steps:
    if session.block.is_failed and not ends_block(parsed):
        raise aborted()
    command = _command(session, parsed)
    portal = Portal("", command)
    session.drop_portal("")
    session.portal = session.portals[""] = (
        portal  # where it fails in a block, it stays behind as PostgreSQL's does
    )
    if command.fields is not None:
        portal.shape = shape = command.shape((backend.TEXT,) * len(command.fields), session.scope.style)
        portal.preface = shape.description
    pending = command.run(session, portal, 0)
    if pending is not None:
        yield pending
    if session.copy is not None:
        yield None
    session.drop_portal("")
    if is_last:
        pending = session.end_implicit()
        if pending is not None:
            yield pending
    assert portal.completion is not None
    session.write(portal.completion)


def _command(session: Session, parsed: Parsed) -> Command:
    """Prepare a statement that may have no parameters. Raises UndefinedParameter 42P02."""
    try:
        command = make_command(session, parsed)
    except (AmbiguousParameter, IndeterminateDatatype):
        number, location = _first_parameter(parsed.node)
        if not number:
            raise
    else:
        if not command.parameter_types:
            return command
        number, location = _first_parameter(parsed.node)
    raise UndefinedParameter(f"there is no parameter ${number}", position=parsed.position(location))


def _first_parameter(node: Any) -> tuple[int, int | None]:
    """Return the number and location of the first $n inside a tree that has one."""
    children: Iterable[Any] = node if isinstance(node, list) else ()
    if isinstance(node, dict):
        if "ParamRef" in node:
            return node["ParamRef"].get("number", 0), node["ParamRef"].get("location")
        children = node.values()
    for child in children:
        number, location = _first_parameter(child)
        if number:
            return number, location
    return 0, None
