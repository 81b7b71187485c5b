"""A connection without a socket: a transport in memory, a session that says what it is told to."""

import asyncio
import random
import ssl
import struct

import pytest

from borealis.clock import ManualClock, SystemClock
from borealis.server.admission import Admission, AdmissionLimits
from borealis.server.authentication import TrustAuthenticator
from borealis.server.cancellation import CancelRouter
from borealis.server.connection import Connection
from borealis.server.listener import Listener
from borealis.server.services import Services
from borealis.server.startup import TlsMode
from borealis.server.tls import ensure_tls_files, server_context, server_names
from borealis.wire import backend
from borealis.wire.messages import Query


class MemoryTransport:
    """What a connection does to its socket, remembered."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.written = bytearray()
        self.is_closed = False
        self.was_aborted = False
        self.is_reading = True
        self.high_water = None  # the client reads everything

    def write(self, data):
        self.written += data
        if self.high_water is not None and len(self.written) > self.high_water:
            self.protocol.pause_writing()

    def close(self):
        if not self.is_closed:
            self.is_closed = True
            self.protocol.connection_lost(None)

    def abort(self):
        self.was_aborted = True
        self.close()

    def pause_reading(self):
        self.is_reading = False

    def resume_reading(self):
        self.is_reading = True

    def get_extra_info(self, name):
        return ("127.0.0.1", 50000) if name == "peername" else None


class EchoSession:
    """Answers a query by its text as the command tag; `wait` waits for `gate`, `break` raises."""

    def __init__(self, login, settings, pid, output):
        self.login, self.settings, self.pid, self.output = login, settings, pid, output
        self.status = b"I"
        self.deadline_s = None
        self.handled = []
        self.refused = []
        self.cancels = 0
        self.closes = 0
        self.gate = asyncio.get_running_loop().create_future()

    def parameter_statuses(self):
        return [("server_version", "16.15"), ("client_encoding", "UTF8")]

    def handle(self, message):
        self.handled.append(message)
        match message:
            case Query("wait"):
                return self._wait()
            case Query("break"):
                raise RuntimeError("a bug of ours")
            case Query("flood"):
                return self._flood()
            case Query(text):
                self._answer(text)
        return None

    async def _wait(self):
        await self.gate
        self._answer("waited")

    async def _flood(self):
        for _ in range(3):
            self.output.write(b"x" * 1000)
            await self.output.drain()
        self._answer("flooded")

    def _answer(self, tag):
        self.output.write(backend.command_complete(tag))
        self.output.write(backend.ready_for_query(self.status))

    def refuse(self, error, *, is_extended=None):
        self.refused.append((error.sqlstate, is_extended))

    def expire(self):
        self.deadline_s = None

    def cancel(self):
        self.cancels += 1

    def close(self):
        self.closes += 1


class Client:
    """The other end of one connection."""

    def __init__(self, services, keeper, sessions):
        self._sessions = sessions
        self._outbox = services.outbox
        self.connection = Connection(services, keeper)
        self.transport = MemoryTransport(self.connection)
        self.connection.connection_made(self.transport)
        self.tls = None

    @property
    def session(self):
        return self._sessions[-1]

    def send(self, data):
        """Send bytes; return what came back until now."""
        if self.tls is not None:
            self.tls.write(data)
            data = self._outgoing.read()
        self.connection.data_received(data)
        return self.take()

    def take(self):
        """End the event loop's turn; return what came."""
        self._outbox.send_all()
        data = bytes(self.transport.written)
        self.transport.written.clear()
        if self.tls is None:
            return data
        self._incoming.write(data)
        return self._read()

    def _read(self):
        plain = b""
        try:
            while chunk := self.tls.read(65536):
                plain += chunk
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return plain

    def start(self, **parameters):
        """Send a StartupMessage; return the types of the answers."""
        return kinds(self.send(startup_packet(**parameters)))

    def begin_tls(self, context, name="localhost"):
        """Shake hands over the connection."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self.connection.data_received(self._outgoing.read())
                self._incoming.write(bytes(self.transport.written))
                self.transport.written.clear()
                if self.transport.is_closed:
                    raise ConnectionError("closed in the handshake") from None
                continue
            break
        if rest := self._outgoing.read():
            self.connection.data_received(rest)
        self.tls = tls
        return self


def startup_packet(version=0x30000, **parameters):
    parameters = {"user": "admin", "database": "postgres"} | {
        name.replace("pq_", "_pq_."): value for name, value in parameters.items()
    }
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0"
    return struct.pack(">II", len(body) + 8, version) + body


def query(text):
    body = text.encode() + b"\0"
    return b"Q" + struct.pack(">I", len(body) + 4) + body


def messages(data):
    """Split backend messages into (type, body)."""
    found = []
    while data:
        (length,) = struct.unpack_from(">I", data, 1)
        found.append((data[:1].decode(), data[5 : 1 + length]))
        data = data[1 + length :]
    return found


def kinds(data):
    return "".join(kind for kind, _ in messages(data))


def error_fields(data):
    """Return the fields of the one ErrorResponse in data."""
    [body] = [body for kind, body in messages(data) if kind == "E"]
    return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    return ensure_tls_files(
        tmp_path_factory.mktemp("tls"), server_names("us-east-1", "localhost"), SystemClock()
    )


@pytest.fixture(scope="session")
def client_tls(tls_files):
    context = ssl.create_default_context(cafile=tls_files.ca_certificate)
    context.set_alpn_protocols(["postgresql"])
    return context


@pytest.fixture
def loop_runner():
    """Run coroutines of a test in one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


class AnyCluster:
    """Has whatever cluster is asked for."""

    def only(self):
        return "o" * 26

    async def open(self, cluster_id):
        pass


class Node:
    """A listener's connections, without its sockets."""

    def __init__(self, tls_files, **changes):
        self.clock = ManualClock(1_000_000)
        self.sessions = []
        self.services = Services(
            **{
                "clock": self.clock,
                "clusters": AnyCluster(),
                "begin_session": self._begin_session,
                "authenticator": TrustAuthenticator(),
                "admission": Admission.alone(AdmissionLimits(), self.clock),
                "router": CancelRouter(0, random.Random(1)),
                "tls_mode": TlsMode.PREFER,
                "tls_context": server_context(tls_files),
            }
            | changes
        )
        self.listener = Listener(self.services)

    def _begin_session(self, login, settings, pid, output):
        session = EchoSession(login, settings, pid, output)
        self.sessions.append(session)
        return session

    def client(self):
        return Client(self.services, self.listener, self.sessions)


@pytest.fixture
def node(tls_files, loop_runner):
    """Make nodes: node(tls_mode=…)."""
    return lambda **changes: Node(tls_files, **changes)


@pytest.fixture
def wire():
    """The helpers of this file, for tests, which cannot import it."""
    import types

    return types.SimpleNamespace(
        startup_packet=startup_packet, query=query, messages=messages, kinds=kinds, error_fields=error_fields
    )
