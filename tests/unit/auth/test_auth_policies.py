"""IAM's policy language: what is decided, and what is no policy. Cases are those of AWS's documentation, named where they stand."""

import json
import time

import pytest

from borealis.auth.policies.document import MalformedPolicyError
from borealis.auth.policies.evaluate import Decision, Request, authorize, denial
from borealis.auth.policies.keys import request_keys
from borealis.auth.policies.operators import arn_like
from borealis.auth.policies.parse import parse_policy, parse_resource_policy, parse_trust_policy
from borealis.auth.policies.pattern import matches
from borealis.auth.principals import Principal

ACCOUNT = "123456789012"
CLUSTER = f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/abcdefghijklmnopqrstuvwx23"
USER = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"


def document(*statements, version="2012-10-17"):
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action="dsql:*", resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action="dsql:*", resource="*", **more):
    return allow(action, resource, **more) | {"Effect": "Deny"}


def user(*policies, name="alice"):
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return Principal(arn, arn, "AIDA1", ACCOUNT, name, "AKIA1", tuple(map(parse_policy, policies)))


def role_session(*policies, session_policy=None):
    narrowed = None if session_policy is None else parse_policy(session_policy)
    return Principal(
        SESSION, ROLE, "AROA1:one", ACCOUNT, None, "ASIA1", tuple(map(parse_policy, policies)), narrowed, 1, 2
    )


def decide(principal, action="dsql:DbConnect", resource=CLUSTER, keys=None, cluster_policy=None):
    policy = None if cluster_policy is None else parse_resource_policy(cluster_policy)
    return authorize(Request(principal, action, resource, keys or {}), policy)


def holds(condition, keys, *, version="2012-10-17", name="alice"):
    """Tell whether a condition lets an Allow statement through."""
    return bool(decide(user(document(allow(Condition=condition), version=version), name=name), keys=keys))


# Who decides.


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow()], Decision.ALLOWED),
        ([allow(), deny("dsql:DbConnect")], Decision.DENIED_BY_IDENTITY),
        ([deny("dsql:DbConnect"), allow()], Decision.DENIED_BY_IDENTITY),
        ([allow("dsql:dbconnect")], Decision.ALLOWED),
        ([allow("DSQL:Db*t")], Decision.ALLOWED),
        ([allow("dsql:DbConnect?")], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow("dsql:DbConnectAdmin")], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow("rds:*")], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow(["rds:*", "dsql:Db*"])], Decision.ALLOWED),
        ([allow("*")], Decision.ALLOWED),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], Decision.ALLOWED),
        ([{"Effect": "Allow", "NotAction": "dsql:Db*", "Resource": "*"}], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow(), {"Effect": "Deny", "NotAction": "dsql:DbConnect", "Resource": "*"}], Decision.ALLOWED),
        ([allow(resource=CLUSTER)], Decision.ALLOWED),
        ([allow(resource=CLUSTER[:-1] + "4")], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([allow(resource=f"arn:aws:dsql:*:{ACCOUNT}:cluster/*")], Decision.ALLOWED),
        ([allow(resource="arn:aws:dsql:us-west-2:*:*")], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([{"Effect": "Allow", "Action": "dsql:*", "NotResource": CLUSTER}], Decision.NOT_ALLOWED_BY_IDENTITY),
        ([{"Effect": "Allow", "Action": "dsql:*", "NotResource": CLUSTER + "x"}], Decision.ALLOWED),
    ],
)
def test_identity_policies(statements, decision):
    policies = [document(statement) for statement in statements]
    assert decide(user(*policies)) is decision
    if statements:
        assert decide(user(document(*statements))) is decision


@pytest.mark.parametrize(
    ("principal", "decision"),
    [
        ("*", Decision.ALLOWED),
        ({"AWS": "*"}, Decision.ALLOWED),
        ({"AWS": USER}, Decision.ALLOWED),
        ({"AWS": [ROLE, USER]}, Decision.ALLOWED),
        ({"AWS": ROLE}, Decision.NOT_ALLOWED_BY_IDENTITY),
        ({"AWS": ACCOUNT}, Decision.NOT_ALLOWED_BY_IDENTITY),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Decision.NOT_ALLOWED_BY_IDENTITY),
        ({"Service": "dsql.amazonaws.com"}, Decision.NOT_ALLOWED_BY_IDENTITY),
    ],
)
def test_a_clusters_policy_allows_who_is_named_itself(principal, decision):
    """Source: IAM, "Evaluation logic for requests within a single account"."""
    policy = document(allow(Principal=principal))
    assert decide(user(), cluster_policy=policy) is decision


