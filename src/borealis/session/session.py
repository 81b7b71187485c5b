"""Session: one client's state, and the handling of its messages.

`handle` answers None when a message is done with, else an awaitable that must be awaited before the next message. An
error inside it is told to the client, fails the transaction, and, in the extended protocol, makes all messages be
skipped until Sync. What is written goes to the connection at once, which sends it when the messages at hand are handled.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from borealis.clock import Clock
from borealis.errors import InternalError, QueryCanceled, SqlError
from borealis.executor.session_state import SessionState
from borealis.functions.misc.client import Client
from borealis.session import extended
from borealis.session.block import Block
from borealis.session.copy_in import CopyIn
from borealis.session.portal import Portal
from borealis.session.prepared import Prepared
from borealis.session.rows import Rows
from borealis.session.scope import Scope, scope_of
from borealis.session.simple import Steps, query_steps
from borealis.settings.values import Settings
from borealis.sql.parse import stack_depth_exceeded
from borealis.types.base import Style
from borealis.wire import backend, messages
from borealis.wire.state import Event

if TYPE_CHECKING:
    from borealis.executor.engine import Engine

_log = structlog.get_logger("borealis.session")


class Output(Protocol):
    """Where answers go: the connection."""

    def write(self, data: bytes) -> None:
        """Take bytes to send; they leave when the messages at hand are handled, or at drain()."""
        ...

    async def drain(self) -> None:
        """Send what was written, and wait while the client does not read."""
        ...

    def note(self, event: Event) -> None:
        """Tell the decoder what was decided."""
        ...

    def is_sync_next(self) -> bool:
        """Whether the client has sent a Sync right behind the message at hand: nothing else joins its transaction."""
        ...

    def take_execution(self) -> bool | None:
        """Take [Describe,] Execute and Sync behind the Bind at hand, if they are here; tell whether to describe."""
        ...


class Session:
    """One client's session. settings are those of the startup packet, unchecked; raises SqlError if one may not be set."""

    __slots__ = (
        "_is_busy",
        "_is_cancelled",
        "_is_expired",
        "_is_extended",
        "_is_skipping",
        "_output",
        "_result",
        "_scope",
        "_scope_version",
        "_state",
        "_steps",
        "block",
        "clock",
        "copy",
        "drain",
        "engine",
        "is_multiple",
        "portal",
        "portals",
        "settings",
        "statements",
        "write",
    )

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        user: str,
        settings: dict[str, str],
        output: Output,
        client: Client = Client(),
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.settings = Settings(user, settings)
        self._state = SessionState(client)
        self._scope = scope_of(self.settings, self._state)
        self._scope_version = self.settings.version
        self.block = Block(engine, self.settings, clock)
        self.statements: dict[str, Prepared] = {}
        self.portals: dict[str, Portal] = {}
        self.portal: Portal | None = None  # the one that runs
        self.copy: CopyIn | None = None  # a COPY FROM STDIN that waits for the client
        self.is_multiple = False  # a Query message of several statements runs
        self._output = output
        self.write = output.write
        self.drain = output.drain
        self._steps: Steps | None = None  # of the Query message that the COPY stands in
        self._result: Rows | None = None  # what runs off the event loop
        self._is_extended = False
        self._is_skipping = False
        self._is_busy = False
        self._is_cancelled = False
        self._is_expired = False  # cancelled for its age

    # What the server calls.

    @property
    def status(self) -> bytes:
        return self.block.status

    def parameter_statuses(self) -> list[tuple[str, str]]:
        return self.settings.reported()

    def handle(self, message: messages.FrontendMessage) -> Awaitable[None] | None:
        try:
            pending = _HANDLERS[type(message)](self, message)
        except Exception as error:  # noqa: BLE001 - the last line of defence: whatever fails is told, and the session lives on
            self._fail(error)
            return None
        return None if pending is None else self._wait(pending)

    def refuse(self, error: SqlError, *, is_extended: bool | None = None) -> None:
        """Answer a message that could not be read as a failed statement."""
        if is_extended is not None:
            self._is_extended = is_extended
        self._fail(error)

    def cancel(self) -> None:
        """Make the statement that runs, if one does, fail with 57014 as soon as it can; a commit is not a statement."""
        if self._result is not None:
            self._result.cancel()
        if self._is_busy or self.copy is not None:
            self._is_cancelled = True

    def close(self) -> None:
        """The client is gone: let go of everything. A commit that is under way goes on."""
        if self._result is not None:
            self._result.cancel()
        self.drop_portals()
        self.statements.clear()
        self.copy = self._steps = None
        self.block.rollback()

    @property
    def deadline_s(self) -> float | None:
        """When the open transaction grows too old, on the clock's monotonic scale: call `expire` then."""
        return self.block.deadline_s

    def expire(self) -> None:
        """Stop what a transaction beyond its age limit does, or take its snapshot from it if it idles."""
        if self._is_busy:
            self._is_expired = True
            self.cancel()
        else:
            self.drop_portals()
            self.block.expire()

    # What commands call.

    @property
    def is_in_block(self) -> bool:
        """Whether this is a transaction block, in the sense of PostgreSQL's warnings."""
        return self.block.is_explicit or self.is_multiple

    def warn(self, sqlstate: str, text: str) -> None:
        self.write(backend.notice_response(text, severity="WARNING", sqlstate=sqlstate))

    def notice(self, sqlstate: str, text: str, detail: str | None = None) -> None:
        self.write(backend.notice_response(text, severity="NOTICE", sqlstate=sqlstate, detail=detail))

    @property
    def scope(self) -> Scope:
        """What statements see of the session; derived anew when settings have changed."""
        if self._scope_version != self.settings.version:
            self._scope = scope_of(self.settings, self._state)
            self._scope_version = self.settings.version
        return self._scope

    def dated_style(self) -> Style:
        """Return the style of inputs that may say 'now'."""
        self.block.start()
        return dataclasses.replace(self.scope.style, now_us=self.block.now_us)

    def check_cancel(self) -> None:
        if self._is_cancelled:
            self._is_cancelled = False
            raise canceled()

    async def pause(self) -> None:
        """Send what was written, let others have their turn, and see whether the client wants us to go on."""
        await self.drain()
        await asyncio.sleep(0)  # also where the client reads faster than we write
        self.check_cancel()

    @contextmanager
    def running(self, result: Rows) -> Iterator[None]:
        """While a result runs off the event loop, a cancel request reaches it."""
        self._result = result
        try:
            yield
        finally:
            self._result = None

    @property
    def is_alone(self) -> bool:
        """Whether the statement at hand is a transaction by itself: none is open, and no other statement follows in it."""
        block = self.block
        if block.transaction is not None or block.is_explicit or self.is_multiple:
            return False
        return not self._is_extended or self._output.is_sync_next()

    def take_execution(self) -> bool | None:
        """Take [Describe,] Execute and Sync behind the Bind at hand, if they are here; tell whether to describe.

        An error of the execution is then answered at once, as that of a message the Sync already followed.
        """
        is_described = self._output.take_execution()
        if is_described is not None:
            self._is_extended = False
        return is_described

    def begin_copy(self, copy: CopyIn) -> None:
        """From here on the client sends CopyData."""
        self.copy = copy
        self._output.note(Event.COPY_IN_STARTED)

    # What the protocols call.

    def end_implicit(self) -> Awaitable[None] | None:
        """Commit the implicit transaction, if there is one; explicit ones go on."""
        if self.block.is_explicit:
            return None
        if self.portals:
            self.drop_portals()
        return self.block.commit()

    def drop_portal(self, name: str) -> None:
        portal = self.portals.pop(name, None)
        if portal is not None:
            portal.close()

    def drop_portals(self) -> None:
        for portal in self.portals.values():
            portal.close()
        self.portals.clear()

    def ready(self) -> None:
        """Tell the client which settings moved and that it is its turn."""
        self.portal = None
        self.is_multiple = self._is_cancelled = False
        settings = self.settings
        if settings.has_changes:
            for name, value in settings.take_changes():
                self.write(backend.parameter_status(name, value))
        self.write(_READY[self.block.status])

    # Messages.

    def _query(self, message: messages.Query) -> Awaitable[None] | None:
        self._is_extended = False
        return self._drive(query_steps(self, message.text))

    def _drive(self, steps: Steps) -> Awaitable[None] | None:
        """Go on with a Query message as far as it goes without waiting."""
        for pending in steps:
            if pending is None:
                self._steps = steps
                return None
            return self._drive_on(steps, pending)
        return None

    async def _drive_on(self, steps: Steps, pending: Awaitable[None]) -> None:
        await pending
        for further in steps:
            if further is None:
                self._steps = steps
                return
            await further

    def _sync(self, message: messages.Sync) -> Awaitable[None] | None:
        self._is_extended = self._is_skipping = False
        return extended.sync(self)

    def _copy_data(self, message: messages.CopyData) -> Awaitable[None] | None:
        if self.copy is None:
            return None
        self.check_cancel()
        return self.copy.feed(message.data)

    def _copy_done(self, message: messages.CopyDone) -> Awaitable[None] | None:
        copy, self.copy = self.copy, None
        if copy is None:
            return None
        self.check_cancel()
        completion = copy.finish()
        assert self.portal is not None
        self.portal.completion = completion
        if self._steps is None:
            self.write(completion)
            return None
        steps, self._steps = self._steps, None
        return self._drive(steps)

    def _copy_fail(self, message: messages.CopyFail) -> None:
        if self.copy is not None:
            raise self.copy.failed(message.message)

    # Errors.

    async def _wait(self, pending: Awaitable[None]) -> None:
        self._is_busy = True
        try:
            await pending
        except Exception as error:  # noqa: BLE001 - as in handle
            self._fail(error)
        finally:
            self._is_busy = self._is_cancelled = self._is_expired = False

    def _fail(self, error: Exception) -> None:
        self.copy = self._steps = None
        for portal in self.portals.values():
            portal.close()
        if self.portal is not None:
            self.portal.close()
        told = _as_sql_error(error)
        if self._is_expired and isinstance(told, QueryCanceled):
            told = self.block.too_old()
        self.block.fail()
        if not self.block.is_explicit:
            self.portals.clear()
        self.write(backend.error_response(told))
        self._output.note(Event.FAILED)
        if self._is_extended:
            self._is_skipping = True
        else:
            self.ready()


