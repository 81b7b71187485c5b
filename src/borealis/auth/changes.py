"""Changes of identities: each takes Identities and what is wanted, and returns new Identities, or says why not.

Names are unique without regard to case, as in IAM. What is deleted may not be in use: a user's keys go first, policies are
detached first. Source: AWS's IAM API reference, for rules and error codes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from borealis.auth import arn
from borealis.auth.policies.document import MalformedPolicyError
from borealis.auth.policies.parse import parse_policy, parse_trust_policy
from borealis.auth.principals import (
    SESSION_S_DEFAULT,
    SESSION_S_MAX,
    AccessKey,
    Identities,
    NamedPolicy,
    Role,
    User,
)
from borealis.auth.sessions import access_key_id, secret_access_key

KEYS_MAX = 2
"""Access keys of one user, as in IAM: the old one and its successor."""


class IdentityError(ValueError):
    """An AWS API error of IAM: what was asked cannot be done."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_Named = TypeVar("_Named", User, Role, NamedPolicy)


def create_user(
    identities: Identities, name: str, random_: random.Random, now_s: int, *, path: str = "/"
) -> Identities:
    _check_new("user", name, path, identities.users)
    user = User(name, access_key_id("AIDA", random_), now_s, path)
    return replace(identities, users={**identities.users, name: user})


def delete_user(identities: Identities, name: str) -> Identities:
    user = find(identities.users, "user", name)
    if identities.keys_of(user):
        raise IdentityError("DeleteConflict", f"user {name} has access keys; delete them first")
    if user.attached:
        raise IdentityError("DeleteConflict", f"user {name} has policies; detach them first")
    return replace(identities, users=_without(identities.users, name))


def create_role(
    identities: Identities,
    name: str,
    trust: str | None,
    random_: random.Random,
    now_s: int,
    *,
    path: str = "/",
    session_s_max: int = SESSION_S_DEFAULT,
) -> Identities:
    """Add a role; without a trust policy, whoever in the account is allowed sts:AssumeRole may assume it."""
    _check_new("role", name, path, identities.roles)
    if not SESSION_S_DEFAULT <= session_s_max <= SESSION_S_MAX:
        raise IdentityError(
            "ValidationError", f"a role's sessions last from {SESSION_S_DEFAULT} to {SESSION_S_MAX} seconds"
        )
    document = account_trust(identities.account) if trust is None else trust
    _check_document(parse_trust_policy, document)
    role = Role(name, access_key_id("AROA", random_), now_s, document, path, session_s_max=session_s_max)
    return replace(identities, roles={**identities.roles, name: role})


def set_trust(identities: Identities, name: str, trust: str) -> Identities:
    """Give a role another trust policy."""
    role = find(identities.roles, "role", name)
    _check_document(parse_trust_policy, trust)
    return replace(identities, roles={**identities.roles, name: replace(role, trust=trust)})


def delete_role(identities: Identities, name: str) -> Identities:
    if find(identities.roles, "role", name).attached:
        raise IdentityError("DeleteConflict", f"role {name} has policies; detach them first")
    return replace(identities, roles=_without(identities.roles, name))


def create_key(
    identities: Identities, user: str, random_: random.Random, now_s: int
) -> tuple[Identities, AccessKey]:
    found = find(identities.users, "user", user)
    if len(identities.keys_of(found)) >= KEYS_MAX:
        raise IdentityError("LimitExceeded", f"user {found.name} has {KEYS_MAX} access keys already")
    key = AccessKey(access_key_id("AKIA", random_), found.name, secret_access_key(random_), now_s)
    return replace(identities, access_keys={**identities.access_keys, key.id: key}), key


def set_key_active(identities: Identities, key_id: str, is_active: bool) -> Identities:
    key = replace(_key(identities, key_id), is_active=is_active)
    return replace(identities, access_keys={**identities.access_keys, key_id: key})


def delete_key(identities: Identities, key_id: str) -> Identities:
    _key(identities, key_id)
    keys = {other: key for other, key in identities.access_keys.items() if other != key_id}
    return replace(identities, access_keys=keys)