@pytest.mark.parametrize(
    ("principal", "is_denied"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": ACCOUNT}}, True),
        ({"Principal": {"AWS": ROLE}}, False),
        ({"NotPrincipal": {"AWS": USER}}, False),
        ({"NotPrincipal": {"AWS": ROLE}}, True),
    ],
)
def test_a_clusters_policy_denies_whatever_identities_are_allowed(principal, is_denied):
    statement = {"Effect": "Deny", "Action": "dsql:*", "Resource": "*", **principal}
    decision = decide(user(document(allow())), cluster_policy=document(statement))
    assert decision is (Decision.DENIED_BY_RESOURCE if is_denied else Decision.ALLOWED)


def test_a_role_is_named_by_its_own_arn_or_its_sessions():
    for name in (ROLE, SESSION):
        assert decide(role_session(), cluster_policy=document(allow(Principal={"AWS": name})))
    other = SESSION.replace("/one", "/two")
    assert not decide(role_session(), cluster_policy=document(allow(Principal={"AWS": other})))


def test_a_session_policy_only_narrows():
    everything, connect, other = (
        document(allow()),
        document(allow("dsql:DbConnect")),
        document(allow("dsql:Get*")),
    )
    assert decide(role_session(everything, session_policy=connect)) is Decision.ALLOWED
    assert decide(role_session(everything, session_policy=other)) is Decision.NOT_ALLOWED_BY_SESSION
    assert decide(role_session(session_policy=connect)) is Decision.NOT_ALLOWED_BY_IDENTITY
    denying = document(deny())
    assert decide(role_session(everything, session_policy=denying)) is Decision.DENIED_BY_SESSION


def test_the_vpc_only_policy_of_the_user_guide_keeps_everyone_out_here():
    """Source: dsql-facts.md §2.7: Deny where aws:SourceVpc is null; there is no VPC here."""
    blocked = document(
        deny(
            ["dsql:DbConnect", "dsql:DbConnectAdmin"],
            Principal={"AWS": "*"},
            Condition={"Null": {"aws:SourceVpc": "true"}},
        )
    )
    admin = user(document(allow("*")))
    assert decide(admin, cluster_policy=blocked) is Decision.DENIED_BY_RESOURCE
    assert decide(admin, "dsql:GetCluster", cluster_policy=blocked) is Decision.ALLOWED


def test_what_a_refused_principal_is_told():
    request = Request(user(), "dsql:DbConnectAdmin", CLUSTER)
    assert denial(request, authorize(request)) == (
        f"User: {USER} is not authorized to perform: dsql:DbConnectAdmin on resource: {CLUSTER} "
        "because no identity-based policy allows the dsql:DbConnectAdmin action"
    )


# Conditions.

