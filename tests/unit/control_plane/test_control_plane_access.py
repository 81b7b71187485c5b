"""Who may call what: identity policies, cluster policies with versions and lockout check, tags as conditions, signatures."""

import asyncio
import dataclasses
import json

import pytest

from borealis.auth.principals import AccessKey, NamedPolicy, User

ALICE = AccessKey("AKIAALICE", "alice", "secret of alice", 0)


def allow(*actions, resource="*", effect="Allow", condition=None):
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return statement | ({} if condition is None else {"Condition": condition})


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of_cluster(effect, actions, principal="*"):
    return policy({"Effect": effect, "Principal": principal, "Action": actions, "Resource": "*"})


def with_alice(world, *statements):
    inline = (NamedPolicy("p", policy(*statements)),) if statements else ()
    user = User("alice", "AIDAALICE", 0, inline=inline)
    found = world.identities
    world.identities = dataclasses.replace(
        found,
        users={**found.users, "alice": user},
        access_keys={**found.access_keys, ALICE.id: ALICE},
    )


async def active(world, **parameters):
    made = await world.call("CreateCluster", **parameters)
    assert made.status == 200, made.body
    await settle(world)
    return made.parsed["identifier"]


async def settle(world):
    await asyncio.gather(*world.clusters._works.values())


def code(answer):
    return answer.status, answer.parsed.get("Error", {}).get("Code")


DENIED = (403, "AccessDeniedException")


@pytest.mark.parametrize(
    "operation",
    [
        "GetCluster", "UpdateCluster", "DeleteCluster", "GetVpcEndpointServiceName", "GetClusterPolicy",
        "PutClusterPolicy", "DeleteClusterPolicy", "CreateStream", "GetStream", "ListStreams", "DeleteStream",
    ],
)  # fmt: skip
def test_each_operation_of_a_cluster_needs_its_action(play, operation):
    async def script(world):
        identifier = await active(world)
        name = "clusterIdentifier" if "Stream" in operation else "identifier"
        parameters = {name: identifier}
        if operation == "PutClusterPolicy":
            parameters["policy"] = of_cluster("Allow", "dsql:*")
        if operation in {"GetStream", "DeleteStream"}:
            parameters["streamIdentifier"] = "s" * 26
        if operation == "CreateStream":
            arn = "arn:aws:iam::123456789012:role/r"
            stream = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
            parameters |= {
                "targetDefinition": {"kinesis": {"streamArn": stream, "roleArn": arn}},
                "ordering": "UNORDERED",
                "format": "JSON",
            }
        with_alice(world)
        denied = await world.call(operation, ALICE, **parameters)
        assert code(denied) == DENIED
        assert f"is not authorized to perform: dsql:{operation} on resource: arn:aws:dsql:" in str(
            denied.body
        )
        everything_else = allow("dsql:*"), allow(f"dsql:{operation}", effect="Deny")
        with_alice(world, *everything_else)
        assert code(await world.call(operation, ALICE, **parameters)) == DENIED
        with_alice(world, allow(f"dsql:{operation}"))
        assert code(await world.call(operation, ALICE, **parameters)) != DENIED

    play(script)


def test_who_may_not_is_not_told_what_exists(play):
    async def script(world):
        identifier = await active(world)
        with_alice(world)
        there = await world.call("GetCluster", ALICE, identifier=identifier)
        not_there = await world.call("GetCluster", ALICE, identifier="z" * 26)
        assert code(there) == code(not_there) == DENIED
        assert there.body.replace(identifier.encode(), b"z" * 26) == not_there.body

    play(script)


def test_creating_with_tags_or_a_policy_needs_their_actions_too(play):
    async def script(world):
        with_alice(world, allow("dsql:CreateCluster"))
        lenient = of_cluster("Allow", "dsql:*")
        assert code(await world.call("CreateCluster", ALICE))[0] == 200
        assert code(await world.call("CreateCluster", ALICE, tags={"a": "b"})) == DENIED
        assert code(await world.call("CreateCluster", ALICE, policy=lenient)) == DENIED
        with_alice(world, allow("dsql:CreateCluster", "dsql:TagResource", "dsql:PutClusterPolicy"))
        assert code(await world.call("CreateCluster", ALICE, tags={"a": "b"}, policy=lenient))[0] == 200

    play(script)


def test_tags_of_the_request_and_of_the_resource_are_conditions(play):
    async def script(world):
        mine = {"StringEquals": {"aws:ResourceTag/owner": "alice"}}
        asked = {"StringEquals": {"aws:RequestTag/owner": "alice"}}
        with_alice(
            world,
            allow("dsql:CreateCluster", "dsql:TagResource", condition=asked),
            allow("dsql:GetCluster", condition=mine),
        )
        assert code(await world.call("CreateCluster", ALICE)) == DENIED
        assert code(await world.call("CreateCluster", ALICE, tags={"owner": "bob"})) == DENIED
        made = await world.call("CreateCluster", ALICE, tags={"owner": "alice"})
        others = await active(world, tags={"owner": "bob"})
        assert code(await world.call("GetCluster", ALICE, identifier=made.parsed["identifier"]))[0] == 200
        assert code(await world.call("GetCluster", ALICE, identifier=others)) == DENIED

    play(script)