def put_policy(identities: Identities, name: str, document: str, *, path: str = "/") -> Identities:
    """Add a managed policy, or give the one of this name another text."""
    _check_document(parse_policy, document)
    existing = identities.policies.get(name)
    if existing is None:
        _check_new("policy", name, path, identities.policies)
    policy = NamedPolicy(name, document, path) if existing is None else replace(existing, document=document)
    return replace(identities, policies={**identities.policies, name: policy})


def delete_policy(identities: Identities, name: str) -> Identities:
    policy_arn = identities.policy_arn(find(identities.policies, "policy", name))
    holders: list[User | Role] = [*identities.users.values(), *identities.roles.values()]
    for holder in holders:
        if policy_arn in holder.attached:
            raise IdentityError(
                "DeleteConflict", f"policy {name} is attached to {holder.name}; detach it first"
            )
    return replace(identities, policies=_without(identities.policies, name))


def find_policy_arn(identities: Identities, wanted: str) -> str:
    """Return the ARN of a managed policy, the account's own or AWS's, given that or its name."""
    found = identities.documents_by_arn
    own = identities.policies.get(wanted)
    candidates = [wanted, arn.policy_arn("aws", "/", wanted)]
    if own is not None:
        candidates.insert(0, identities.policy_arn(own))
    for candidate in candidates:
        if candidate in found:
            return candidate
    raise IdentityError("NoSuchEntity", f"there is no policy {wanted}")


def attach_to_user(identities: Identities, name: str, policy: str, is_attached: bool = True) -> Identities:
    user = find(identities.users, "user", name)
    attached = _attachments(identities, user.attached, policy, is_attached)
    return replace(identities, users={**identities.users, user.name: replace(user, attached=attached)})


def attach_to_role(identities: Identities, name: str, policy: str, is_attached: bool = True) -> Identities:
    role = find(identities.roles, "role", name)
    attached = _attachments(identities, role.attached, policy, is_attached)
    return replace(identities, roles={**identities.roles, role.name: replace(role, attached=attached)})


def account_trust(account: str) -> str:
    """Return the trust policy that leaves it to identities' policies who may assume a role."""
    statement = {"Effect": "Allow", "Principal": {"AWS": arn.root_arn(account)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def find(named: Mapping[str, _Named], kind: str, name: str) -> _Named:
    found = named.get(name)
    if found is None:
        raise IdentityError("NoSuchEntity", f"there is no {kind} {name}")
    return found


def _without(named: Mapping[str, _Named], name: str) -> dict[str, _Named]:
    return {other: value for other, value in named.items() if other != name}


def _key(identities: Identities, key_id: str) -> AccessKey:
    found = identities.access_keys.get(key_id)
    if found is None:
        raise IdentityError("NoSuchEntity", f"there is no access key {key_id}")
    return found


def _check_new(kind: str, name: str, path: str, existing: Iterable[str]) -> None:
    if not arn.is_iam_name(name):
        raise IdentityError("ValidationError", f"a {kind}'s name has 1 to 64 letters, digits and _+=,.@-")
    if not arn.is_iam_path(path):
        raise IdentityError("ValidationError", "a path begins and ends with a slash")
    if name.lower() in {other.lower() for other in existing}:
        raise IdentityError("EntityAlreadyExists", f"there is a {kind} {name} already")


def _check_document(parse: Callable[[str], object], document: str) -> None:
    try:
        parse(document)
    except MalformedPolicyError as error:
        raise IdentityError("MalformedPolicyDocument", str(error)) from error


def _attachments(
    identities: Identities, attached: tuple[str, ...], policy: str, is_attached: bool
) -> tuple[str, ...]:
    policy_arn = find_policy_arn(identities, policy)
    others = tuple(other for other in attached if other != policy_arn)
    if is_attached:
        return (*others, policy_arn)
    if others == attached:
        raise IdentityError("NoSuchEntity", f"policy {policy} is not attached")
    return others
