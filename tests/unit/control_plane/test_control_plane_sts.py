"""STS: who am I, and temporary credentials of a role; read by botocore's query parser, used at once to sign."""

import dataclasses
import json
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.parsers
import pytest

from borealis.auth.principals import AccessKey, NamedPolicy, Role, User

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
ALICE = AccessKey("AKIAALICE", "alice", "secret of alice", 0)
ALICE_ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal, effect="Allow", condition=None):
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return document(statement | ({} if condition is None else {"Condition": condition}))


def prepare(world, trust, alice=(), role=("dsql:*",)):
    def allowed(actions):
        return document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})

    inline = (NamedPolicy("p", allowed(alice)),) if alice else ()
    user = User("alice", "AIDAALICE", 0, inline=inline)
    made = Role("app", "AROAAPP", 0, trust, inline=(NamedPolicy("p", allowed(role)),))
    found = world.identities
    world.identities = dataclasses.replace(
        found,
        users={**found.users, "alice": user},
        access_keys={**found.access_keys, ALICE.id: ALICE},
        roles={"app": made},
    )


async def sts(world, action, key=ALICE, token=None, **parameters):
    form = urllib.parse.urlencode({"Action": action, "Version": "2011-06-15", **parameters}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    status, headers, body = await world.send("POST", "/", (), headers, form, key, token, "sts")
    model = botocore.model.ServiceModel(
        botocore.loaders.Loader().load_service_model("sts", "service-2"), "sts"
    )
    parser = botocore.parsers.create_parser("query")
    response = {"status_code": status, "headers": headers, "body": body, "context": {}}
    shape = model.operation_model(action).output_shape
    return status, parser.parse(response, shape)


def assume(world, key=ALICE, token=None, **parameters):
    wanted = {"RoleArn": ROLE, "RoleSessionName": "tests"} | parameters
    return sts(world, "AssumeRole", key, token, **wanted)


def test_who_am_i(play):
    async def script(world):
        prepare(world, trusting(ALICE_ARN))
        _, found = await sts(world, "GetCallerIdentity")
        assert (found["Arn"], found["UserId"], found["Account"]) == (ALICE_ARN, "AIDAALICE", ACCOUNT)

    play(script)


def test_a_role_is_assumed_and_used(play):
    async def script(world):
        prepare(world, trusting(ALICE_ARN), role=("dsql:ListClusters",))
        assert (await world.call("ListClusters", ALICE)).status == 403
        status, found = await assume(world, DurationSeconds="900")
        assert status == 200
        assert found["AssumedRoleUser"] == {
            "AssumedRoleId": "AROAAPP:tests",
            "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/tests",
        }
        credentials = found["Credentials"]
        left_s = credentials["Expiration"].timestamp() - world.service.now_s
        assert 890 < left_s <= 900
        key = AccessKey(credentials["AccessKeyId"], "", credentials["SecretAccessKey"], 0)
        token = credentials["SessionToken"]
        assert (await world.call("ListClusters", key, token)).status == 200
        assert (await world.call("CreateCluster", key, token)).status == 403
        _, identity = await sts(world, "GetCallerIdentity", key, token)
        assert identity["Arn"] == found["AssumedRoleUser"]["Arn"]

    play(script)


def test_a_session_policy_narrows(play):
    async def script(world):
        prepare(world, trusting(ALICE_ARN))
        only = document({"Effect": "Allow", "Action": "dsql:ListClusters", "Resource": "*"})
        _, found = await assume(world, Policy=only)
        credentials = found["Credentials"]
        key = AccessKey(credentials["AccessKeyId"], "", credentials["SecretAccessKey"], 0)
        assert (await world.call("ListClusters", key, credentials["SessionToken"])).status == 200
        assert (await world.call("CreateCluster", key, credentials["SessionToken"])).status == 403

    play(script)


EXTERNAL = {"StringEquals": {"sts:ExternalId": "42"}}
AS_ALICE = {"StringEquals": {"aws:PrincipalArn": ALICE_ARN}}


@pytest.mark.parametrize(
    ("trust", "own", "parameters", "is_let_in"),
    [
        (trusting(ALICE_ARN), (), {}, True),  # named itself: its own policies are not needed
        (trusting(ROOT), (), {}, False),
        (trusting(ROOT), ("sts:AssumeRole",), {}, True),
        (trusting(ROOT, condition=AS_ALICE), ("sts:AssumeRole",), {}, True),
        (
            trusting(f"arn:aws:iam::{ACCOUNT}:user/bob"),
            ("*",),
            {},
            False,
        ),  # may everything, trusted by nobody
        (trusting(ALICE_ARN, "Deny"), ("*",), {}, False),
        (trusting(ALICE_ARN, condition=EXTERNAL), (), {}, False),
        (trusting(ALICE_ARN, condition=EXTERNAL), (), {"ExternalId": "42"}, True),
        (trusting(ALICE_ARN), (), {"RoleArn": ROLE + "2"}, False),  # not there: the same words
    ],
)
def test_whom_a_role_trusts(play, trust, own, parameters, is_let_in):
    async def script(world):
        prepare(world, trust, own)
        status, found = await assume(world, **parameters)
        if is_let_in:
            assert status == 200, found
        else:
            assert (status, found["Error"]["Code"]) == (403, "AccessDenied")
            assert found["Error"]["Message"].startswith(
                f"User: {ALICE_ARN} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
            )

    play(script)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"RoleSessionName": ""}, "ValidationError"),
        ({"DurationSeconds": "899"}, "ValidationError"),
        ({"DurationSeconds": "43201"}, "ValidationError"),
        ({"DurationSeconds": "7200"}, "ValidationError"),  # the role's own longest is an hour
        ({"DurationSeconds": "soon"}, "MalformedInput"),
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": " " * 2_049}, "PackedPolicyTooLarge"),
        ({"Tags.member.1.Key": "a"}, "ValidationError"),
        ({"Version": "2010-01-01"}, "InvalidAction"),
    ],
)
def test_what_cannot_be_assumed(play, parameters, code):
    async def script(world):
        prepare(world, trusting(ALICE_ARN))
        _, found = await assume(world, **parameters)
        assert found["Error"]["Code"] == code

    play(script)


def test_other_actions_and_unsigned_requests(play):
    async def script(world):
        prepare(world, trusting(ALICE_ARN))
        status, found = await sts(world, "GetSessionToken")
        assert (status, found["Error"]["Code"]) == (400, "InvalidAction")
        status, found = await sts(world, "GetCallerIdentity", None)
        assert (status, found["Error"]["Code"]) == (403, "MissingAuthenticationTokenException")

    play(script)
