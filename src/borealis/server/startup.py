"""Startup: from a client's first packet to its session, or to a FATAL that says why not.

    SSLRequest ─▶ 'S' and TLS in place, or 'N'      TLS ClientHello at once (PostgreSQL 17) ─▶ TLS, ALPN required
    GSSENCRequest ─▶ 'N'
    CancelRequest ─▶ handed to the router; the connection closes without an answer
    StartupMessage ─▶ NegotiateProtocolVersion? ─▶ password? ─▶ AuthenticationOk, ParameterStatus…, BackendKeyData, ReadyForQuery

Must hold: nothing a client sent in plain text is taken as sent under TLS; a refusal says what is wrong without saying
which roles exist to someone not authenticated.

Source: dsql-facts.md §1.1, §2.3, §4.9; PostgreSQL 16 §55.2.1, 55.2.10; backend_startup.c.
"""

from __future__ import annotations

from collections.abc import Awaitable
from enum import Enum
from typing import Protocol

from borealis.errors import (
    ConnectionFailure,
    FeatureNotSupported,
    InvalidAuthorizationSpecification,
    InvalidCatalogName,
    ProtocolViolation,
    SyntaxError_,
)
from borealis.functions.misc.client import Encryption
from borealis.server.authentication import DATABASE, Authenticator, Guard, Login
from borealis.server.routing import Clusters, route
from borealis.wire import backend
from borealis.wire.messages import (
    CancelRequest,
    FrontendMessage,
    GssEncRequest,
    PasswordMessage,
    SslRequest,
    StartupMessage,
)
from borealis.wire.state import Event

_CLUSTER_SETTING = "amzn-cluster-id"
_NOT_SETTINGS = frozenset({"user", "database", "options", "replication"})


class TlsMode(Enum):
    """What a listener makes of a client that does, or does not, ask for TLS."""

    REQUIRE = "require"
    PREFER = "prefer"
    OFF = "off"


class StartupPeer(Protocol):
    """The connection that starts, as this module needs it."""

    @property
    def encryption(self) -> Encryption | None: ...
    @property
    def requested_name(self) -> str | None: ...
    @property
    def peer(self) -> str: ...
    @property
    def is_closed(self) -> bool: ...

    def send(self, data: bytes) -> None: ...
    def note(self, event: Event) -> None: ...
    def begin_tls(self) -> None: ...
    def close(self) -> None: ...
    def cancel_other(self, pid: int, secret: int) -> None: ...
    def admit(self, cluster_id: str) -> None: ...
    def begin_session(self, login: Login, settings: dict[str, str], guard: Guard | None) -> None: ...


