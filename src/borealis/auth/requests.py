"""HTTP requests to AWS's APIs, signed by their Authorization header or by their query: who sent one.

    request ─▶ signature read ─▶ service, region, time looked at ─▶ signature computed and compared ─▶ session still good ─▶ Principal

Refusals have AWS's codes and texts, as its clients know them; what becomes of them (JSON, XML) is the API's matter.
Source: AWS's "Signature Version 4", "Troubleshoot signed requests"; "Common errors" of its APIs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from borealis.auth import sigv4
from borealis.auth.credentials import Credentials, find_credentials
from borealis.auth.principals import Identities, Principal
from borealis.auth.sigv4 import MalformedError, Signature

SKEW_S = 300
"""How far a client's clock may be off."""

EXPIRES_S_MAX = 604_800

_UNSIGNED = "UNSIGNED-PAYLOAD"
_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came."""

    method: str
    raw_path: str
    """The path as sent, escapes and all, without the query."""
    raw_query: str
    headers: Mapping[str, str]
    """By lower-case name; several of one name joined by commas."""
    body: bytes


class RequestRefusedError(Exception):
    """An AWS API error of authentication."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def authenticate_request(
    identities: Identities, request: HttpRequest, service: str, regions: Collection[str], now_s: float
) -> Principal:
    """Return who signed a request to this service in one of these regions; now_s counts from 1970.

    Raises:
        RequestRefusedError: nobody that may.
    """
    try:
        signature, query, body_sha256 = _read(request)
        canonical = sigv4.canonical_request(
            request.method,
            sigv4.canonical_path(request.raw_path),
            query,
            request.headers,
            signature.signed_headers,
            body_sha256,
        )
    except MalformedError as error:
        raise RequestRefusedError(
            "IncompleteSignature", f"The request's signature is incomplete: {error}"
        ) from error
    _check_scope(signature, service, regions)
    _check_time(signature, now_s)
    credentials = find_credentials(identities, signature)
    is_signed = sigv4.is_signed_by(credentials.secret, signature, canonical)
    return _principal(credentials, is_signed, now_s)


def _read(request: HttpRequest) -> tuple[Signature, sigv4.Query, str]:
    query = sigv4.parse_query(request.raw_query)
    body_sha256 = hashlib.sha256(request.body).hexdigest()
    if "authorization" in request.headers:
        return sigv4.read_authorization(request.headers), query, body_sha256
    if not any(name == "X-Amz-Signature" for name, _ in query):
        raise RequestRefusedError("MissingAuthenticationTokenException", "Missing Authentication Token")
    signature = sigv4.read_presigned(query)
    if request.headers.get("x-amz-content-sha256") == _UNSIGNED and not request.body:
        body_sha256 = _UNSIGNED
    return signature, [pair for pair in query if pair[0] != "X-Amz-Signature"], body_sha256


def _check_scope(signature: Signature, service: str, regions: Collection[str]) -> None:
    if signature.scope.service != service:
        raise RequestRefusedError(
            "InvalidSignatureException", f"Credential should be scoped to correct service: '{service}'. "
        )
    if signature.scope.region not in regions:
        raise RequestRefusedError(
            "InvalidSignatureException", "Credential should be scoped to a valid region. "
        )


def _check_time(signature: Signature, now_s: float) -> None:
    """Refuse what was signed long ago or ahead of time."""
    signed_s = signature.signed_at_s
    now = sigv4.format_amz_date(now_s)
    if signed_s > now_s + SKEW_S:
        latest = sigv4.format_amz_date(now_s + SKEW_S)
        raise RequestRefusedError(
            "InvalidSignatureException",
            f"Signature not yet current: {signature.amz_date} is still later than {latest} ({now} + 5 min.)",
        )
    if signature.expires_s is not None:
        if signature.expires_s > EXPIRES_S_MAX:
            raise RequestRefusedError("IncompleteSignature", "X-Amz-Expires must be less than 604800 seconds")
        if signed_s + signature.expires_s < now_s:
            expired = sigv4.format_amz_date(signed_s + signature.expires_s)
            raise RequestRefusedError(
                "InvalidSignatureException", f"Signature expired: {expired} is now earlier than {now}"
            )
    elif signed_s < now_s - SKEW_S:
        earliest = sigv4.format_amz_date(now_s - SKEW_S)
        raise RequestRefusedError(
            "InvalidSignatureException",
            f"Signature expired: {signature.amz_date} is now earlier than {earliest} ({now} - 5 min.)",
        )


def _principal(credentials: Credentials, is_signed: bool, now_s: float) -> Principal:
    principal = credentials.principal
    if principal is None:
        raise RequestRefusedError(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    if not is_signed:
        raise RequestRefusedError("InvalidSignatureException", _NO_MATCH)
    if principal.expires_s is not None and now_s >= principal.expires_s:
        raise RequestRefusedError(
            "ExpiredTokenException", "The security token included in the request is expired"
        )
    return principal
