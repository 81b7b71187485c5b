"""Access: whether the caller of an operation may have it, by its own policies and the cluster's.

What an operation needs beside its own action follows from what is asked for: tags at creation need TagResource, a policy
PutClusterPolicy. An installation that must not lock itself out checks a new cluster policy against the one who sets it.

Source: dsql-facts.md §2.7; AWS's "Actions, resources, and condition keys for Amazon Aurora DSQL".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from borealis.auth.policies.document import MalformedPolicyError, Policy
from borealis.auth.policies.evaluate import Request, authorize, denial
from borealis.auth.policies.keys import NO_TAGS, request_keys
from borealis.auth.policies.parse import parse_resource_policy
from borealis.auth.principals import Principal
from borealis.control_plane.errors import AccessDeniedException, ValidationException
from borealis.control_plane.record import ClusterRecord

ANY_CLUSTER = "*"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from where, when."""

    principal: Principal
    region: str
    now_s: float
    source_ip: str | None

    def require(
        self,
        operation: str,
        resource: str,
        record: ClusterRecord | None = None,
        request_tags: Mapping[str, str] = NO_TAGS,
        tag_keys: tuple[str, ...] = (),
    ) -> None:
        """Return if the caller may; record is the cluster's, where there is one.

        Raises:
            AccessDeniedException.
        """
        policy = None if record is None or record.policy is None else parsed(record.policy.document)
        request = self._request(operation, resource, record, request_tags, tag_keys)
        decision = authorize(request, policy)
        if not decision:
            raise AccessDeniedException(denial(request, decision))

    def would_keep(self, operation: str, resource: str, record: ClusterRecord | None, policy: Policy) -> bool:
        """Tell whether the caller could still call an operation under another cluster policy."""
        return bool(authorize(self._request(operation, resource, record, NO_TAGS, ()), policy))

    def _request(
        self,
        operation: str,
        resource: str,
        record: ClusterRecord | None,
        request_tags: Mapping[str, str],
        tag_keys: tuple[str, ...],
    ) -> Request:
        keys = request_keys(
            self.now_s,
            source_ip=self.source_ip,
            is_secure=False,
            region=self.region,
            account=self.principal.account,
            resource_tags=NO_TAGS if record is None else record.tags,
        )
        keys |= {f"aws:RequestTag/{name}": (value,) for name, value in request_tags.items()}
        named = (*request_tags, *tag_keys)
        if named:
            keys["aws:TagKeys"] = named
        return Request(self.principal, f"dsql:{operation}", resource, keys)


def parsed(document: str) -> Policy:
    """Return a kept policy; it was checked when it was set."""
    return parse_resource_policy(document)


def check_policy(
    caller: Caller, resource: str, record: ClusterRecord | None, document: str, *, bypass_lockout: bool
) -> None:
    """Check a policy that is to become a cluster's.

    Raises:
        ValidationException: it is none, or would keep the caller from setting another.
    """
    try:
        policy = parse_resource_policy(document)
    except MalformedPolicyError as error:
        raise ValidationException.of_field("policy", f"The policy is malformed: {error}") from None
    if not bypass_lockout and not caller.would_keep("PutClusterPolicy", resource, record, policy):
        raise ValidationException.of_field(
            "policy",
            "The policy would not allow you to change it again with PutClusterPolicy; "
            "set bypassPolicyLockoutSafetyCheck if that is what you want.",
        )
