"""Signed HTTP requests: what boto3 really sends, caught before it leaves, and what must be refused."""

import random
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from borealis.auth import sessions, sigv4
from borealis.auth.requests import HttpRequest, RequestRefusedError, authenticate_request

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CLUSTER = "abcdefghijklmnopqrstuvwx23"
ARN = f"arn:aws:dsql:us-east-1:123456789012:cluster/{CLUSTER}"


@pytest.fixture
def sent():
    """Return a function that lets boto3 make a request, and returns it as a server would see it."""

    def catch(
        call, service="dsql", key="AKIDEXAMPLE", secret=SECRET, token=None, endpoint="http://127.0.0.1:8080"
    ):
        client = boto3.Session().client(
            service,
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
        )
        caught = []

        def keep(request, **_):
            caught.append(request)
            return AWSResponse(request.url, 500, {}, None)

        client.meta.events.register("before-send.*", keep)
        with pytest.raises(Exception):  # the answer is empty
            call(client)
        request = caught[0]
        parts = urlsplit(request.url)
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        body = request.body or b""
        return HttpRequest(
            request.method,
            parts.path,
            parts.query,
            {"host": parts.netloc, **headers},
            body if isinstance(body, bytes) else body.encode(),
        )

    return catch


def signed_s(request):
    return sigv4.parse_amz_date(request.headers["x-amz-date"])


def authenticate(identities, request, after_s=0, service="dsql", regions=("us-east-1",)):
    return authenticate_request(identities, request, service, regions, signed_s(request) + after_s)


def changed(request, **parts):
    fields = ("method", "raw_path", "raw_query", "headers", "body")
    return HttpRequest(*(parts.get(name, getattr(request, name)) for name in fields))


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.create_cluster(tags={"Name": 'é " &'}, deletionProtectionEnabled=False),
        lambda client: client.get_cluster(identifier=CLUSTER),
        lambda client: client.list_clusters(maxResults=7, nextToken="a+b/c= &é"),
        lambda client: client.delete_cluster(identifier=CLUSTER, clientToken="t&%25"),
        lambda client: client.tag_resource(resourceArn=ARN, tags={"a": "b"}),
        lambda client: client.untag_resource(resourceArn=ARN, tagKeys=["b", "a", "A b"]),
        lambda client: client.list_tags_for_resource(resourceArn=ARN),
        lambda client: client.get_vpc_endpoint_service_name(identifier=CLUSTER),
    ],
)
def test_what_boto3_sends_is_its_users(identities, sent, call):
    request = sent(call)
    assert authenticate(identities, request).username == "root"
    for tampered in (
        changed(request, body=request.body + b" "),
        changed(request, raw_path=request.raw_path + "x"),
        changed(request, raw_query=request.raw_query + "&x=1"),
        changed(request, headers={**request.headers, "host": "127.0.0.1:8081"}),
    ):
        with pytest.raises(RequestRefusedError) as caught:
            authenticate(identities, tampered)
        assert (caught.value.code, caught.value.status) == ("InvalidSignatureException", 403)


def test_sts_signs_for_its_own_service(identities, sent):
    request = sent(lambda client: client.get_caller_identity(), service="sts")
    assert authenticate(identities, request, service="sts").username == "root"
    with pytest.raises(RequestRefusedError, match="Credential should be scoped to correct service: 'dsql'"):
        authenticate(identities, request)
    with pytest.raises(RequestRefusedError, match="valid region"):
        authenticate(identities, request, service="sts", regions=("eu-west-1",))


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [
        ("AKIDEXAMPLE", "wrong", "InvalidSignatureException"),
        ("AKIDNOSUCH", "wrong", "UnrecognizedClientException"),
        ("AKIDDISABLED", "d" * 40, "UnrecognizedClientException"),
    ],
)
def test_keys_that_sign_nothing(identities, sent, key, secret, code):
    request = sent(lambda client: client.list_clusters(), key=key, secret=secret)
    with pytest.raises(RequestRefusedError) as caught:
        authenticate(identities, request)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("after_s", "text"),
    [(301, r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min.\)"),
     (-301, r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min.\)")],
)  # fmt: skip
def test_a_signature_is_good_for_five_minutes(identities, sent, after_s, text):
    request = sent(lambda client: client.list_clusters())
    for fine in (-300, 300):
        authenticate(identities, request, after_s=fine)
    with pytest.raises(RequestRefusedError, match=text) as caught:
        authenticate(identities, request, after_s=after_s)
    assert caught.value.code == "InvalidSignatureException"


def test_session_credentials_expire(identities, sent):
    request = sent(lambda client: client.list_clusters())
    now_s = signed_s(request) + 10
    made = sessions.mint(identities, identities.roles["app"], "one", 900, now_s - 890, random.Random(1))
    request = sent(
        lambda client: client.list_clusters(),
        key=made.access_key_id,
        secret=made.secret_access_key,
        token=made.session_token,
    )
    assert authenticate_request(identities, request, "dsql", ["us-east-1"], now_s).user_id == "AROAAPP:one"
    with pytest.raises(RequestRefusedError) as caught:
        authenticate_request(identities, request, "dsql", ["us-east-1"], now_s + 10)
    assert caught.value.code == "ExpiredTokenException"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "MissingAuthenticationTokenException"),
        ({"authorization": "Basic eDp5"}, "IncompleteSignature"),
        ({"authorization": "AWS4-HMAC-SHA256 "}, "IncompleteSignature"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=a, Credential=b"}, "IncompleteSignature"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/r/dsql/aws4_request, SignedHeaders=host, Signature=00"}, "IncompleteSignature"),
    ],
)  # fmt: skip
def test_requests_without_a_readable_signature(identities, headers, code):
    request = HttpRequest(
        "GET", "/cluster", "", {"host": "h", "x-amz-date": "20260101T000000Z", **headers}, b""
    )
    with pytest.raises(RequestRefusedError) as caught:
        authenticate_request(identities, request, "dsql", ["us-east-1"], 1.77e9)
    assert caught.value.code == code


def test_a_presigned_request_is_its_makers(identities):
    """STS's GetCallerIdentity, presigned: how others prove who they are."""
    client = boto3.Session().client(
        "sts", region_name="us-east-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key=SECRET
    )
    parts = urlsplit(client.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET"))
    request = HttpRequest("GET", parts.path, parts.query, {"host": parts.netloc}, b"")
    made = sigv4.parse_amz_date(dict(sigv4.parse_query(parts.query))["X-Amz-Date"])
    principal = authenticate_request(identities, request, "sts", ["us-east-1"], made + 59)
    assert principal.username == "root"
    with pytest.raises(RequestRefusedError, match="Signature expired"):
        authenticate_request(identities, request, "sts", ["us-east-1"], made + 61)
