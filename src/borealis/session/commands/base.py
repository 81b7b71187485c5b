"""Command: one statement, ready to run; the same object may run many times."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.session.commands.shapes import Shape, encode_texts
from borealis.session.portal import Portal
from borealis.types.base import Oid, Style, Value
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.session.session import Session


class Command:
    """A statement. fields describe its rows, in text format; None where it returns none."""

    __slots__ = ()

    parameter_types: tuple[Oid, ...] = ()
    fields: tuple[Field, ...] | None = None

    ends_block = False
    """May run in a failed block: COMMIT and ROLLBACK."""

    closes_transaction = False
    """Transaction control: what it begins or ends is done at once, not at Sync."""

    asks_client = False
    """Wants more of the client while it runs: COPY FROM STDIN."""

    def renewed(self, session: Session) -> Command:
        """Return the command as it is to run now, after changes of the catalog."""
        return self

    def shape(self, formats: tuple[int, ...], style: Style) -> Shape:
        """Return how rows look in these formats, one a column."""
        assert self.fields is not None
        return Shape(self.fields, formats, encode_texts)

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        """Run, or go on, and set portal.completion; None if that is done, else an awaitable to wait for."""
        raise NotImplementedError

    def run_at_once(
        self, session: Session, values: tuple[Value, ...], shape: Shape | None
    ) -> Awaitable[None] | None:
        """Run to the end as the session's portal, which nobody else knows of; or send all, and leave it none."""
        portal = session.portal = Portal("", self, values, shape)
        return self.run(session, portal, 0)


class Immediate(Command):
    """A command that returns no rows and waits for nothing."""

    __slots__ = ()

    tag: str

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        portal.completion = backend.command_complete(self.carry_out(session))
        portal.is_run = True
        return None

    def carry_out(self, session: Session) -> str:
        """Do it and return the command tag."""
        raise NotImplementedError
