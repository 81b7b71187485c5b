"""Startup: every way a client can begin, and what it is told."""

import asyncio
import struct

import pytest

from borealis.errors import ConnectionFailure, SyntaxError_
from borealis.server.startup import TlsMode, read_settings

SSL_REQUEST = struct.pack(">II", 8, 80877103)
GSS_REQUEST = struct.pack(">II", 8, 80877104)
GREETING = "RSSKZ"


@pytest.fixture
def connected(node, loop_runner):
    """Run a client's script against a fresh node; sleep(0) lets tasks run."""

    def run(script, **changes):
        async def main():
            made = node(**changes)
            return await script(made)

        return loop_runner(main())

    return run


def refusal_of(connected, wire, packet, **changes):
    async def script(node):
        client = node.client()
        sent = client.send(packet)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        sent += client.take()
        assert client.transport.is_closed
        assert node.listener.connections == 0
        return wire.error_fields(sent)

    return connected(script, **changes)


def greet(connected, wire, packet, **changes):
    """Return the backend messages a startup packet is answered with, and the session."""

    async def script(node):
        client = node.client()
        answer = client.send(packet)
        await asyncio.sleep(0)
        answer += client.take()
        return wire.messages(answer), client.session

    return connected(script, **changes)


def test_plain_startup_gets_the_greeting(connected, wire):
    answers, session = greet(connected, wire, wire.startup_packet(application_name="x"))
    assert "".join(kind for kind, _ in answers) == GREETING
    assert answers[-1] == ("Z", b"I")
    assert session.login.user == "admin"
    assert session.settings == {"application_name": "x"}


def test_key_data_names_the_sessions_pid(connected, wire):
    answers, session = greet(connected, wire, wire.startup_packet())
    [key] = [body for kind, body in answers if kind == "K"]
    assert struct.unpack(">iI", key)[0] == session.pid


@pytest.mark.parametrize(
    ("changes", "sqlstate", "message"),
    [
        ({"user": "bob"}, "28000", 'role "bob" does not exist'),
        ({"user": ""}, "28000", "no PostgreSQL user name specified in startup packet"),
        ({"database": "other"}, "3D000", 'database "other" does not exist'),
        ({"database": ""}, "3D000", 'database "admin" does not exist'),
        ({"replication": "database"}, "0A000", "replication connections are not supported"),
        ({"options": "-x"}, "42601", "invalid command-line argument for server process: -x"),
    ],
)
def test_refused_startups(connected, wire, changes, sqlstate, message):
    fields = refusal_of(connected, wire, wire.startup_packet(**changes))
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", sqlstate, message)


def test_protocol_2_is_refused(connected, wire):
    fields = refusal_of(connected, wire, wire.startup_packet(version=0x20000))
    assert fields["C"] == "0A000"
    assert fields["M"].startswith("unsupported frontend protocol 2.0")


def test_unknown_minor_version_and_options_are_negotiated(connected, wire):
    answers, _ = greet(connected, wire, wire.startup_packet(version=0x30002, pq_feature="on"))
    assert "".join(kind for kind, _ in answers) == "v" + GREETING
    assert answers[0][1] == struct.pack(">II", 0x30000, 1) + b"_pq_.feature\0"


def test_require_refuses_plain_text(connected, wire):
    fields = refusal_of(connected, wire, wire.startup_packet(), tls_mode=TlsMode.REQUIRE)
    assert (fields["C"], fields["M"]) == ("08006", "unable to accept connection, SSL is required")


def test_off_declines_tls_and_goes_on_in_plain(connected, wire):
    async def script(node):
        client = node.client()
        assert client.send(SSL_REQUEST) == b"N"
        client.start()
        await asyncio.sleep(0)
        return wire.kinds(client.take())

    assert connected(script, tls_mode=TlsMode.OFF, tls_context=None) == GREETING


def test_gss_is_declined_then_tls_taken(connected, wire, client_tls):
    async def script(node):
        client = node.client()
        assert client.send(GSS_REQUEST) == b"N"
        assert client.send(SSL_REQUEST) == b"S"
        client.begin_tls(client_tls)
        client.send(wire.startup_packet())
        await asyncio.sleep(0)
        return wire.kinds(client.take()), client.session.login

    kinds, login = connected(script, tls_mode=TlsMode.REQUIRE)
    assert kinds == GREETING
    assert login.encryption is not None
    assert login.requested_name == "localhost"


def test_bytes_behind_an_ssl_request_end_the_connection(connected, wire):
    """Nothing sent in plain text may count as sent under TLS (CVE-2021-23214)."""
    fields = refusal_of(connected, wire, SSL_REQUEST + wire.startup_packet())
    assert (fields["C"], fields["M"]) == ("08P01", "received unencrypted data after SSL request")


