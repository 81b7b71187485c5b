"""Connection: one client's socket, from its first byte to its last; one small object, and no task of its own.

    bytes ─▶ (TLS) ─▶ Decoder ─▶ message ─▶ handle(message): Startup's, then the Session's ─▶ output ─▶ (TLS) ─▶ bytes

A message is handled at once, inside data_received, and its output leaves in one write with that of all messages that came
together, at the end of the event loop's turn (outbox). Only when handling returns an awaitable (a commit, a long statement) is a task made; until it is done no further
message is decoded, and a client that keeps talking is not read. A client that does not read pauses its own session: `drain`.

Must hold: an exception of one connection ends that connection alone; what has been admitted, registered and opened
is released exactly once, when the socket is gone and no statement runs any more.

Source: DESIGN §6, §7; PostgreSQL 16 §55.2.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import structlog

from borealis.errors import InternalError, SqlError
from borealis.functions.misc.client import Encryption
from borealis.server.authentication import Guard, Login
from borealis.server.services import FLUSH_BYTES, READ_AHEAD_BYTES, ServerSession, Services
from borealis.server.startup import Startup
from borealis.server.tls import ALPN_PROTOCOL
from borealis.server.tls_stream import TlsError, TlsStream
from borealis.wire import backend
from borealis.wire.decoder import Decoder
from borealis.wire.messages import FrontendMessage, Terminate
from borealis.wire.state import Event, State

_CLIENT_HELLO = 0x16  # the first byte of TLS; a startup packet that began so would be 370 MB long

_IDLE = b"I"

_EXTENDED = frozenset({State.EXTENDED, State.SKIPPING, State.COPY_IN_EXTENDED})

_log = structlog.get_logger("borealis.server")


class ConnectionKeeper(Protocol):
    """The listener, told where its connections are in their lives."""

    def opened(self, connection: Connection) -> None: ...
    def started(self, connection: Connection) -> None: ...
    def closed(self, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    __slots__ = (
        "_admitted",
        "_decoder",
        "_drained",
        "_fatal",
        "_handle",
        "_is_closed",
        "_is_direct_tls",
        "_is_ending",
        "_is_eof",
        "_is_reading_paused",
        "_is_released",
        "_keeper",
        "_output",
        "_pid",
        "_running",
        "_services",
        "_session",
        "_tls",
        "_transport",
        "_unsent_bytes",
        "cluster_id",
    )

    def __init__(self, services: Services, keeper: ConnectionKeeper) -> None:
        self.cluster_id: str | None = None
        """The cluster its session is in, once there is one."""
        self._services = services
        self._keeper = keeper
        self._decoder = Decoder()
        self._handle: Callable[[FrontendMessage], Awaitable[None] | None] = Startup(
            self, services.authenticator, services.tls_mode, services.clusters
        ).handle
        self._output: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._tls: TlsStream | None = None
        self._session: ServerSession | None = None
        self._running: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._fatal: SqlError | None = None  # to be told once the running statement is done
        self._pid = 0
        self._unsent_bytes = 0
        self._admitted: str | None = None  # the cluster it is counted for
        self._is_direct_tls = False
        self._is_reading_paused = False
        self._is_eof = False  # the client says no more
        self._is_ending = False  # no further message is wanted
        self._is_closed = False  # the socket is gone
        self._is_released = False

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses
        self._keeper.opened(self)

    def data_received(self, data: bytes) -> None:
        if self._is_ending:
            return
        if self._tls is not None:
            data = self._decrypt(data)
        elif data[0] == _CLIENT_HELLO and self._session is None and self._is_untouched():
            data = self._begin_direct_tls(data)
        if not data:
            return
        self._decoder.feed(data)
        if self._running is None and self._drained is None:
            self._pump()
        elif self._decoder.pending_bytes > READ_AHEAD_BYTES and not self._is_reading_paused:
            self._is_reading_paused = True
            self._open_transport().pause_reading()

    def eof_received(self) -> bool:
        """Keep the socket until what was sent before is answered; a client may have closed its half alone."""
        self._is_eof = True
        self._send()  # its last answers may still wait for the end of this turn
        return self._running is not None or self._drained is not None

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_ending = True
        self._is_closed = True
        self.resume_writing()
        if self._running is None:
            self._release()
        elif self._session is not None:
            self._session.cancel()

    def pause_writing(self) -> None:
        if self._drained is None:
            self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._drained is None:
            return
        self._drained.set_result(None)
        self._drained = None
        if self._running is None and not self._is_ending:
            self._pump()
            self._read_on()

    # What the session calls.

    def write(self, data: bytes) -> None:
        self._output.append(data)
        self._unsent_bytes += len(data)

    async def drain(self) -> None:
        """Send what was written, and wait while the client does not read."""
        self._flush()
        if self._drained is not None:
            await asyncio.shield(self._drained)

    def note(self, event: Event) -> None:
        self._decoder.note(event)

    def is_sync_next(self) -> bool:
        return self._decoder.is_sync_next

    def take_execution(self) -> bool | None:
        return self._decoder.take_execution()

    # What the startup calls.

    send = write

    @property
    def encryption(self) -> Encryption | None:
        return None if self._tls is None else self._tls.encryption

    @property
    def requested_name(self) -> str | None:
        return None if self._tls is None else self._tls.requested_name

    @property
    def peer(self) -> str:
        address = None
        with contextlib.suppress(OSError, RuntimeError):  # the socket may be gone
            address = self._open_transport().get_extra_info("peername")
        return f"{address[0]}:{address[1]}" if isinstance(address, tuple) and len(address) >= 2 else "local"

    @property
    def is_closed(self) -> bool:
        return self._is_ending

    def begin_tls(self) -> None:
        self._flush()  # the answer to SSLRequest leaves in plain text
        assert self._services.tls_context is not None
        self._tls = TlsStream(self._services.tls_context)

    def cancel_other(self, pid: int, secret: int) -> None:
        self._services.router.cancel(pid, secret)

    def admit(self, cluster_id: str) -> None:
        self._services.admission.admit(cluster_id)
        self._admitted = cluster_id

    def begin_session(self, login: Login, settings: dict[str, str], guard: Guard | None) -> None:
        services = self._services
        pid, secret = services.router.register(self)
        self._pid = pid
        session = services.begin_session(login, settings, pid, self)
        self._session = session
        self.cluster_id = login.cluster_id
        self._decoder.note(Event.AUTHENTICATED)
        self.write(backend.authentication_ok())
        for name, value in session.parameter_statuses():
            self.write(backend.parameter_status(name, value))
        self.write(backend.backend_key_data(pid, secret))
        self.write(backend.ready_for_query(session.status))
        self._handle = session.handle if guard is None else _guarded(session, guard)
        self._keeper.started(self)

    # What the listener and the cancel router call.

    def cancel(self) -> None:
        """Cancel the statement that runs; a CancelRequest named this connection."""
        if self._session is not None and not self._is_ending:
            self._session.cancel()

    @property
    def is_in_transaction(self) -> bool:
        return self._session is not None and self._session.status != b"I"

    def expire(self, now_s: float) -> None:
        """End a transaction that has grown too old."""
        if self._session is not None:
            deadline_s = self._session.deadline_s
            if deadline_s is not None and now_s > deadline_s:
                self._session.expire()

    def terminate(self, error: SqlError) -> None:
        """Tell the client why, and close: at once, or when the statement that runs is done."""
        if self._running is not None:
            self._fatal = error
            self._is_ending = True
        else:
            self._fail(error)

    def close(self) -> None:
        """Close once what was written is sent."""
        self._is_ending = True
        transport = self._transport
        if transport is None or self._is_closed:
            return
        self._flush()
        if self._tls is not None:
            transport.write(self._tls.close())
        transport.close()

    def abort(self) -> None:
        """Close now, with nothing further said."""
        self._is_ending = True
        if self._transport is not None:
            self._transport.abort()

    # Messages in, output out.

    def _pump(self) -> None:
        """Handle the messages that are here, until one has to be waited for."""
        try:
            while not self._is_ending:
                message = self._next_message()
                if message is None:
                    break
                awaitable = self._handle(message)
                if awaitable is not None:
                    self._running = asyncio.get_running_loop().create_task(self._wait_for(awaitable))
                    break
                if not self._decoder.pending_bytes:
                    break
                if self._unsent_bytes > FLUSH_BYTES:
                    self._flush()
                    if self._drained is not None:  # the client does not read: it is not served further either
                        break
        except Exception as error:  # noqa: BLE001 - the edge: this connection ends, the process goes on
            self._fail(self._as_sql_error(error))
            return
        if self._output:
            self._services.outbox.add(self._send)
        if self._is_eof and self._running is None and self._drained is None:
            self.close()

    def _next_message(self) -> FrontendMessage | None:
        """Return the next message that could be read; None if there is none, or no more is wanted."""
        while True:
            try:
                message = self._decoder.next_message()
            except SqlError as error:
                if self._session is None or self._decoder.state is State.CLOSED:
                    raise
                self._session.refuse(error, is_extended=self._decoder.state in _EXTENDED)
                continue
            if isinstance(message, Terminate):
                self.close()
                return None
            return message

    async def _wait_for(self, awaitable: Awaitable[None]) -> None:
        try:
            await awaitable
        except Exception as error:  # noqa: BLE001 - the edge, as above
            self._fatal = self._fatal or self._as_sql_error(error)
        finally:
            self._running = None
        self._go_on()

    def _go_on(self) -> None:
        """Take up where a statement that had to be waited for left off."""
        if self._is_closed:
            self._release()
        elif self._fatal is not None:
            self._fail(self._fatal)
        elif self._is_ending:
            self.close()
        else:
            if self._drained is None:
                self._pump()
            self._read_on()

    def _read_on(self) -> None:
        """Read the client again if it was ahead of us and no longer is."""
        is_waiting = self._running is not None or self._drained is not None
        if self._is_reading_paused and not self._is_ending and not is_waiting:
            self._is_reading_paused = False
            self._open_transport().resume_reading()

    def _send(self) -> None:
        """Flush what is left at the end of a turn."""
        try:
            self._flush()
        except Exception as error:  # noqa: BLE001 - the edge, as above
            _log.error("connection failed", peer=self.peer, exc_info=error)
            self.abort()

    def _flush(self) -> None:
        output = self._output
        self._unsent_bytes = 0
        if not output or self._is_closed:
            output.clear()
            return
        data = output[0] if len(output) == 1 else b"".join(output)
        output.clear()
        if self._tls is not None:
            data = self._tls.encrypt(data)
        self._open_transport().write(data)

    def _fail(self, error: SqlError) -> None:
        """Tell the client the error that ends the connection, and close."""
        self._fatal = None
        if not self._is_closed:
            if self._tls is None or self._tls.is_open:
                self.write(backend.error_response(error, "FATAL"))
            self.close()

    def _as_sql_error(self, error: Exception) -> SqlError:
        if isinstance(error, SqlError):
            if self._session is None:
                _log.info("connection refused", peer=self.peer, sqlstate=error.sqlstate, reason=error.message)
            return error
        _log.error("connection failed", peer=self.peer, exc_info=error)
        return InternalError("internal error", hint="The server's log has the details.")

    # TLS.

    def _is_untouched(self) -> bool:
        return self._decoder.state is State.STARTUP and not self._decoder.pending_bytes

    def _begin_direct_tls(self, data: bytes) -> bytes:
        if self._services.tls_context is None:
            self.abort()
            return b""
        self._is_direct_tls = True
        self.begin_tls()
        return self._decrypt(data)

    def _decrypt(self, data: bytes) -> bytes:
        assert self._tls is not None
        was_open = self._tls.is_open
        try:
            plain, answer = self._tls.receive(data)
        except TlsError as error:
            _log.info("TLS failed", peer=self.peer, reason=str(error))
            self._open_transport().write(error.farewell)
            self._tls = None
            self.close()
            return b""
        if answer:
            self._open_transport().write(answer)
        if not was_open and self._is_direct_tls and self._tls.is_open and self._tls.alpn != ALPN_PROTOCOL:
            _log.info("TLS failed", peer=self.peer, reason="direct TLS without ALPN postgresql")
            self.abort()
            return b""
        return plain

    # The end.

    def _open_transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def _release(self) -> None:
        if self._is_released:
            return
        self._is_released = True
        if self._pid:
            self._services.router.unregister(self._pid)
        if self._admitted is not None:
            self._services.admission.release(self._admitted)
        self._keeper.closed(self)
        if self._session is not None:
            try:
                self._session.close()
            except Exception as error:  # noqa: BLE001 - the edge, as above
                _log.error("session did not close", exc_info=error)


def _guarded(session: ServerSession, guard: Guard) -> Callable[[FrontendMessage], Awaitable[None] | None]:
    """Return the session's handle behind its guard: outside a transaction, what was taken back ends the connection."""

    def handle(message: FrontendMessage) -> Awaitable[None] | None:
        if session.status == _IDLE:
            error = guard()
            if error is not None:
                raise error
        return session.handle(message)

    return handle
