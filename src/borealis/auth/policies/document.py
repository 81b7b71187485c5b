"""A policy as a value: what was written, checked and compiled, ready to be asked.

Source: AWS's IAM documentation, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.auth.policies.operators import Condition


class MalformedPolicyError(ValueError):
    """A policy that IAM would not take; the text says why."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Action or NotAction: patterns over service:Operation, in lower case."""

    patterns: tuple[str, ...]
    is_not: bool


@dataclass(frozen=True, slots=True)
class Resources:
    """Resource or NotResource: ARNs with wildcards; ${variables} are filled in for each request."""

    patterns: tuple[str, ...]
    is_not: bool


@dataclass(frozen=True, slots=True)
class Principals:
    """Principal or NotPrincipal of a resource's policy: whom it speaks of."""

    is_everyone: bool
    arns: frozenset[str]
    """Users, roles, roles' sessions; accounts as their root."""
    services: frozenset[str]
    is_not: bool


@dataclass(frozen=True, slots=True)
class Statement:
    sid: str | None
    is_allow: bool
    actions: Actions
    resources: Resources | None
    """None in a trust policy: the role itself."""
    principals: Principals | None
    """None in an identity's policy: whoever it is attached to."""
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    statements: tuple[Statement, ...]
    has_variables: bool
    """Whether its version is 2012-10-17: ${…} stands for a key's value only there."""
