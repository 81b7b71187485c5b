"""Signature Version 4: how AWS's clients sign, computed anew by who receives.

    method, path, query, headers, hash of the body ─▶ canonical request ─▶ its hash, date, scope ─▶ string to sign
    secret ─HMAC─▶ date ─HMAC─▶ region ─HMAC─▶ service ─HMAC─▶ "aws4_request" = signing key ─HMAC─▶ signature

Signers order and escape alike only in canonical form: parameters are decoded, sorted by their encoded name, then value,
and encoded again, so that any order of a presigned URL's parameters verifies.

Must hold: a signature is compared in constant time; what was not signed is not believed.
Source: AWS's "Signature Version 4 signing process"; its public test suite.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()

_UNRESERVED = "-_.~"
_AMZ_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_KEYS_CACHED = 256

Query = Sequence[tuple[str, str]]


class MalformedError(ValueError):
    """What should be a signed request cannot be read as one; the text says where."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signing key is good for."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


@dataclass(frozen=True, slots=True)
class Signature:
    """All that a signed request says about its signature."""

    access_key_id: str
    scope: Scope
    amz_date: str
    signed_headers: tuple[str, ...]
    signature: str
    session_token: str | None = None
    expires_s: int | None = None
    """How long a presigned URL is good for; None for a signature in headers."""

    @property
    def signed_at_s(self) -> int:
        """Seconds since 1970."""
        return parse_amz_date(self.amz_date)


def parse_amz_date(text: str) -> int:
    """Read yyyymmddThhmmssZ as seconds since 1970.

    Raises:
        MalformedError: it is no such time.
    """
    match = _AMZ_DATE.fullmatch(text)
    if match is None:
        raise MalformedError(f"not a date: {text[:40]!r}")
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        return int(dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC).timestamp())
    except ValueError as error:  # February 30th, the 25th hour
        raise MalformedError(f"not a date: {text!r}") from error


def format_amz_date(seconds: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def parse_query(text: str) -> list[tuple[str, str]]:
    """Read a raw query string; a plus sign stands for itself.

    Raises:
        MalformedError: an escape is broken, or what it stands for is not UTF-8.
    """
    if _BAD_ESCAPE.search(text):
        raise MalformedError("a percent sign without two hexadecimal digits")
    pairs: list[tuple[str, str]] = []
    try:
        for field in text.split("&") if text else ():
            name, _, value = field.partition("=")
            pairs.append((unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()))
    except UnicodeDecodeError as error:
        raise MalformedError("the query is not UTF-8") from error
    return pairs


def encode(text: str) -> str:
    return quote(text, safe=_UNRESERVED)


def canonical_query(query: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted((encode(n), encode(v)) for n, v in query))


def canonical_path(raw_path: str) -> str:
    """Return a request's path as signed: dot segments taken out, and, outside S3, encoded once more than it was sent."""
    segments: list[str] = []
    for segment in raw_path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    path = "/" + "/".join(segments)
    if path != "/" and raw_path.endswith("/"):
        path += "/"
    return quote(path, safe="/" + _UNRESERVED)


def canonical_request(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    signed_headers: Sequence[str],
    body_sha256: str,
) -> str:
    """Join what is signed; path is canonical, headers are by lower-case name.

    Raises:
        MalformedError: a header that is said to be signed was not sent.
    """
    lines: list[str] = []
    for name in signed_headers:
        value = headers.get(name)
        if value is None:
            raise MalformedError(f"the signed header {name[:60]!r} is missing")
        lines.append(f"{name}:{' '.join(value.split())}\n")
    return "\n".join(
        (method, path, canonical_query(query), "".join(lines), ";".join(signed_headers), body_sha256)
    )


@lru_cache(maxsize=_KEYS_CACHED)
def signing_key(secret: str, scope: Scope) -> bytes:
    """Return the key of a day, region and service; the same one serves all of a day's signatures."""
    key = b"AWS4" + secret.encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def string_to_sign(amz_date: str, scope: Scope, canonical: str) -> str:
    digest = hashlib.sha256(
        canonical.encode(errors="surrogatepass")
    )  # never fails, never makes two texts one
    return "\n".join((ALGORITHM, amz_date, str(scope), digest.hexdigest()))


def sign(secret: str, amz_date: str, scope: Scope, canonical: str) -> str:
    """Return the signature of a canonical request, in hexadecimal."""
    text = string_to_sign(amz_date, scope, canonical)
    return hmac.digest(signing_key(secret, scope), text.encode(), "sha256").hex()


def is_signed_by(secret: str, signature: Signature, canonical: str) -> bool:
    """Tell whether the secret's owner signed this request, in a time that does not depend on the answer."""
    expected = sign(secret, signature.amz_date, signature.scope, canonical)
    return hmac.compare_digest(expected.encode(), signature.signature.encode())


def read_presigned(query: Query) -> Signature:
    """Read the signature of a presigned URL from its parameters.

    Raises:
        MalformedError: a parameter is missing, doubled or not of its form.
    """
    parameters: dict[str, str] = {}
    for name, value in query:
        if name in parameters:
            raise MalformedError(f"the parameter {name[:60]!r} is given twice")
        parameters[name] = value
    if parameters.get("X-Amz-Algorithm") != ALGORITHM:
        raise MalformedError(f"X-Amz-Algorithm is not {ALGORITHM}")
    expires = parameters.get("X-Amz-Expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 10):
        raise MalformedError("X-Amz-Expires is no number of seconds")
    return _signature(
        parameters.get("X-Amz-Credential", ""),
        parameters.get("X-Amz-Date", ""),
        parameters.get("X-Amz-SignedHeaders", ""),
        parameters.get("X-Amz-Signature", ""),
        parameters.get("X-Amz-Security-Token"),
        int(expires),
    )


def read_authorization(headers: Mapping[str, str]) -> Signature:
    """Read the signature of a request from its Authorization header; headers are by lower-case name.

    Raises:
        MalformedError: it is missing or not of its form.
    """
    algorithm, _, rest = headers.get("authorization", "").partition(" ")
    if algorithm != ALGORITHM:
        raise MalformedError(f"Authorization does not begin with {ALGORITHM}")
    fields: dict[str, str] = {}
    for field in rest.split(","):
        name, _, value = field.strip().partition("=")
        if name in fields:
            raise MalformedError(f"Authorization gives {name[:60]!r} twice")
        fields[name] = value
    return _signature(
        fields.get("Credential", ""),
        headers.get("x-amz-date", ""),
        fields.get("SignedHeaders", ""),
        fields.get("Signature", ""),
        headers.get("x-amz-security-token"),
        None,
    )


def _signature(
    credential: str, amz_date: str, signed: str, signature: str, token: str | None, expires_s: int | None
) -> Signature:
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != TERMINATOR or not all(parts):
        raise MalformedError("the credential is not key/date/region/service/aws4_request")
    parse_amz_date(amz_date)
    if amz_date[:8] != parts[1]:
        raise MalformedError("the credential's date is not that of the signature")
    if _SIGNATURE.fullmatch(signature) is None:
        raise MalformedError("the signature is not 64 hexadecimal digits")
    names = tuple(signed.split(";"))
    if names != tuple(sorted(set(names))) or signed != signed.lower() or "host" not in names:
        raise MalformedError("the signed headers are not a sorted list with host in it")
    scope = Scope(parts[1], parts[2], parts[3])
    return Signature(parts[0], scope, amz_date, names, signature, token, expires_s)
