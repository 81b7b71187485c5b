"""Signature Version 4 against AWS's: the published test suite's signatures, and whatever botocore signs."""

import string

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.auth import sigv4
from borealis.auth.sigv4 import EMPTY_SHA256, MalformedError, Scope

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPE = Scope("20150830", "us-east-1", "service")
HEADERS = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}


@pytest.mark.parametrize(
    ("method", "query", "headers", "signature"),
    [
        ("GET", "", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", {}, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "Param2=value2&Param1=value1",
            {},
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_signatures_of_the_published_suite(method, query, headers, signature):
    """Source: AWS's Signature Version 4 test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case."""
    headers = HEADERS | headers
    canonical = sigv4.canonical_request(
        method, "/", sigv4.parse_query(query), headers, sorted(headers), EMPTY_SHA256
    )
    assert sigv4.sign(SECRET, HEADERS["x-amz-date"], SCOPE, canonical) == signature


def test_the_documented_signing_key():
    """Source: AWS General Reference, "Examples of how to derive a signing key", 20120215 us-east-1 iam."""
    key = sigv4.signing_key(SECRET, Scope("20120215", "us-east-1", "iam"))
    assert key.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"


texts = st.text(string.printable + "é☃𝄞", max_size=8)
segments = st.text(string.ascii_letters + string.digits + ":/ %+*~-_.é☃", max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.lists(segments, max_size=3),
    query=st.lists(st.tuples(texts.filter(bool), texts), max_size=4, unique_by=lambda pair: pair[0]),
    body=st.binary(max_size=20),
    header=st.text(string.ascii_letters + "  ,;=\t", max_size=10).map(str.strip),
)
def test_what_botocore_signs_in_headers_verifies(method, path, query, body, header):
    from urllib.parse import quote

    raw_path = "/" + "/".join(quote(segment, safe="") for segment in path)
    raw_query = "&".join(f"{sigv4.encode(name)}={sigv4.encode(value)}" for name, value in query)
    request = AWSRequest(
        method, f"https://dsql.example{raw_path}" + (f"?{raw_query}" if raw_query else ""), data=body
    )
    request.headers["X-Extra"] = header
    SigV4Auth(BotoCredentials("AKIDEXAMPLE", SECRET), "dsql", "us-east-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "dsql.example"}
    signature = sigv4.read_authorization(headers)
    import hashlib

    canonical = sigv4.canonical_request(
        method,
        sigv4.canonical_path(raw_path),
        sigv4.parse_query(raw_query),
        headers,
        signature.signed_headers,
        hashlib.sha256(body).hexdigest(),
    )
    assert sigv4.is_signed_by(SECRET, signature, canonical)
    assert not sigv4.is_signed_by(SECRET + "x", signature, canonical)
    assert not sigv4.is_signed_by(SECRET, signature, canonical + "x")


@settings(max_examples=60, deadline=None)
@given(
    query=st.lists(st.tuples(texts.filter(bool), texts), max_size=4, unique_by=lambda pair: pair[0]),
    chance=st.randoms(use_true_random=False),
)
def test_what_botocore_presigns_verifies_in_any_order(query, chance):
    raw = "&".join(f"{sigv4.encode(name)}={sigv4.encode(value)}" for name, value in query)
    request = AWSRequest("GET", "https://c.dsql.example/" + (f"?{raw}" if raw else ""))
    SigV4QueryAuth(BotoCredentials("AKIDEXAMPLE", SECRET, "a/to+ken="), "dsql", "us-east-1", 60).add_auth(
        request
    )
    fields = request.url.partition("?")[2].split("&")
    chance.shuffle(fields)
    parsed = sigv4.parse_query("&".join(fields))
    signature = sigv4.read_presigned(parsed)
    signed = [pair for pair in parsed if pair[0] != "X-Amz-Signature"]
    canonical = sigv4.canonical_request(
        "GET", "/", signed, {"host": "c.dsql.example"}, ("host",), EMPTY_SHA256
    )
    assert signature.session_token == "a/to+ken="
    assert sigv4.is_signed_by(SECRET, signature, canonical)


@pytest.mark.parametrize(
    "text",
    ["", "20150830", "20150830T123600", "20150830T123600z", "20150230T123600Z", "20150830T243600Z", "２０150830T123600Z", "20150830T123600Z\n", "00000000T000000Z"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(MalformedError):
        sigv4.parse_amz_date(text)


def test_dates_go_both_ways():
    assert sigv4.parse_amz_date("20240229T235959Z") == 1709251199
    assert sigv4.format_amz_date(1709251199.9) == "20240229T235959Z"


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("/", "/"),
        ("", "/"),
        ("/a/../b/./c//d/", "/b/c/d/"),
        ("/../..", "/"),
        ("/tags/arn%3Aaws", "/tags/arn%253Aaws"),
        ("/~-_.", "/~-_."),
    ],
)
def test_paths_in_canonical_form(sent, canonical):
    """Source: AWS's test suite, normalize-path; a client sends escapes, and outside S3 they are escaped again."""
    assert sigv4.canonical_path(sent) == canonical