def canceled() -> QueryCanceled:
    return QueryCanceled("canceling statement due to user request")


def _as_sql_error(error: Exception) -> SqlError:
    if isinstance(error, SqlError):
        if isinstance(error, InternalError):
            _log.error("statement failed", exc_info=error)
        return error
    if isinstance(error, RecursionError):
        return stack_depth_exceeded()
    _log.error("statement failed", exc_info=error)
    return InternalError("internal error", hint="The server's log has the details.")


def _extended(
    handler: Callable[[Session, Any], Awaitable[None] | None],
) -> Callable[[Session, Any], Awaitable[None] | None]:
    """Wrap the handler of a message whose error makes the following be skipped until Sync."""

    def handle(session: Session, message: Any) -> Awaitable[None] | None:
        if session._is_skipping:  # noqa: SLF001 - our own
            return None
        session._is_extended = True  # noqa: SLF001
        return handler(session, message)

    return handle


_READY = {status: backend.ready_for_query(status) for status in (b"I", b"T", b"E")}
_HANDLERS: dict[type, Callable[[Session, Any], Awaitable[None] | None]] = {
    messages.Query: Session._query,  # noqa: SLF001
    messages.Parse: _extended(extended.parse),
    messages.Bind: _extended(extended.bind),
    messages.Describe: _extended(extended.describe_),
    messages.Execute: _extended(extended.execute),
    messages.Close: _extended(extended.close),
    messages.Flush: _extended(lambda session, message: None),
    messages.Sync: Session._sync,  # noqa: SLF001
    messages.CopyData: Session._copy_data,  # noqa: SLF001
    messages.CopyDone: Session._copy_done,  # noqa: SLF001
    messages.CopyFail: Session._copy_fail,  # noqa: SLF001
}