KEYS = {
    "aws:SourceIp": ("203.0.113.7",),
    "aws:ResourceTag/Env": ("prod",),
    "aws:TagKeys": ("env", "team"),
    "aws:EpochTime": ("1700000000",),
    "aws:CurrentTime": ("2023-11-14T22:13:20Z",),
    "aws:SecureTransport": ("true",),
    "s:Number": ("10",),
    "s:Arn": ("arn:aws:sns:us-east-1:123456789012:topic-a",),
    "s:Data": ("aGk=",),
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:ResourceTag/Env": "prod"}}, True),
        ({"StringEquals": {"AWS:resourcetag/env": ["dev", "prod"]}}, True),
        ({"StringEquals": {"aws:ResourceTag/Env": "Prod"}}, False),
        ({"StringEquals": {"aws:ResourceTag/Env": "pr*"}}, False),
        ({"StringEquals": {"aws:ResourceTag/Other": "prod"}}, False),
        ({"StringEqualsIfExists": {"aws:ResourceTag/Other": "prod"}}, True),
        ({"StringEqualsIfExists": {"aws:ResourceTag/Env": "dev"}}, False),
        ({"StringNotEquals": {"aws:ResourceTag/Env": "prod"}}, False),
        ({"StringNotEquals": {"aws:ResourceTag/Env": ["dev", "test"]}}, True),
        ({"StringNotEquals": {"aws:ResourceTag/Env": ["dev", "prod"]}}, False),
        ({"StringNotEquals": {"aws:ResourceTag/Other": "prod"}}, True),
        ({"StringEqualsIgnoreCase": {"aws:ResourceTag/Env": "PROD"}}, True),
        ({"StringNotEqualsIgnoreCase": {"aws:ResourceTag/Env": "PROD"}}, False),
        ({"StringLike": {"aws:ResourceTag/Env": "p*d"}}, True),
        ({"StringLike": {"aws:ResourceTag/Env": "p?d"}}, False),
        ({"StringNotLike": {"aws:ResourceTag/Env": "p*"}}, False),
        ({"StringEquals": {"aws:username": "alice"}, "Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:username": "alice"}, "Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"Null": {"aws:SourceVpc": "true"}}, True),
        ({"Null": {"aws:SourceVpc": False}}, False),
        ({"Null": {"aws:SourceIp": "false"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}, False),
        ({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, True),
        ({"NumericEquals": {"s:Number": 10}}, True),
        ({"NumericEquals": {"s:Number": "10.0"}}, True),
        ({"NumericNotEquals": {"s:Number": "9"}}, True),
        ({"NumericLessThan": {"s:Number": "10"}}, False),
        ({"NumericLessThanEquals": {"s:Number": "10"}}, True),
        ({"NumericGreaterThan": {"s:Number": "9"}}, True),
        ({"NumericGreaterThanEquals": {"s:Number": "11"}}, False),
        ({"NumericEquals": {"aws:ResourceTag/Env": "10"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2023-11-14T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2023-11-14T22:13:20Z"}}, False),
        ({"DateLessThan": {"aws:EpochTime": "2023-11-15"}}, True),
        ({"DateEquals": {"aws:EpochTime": 1700000000}}, True),
        ({"DateEquals": {"aws:CurrentTime": "2023-11-14T23:13:20+01:00"}}, True),
        ({"ArnLike": {"s:Arn": "arn:aws:sns:*:123456789012:topic-*"}}, True),
        ({"ArnEquals": {"s:Arn": "arn:aws:sns:*:*:*"}}, True),
        ({"ArnNotLike": {"s:Arn": "arn:aws:sns:*:*:topic-b"}}, True),
        ({"ArnNotEquals": {"s:Arn": "arn:aws:sns:us-east-1:123456789012:topic-a"}}, False),
        ({"BinaryEquals": {"s:Data": "aGk="}}, True),
        ({"BinaryEquals": {"s:Data": "aGs="}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["env", "team", "cost"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:NoSuch": ["env"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["env", "cost"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["cost"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:NoSuch": ["env"]}}, False),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["env"]}}, True),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["env"]}}, False),
    ],
)
def test_conditions(condition, expected):
    """Source: IAM, "Condition operators", "Multivalued context keys"."""
    assert holds(condition, KEYS) is expected


@pytest.mark.parametrize(
    ("wanted", "name", "version", "expected"),
    [
        ("${aws:username}", "prod", "2012-10-17", True),
        ("${aws:username}", "prod", "2008-10-17", False),
        ("${aws:username}", "dev", "2012-10-17", False),
        ("${aws:username}", "*", "2012-10-17", False),
        ("${aws:nosuch}", "prod", "2012-10-17", False),
        ("${aws:nosuch, 'prod'}", "x", "2012-10-17", True),
        ("pr${aws:nosuch, 'o'}d", "x", "2012-10-17", True),
    ],
)
def test_policy_variables(wanted, name, version, expected):
    """Source: IAM, "Policy elements: variables and tags"."""
    for operator in ("StringEquals", "StringLike"):
        assert (
            holds({operator: {"aws:ResourceTag/Env": wanted}}, KEYS, name=name, version=version) is expected
        )


def test_variables_in_resources_are_taken_literally():
    policy = document(allow(resource=f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/${{aws:username}}"))
    cluster = f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/alice"
    assert decide(user(policy), resource=cluster)
    assert not decide(user(policy, name="*"), resource=cluster)
    assert not decide(role_session(policy), resource=cluster)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True), ("?", "", False), ("a*b*c", "aXbYc", True), ("a*b*c", "acb", False), ("**", "x", True),
        ("*a", "ba", True), ("*a", "ab", False), ("a.c", "abc", False), ("?*", "x", True), ("${*}", "*", True),
        ("${*}", "x", False), ("${$}{", "${", True), ("a${?}", "a?", True), ("${", "${", True),
    ],
)  # fmt: skip
def test_patterns(pattern, text, expected):
    assert matches(pattern, text, {}, has_variables=True) is expected


