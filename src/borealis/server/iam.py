"""IamAuthenticator: the password is an authentication token, and policies say who may connect.

    token ─▶ who made it, for which action ─▶ policies of that principal and of the cluster ─▶ role mapping ─▶ in
             tokens.verify_token              policies.evaluate.authorize                     AWS IAM GRANT, but for admin

A mapping that is revoked ends what it let in at its next transaction: the connection asks its Guard whenever it is idle and
a message comes, which compares two numbers until the catalog moves. Tokens that expire and policies that change end nothing.

Must hold: whoever is refused hears the same words, and a hint only about what its own valid signature vouches for; the log
has the reason. Source: dsql-facts.md §2.1-§2.4, §2.7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from borealis.auth.arn import SERVICE, cluster_arn
from borealis.auth.policies.evaluate import Request, authorize, denial
from borealis.auth.policies.keys import request_keys
from borealis.auth.policies.parse import parse_resource_policy
from borealis.auth.principals import Identities, Principal
from borealis.auth.tokens import Endpoint, TokenRefusedError, action_for, verify_token
from borealis.clock import POSTGRES_EPOCH_US, Clock
from borealis.errors import ConnectionFailure, InvalidAuthorizationSpecification, SqlError
from borealis.server.authentication import ADMIN, Guard, Login

_log = structlog.get_logger("borealis.auth")


class TrustingCluster(Protocol):
    """A cluster, as far as it says who may connect to it."""

    @property
    def endpoint(self) -> Endpoint: ...

    @property
    def policy(self) -> str | None:
        """Its resource-based policy's text."""
        ...

    @property
    def tags(self) -> Mapping[str, str]: ...

    @property
    def catalog_version(self) -> int:
        """Moves whenever role mappings may have; asked at every transaction, so it must cost next to nothing."""
        ...

    def is_mapped(self, role: str, iam_arn: str) -> bool:
        """Tell whether a role exists, may log in, and was granted to an IAM user or role."""
        ...


class IamAuthenticator:
    asks_password = True

    def __init__(
        self,
        identities: Callable[[], Identities],
        cluster_of: Callable[[Login], TrustingCluster],
        clock: Clock,
    ) -> None:
        """Authenticate; cluster_of raises SqlError where a login names no cluster there is."""
        self._identities = identities
        self._cluster_of = cluster_of
        self._clock = clock

    async def authenticate(self, login: Login, password: str | None) -> Guard | None:
        cluster = self._cluster_of(login)
        identities = self._identities()
        now_s = (self._clock.now_us() + POSTGRES_EPOCH_US) / 1e6
        try:
            principal = verify_token(
                identities, password or "", cluster.endpoint, login.user, now_s, admin=ADMIN
            )
        except TokenRefusedError as refusal:
            raise _refused(login, cluster, None, refusal.reason, refusal.hint) from None
        self._check_policies(login, cluster, principal, now_s)
        guard = None
        if login.user != ADMIN:
            if not cluster.is_mapped(login.user, principal.iam_arn):
                raise _unmapped(login, cluster, principal)
            guard = MappingGuard(login, cluster, principal)
        _log.debug("connection accepted", **_facts(login, cluster, principal))
        return guard

    def _check_policies(
        self, login: Login, cluster: TrustingCluster, principal: Principal, now_s: float
    ) -> None:
        endpoint = cluster.endpoint
        keys = request_keys(
            now_s,
            source_ip=_source_ip(login.peer),
            is_secure=login.encryption is not None,
            region=endpoint.region,
            account=principal.account,
            resource_tags=cluster.tags,
        )
        request = Request(
            principal,
            f"{SERVICE}:{action_for(login.user, ADMIN)}",
            cluster_arn(endpoint.region, principal.account, endpoint.cluster_id),
            keys,
        )
        policy = cluster.policy
        decision = authorize(request, None if policy is None else parse_resource_policy(policy))
        if not decision:
            raise _refused(login, cluster, principal, "policies deny", denial(request, decision))


class MappingGuard:
    """Whether the mapping that let a session in is still there."""

    __slots__ = ("_cluster", "_login", "_principal", "_version")

    def __init__(self, login: Login, cluster: TrustingCluster, principal: Principal) -> None:
        self._login = login
        self._cluster = cluster
        self._principal = principal
        self._version = cluster.catalog_version

    def __call__(self) -> SqlError | None:
        version = self._cluster.catalog_version
        if version == self._version:
            return None
        if not self._cluster.is_mapped(self._login.user, self._principal.iam_arn):
            return _unmapped(self._login, self._cluster, self._principal)
        self._version = version
        return None


def _refused(
    login: Login, cluster: TrustingCluster, principal: Principal | None, reason: str, hint: str | None
) -> ConnectionFailure:
    _log.warning("access denied", reason=reason, **_facts(login, cluster, principal))
    return ConnectionFailure("unable to accept connection, access denied", hint=hint)


def _unmapped(
    login: Login, cluster: TrustingCluster, principal: Principal
) -> InvalidAuthorizationSpecification:
    _log.warning("access denied", reason="no role mapping", **_facts(login, cluster, principal))
    return InvalidAuthorizationSpecification(  # dsql-facts.md §2.3: 28000 was seen for this one
        "unable to accept connection, access denied",
        hint=f"User: {principal.iam_arn} is not authorized to access this resource",
    )


def _facts(login: Login, cluster: TrustingCluster, principal: Principal | None) -> dict[str, str]:
    facts = {"peer": login.peer, "user": login.user, "cluster": cluster.endpoint.cluster_id}
    if principal is not None:
        facts |= {"principal": principal.arn, "access_key": principal.access_key_id}
    return facts


def _source_ip(peer: str) -> str | None:
    """Return the address of host:port."""
    host, colon, _ = peer.rpartition(":")
    return host if colon else None