def test_direct_tls_with_alpn(connected, wire, client_tls):
    async def script(node):
        client = node.client().begin_tls(client_tls)
        client.send(wire.startup_packet())
        await asyncio.sleep(0)
        return wire.kinds(client.take())

    assert connected(script, tls_mode=TlsMode.REQUIRE) == GREETING


def test_direct_tls_without_alpn_is_cut(connected, tls_files):
    import ssl

    async def script(node):
        client = node.client()
        client.begin_tls(ssl.create_default_context(cafile=tls_files.ca_certificate))
        return client.transport.was_aborted

    assert connected(script)


def test_direct_tls_is_cut_where_tls_is_off(connected, client_tls):
    async def script(node):
        client = node.client()
        with pytest.raises(ConnectionError):
            client.begin_tls(client_tls)
        return client.transport.was_aborted

    assert connected(script, tls_mode=TlsMode.OFF, tls_context=None)


def test_ssl_request_inside_tls_is_refused(connected, wire, client_tls):
    async def script(node):
        client = node.client().begin_tls(client_tls)
        return wire.error_fields(client.send(SSL_REQUEST)), client.transport.is_closed

    fields, is_closed = connected(script)
    assert fields["C"] in {"08P01", "0A000"}
    assert is_closed


def test_what_is_not_tls_after_the_answer_ends_the_connection(connected, wire):
    async def script(node):
        client = node.client()
        assert client.send(SSL_REQUEST) == b"S"
        client.send(wire.startup_packet())
        return client.transport.is_closed, node.sessions

    assert connected(script) == (True, [])


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\4", b"\xff" * 64, b"\0\0\0\x09\0\3\0\0x", b"\0\1\0\0" + b"a" * 100],
)
def test_garbage_ends_its_connection(connected, garbage):
    async def script(node):
        client = node.client()
        client.send(garbage)
        return client.transport.is_closed, node.listener.connections

    assert connected(script) == (True, 0)


class PasswordAuthenticator:
    asks_password = True

    def __init__(self):
        self.asked = asyncio.Event()
        self.verdict = asyncio.get_running_loop().create_future()

    async def authenticate(self, login, password):
        self.password = password
        self.asked.set()
        await self.verdict


def password_packet(password):
    return b"p" + struct.pack(">I", len(password) + 5) + password.encode() + b"\0"


def test_password_is_asked_for_and_judged(connected, wire):
    async def script(node):
        authenticator = PasswordAuthenticator()
        node.services = type(node.services)(
            **{name: getattr(node.services, name) for name in node.services.__slots__}
            | {"authenticator": authenticator}
        )
        client = node.client()
        assert client.send(wire.startup_packet()) == b"R" + struct.pack(">II", 8, 3)
        assert client.send(password_packet("a token")) == b""
        await authenticator.asked.wait()
        assert authenticator.password == "a token"
        client.connection.data_received(wire.query("early"))  # must wait for the verdict
        authenticator.verdict.set_result(None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return wire.kinds(client.take())

    assert connected(script) == GREETING + "CZ"


def test_refused_password_is_fatal(connected, wire):
    async def script(node):
        authenticator = PasswordAuthenticator()
        authenticator.verdict.set_exception(ConnectionFailure("unable to accept connection, access denied"))
        node.services = type(node.services)(
            **{name: getattr(node.services, name) for name in node.services.__slots__}
            | {"authenticator": authenticator}
        )
        client = node.client()
        client.send(wire.startup_packet())
        client.send(password_packet("wrong"))
        for _ in range(3):
            await asyncio.sleep(0)
        return (
            wire.error_fields(client.take()),
            client.transport.is_closed,
            node.services.admission.connections,
        )

    fields, is_closed, admitted = connected(script)
    assert (fields["S"], fields["C"]) == ("FATAL", "08006")
    assert is_closed
    assert admitted == 0


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ("-c search_path=a,b", {"search_path": "a,b"}),
        ("-csearch_path=a -c timezone=UTC", {"search_path": "a", "timezone": "UTC"}),
        ("--time-zone=UTC", {"time_zone": "UTC"}),
        (r"-c search_path=a,\ b", {"search_path": "a, b"}),
        ("-c amzn-cluster-id=abc", {"amzn-cluster-id": "abc"}),
        ("   ", {}),
    ],
)
def test_options_are_read_as_postgresql_reads_them(options, settings):
    assert read_settings({"user": "u", "options": options}) == settings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("-c search_path", "-c search_path requires a value"),
        ("--search_path", "--search_path requires a value"),
        ("-c", "-c  requires a value"),
        ("x", "invalid command-line argument for server process: x"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(SyntaxError_, match=f"^{message}$"):
        read_settings({"options": options})


def test_cluster_id_among_the_options_names_the_cluster(connected, wire):
    _, session = greet(connected, wire, wire.startup_packet(options="-c amzn-cluster-id=abc"))
    assert session.login.cluster_id == "abc"
    assert session.settings == {}
