"""Temporary credentials of a role's session, kept nowhere: all of it is in the session token, under a seal.

    session token = base64(version, HMAC(secret, payload), payload)        payload: who, which role, until when
    secret access key = base64(HMAC(secret, "access key" + payload))       known to who holds the installation's secret

The client sends the token and signs with the secret access key; the server checks the seal and derives the same key. What
the payload says is no secret. A session ends with its time, or when its role is deleted (a role made anew has another id).

Must hold: a token that was changed in any bit, or sealed by another installation, is refused in constant time.
Source: AWS STS's AssumeRole for shapes and lengths; the construction is our own.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import random
from dataclasses import dataclass, field

import msgspec

from borealis.auth import arn
from borealis.auth.policies.parse import parse_policy
from borealis.auth.principals import Identities, Principal, Role

ACCESS_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # noqa: S105 - an alphabet
TOKEN_CHARACTERS_MAX = 16_384
"""Twice what a session policy of the largest size makes."""

_VERSION = b"\x01"
_SEAL_BYTES = 32


class _Payload(msgspec.Struct, frozen=True, array_like=True):
    access_key_id: str
    role: str
    role_id: str
    session: str
    issued_s: int
    expires_s: int
    policy: str | None
    """The session policy's text."""


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_s: int
    """Seconds since 1970."""
    assumed_role_arn: str
    assumed_role_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """What a sound session token says; whether it is still good is asked of is_expired."""

    principal: Principal
    secret_access_key: str = field(repr=False)

    def is_expired(self, now_s: float) -> bool:
        return self.principal.expires_s is not None and now_s >= self.principal.expires_s


def access_key_id(prefix: str, random_: random.Random) -> str:
    """Return a new identifier: AKIA… an access key, ASIA… a session's, AIDA… a user, AROA… a role."""
    return prefix + "".join(random_.choices(ACCESS_KEY_ALPHABET, k=20 - len(prefix)))


def secret_access_key(random_: random.Random) -> str:
    return "".join(random_.choices(SECRET_ALPHABET, k=40))


def mint(
    identities: Identities,
    role: Role,
    session: str,
    duration_s: int,
    now_s: int,
    random_: random.Random,
    policy: str | None = None,
) -> SessionCredentials:
    """Return credentials of a role for a while; whether the caller may have them has been decided (sts:AssumeRole)."""
    key = access_key_id("ASIA", random_)
    payload = msgspec.msgpack.encode(
        _Payload(key, role.name, role.id, session, now_s, now_s + duration_s, policy)
    )
    token = base64.b64encode(_VERSION + _seal(identities, payload) + payload).decode()
    return SessionCredentials(
        access_key_id=key,
        secret_access_key=_secret(identities, payload),
        session_token=token,
        expires_s=now_s + duration_s,
        assumed_role_arn=arn.assumed_role_arn(identities.account, role.name, session),
        assumed_role_id=f"{role.id}:{session}",
    )


def open_session(identities: Identities, token: str, key_id: str) -> Session | None:
    """Return the session of a token; None if it was not made here, is another key's, or its role is gone."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        return None
    try:
        raw = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return None
    seal, body = raw[1 : 1 + _SEAL_BYTES], raw[1 + _SEAL_BYTES :]
    if raw[:1] != _VERSION or not hmac.compare_digest(seal, _seal(identities, body)):
        return None
    if base64.b64encode(raw).decode() != token:
        return None  # unused bits of the last character
    payload = msgspec.msgpack.decode(body, type=_Payload)
    role = identities.roles.get(payload.role)
    if role is None or role.id != payload.role_id or payload.access_key_id != key_id:
        return None
    principal = Principal(
        arn=arn.assumed_role_arn(identities.account, role.name, payload.session),
        iam_arn=identities.role_arn(role),
        user_id=f"{role.id}:{payload.session}",
        account=identities.account,
        username=None,
        access_key_id=key_id,
        policies=identities.policies_of(role),
        session_policy=None if payload.policy is None else parse_policy(payload.policy),
        issued_s=payload.issued_s,
        expires_s=payload.expires_s,
    )
    return Session(principal, _secret(identities, body))


def _seal(identities: Identities, payload: bytes) -> bytes:
    return hmac.digest(identities.session_secret, b"seal" + payload, "sha256")


def _secret(identities: Identities, payload: bytes) -> str:
    return base64.b64encode(
        hmac.digest(identities.session_secret, b"access key" + payload, "sha256")[:30]
    ).decode()
