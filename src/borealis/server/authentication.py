"""Authentication: who may connect, decided once the startup packet is known and, where it is asked for, the password.

    StartupMessage ─▶ asks_password? ─▶ AuthenticationCleartextPassword ─▶ PasswordMessage ─▶ authenticate()

An Authenticator answers by returning or by raising what the client is told as FATAL. Trust is for loopback: it asks
nothing. The check of IAM authentication tokens is another Authenticator of the same shape (iam.py): the token is the password.
What can be taken back from a session that has begun, an authenticator returns as its Guard.

Source: dsql-facts.md §2.1, §2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from borealis.errors import InvalidAuthorizationSpecification, SqlError
from borealis.functions.misc.client import Encryption

ADMIN = "admin"
DATABASE = "postgres"


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt to connect."""

    user: str
    database: str
    requested_name: str | None
    """The host name in the client's SNI."""
    cluster_id: str
    """The cluster it is for (routing), which is open by the time the login is authenticated."""
    peer: str
    encryption: Encryption | None
    """Of the connection; None: it is in the clear."""


Guard = Callable[[], SqlError | None]
"""Asked before a session's next transaction: the error that ends the session, or None."""


class Authenticator(Protocol):
    @property
    def asks_password(self) -> bool:
        """Whether the client must send a password (in the clear, under TLS)."""
        ...

    async def authenticate(self, login: Login, password: str | None) -> Guard | None:
        """Return if the login may connect, with the session's guard if it needs one.

        Raises:
            SqlError: it may not; sent as FATAL, and the connection closes.
        """
        ...


class TrustAuthenticator:
    """Lets every role that exists connect; only for listeners on loopback."""

    asks_password = False

    def __init__(self, roles: Callable[[Login], Mapping[str, bool]] = lambda _: {ADMIN: True}) -> None:
        """roles are a cluster's, with whether they have LOGIN."""
        self._roles = roles

    async def authenticate(self, login: Login, password: str | None) -> Guard | None:
        roles = self._roles(login)
        if login.user not in roles:
            raise InvalidAuthorizationSpecification(
                f'role "{login.user}" does not exist', hint=f'The role of every new cluster is "{ADMIN}".'
            )
        if not roles[login.user]:
            raise InvalidAuthorizationSpecification(f'role "{login.user}" is not permitted to log in')
        return None