def test_a_nasty_pattern_takes_no_time():
    started = time.perf_counter()
    assert not matches("*a" * 200 + "b", "a" * 2_000, {}, has_variables=False)
    assert time.perf_counter() - started < 2


def test_wildcards_of_arns_reach_over_no_colon():
    keys = {"aws:username": ("x",)}
    with_variable = "arn:aws:dsql:*:1:cluster/${aws:username}"
    assert arn_like(with_variable, "arn:aws:dsql:us-east-1:1:cluster/x", keys, True)
    assert not arn_like(with_variable, "arn:aws:dsql:us-east-1:2:cluster/a:1:cluster/x", keys, True)
    assert not arn_like("arn:aws:*:cluster/x", "arn:aws:dsql:us-east-1:1:cluster/x", {}, False)
    assert arn_like("arn:aws:dsql:*:*:cluster/*", "arn:aws:dsql:us-east-1:1:cluster/a:b", {}, False)


def test_keys_of_a_request():
    keys = request_keys(
        1_700_000_000,
        source_ip="127.0.0.1",
        is_secure=True,
        region="us-east-1",
        account=ACCOUNT,
        resource_tags={"Env": "x"},
    )
    assert holds(
        {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}, "StringEquals": {"aws:ResourceTag/env": "x"}}, keys
    )
    assert holds({"DateEquals": {"aws:CurrentTime": "2023-11-14T22:13:20Z"}}, keys)
    assert holds({"ArnLike": {"aws:PrincipalArn": USER}, "StringEquals": {"aws:userid": "AIDA1"}}, keys)
    spoofed = keys | {"aws:PrincipalArn": (ROLE,)}
    assert holds({"ArnLike": {"aws:PrincipalArn": USER}}, spoofed)


# What is no policy.


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "null", "{}", '{"Statement": []}', '{"Version": "2020-01-01", "Statement": []}',
        document("x"), document({}), document(allow() | {"Effect": "allow"}), document(allow() | {"Extra": 1}),
        document(allow(action="DbConnect")), document(allow(action=[])), document(allow(action=[1])),
        document(allow(action="dsql:Db Connect")), document(allow(resource="cluster/x")), document(allow(resource=[])),
        document(allow(NotAction="x:y")), document({"Effect": "Allow", "Action": "*"}), document(allow(Principal="*")),
        document(allow(Condition=[])), document(allow(Condition={"StringIs": {"a": "b"}})),
        document(allow(Condition={"StringEquals": "x"})), document(allow(Condition={"StringEquals": {"a": {}}})),
        document(allow(Condition={"IpAddress": {"aws:SourceIp": "300.0.0.1"}})),
        document(allow(Condition={"NumericEquals": {"a": "x"}})), document(allow(Condition={"DateEquals": {"a": "soon"}})),
        document(allow(Condition={"Bool": {"a": "maybe"}})), document(allow(Condition={"NullIfExists": {"a": "true"}})),
        document(allow(Condition={"Some:StringEquals": {"a": "b"}})), document(allow(Sid="a"), allow(Sid="a")),
        document(allow(Sid=1)), '{"Statement": ' + "[" * 100_000, document(allow(resource="arn:" + "x" * 21_000)),
        '{"Extra": 1, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}', "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_policy_says_so(text):
    with pytest.raises(MalformedPolicyError):
        parse_policy(text)


@pytest.mark.parametrize(
    "principal",
    [{}, {"Principal": {}}, {"Principal": {"AWS": "alice"}}, {"Principal": {"AWS": "arn:aws:iam::1:user/x"}},
     {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}}, {"Principal": {"Federated": "x"}}, {"Principal": "alice"},
     {"Principal": "*", "NotPrincipal": "*"}],
)  # fmt: skip
def test_a_resources_policy_names_principals(principal):
    statement = {"Effect": "Allow", "Action": "dsql:*", "Resource": "*", **principal}
    with pytest.raises(MalformedPolicyError):
        parse_resource_policy(document(statement))


def test_a_trust_policy_names_no_resource():
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
    parse_trust_policy(document(statement))
    with pytest.raises(MalformedPolicyError):
        parse_trust_policy(document(statement | {"Resource": "*"}))