def test_a_cluster_policy_lets_in_and_keeps_out(play):
    async def script(world):
        identifier = await active(world)
        with_alice(world)
        alice = "arn:aws:iam::123456789012:user/alice"
        text = of_cluster("Allow", "dsql:GetCluster", {"AWS": alice})
        assert code(await world.call("PutClusterPolicy", identifier=identifier, policy=text))[0] == 200
        assert code(await world.call("GetCluster", ALICE, identifier=identifier))[0] == 200
        with_alice(world, allow("dsql:*"))
        text = of_cluster("Deny", "dsql:GetCluster", {"AWS": alice})
        await world.call("PutClusterPolicy", identifier=identifier, policy=text)
        denied = await world.call("GetCluster", ALICE, identifier=identifier)
        assert code(denied) == DENIED
        assert "with an explicit deny in a resource-based policy" in str(denied.body)

    play(script)


def test_versions_of_a_policy(play):
    async def script(world):
        identifier = await active(world)
        missing = await world.call("GetClusterPolicy", identifier=identifier)
        assert (code(missing), missing.parsed["resourceType"]) == (
            (404, "ResourceNotFoundException"),
            "policy",
        )
        text = of_cluster("Allow", "dsql:GetCluster")
        put = {"identifier": identifier, "policy": text}
        assert (await world.call("PutClusterPolicy", **put)).parsed["policyVersion"] == "1"
        found = await world.call("GetClusterPolicy", identifier=identifier)
        assert (found.parsed["policy"], found.parsed["policyVersion"]) == (text, "1")
        stale = await world.call("PutClusterPolicy", **put, expectedPolicyVersion="7")
        assert code(stale) == (409, "ConflictException")
        again = await world.call("PutClusterPolicy", **put, expectedPolicyVersion="1", clientToken="t")
        assert again.parsed["policyVersion"] == "2"
        repeated = await world.call("PutClusterPolicy", **put, expectedPolicyVersion="1", clientToken="t")
        assert repeated.parsed["policyVersion"] == "2"  # the client did not hear the first answer
        other = await world.call("PutClusterPolicy", **put, clientToken="t")
        assert code(other) == (409, "ConflictException")
        stale = await world.call("DeleteClusterPolicy", identifier=identifier, expectedPolicyVersion="1")
        assert code(stale) == (409, "ConflictException")
        gone = await world.call("DeleteClusterPolicy", identifier=identifier, clientToken="u")
        assert gone.parsed["policyVersion"] == "2"
        assert (await world.call("DeleteClusterPolicy", identifier=identifier, clientToken="u")).status == 200
        assert code(await world.call("DeleteClusterPolicy", identifier=identifier))[0] == 404
        assert (await world.call("PutClusterPolicy", **put)).parsed["policyVersion"] == "3"

    play(script)


def test_nobody_locks_themselves_out_by_mistake(play):
    async def script(world):
        locked = of_cluster("Deny", "dsql:PutClusterPolicy")
        refused = await world.call("CreateCluster", policy=locked)
        assert [found["name"] for found in refused.parsed["fieldList"]] == ["policy"]
        identifier = await active(world)
        put = {"identifier": identifier, "policy": locked}
        refused = await world.call("PutClusterPolicy", **put)
        assert (code(refused), refused.parsed["fieldList"][0]["name"]) == (
            (400, "ValidationException"),
            "policy",
        )
        bypassed = await world.call("PutClusterPolicy", **put, bypassPolicyLockoutSafetyCheck=True)
        assert bypassed.status == 200
        lenient = of_cluster("Allow", "dsql:*")
        assert code(await world.call("PutClusterPolicy", identifier=identifier, policy=lenient)) == DENIED

    play(script)


@pytest.mark.parametrize("text", ["{}", "no JSON", policy(allow("dsql:GetCluster"))])
def test_a_malformed_cluster_policy(play, text):
    async def script(world):
        identifier = await active(world)
        refused = await world.call("PutClusterPolicy", identifier=identifier, policy=text)
        assert (refused.parsed["Error"]["Code"], refused.parsed["fieldList"][0]["name"]) == (
            "ValidationException",
            "policy",
        )

    play(script)


def test_requests_that_are_not_signed_or_not_by_us(play):
    async def script(world):
        status, headers, _ = await world.send("GET", "/cluster", key=None)
        assert (status, headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")
        wrong = AccessKey(ALICE.id, "alice", "another secret", 0)
        status, headers, _ = await world.send("GET", "/cluster", key=wrong)
        assert (status, headers["x-amzn-errortype"]) == (403, "UnrecognizedClientException")
        with_alice(world)
        status, headers, _ = await world.send("GET", "/cluster", key=wrong)
        assert (status, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
        status, headers, _ = await world.send("GET", "/cluster", key=ALICE, service="s3")
        assert (status, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")

    play(script)


def test_a_client_in_a_loop_is_asked_to_come_later(play):
    async def script(world):
        statuses = set()
        for _ in range(3_000):
            status, headers, text = await world.send("GET", "/nothing", key=None)
            statuses.add(status)
            if status == 429:
                assert headers["x-amzn-errortype"] == "ThrottlingException"
                assert int(headers["retry-after"]) >= 1
                break
        assert statuses == {403, 429}

    play(script)


def test_a_body_that_is_too_large(play):
    async def script(world):
        status, _, _ = await world.send("POST", "/cluster", body=b" " * (1 << 20) + b"{}")
        assert status == 413

    play(script)
