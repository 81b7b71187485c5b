"""The decision about a request: an explicit Deny wins; else something must allow.

    any policy denies                                  ─▶ explicit deny
    identity policies allow, or the resource's policy
      names the principal itself (or everyone)         ─▶ allowed, as far as the session's policy, if there is one, allows too
    the resource's policy names the account            ─▶ that alone grants nothing: the identity's policies must allow
    nothing allows                                     ─▶ implicit deny

All principals belong to the installation's one account, so IAM's rules for other accounts do not arise.
Source: AWS's IAM documentation, "Determining whether a request is allowed or denied within an account".
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from borealis.auth.arn import root_arn
from borealis.auth.policies.document import Policy, Principals, Statement
from borealis.auth.policies.operators import arn_like
from borealis.auth.policies.pattern import Keys, matches
from borealis.auth.principals import Principal


class Decision(enum.Enum):
    """What was decided, and why; the value ends the sentence that AWS's APIs tell."""

    ALLOWED = ""
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    DENIED_BY_SESSION = "with an explicit deny in a session policy"
    NOT_ALLOWED_BY_IDENTITY = "because no identity-based policy allows the {action} action"
    NOT_ALLOWED_BY_SESSION = "because no session policy allows the {action} action"

    def __bool__(self) -> bool:
        return self is Decision.ALLOWED


@dataclass(frozen=True)
class Request:
    """What is asked: whether this principal may do this to that."""

    principal: Principal
    action: str
    """Such as dsql:GetCluster."""
    resource: str
    """An ARN; "*" for actions that have none, such as dsql:ListClusters."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Condition keys of the request by name, such as aws:SourceIp; those of the principal are added."""

    def condition_keys(self) -> Keys:
        """Return all condition keys, by lower-case name."""
        found = {name.lower(): values for name, values in self.keys.items()}
        return found | principal_keys(self.principal)


def principal_keys(principal: Principal) -> dict[str, tuple[str, ...]]:
    """Return the condition keys that tell of the principal, by lower-case name."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (principal.iam_arn,),
        "aws:principalaccount": (principal.account,),
        "aws:principaltype": ("AssumedRole" if principal.is_session else "User",),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (principal.user_id,),
    }
    if principal.username is not None:
        keys["aws:username"] = (principal.username,)
    if principal.issued_s is not None:
        keys["aws:tokenissuetime"] = (str(principal.issued_s),)
    return keys


def authorize(request: Request, resource_policy: Policy | None = None) -> Decision:
    """Decide about a request by the principal's policies and the resource's."""
    principal = request.principal
    ask = _Asked(request, request.condition_keys())
    by_identity = ask.of_all(principal.policies)
    by_resource = ask.of_resource(resource_policy)
    by_session = None if principal.session_policy is None else ask.of_all((principal.session_policy,))
    if by_identity is _Verdict.DENY:
        return Decision.DENIED_BY_IDENTITY
    if by_resource is _Verdict.DENY:
        return Decision.DENIED_BY_RESOURCE
    if by_session is _Verdict.DENY:
        return Decision.DENIED_BY_SESSION
    if by_identity is not _Verdict.ALLOW and by_resource is not _Verdict.ALLOW:
        return Decision.NOT_ALLOWED_BY_IDENTITY
    return Decision.NOT_ALLOWED_BY_SESSION if by_session is _Verdict.SILENT else Decision.ALLOWED


def denial(request: Request, decision: Decision) -> str:
    """Return the sentence that tells a principal what it may not."""
    why = decision.value.format(action=request.action)
    return (
        f"User: {request.principal.arn} is not authorized to perform: {request.action} "
        f"on resource: {request.resource} {why}"
    )


class _Verdict(enum.Enum):
    """What policies of one kind say together."""

    ALLOW = enum.auto()
    DENY = enum.auto()
    SILENT = enum.auto()


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    keys: Keys

    def of_all(self, policies: Iterable[Policy]) -> _Verdict:
        verdict = _Verdict.SILENT
        for policy in policies:
            for statement in policy.statements:
                if self._applies(statement, policy):
                    if not statement.is_allow:
                        return _Verdict.DENY
                    verdict = _Verdict.ALLOW
        return verdict

    def of_resource(self, policy: Policy | None) -> _Verdict:
        """Ask a resource's policy; what it allows to the account as a whole allows nobody by itself."""
        verdict = _Verdict.SILENT
        if policy is None:
            return verdict
        for statement in policy.statements:
            if statement.principals is None:
                continue
            is_named, is_named_itself = self._is_named(statement.principals)
            if is_named and self._applies(statement, policy):
                if not statement.is_allow:
                    return _Verdict.DENY
                if is_named_itself:
                    verdict = _Verdict.ALLOW
        return verdict

    def _is_named(self, principals: Principals) -> tuple[bool, bool]:
        principal = self.request.principal
        is_itself = principals.is_everyone or not principals.arns.isdisjoint(
            (principal.arn, principal.iam_arn)
        )
        is_named = is_itself or root_arn(principal.account) in principals.arns
        return (not is_named, not is_named) if principals.is_not else (is_named, is_itself)

    def _applies(self, statement: Statement, policy: Policy) -> bool:
        has_variables = policy.has_variables
        action = self.request.action.lower()
        actions = statement.actions
        if (
            any(matches(pattern, action, {}, has_variables=False) for pattern in actions.patterns)
            is actions.is_not
        ):
            return False
        resources = statement.resources
        if resources is not None:
            found = any(self._is_resource(pattern, has_variables) for pattern in resources.patterns)
            if found is resources.is_not:
                return False
        return all(
            condition.holds(self.keys, has_variables=has_variables) for condition in statement.conditions
        )

    def _is_resource(self, pattern: str, has_variables: bool) -> bool:
        return pattern == "*" or arn_like(pattern, self.request.resource, self.keys, has_variables)