class Startup:
    """The startup of one connection; forgotten once its session begins."""

    __slots__ = ("_authenticator", "_clusters", "_login", "_peer", "_settings", "_tls_mode")

    def __init__(
        self, peer: StartupPeer, authenticator: Authenticator, tls_mode: TlsMode, clusters: Clusters
    ) -> None:
        self._peer = peer
        self._authenticator = authenticator
        self._clusters = clusters
        self._tls_mode = tls_mode
        self._login: Login | None = None
        self._settings: dict[str, str] = {}

    def handle(self, message: FrontendMessage) -> Awaitable[None] | None:
        """Take the next packet; what is raised is told to the client as FATAL."""
        match message:
            case SslRequest():
                self._answer_ssl_request()
            case GssEncRequest():
                self._peer.note(Event.ENCRYPTION_REFUSED)
                self._peer.send(b"N")
            case CancelRequest(pid, secret):
                self._peer.cancel_other(pid, secret)
                self._peer.close()
            case StartupMessage():
                return self._begin(message)
            case PasswordMessage(password):
                if self._login is None:
                    raise ProtocolViolation("unexpected password message")
                return self._authenticate(self._login, password)
            case _:
                raise ProtocolViolation(f"unexpected message {type(message).__name__} before authentication")
        return None

    def _answer_ssl_request(self) -> None:
        if self._peer.encryption is not None:
            raise ProtocolViolation("received SSL request on a connection that is encrypted already")
        if self._tls_mode is TlsMode.OFF:
            self._peer.note(Event.ENCRYPTION_REFUSED)
            self._peer.send(b"N")
            return
        self._peer.note(
            Event.TLS_ACCEPTED
        )  # raises if more than the request has come: it would count as encrypted
        self._peer.send(b"S")
        self._peer.begin_tls()

    def _begin(self, message: StartupMessage) -> Awaitable[None] | None:
        parameters = message.parameters
        unknown = [name for name in parameters if name.startswith("_pq_.")]
        if message.version[1] > 0 or unknown:
            self._peer.send(backend.negotiate_protocol_version(0, unknown))
        self._require_encryption()
        self._settings = read_settings(parameters)
        self._login = self._read_login(parameters)
        self._peer.admit(self._login.cluster_id)
        if self._authenticator.asks_password:
            self._peer.send(backend.authentication_cleartext_password())
            return None
        return self._authenticate(self._login, None)

    def _require_encryption(self) -> None:
        if self._tls_mode is TlsMode.REQUIRE and self._peer.encryption is None:
            raise ConnectionFailure(
                "unable to accept connection, SSL is required",
                hint="Connect with sslmode=require or stronger, or start the node with --tls prefer.",
            )

    def _read_login(self, parameters: dict[str, str]) -> Login:
        user = parameters.get("user", "")
        if not user:
            raise InvalidAuthorizationSpecification("no PostgreSQL user name specified in startup packet")
        if parameters.get("replication", "false").lower() not in {"false", "off", "no", "0"}:
            raise FeatureNotSupported("replication connections are not supported")
        return Login(
            user=user,
            database=parameters.get("database") or user,
            requested_name=self._peer.requested_name,
            cluster_id=route(
                self._clusters, self._peer.requested_name, self._settings.pop(_CLUSTER_SETTING, None)
            ),
            peer=self._peer.peer,
            encryption=self._peer.encryption,
        )

    async def _authenticate(self, login: Login, password: str | None) -> None:
        await self._clusters.open(login.cluster_id)
        guard = await self._authenticator.authenticate(login, password)
        if self._peer.is_closed:
            return  # the client did not wait for the verdict
        if login.database != DATABASE:
            raise InvalidCatalogName(
                f'database "{login.database}" does not exist',
                hint=f'The database of every cluster is "{DATABASE}".',
            )
        self._peer.begin_session(login, self._settings, guard)


def read_settings(parameters: dict[str, str]) -> dict[str, str]:
    """Return the settings among startup parameters: those by their own name, and those inside `options`."""
    settings = dict(_split_options(parameters.get("options", "")))
    settings.update(
        (name, value)
        for name, value in parameters.items()
        if name not in _NOT_SETTINGS and not name.startswith("_pq_.")
    )
    return settings


def _split_options(options: str) -> list[tuple[str, str]]:
    """Read `-c name=value`, `-cname=value` and `--name=value`, as PostgreSQL's command line has them."""
    words = iter(_split_words(options))
    settings: list[tuple[str, str]] = []
    for word in words:
        if word == "-c":
            assignment = next(words, "")
        elif word.startswith(("-c", "--")) and word != "--":
            assignment = word[2:]
        else:
            raise SyntaxError_(f"invalid command-line argument for server process: {word}")
        name, equals, value = assignment.partition("=")
        if not equals:
            raise SyntaxError_(f"{'--' if word.startswith('--') else '-c '}{name} requires a value")
        settings.append((_setting_name(name), value))
    return settings


def _setting_name(name: str) -> str:
    return name if name == _CLUSTER_SETTING else name.replace("-", "_")


def _split_words(text: str) -> list[str]:
    """Split at white space; a backslash takes the next character as it is."""
    words: list[str] = []
    word: list[str] | None = None
    characters = iter(text)
    for character in characters:
        if character.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
            continue
        word = [] if word is None else word
        word.append(next(characters, "") if character == "\\" else character)
    if word is not None:
        words.append("".join(word))
    return words
