"""Each constraint of the service model, violated once: ValidationException, with the parameter in its fieldList.

The cases are made from botocore's model, so a constraint that AWS adds is a case here with the next botocore.
"""

import copy
import gzip
import json
from pathlib import Path

import botocore
import pytest

from borealis.control_plane.operations import OPERATIONS

SAMPLES = {
    "ClusterId": "a" * 26,
    "StreamId": "b" * 26,
    "ClientToken": "token",
    "KmsEncryptionKey": "mine",
    "TagKey": "k",
    "TagValue": "v",
    "PolicyDocument": "{}",
    "PolicyVersion": "1",
    "Region": "us-west-2",
    "ClusterArn": "arn:aws:dsql:us-east-1:123456789012:cluster/" + "a" * 26,
    "Arn": "arn:aws:dsql:us-east-1:123456789012:cluster/" + "a" * 26,
    "MaxResults": 10,
    "NextToken": "",
    "KinesisStreamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
    "RoleArn": "arn:aws:iam::123456789012:role/r",
}


def load():
    directory = Path(botocore.__file__).parent / "data" / "dsql" / "2018-05-10"
    packed = directory / "service-2.json.gz"
    return json.loads(gzip.decompress(packed.read_bytes()))


MODEL = load()
SHAPES = MODEL["shapes"]


def sample(name):
    """Return a value of a shape that breaks nothing."""
    shape = SHAPES[name]
    if name in SAMPLES:
        return SAMPLES[name]
    if "enum" in shape:
        return shape["enum"][0]
    match shape["type"]:
        case "structure":
            return {member: sample(there["shape"]) for member, there in shape["members"].items()}
        case "list":
            return [sample(shape["member"]["shape"])]
        case "map":
            return {sample(shape["key"]["shape"]): sample(shape["value"]["shape"])}
        case "boolean":
            return True
    raise AssertionError(name)


def violations(name, path, location):
    """Yield (what, path of the parameter, a value) for each way to break a shape or what is in it."""
    shape = SHAPES[name]
    type_ = shape["type"]
    low, high = shape.get("min"), shape.get("max")
    if type_ == "string":
        if low:
            if location != "uri":
                yield "too short", path, ""
        if high:
            yield "too long", path, (sample(name) + "a" * high)
        if "pattern" in shape:
            yield "pattern", path, "\u00fc" * 26
        if "enum" in shape:
            yield "enum", path, "NO SUCH"
    elif type_ == "integer":
        yield "too small", path, low - 1
        yield "too large", path, high + 1
        yield "no number", path, "ten"
    elif type_ == "map":
        yield "too many", path, {f"k{n}": "" for n in range(high + 1)}
        for what, _, key in violations(shape["key"]["shape"], path, "body"):
            if key and isinstance(key, str):
                yield f"key {what}", f"{path}.{key}", {key: sample(shape["value"]["shape"])}
        for what, _, value in violations(shape["value"]["shape"], path, "body"):
            yield f"value {what}", f"{path}.k", {"k": value}
    elif type_ == "list":
        if high:
            yield "too many", path, [sample(shape["member"]["shape"])] * (high + 1)
        for what, where, item in violations(shape["member"]["shape"], f"{path}.1", location):
            yield f"item {what}", where, [item]
    elif type_ == "structure":
        for member, there in shape["members"].items():
            where = there.get("location", "body")
            inside = f"{path}.{member}" if path else member
            if member in shape.get("required", ()) and where != "uri":
                whole = sample(name)
                del whole[member]
                yield f"no {member}", inside, whole
            for what, found, value in violations(there["shape"], inside, where):
                yield f"{member} {what}", found, sample(name) | {member: value}
        if shape.get("union"):
            yield "empty union", path, {}
    if location == "body" and type_ != "integer" and path:
        yield "wrong type", path, 7


CASES = [
    pytest.param(operation, where, value, id=f"{operation}: {what}")
    for operation, described in MODEL["operations"].items()
    for what, where, value in violations(described["input"]["shape"], "", "body")
]


def test_every_operation_of_the_model_is_answered():
    assert set(OPERATIONS) == set(MODEL["operations"])
    assert len(CASES) > 100


@pytest.mark.parametrize(("operation", "where", "parameters"), CASES)
def test_a_broken_constraint_is_named(play, operation, where, parameters):
    answer = play(lambda world: world.call(operation, **copy.deepcopy(parameters)))
    assert (answer.status, answer.parsed["Error"]["Code"]) == (400, "ValidationException"), answer.body
    assert answer.parsed["reason"] == "fieldValidationFailed"
    assert where in [found["name"] for found in answer.parsed["fieldList"]], answer.body


@pytest.mark.parametrize("operation", MODEL["operations"])
def test_sound_parameters_break_nothing(play, operation):
    parameters = sample(MODEL["operations"][operation]["input"]["shape"])
    parameters.pop("multiRegionProperties", None)
    parameters.pop("policy", None) if operation == "CreateCluster" else None
    parameters.pop("nextToken", None)
    answer = play(lambda world: world.call(operation, **parameters))
    if answer.status != 200:
        assert answer.parsed["Error"]["Code"] == "ResourceNotFoundException", answer.body


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_cannot_be_parsed(play, body):
    async def script(world):
        status, headers, text = await world.send("POST", "/cluster", body=body)
        assert (status, headers["x-amzn-errortype"]) == (400, "ValidationException")
        assert json.loads(text)["reason"] == "cannotParse"

    play(script)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("PUT", "/cluster"), ("GET", "/cluster/x/y/z"), ("POST", "/")]
)
def test_what_is_no_operation(play, method, path):
    async def script(world):
        status, headers, text = await world.send(method, path)
        assert (status, headers["x-amzn-errortype"]) == (400, "ValidationException")
        assert json.loads(text)["reason"] == "unknownOperation"

    play(script)


def test_members_nobody_knows_are_ignored(play):
    async def script(world):
        body = b'{"deletionProtectionEnabled": false, "of the future": {"a": [1]}, "tags": null}'
        status, _, text = await world.send("POST", "/cluster", body=body)
        assert (status, json.loads(text)["deletionProtectionEnabled"]) == (200, False)

    play(script)
