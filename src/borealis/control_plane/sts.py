"""STS: GetCallerIdentity and AssumeRole, in the query protocol: a form in, XML out.

    Action=AssumeRole&RoleArn=…&RoleSessionName=… ─▶ the role's trust policy, the caller's own ─▶ sessions.mint

Within one account, a caller may assume a role if the role's trust policy names the caller itself, or names the account and the
caller's own policies allow it; an explicit Deny of either wins.

Source: AWS STS's API reference, version 2011-06-15.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from borealis.auth import arn, sessions
from borealis.auth.policies.document import MalformedPolicyError, Policy, Statement
from borealis.auth.policies.evaluate import Request, authorize, denial
from borealis.auth.policies.keys import request_keys
from borealis.auth.policies.parse import parse_policy, parse_trust_policy
from borealis.auth.principals import SESSION_S_DEFAULT, SESSION_S_MAX, SESSION_S_MIN, Identities, Role
from borealis.control_plane.access import Caller

SERVICE = "sts"
VERSION = "2011-06-15"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_SESSION_POLICY_CHARACTERS_MAX = 2_048

Form = Mapping[str, str]


class StsError(Exception):
    """What the caller is told, as XML."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def answer(
    identities: Identities, caller: Caller, form: Form, random_: random.Random, request_id: str
) -> str:
    """Return the XML that answers a form.

    Raises:
        StsError
    """
    action = form.get("Action", "")
    if form.get("Version", VERSION) != VERSION:
        raise StsError("InvalidAction", f"Could not find operation {action} for version {form['Version']}")
    match action:
        case "GetCallerIdentity":
            result = _caller_identity(caller)
        case "AssumeRole":
            result = _assume_role(identities, caller, form, random_)
        case "":
            raise StsError("MissingAction", "Could not find an action for this request")
        case _:
            raise StsError("InvalidAction", f"Could not find operation {action} for version {VERSION}")
    return (
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )


def error_xml(code: str, message: str, status: int, request_id: str) -> str:
    fault = "Sender" if status < 500 else "Receiver"
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>{fault}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _caller_identity(caller: Caller) -> str:
    """Anyone may ask who they are: AWS checks no policy here."""
    principal = caller.principal
    return _elements(Arn=principal.arn, UserId=principal.user_id, Account=principal.account)


def _assume_role(identities: Identities, caller: Caller, form: Form, random_: random.Random) -> str:
    name = _required(form, "RoleArn")
    session = _required(form, "RoleSessionName")
    if not _SESSION_NAME.fullmatch(session):
        raise _invalid(
            "roleSessionName", session, f"satisfy regular expression pattern: {_SESSION_NAME.pattern}"
        )
    policy = _session_policy(form)
    role = identities.role_by_arn(name)
    _require_trust(caller, identities, role, name, form)
    assert role is not None
    made = sessions.mint(
        identities, role, session, _duration_s(caller, role, form), int(caller.now_s), random_, policy
    )
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made.expires_s))
    credentials = _elements(
        AccessKeyId=made.access_key_id,
        SecretAccessKey=made.secret_access_key,
        SessionToken=made.session_token,
        Expiration=expires,
    )
    user = _elements(AssumedRoleId=made.assumed_role_id, Arn=made.assumed_role_arn)
    return f"<Credentials>{credentials}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>"


def _require_trust(caller: Caller, identities: Identities, role: Role | None, name: str, form: Form) -> None:
    keys = request_keys(
        caller.now_s,
        source_ip=caller.source_ip,
        is_secure=False,
        region=caller.region,
        account=identities.account,
    )
    keys["sts:RoleSessionName"] = (form["RoleSessionName"],)
    if "ExternalId" in form:
        keys["sts:ExternalId"] = (form["ExternalId"],)
    request = Request(caller.principal, "sts:AssumeRole", name, keys)
    trust = None if role is None else parse_trust_policy(role.trust)
    trusted = trust is not None and _is_trusted(request, trust)
    decision = authorize(request, trust)
    if not trusted or not decision:
        raise StsError(
            "AccessDenied", denial(request, decision) if trusted else _not_authorized(request), 403
        )


def _is_trusted(request: Request, trust: Policy) -> bool:
    """Tell whether the trust policy speaks for the caller: by its own name, or as one of the account.

    Asked without the caller's own policies: who may do everything is still not trusted by every role.
    """
    stranger = replace(request.principal, policies=(), session_policy=None)
    root = arn.root_arn(stranger.account)
    statements = tuple(_speaking_for(statement, root, stranger.iam_arn) for statement in trust.statements)
    return bool(authorize(replace(request, principal=stranger), replace(trust, statements=statements)))


def _speaking_for(statement: Statement, root: str, caller: str) -> Statement:
    """Return a statement that names the caller where it names the whole account."""
    named = statement.principals
    if named is None or root not in named.arns:
        return statement
    return replace(statement, principals=replace(named, arns=named.arns | {caller}))


def _not_authorized(request: Request) -> str:
    return (
        f"User: {request.principal.arn} is not authorized to perform: {request.action} "
        f"on resource: {request.resource}"
    )


def _duration_s(caller: Caller, role: Role, form: Form) -> int:
    text = form.get("DurationSeconds", str(SESSION_S_DEFAULT))
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise StsError("MalformedInput", "DurationSeconds is not an integer")
    duration_s = int(text)
    if not SESSION_S_MIN <= duration_s <= SESSION_S_MAX:
        raise _invalid("durationSeconds", text, f"have value between {SESSION_S_MIN} and {SESSION_S_MAX}")
    if duration_s > role.session_s_max or (caller.principal.is_session and duration_s > SESSION_S_DEFAULT):
        raise StsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    return duration_s


def _session_policy(form: Form) -> str | None:
    unsupported = [
        name
        for name in form
        if name.startswith(("PolicyArns.", "Tags.", "TransitiveTagKeys.")) or name in _REFUSED
    ]
    if unsupported:
        raise StsError("ValidationError", f"{unsupported[0].partition('.')[0]} is not supported by Borealis")
    policy = form.get("Policy")
    if policy is None:
        return None
    if len(policy) > _SESSION_POLICY_CHARACTERS_MAX:
        raise StsError("PackedPolicyTooLarge", "The session policy is longer than 2048 characters")
    try:
        parse_policy(policy)
    except MalformedPolicyError as error:
        raise StsError("MalformedPolicyDocument", str(error)) from None
    return policy


_REFUSED = frozenset({"SerialNumber", "TokenCode", "SourceIdentity"})


def _required(form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        lower = name[0].lower() + name[1:]
        raise StsError(
            "ValidationError",
            f"1 validation error detected: Value null at '{lower}' failed to satisfy constraint: Member must not be null",
        )
    return value


def _invalid(name: str, value: str, constraint: str) -> StsError:
    return StsError(
        "ValidationError",
        f"1 validation error detected: Value '{value[:100]}' at '{name}' failed to satisfy constraint: "
        f"Member must {constraint}",
    )


def _elements(**texts: str) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
