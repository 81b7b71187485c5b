"""Credentials: the secret a signature is to be checked with, and whom it stands for.

A key that nobody has is checked too, with a secret that nobody has, so that a refusal takes as long as for a key there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from borealis.auth.principals import Identities, Principal
from borealis.auth.sessions import open_session
from borealis.auth.sigv4 import Signature


@dataclass(frozen=True, slots=True)
class Credentials:
    secret: str = field(repr=False)
    principal: Principal | None
    """None: whatever the signature, it is nobody's."""


def find_credentials(identities: Identities, signature: Signature) -> Credentials:
    """Return the credentials a signature claims to be made with."""
    if signature.session_token is not None:
        session = open_session(identities, signature.session_token, signature.access_key_id)
        return (
            _nobody(identities)
            if session is None
            else Credentials(session.secret_access_key, session.principal)
        )
    key = identities.access_keys.get(signature.access_key_id)
    if key is None:
        return _nobody(identities)
    return Credentials(key.secret, identities.user_principal(key))


def _nobody(identities: Identities) -> Credentials:
    return Credentials(identities.session_secret.hex(), None)
