"""Making authentication tokens, as AWS's signers do, for the command line. Source: dsql-facts.md §2.1."""

from __future__ import annotations

from dataclasses import dataclass, field

from borealis.auth import sigv4
from borealis.auth.arn import SERVICE
from borealis.auth.sigv4 import ALGORITHM, EMPTY_SHA256, Scope

EXPIRES_S_DEFAULT = 900


@dataclass(frozen=True, slots=True)
class SigningCredentials:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def make_token(
    credentials: SigningCredentials,
    host: str,
    region: str,
    action: str,
    now_s: float,
    expires_s: int = EXPIRES_S_DEFAULT,
) -> str:
    """Return a token for an endpoint's host name; action is DbConnect or DbConnectAdmin, now_s counts from 1970."""
    amz_date = sigv4.format_amz_date(now_s)
    scope = Scope(amz_date[:8], region, SERVICE)
    query = [
        ("Action", action),
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{credentials.access_key_id}/{scope}"),
        ("X-Amz-Date", amz_date),
        ("X-Amz-Expires", str(expires_s)),
        ("X-Amz-SignedHeaders", "host"),
    ]
    if credentials.session_token is not None:
        query.append(("X-Amz-Security-Token", credentials.session_token))
    canonical = sigv4.canonical_request("GET", "/", query, {"host": host}, ("host",), EMPTY_SHA256)
    signature = sigv4.sign(credentials.secret_access_key, amz_date, scope, canonical)
    return f"{host}/?{sigv4.canonical_query(query)}&X-Amz-Signature={signature}"
