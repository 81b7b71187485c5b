"""Session credentials kept nowhere: what was minted opens, and nothing else does."""

import base64
import dataclasses
import random

from borealis.auth.policies.evaluate import Decision, Request, authorize
from borealis.auth.sessions import TOKEN_CHARACTERS_MAX, mint, open_session

NARROW = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dsql:Get*", "Resource": "*"}]}'
)


def minted(identities, **options):
    return mint(identities, identities.roles["app"], "one", 900, 1_000, random.Random(1), **options)


def test_a_session_is_its_roles(identities):
    made = minted(identities)
    session = open_session(identities, made.session_token, made.access_key_id)
    assert session.secret_access_key == made.secret_access_key
    principal = session.principal
    assert principal.arn == made.assumed_role_arn == "arn:aws:sts::123456789012:assumed-role/app/one"
    assert principal.user_id == made.assumed_role_id == "AROAAPP:one"
    assert (principal.issued_s, principal.expires_s) == (1_000, made.expires_s) == (1_000, 1_900)
    assert made.access_key_id.startswith("ASIA")
    assert len(made.access_key_id) == 20
    assert len(made.secret_access_key) == 40
    assert not session.is_expired(1_899.9)
    assert session.is_expired(1_900)


def test_a_session_policy_travels_in_the_token(identities):
    made = minted(identities, policy=NARROW)
    principal = open_session(identities, made.session_token, made.access_key_id).principal
    assert authorize(Request(principal, "dsql:GetCluster", "*")) is Decision.ALLOWED
    assert authorize(Request(principal, "dsql:DeleteCluster", "*")) is Decision.NOT_ALLOWED_BY_SESSION


def test_every_flipped_bit_is_noticed(identities):
    made = minted(identities)
    raw = base64.b64decode(made.session_token)
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        token = base64.b64encode(flipped).decode()
        assert open_session(identities, token, made.access_key_id) is None


def test_every_cut_and_other_spelling_is_noticed(identities):
    made = minted(identities)
    token = made.session_token
    for length in range(len(token)):
        assert open_session(identities, token[:length], made.access_key_id) is None
    for other in (
        token + "=",
        token + "\n",
        " " + token,
        token + token,
        "é",
        "\ud800",
        "A" * (TOKEN_CHARACTERS_MAX + 4),
    ):
        assert open_session(identities, other, made.access_key_id) is None


def test_spare_bits_of_base64_spell_no_second_token(identities):
    for session in ("a", "ab", "abc"):
        made = mint(identities, identities.roles["app"], session, 900, 1_000, random.Random(1))
        if made.session_token.endswith("="):
            stem = made.session_token.rstrip("=")
            last = chr(ord(stem[-1]) + 1)
            other = stem[:-1] + last + "=" * (len(made.session_token) - len(stem))
            assert open_session(identities, other, made.access_key_id) is None


def test_a_token_is_bound_to_its_key_its_role_and_its_installation(identities):
    made = minted(identities)
    assert open_session(identities, made.session_token, "ASIAOTHER") is None
    elsewhere = dataclasses.replace(identities, session_secret=b"x" * 32)
    assert open_session(elsewhere, made.session_token, made.access_key_id) is None
    without = dataclasses.replace(identities, roles={})
    assert open_session(without, made.session_token, made.access_key_id) is None
    anew = dataclasses.replace(identities.roles["app"], id="AROANEW")
    made_anew = dataclasses.replace(identities, roles={"app": anew})
    assert open_session(made_anew, made.session_token, made.access_key_id) is None


def test_secrets_are_in_no_repr(identities):
    made = minted(identities)
    for secret in (made.secret_access_key, made.session_token, "wJalrXUtnFEMI"):
        assert secret not in repr(made)
        assert secret not in repr(identities)
    session = open_session(identities, made.session_token, made.access_key_id)
    assert made.secret_access_key not in repr(session)
