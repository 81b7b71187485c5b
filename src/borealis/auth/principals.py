"""Identities: an installation's account, users, roles, access keys and policies, as one frozen value.

A change makes a new value (`dataclasses.replace`, or the helpers below); who keeps it, and how, is the node's matter.
A Principal is who a verified request comes from: a user, or a role's session.

Must hold: secrets are in no repr.
Source: AWS's IAM documentation, "IAM identifiers".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from borealis.auth import arn
from borealis.auth.policies.document import Policy
from borealis.auth.policies.managed import MANAGED_POLICIES
from borealis.auth.policies.parse import parse_policy

SESSION_S_DEFAULT = 3_600
SESSION_S_MIN = 900
SESSION_S_MAX = 43_200


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy and its name: an account's own managed one, or one inside a user or role."""

    name: str
    document: str
    path: str = "/"


@dataclass(frozen=True, slots=True)
class User:
    name: str
    id: str
    created_s: int
    path: str = "/"
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    inline: tuple[NamedPolicy, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    id: str
    created_s: int
    trust: str
    """The policy that says who may assume it."""
    path: str = "/"
    attached: tuple[str, ...] = ()
    inline: tuple[NamedPolicy, ...] = ()
    session_s_max: int = SESSION_S_DEFAULT


@dataclass(frozen=True, slots=True)
class AccessKey:
    id: str
    user: str
    secret: str = field(repr=False)
    created_s: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a verified request comes from."""

    arn: str
    """A user's ARN, or that of a role's session (arn:aws:sts::…:assumed-role/role/session)."""
    iam_arn: str
    """The user's or the role's own ARN: what policies and AWS IAM GRANT name."""
    user_id: str
    """The user's id, or the role's id, a colon and the session's name."""
    account: str
    username: str | None
    """A user's name; None for a role's session."""
    access_key_id: str
    policies: tuple[Policy, ...] = field(repr=False)
    """Its identity policies: any of them may allow."""
    session_policy: Policy | None = field(default=None, repr=False)
    """What AssumeRole narrowed the session to."""
    issued_s: int | None = None
    """When temporary credentials were made, and below when they end; None for a user's own key."""
    expires_s: int | None = None

    @property
    def is_session(self) -> bool:
        return self.expires_s is not None


@dataclass(frozen=True)
class Identities:
    account: str
    session_secret: bytes = field(repr=False)
    """Seals session tokens (sessions.py)."""
    users: Mapping[str, User] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    access_keys: Mapping[str, AccessKey] = field(default_factory=dict)
    policies: Mapping[str, NamedPolicy] = field(default_factory=dict)
    """The account's own managed policies, by name; AWS's are in policies/managed.py."""

    def user_arn(self, user: User) -> str:
        return arn.user_arn(self.account, user.path, user.name)

    def role_arn(self, role: Role) -> str:
        return arn.role_arn(self.account, role.path, role.name)

    def policy_arn(self, policy: NamedPolicy) -> str:
        return arn.policy_arn(self.account, policy.path, policy.name)

    @cached_property
    def documents_by_arn(self) -> dict[str, str]:
        """Every managed policy there is: ARN → text."""
        own = {self.policy_arn(policy): policy.document for policy in self.policies.values()}
        return {**MANAGED_POLICIES, **own}

    @cached_property
    def _roles_by_arn(self) -> dict[str, Role]:
        return {self.role_arn(role): role for role in self.roles.values()}

    def role_by_arn(self, text: str) -> Role | None:
        return self._roles_by_arn.get(text)

    def keys_of(self, user: User) -> tuple[AccessKey, ...]:
        return tuple(key for key in self.access_keys.values() if key.user == user.name)

    def policies_of(self, identity: User | Role) -> tuple[Policy, ...]:
        """Return the policies of a user or role, parsed; what is attached but gone grants nothing."""
        found = self.documents_by_arn
        texts = [found[attached] for attached in identity.attached if attached in found]
        texts += [policy.document for policy in identity.inline]
        return tuple(map(parse_policy, texts))

    def user_principal(self, key: AccessKey) -> Principal | None:
        """Return whom an access key stands for; None if it is inactive or its user is gone."""
        user = self.users.get(key.user)
        if user is None or not key.is_active:
            return None
        name = self.user_arn(user)
        return Principal(
            arn=name,
            iam_arn=name,
            user_id=user.id,
            account=self.account,
            username=user.name,
            access_key_id=key.id,
            policies=self.policies_of(user),
        )
