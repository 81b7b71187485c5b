"""Authentication tokens: a presigned URL without its scheme, sent as the password, to the principal who made it.

    <host>/?Action=DbConnect[Admin]&X-Amz-Algorithm=…&X-Amz-Credential=<key>/<day>/<region>/dsql/aws4_request&X-Amz-Date=…
           &X-Amz-Expires=…&X-Amz-SignedHeaders=host[&X-Amz-Security-Token=…]&X-Amz-Signature=…

Nothing binds a token to a database role but its Action: DbConnectAdmin is for admin alone, DbConnect for everyone else.
The signature is computed whatever the token says, and what a token says of itself is told back only to who could sign it.

Must hold: a token is good for one cluster, in its region, from five minutes before it was made (clocks differ) until it
expires, at most a week later, and no longer than the session credentials it was made with.
Source: dsql-facts.md §2.1-§2.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from borealis.auth import sigv4
from borealis.auth.arn import SERVICE
from borealis.auth.credentials import find_credentials
from borealis.auth.principals import Identities, Principal
from borealis.auth.requests import EXPIRES_S_MAX, SKEW_S
from borealis.auth.sigv4 import EMPTY_SHA256, MalformedError, Signature

TOKEN_CHARACTERS_MAX = 49_152
"""A session token of the largest size, escaped, and as much again; a PasswordMessage has 65,535 bytes."""

CONNECT = "DbConnect"
CONNECT_ADMIN = "DbConnectAdmin"
PUBLIC_DOMAIN = "on.aws"

_ACTIONS = {CONNECT, CONNECT_ADMIN}
_HOST = re.compile(
    r"([a-z0-9]{26})\.dsql(?:-[a-z0-9]{1,16})?\.([a-z0-9-]{1,32})\.([a-z0-9.-]{1,200})", re.ASCII
)


class TokenRefusedError(Exception):
    """A token that lets nobody in."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        """Refuse; reason is for the log alone, hint is told to the client."""
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The cluster that a client wants to connect to."""

    cluster_id: str
    region: str
    domain: str

    @property
    def host(self) -> str:
        return f"{self.cluster_id}.dsql.{self.region}.{self.domain}"

    def is_named(self, host: str) -> bool:
        """Tell whether a host name is this cluster's: its own, the public form, or that of a private endpoint."""
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        cluster_id, region, domain = match.groups()
        return (cluster_id, region) == (self.cluster_id, self.region) and domain in {
            self.domain,
            PUBLIC_DOMAIN,
        }


def action_for(user: str, admin: str) -> str:
    return CONNECT_ADMIN if user == admin else CONNECT


def verify_token(
    identities: Identities, token: str, endpoint: Endpoint, user: str, now_s: float, *, admin: str = "admin"
) -> Principal:
    """Return who made a token; whether that principal may connect is asked of its policies. now_s counts from 1970.

    Raises:
        TokenRefusedError: the token is not good for this user, cluster and moment.
    """
    host, action, signature, canonical = _read(token)
    credentials = find_credentials(identities, signature)
    is_signed = sigv4.is_signed_by(credentials.secret, signature, canonical)
    principal = credentials.principal
    if principal is None:
        raise TokenRefusedError("no such access key, or its session token is not sound")
    if not is_signed:
        raise TokenRefusedError("the signature does not match")
    if signature.scope.service != SERVICE:
        raise TokenRefusedError("signed for another service")
    if signature.scope.region != endpoint.region:
        raise TokenRefusedError("signed for another region")
    if not endpoint.is_named(host):
        raise TokenRefusedError(f"signed for another host, {host[:100]}")
    _check_time(signature, principal, now_s)
    if action != action_for(user, admin):
        hint = f"Wrong user to action mapping. user: {user}, action: {action}"
        raise TokenRefusedError("the action is not the user's", hint)
    return principal


def _read(token: str) -> tuple[str, str, Signature, str]:
    """Return a token's host, action and signature, and the canonical request it was made of."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenRefusedError("the token is too long")
    host, slash, rest = token.partition("/")
    if not slash or not rest.startswith("?") or not host or not token.isascii():
        raise TokenRefusedError("the password is not a token")
    try:
        query = sigv4.parse_query(rest[1:])
        signature = sigv4.read_presigned(query)
        if signature.signed_headers != ("host",):
            raise MalformedError("more headers are signed than a token has")
        actions = [value for name, value in query if name == "Action"]
        if len(actions) != 1 or actions[0] not in _ACTIONS:
            raise MalformedError("the action is not one of connecting")
        signed = [pair for pair in query if pair[0] != "X-Amz-Signature"]
        canonical = sigv4.canonical_request(
            "GET", "/", signed, {"host": host.lower()}, ("host",), EMPTY_SHA256
        )
    except MalformedError as error:
        raise TokenRefusedError(f"the token is malformed: {error}") from error
    return host, actions[0], signature, canonical


def _check_time(signature: Signature, principal: Principal, now_s: float) -> None:
    signed_s = signature.signed_at_s
    now = sigv4.format_amz_date(now_s)
    assert signature.expires_s is not None
    if signature.expires_s > EXPIRES_S_MAX:
        raise TokenRefusedError(
            "the token lives too long", f"X-Amz-Expires must be less than {EXPIRES_S_MAX} seconds"
        )
    if signed_s > now_s + SKEW_S:
        latest = sigv4.format_amz_date(now_s + SKEW_S)
        raise TokenRefusedError(
            "the token is not valid yet",
            f"Signature not yet current: {signature.amz_date} is still later than {latest} ({now} + 5 min.)",
        )
    expires_s = signed_s + signature.expires_s
    if now_s >= expires_s:
        raise TokenRefusedError(
            "the token has expired",
            f"Signature expired: {sigv4.format_amz_date(expires_s)} is now earlier than {now}",
        )
    if principal.expires_s is not None and now_s >= principal.expires_s:
        raise TokenRefusedError(
            "the session credentials have expired", "The security token included in the request is expired"
        )
