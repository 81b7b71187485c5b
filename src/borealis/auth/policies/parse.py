"""A policy's text to its value: JSON, checked by the grammar of IAM's policy language; unknown elements are refused.

Each text is parsed once and kept: policies are asked at every connection and request, and change rarely.

Source: AWS's IAM documentation, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

import msgspec

from borealis.auth.policies.document import (
    Actions,
    MalformedPolicyError,
    Policy,
    Principals,
    Resources,
    Statement,
)
from borealis.auth.policies.operators import OPERATORS, Condition

POLICY_CHARACTERS_MAX = 20_480  # dsql-facts.md §2.7, the largest of the kinds

_VERSIONS = {"2008-10-17", "2012-10-17"}
_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
}  # fmt: skip
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/[^*?]+)", re.ASCII
)
_QUANTIFIERS = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_POLICIES_CACHED = 1_024


@lru_cache(maxsize=_POLICIES_CACHED)
def parse_policy(text: str) -> Policy:
    """Read an identity's policy, or one that narrows a session: it names no principal.

    Raises:
        MalformedPolicyError: it is none.
    """
    return _policy(text, wants_principal=False, wants_resource=True)


@lru_cache(maxsize=_POLICIES_CACHED)
def parse_resource_policy(text: str) -> Policy:
    """Read a cluster's policy: every statement names its principals and resources.

    Raises:
        MalformedPolicyError: it is none.
    """
    return _policy(text, wants_principal=True, wants_resource=True)


@lru_cache(maxsize=_POLICIES_CACHED)
def parse_trust_policy(text: str) -> Policy:
    """Read a role's trust policy: every statement names its principals, and the resource is the role.

    Raises:
        MalformedPolicyError: it is none.
    """
    return _policy(text, wants_principal=True, wants_resource=False)


def _policy(text: str, *, wants_principal: bool, wants_resource: bool) -> Policy:
    if len(text) > POLICY_CHARACTERS_MAX:
        raise MalformedPolicyError(f"a policy has at most {POLICY_CHARACTERS_MAX} characters")
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise MalformedPolicyError(f"the policy is not valid JSON: {error}") from error
    top = _object(document, "the policy")
    _only(top, _TOP, "the policy")
    version = top.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise MalformedPolicyError("Version must be 2012-10-17 or 2008-10-17")
    statements = top.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyError("the policy has no Statement")
    parsed = tuple(
        _statement(_object(statement, "a Statement"), wants_principal, wants_resource)
        for statement in statements
    )
    sids = [statement.sid for statement in parsed if statement.sid]
    if len(set(sids)) < len(sids):
        raise MalformedPolicyError("two statements have the same Sid")
    return Policy(parsed, version == "2012-10-17")


def _statement(element: dict[str, object], wants_principal: bool, wants_resource: bool) -> Statement:
    _only(element, _ELEMENTS, "a Statement")
    effect = element.get("Effect")
    if effect not in {"Allow", "Deny"}:
        raise MalformedPolicyError("Effect must be Allow or Deny")
    sid = element.get("Sid")
    if sid is not None and not isinstance(sid, str):
        raise MalformedPolicyError("Sid must be a string")
    names, is_not_action = _one_of(element, "Action", "NotAction")
    actions = _strings(names, "Action")
    for action in actions:
        if _ACTION.fullmatch(action) is None:
            raise MalformedPolicyError(f"{action[:100]!r} is no action")
    return Statement(
        sid=sid,
        is_allow=effect == "Allow",
        actions=Actions(tuple(action.lower() for action in actions), is_not_action),
        resources=_resources(element, wants_resource),
        principals=_principals(element, wants_principal),
        conditions=_conditions(element.get("Condition")),
    )


def _resources(element: dict[str, object], wanted: bool) -> Resources | None:
    if not wanted:
        if "Resource" in element or "NotResource" in element:
            raise MalformedPolicyError("Has prohibited field Resource")
        return None
    found, is_not = _one_of(element, "Resource", "NotResource")
    patterns = _strings(found, "Resource")
    for pattern in patterns:
        if pattern != "*" and not (pattern.startswith("arn:") and pattern.count(":") >= 5):
            raise MalformedPolicyError(f'Resource {pattern[:100]!r} must be in ARN format or "*"')
    return Resources(patterns, is_not)


def _principals(element: dict[str, object], wanted: bool) -> Principals | None:
    if not wanted:
        if "Principal" in element or "NotPrincipal" in element:
            raise MalformedPolicyError("Policy document should not specify a principal")
        return None
    found, is_not = _one_of(element, "Principal", "NotPrincipal")
    if found == "*":
        return Principals(True, frozenset(), frozenset(), is_not)
    arns: set[str] = set()
    services: set[str] = set()
    for kind, names in _object(found, "Principal").items():
        for name in _strings(names, "Principal"):
            if kind == "AWS":
                arns.add(_principal(name))
            elif kind == "Service":
                services.add(name)
            else:
                raise MalformedPolicyError(f"Principal of kind {kind[:40]!r} is not supported")
    if not arns and not services:
        raise MalformedPolicyError("Principal is empty")
    return Principals("*" in arns, frozenset(arns - {"*"}), frozenset(services), is_not)


def _principal(name: str) -> str:
    if name == "*":
        return name
    if _ACCOUNT.fullmatch(name):
        return f"arn:aws:iam::{name}:root"
    if _PRINCIPAL_ARN.fullmatch(name) is None:
        raise MalformedPolicyError(f"Invalid principal in policy: {name[:100]!r}")
    return name


def _conditions(element: object) -> tuple[Condition, ...]:
    if element is None:
        return ()
    conditions: list[Condition] = []
    for name, keys in _object(element, "Condition").items():
        quantifier, _, operator_name = name.rpartition(":")
        operator_name = operator_name.lower()
        if_exists = operator_name.endswith("ifexists")
        operator = OPERATORS.get(operator_name.removesuffix("ifexists"))
        if operator is None or (quantifier and quantifier.lower() not in _QUANTIFIERS):
            raise MalformedPolicyError(f"Invalid Condition type : {name[:100]}")
        if operator.name == "Null" and (if_exists or quantifier):
            raise MalformedPolicyError(f"Invalid Condition type : {name[:100]}")
        for key, given in _object(keys, name).items():
            values = _strings(given, f"{name} {key}", scalars=True)
            for value in values:
                if operator.check is not None and "${" not in value and not operator.check(value):
                    raise MalformedPolicyError(f"{value[:100]!r} is no value for {name}")
            conditions.append(
                Condition(operator, _QUANTIFIERS.get(quantifier.lower()), if_exists, key.lower(), values)
            )
    return tuple(conditions)


def _one_of(element: dict[str, object], name: str, negated: str) -> tuple[object, bool]:
    if (name in element) is (negated in element):
        raise MalformedPolicyError(f"a Statement must have one of {name} and {negated}")
    return (element[name], False) if name in element else (element[negated], True)


def _strings(value: object, what: str, *, scalars: bool = False) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    strings: list[str] = []
    for item in cast(list[object], found):
        if isinstance(item, str):
            strings.append(item)
        elif scalars and isinstance(item, bool):
            strings.append("true" if item else "false")
        elif scalars and isinstance(item, int | float):
            strings.append(str(item))
        else:
            raise MalformedPolicyError(f"{what} must be a string or a list of strings")
    if not strings:
        raise MalformedPolicyError(f"{what} is empty")
    return tuple(strings)


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedPolicyError(f"{what} must be an object")
    return cast(dict[str, object], value)


def _only(element: Mapping[str, object], names: set[str], what: str) -> None:
    for name in element:
        if name not in names:
            raise MalformedPolicyError(f"{what} has an unknown element {name[:60]!r}")
