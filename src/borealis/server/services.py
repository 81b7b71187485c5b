"""Services: what the connections of one process share, and what they need of a session."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from borealis.clock import Clock
from borealis.errors import SqlError
from borealis.server.admission import Admission
from borealis.server.authentication import Authenticator, Login
from borealis.server.cancellation import CancelRouter
from borealis.server.outbox import Outbox
from borealis.server.routing import Clusters
from borealis.server.startup import TlsMode
from borealis.wire.messages import FrontendMessage
from borealis.wire.state import Event

STARTUP_S = 60.0
LIFETIME_S = 3_600.0  # dsql-facts.md §2.6
LAST_TRANSACTION_S = 300.0  # a transaction begun in the last minute of a connection may take its five minutes
STARTING_MAX = 1_000
READ_AHEAD_BYTES = 1 << 20
FLUSH_BYTES = 64 * 1024


class Output(Protocol):
    """Where a session's answers go: the connection."""

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


class ServerSession(Protocol):
    """A session, as its connection needs it."""

    @property
    def status(self) -> bytes:
        """Return b'I' idle, b'T' in a transaction block, b'E' in a failed one."""
        ...

    def parameter_statuses(self) -> Iterable[tuple[str, str]]: ...

    def handle(self, message: FrontendMessage) -> Awaitable[None] | None:
        """Handle one message; None if that is done."""
        ...

    def refuse(self, error: SqlError, *, is_extended: bool | None = None) -> None:
        """Answer a message that could not be read as a failed statement."""
        ...

    @property
    def deadline_s(self) -> float | None:
        """When the open transaction grows too old, on the clock's monotonic scale."""
        ...

    def expire(self) -> None:
        """Take an open transaction's snapshot from it: it has grown too old."""
        ...

    def cancel(self) -> None: ...
    def close(self) -> None: ...


class SessionFactory(Protocol):
    def __call__(self, login: Login, settings: dict[str, str], pid: int, output: Output) -> ServerSession:
        """Begin a session.

        Raises:
            SqlError: a setting is not one that may be set.
        """
        ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    startup_s: float = STARTUP_S
    lifetime_s: float = LIFETIME_S
    last_transaction_s: float = LAST_TRANSACTION_S


@dataclass(frozen=True, slots=True)
class Services:
    """One process's: passed to every connection."""

    clock: Clock
    clusters: Clusters
    begin_session: SessionFactory
    authenticator: Authenticator
    admission: Admission
    router: CancelRouter
    tls_mode: TlsMode
    tls_context: ssl.SSLContext | None
    timeouts: Timeouts = Timeouts()
    starting_max: int = STARTING_MAX
    """Connections that may be short of a session at once; one more, and the oldest of them is cut."""
    outbox: Outbox = field(default_factory=Outbox)
