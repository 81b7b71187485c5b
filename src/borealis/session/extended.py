"""The extended query protocol: Parse, Bind, Describe, Execute, Close, Flush, Sync, one function a message.

Everything between two Syncs shares one implicit transaction, which Sync commits. A portal lives until its transaction
ends, a named statement until Close, the unnamed one until the next Parse of it or Query.

What drivers send to run a prepared statement, Bind, Describe, Execute all and Sync in one packet, is taken in one go: the same
answers, without a portal that outlives it (`_execute_at_once`).
Source: PostgreSQL 16 §55.2.3; the order of checks is that of exec_parse_message and its siblings.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.errors import (
    DuplicateCursor,
    DuplicatePreparedStatement,
    InvalidCursorName,
    InvalidSqlStatementName,
    ObjectNotInPrerequisiteState,
    ProtocolViolation,
    SyntaxError_,
    UndefinedObject,
)
from borealis.session.block import aborted
from borealis.session.commands.make import ends_block, make_command
from borealis.session.commands.shapes import column_formats, describe
from borealis.session.parameters import read_parameters
from borealis.session.portal import Portal
from borealis.session.prepared import Prepared
from borealis.sql import parse as sql
from borealis.types.base import Oid, Value
from borealis.types.registry import types
from borealis.wire import backend, messages

if TYPE_CHECKING:
    from borealis.session.commands.base import Command
    from borealis.session.commands.shapes import Shape
    from borealis.session.session import Session

_PARSE_COMPLETE = backend.parse_complete()
_BIND_COMPLETE = backend.bind_complete()
_CLOSE_COMPLETE = backend.close_complete()
_NO_DATA = backend.no_data()
_BIND_COMPLETE_NO_DATA = _BIND_COMPLETE + _NO_DATA


def parse(session: Session, message: messages.Parse) -> None:
    name = message.statement
    if not name:
        session.statements.pop("", None)
    statements = sql.parse(message.text)
    if len(statements) > 1:
        raise SyntaxError_("cannot insert multiple commands into a prepared statement")
    parameter_types = _declared(message.parameter_types)
    command = None
    if statements:
        if session.block.is_failed and not ends_block(statements[0]):
            raise aborted()
        command = make_command(session, statements[0], parameter_types)
        parameter_types = command.parameter_types or parameter_types
    if name in session.statements:
        raise DuplicatePreparedStatement(f'prepared statement "{name}" already exists')
    session.statements[name] = Prepared(name, command, parameter_types)
    session.write(_PARSE_COMPLETE)


def _declared(oids: tuple[int, ...]) -> tuple[Oid, ...]:
    """Return the declared types; 0 leaves one open."""
    for oid in oids:
        if oid and Oid(oid) not in types():
            raise UndefinedObject(f"type with OID {oid} does not exist")
    return tuple(map(Oid, oids))


def bind(session: Session, message: messages.Bind) -> Awaitable[None] | None:
    prepared = session.statements.get(message.statement)
    if prepared is None:
        raise _no_statement(message.statement)
    parameters = message.parameters
    if len(parameters) != len(prepared.parameter_types):
        raise ProtocolViolation(
            f'bind message supplies {len(parameters)} parameters, but prepared statement "{prepared.name}" '
            f"requires {len(prepared.parameter_types)}"
        )
    command = prepared.command
    if command is not None:
        command = prepared.command = command.renewed(session)
    if session.block.is_failed and (parameters or (command is not None and not command.ends_block)):
        raise aborted()
    name = message.portal
    is_described = None
    if name:
        if name in session.portals:
            raise DuplicateCursor(f'cursor "{name}" already exists')
    else:
        if command is not None and not command.asks_client:
            is_described = session.take_execution()
        if session.portals:
            session.drop_portal("")
    scope = session.scope
    values: tuple[Value, ...] = ()
    if parameters:
        style = session.dated_style() if prepared.is_dated else scope.style
        decode_all = prepared.decoders(message.parameter_formats, style)
        values = read_parameters(decode_all, parameters, prepared.parameter_types, name)
    shape = None
    if command is not None and command.fields is not None:
        shape = command.shape(column_formats(message.result_formats, len(command.fields)), scope.style)
    if is_described is not None:
        assert command is not None
        return _execute_at_once(session, command, values, shape, is_described)
    session.portals[name] = Portal(name, command, values, shape)
    session.write(_BIND_COMPLETE)
    return None


def _execute_at_once(
    session: Session, command: Command, values: tuple[Value, ...], shape: Shape | None, is_described: bool
) -> Awaitable[None] | None:
    """Do what Describe, Execute and Sync behind a Bind ask for; the portal is known to nobody else."""
    if not is_described:
        session.write(_BIND_COMPLETE)
    else:
        session.write(_BIND_COMPLETE_NO_DATA if shape is None else _BIND_COMPLETE + shape.description)
    session.portal = None
    pending = command.run_at_once(session, values, shape)
    if pending is not None:
        return _end_behind(session, pending)
    return _end(session)


async def _end_behind(session: Session, pending: Awaitable[None]) -> None:
    await pending
    further = _end(session)
    if further is not None:
        await further


def _end(session: Session) -> Awaitable[None] | None:
    """Answer CommandComplete, where the command has not, and what Sync asks for."""
    portal = session.portal
    if portal is not None and portal.completion is not None:
        session.write(portal.completion)
    return sync(session)


def describe_(session: Session, message: messages.Describe) -> None:
    if message.kind == "S":
        _describe_statement(session, message.name)
    else:
        _describe_portal(session, message.name)


def _describe_statement(session: Session, name: str) -> None:
    prepared = session.statements.get(name)
    if prepared is None:
        raise _no_statement(name)
    fields = prepared.command.fields if prepared.command is not None else None
    if session.block.is_failed and fields is not None:
        raise aborted()
    session.write(backend.parameter_description(prepared.parameter_types))
    session.write(_NO_DATA if fields is None else describe(fields, (backend.TEXT,) * len(fields)))


def _describe_portal(session: Session, name: str) -> None:
    portal = session.portals.get(name)
    if portal is None:
        raise _no_portal(name)
    if portal.shape is None:
        session.write(_NO_DATA)
        return
    if session.block.is_failed:
        raise aborted()
    session.write(portal.shape.description)


def execute(session: Session, message: messages.Execute) -> Awaitable[None] | None:
    portal = session.portals.get(message.portal)
    if portal is None:
        raise _no_portal(message.portal)
    command = portal.command
    if command is None:
        session.write(backend.empty_query_response())
        return None
    if session.block.is_failed and not command.ends_block:
        raise aborted()
    if portal.is_run:
        raise ObjectNotInPrerequisiteState(f'portal "{portal.name}" cannot be run')
    session.portal = portal
    pending = command.run(session, portal, max(message.rows_max, 0))
    if pending is not None:
        return _execute_on(session, portal, pending)
    _complete(session, portal)
    return None


async def _execute_on(session: Session, portal: Portal, pending: Awaitable[None]) -> None:
    await pending
    _complete(session, portal)


def _complete(session: Session, portal: Portal) -> None:
    if session.copy is not None:
        return  # CopyDone will complete it
    session.write(portal.completion or backend.portal_suspended())
    if portal.command is not None and portal.command.closes_transaction and not session.block.is_explicit:
        session.drop_portals()


def close(session: Session, message: messages.Close) -> None:
    if message.kind == "S":
        session.statements.pop(message.name, None)
    else:
        session.drop_portal(message.name)
    session.write(_CLOSE_COMPLETE)


def sync(session: Session) -> Awaitable[None] | None:
    pending = session.end_implicit()
    if pending is not None:
        return _sync_on(session, pending)
    session.ready()
    return None


async def _sync_on(session: Session, pending: Awaitable[None]) -> None:
    await pending
    session.ready()


def _no_statement(name: str) -> InvalidSqlStatementName:
    named = f'prepared statement "{name}"' if name else "unnamed prepared statement"
    return InvalidSqlStatementName(f"{named} does not exist")


def _no_portal(name: str) -> InvalidCursorName:
    return InvalidCursorName(f'portal "{name}" does not exist')
