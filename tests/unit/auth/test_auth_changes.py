"""Changes of identities: IAM's rules of names and of what is in use."""

import random

import pytest

from borealis.auth import changes
from borealis.auth.changes import IdentityError
from borealis.auth.policies.parse import parse_trust_policy

DOCUMENT = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dsql:*", "Resource": "*"}]}'
)


@pytest.fixture
def chance():
    return random.Random(1)


def code(change, *arguments, **options):
    with pytest.raises(IdentityError) as caught:
        change(*arguments, **options)
    return caught.value.code


def test_a_users_life(identities, chance):
    made = changes.create_user(identities, "app", chance, 7, path="/services/")
    assert made.user_arn(made.users["app"]) == "arn:aws:iam::123456789012:user/services/app"
    assert made.users["app"].id.startswith("AIDA")
    with_key, key = changes.create_key(made, "app", chance, 8)
    assert with_key.user_principal(key).policies == ()
    assert code(changes.delete_user, with_key, "app") == "DeleteConflict"
    two, _ = changes.create_key(with_key, "app", chance, 8)
    assert code(changes.create_key, two, "app", chance, 8) == "LimitExceeded"
    off = changes.set_key_active(with_key, key.id, False)
    assert off.user_principal(off.access_keys[key.id]) is None
    on = changes.set_key_active(off, key.id, True)
    assert on.user_principal(on.access_keys[key.id]) is not None
    attached = changes.attach_to_user(changes.delete_key(on, key.id), "app", "AmazonAuroraDSQLFullAccess")
    assert code(changes.delete_user, attached, "app") == "DeleteConflict"
    detached = changes.attach_to_user(attached, "app", "AmazonAuroraDSQLFullAccess", False)
    assert changes.delete_user(detached, "app") == identities


def test_a_roles_life(identities, chance):
    made = changes.create_role(identities, "reader", None, chance, 7, session_s_max=7_200)
    role = made.roles["reader"]
    assert made.role_by_arn("arn:aws:iam::123456789012:role/reader") is role
    assert parse_trust_policy(role.trust).statements
    everyone = role.trust.replace("123456789012:root", "123456789012:user/root")
    assert changes.set_trust(made, "reader", everyone).roles["reader"].trust == everyone
    assert code(changes.set_trust, made, "reader", "{}") == "MalformedPolicyDocument"
    attached = changes.attach_to_role(made, "reader", "AmazonAuroraDSQLReadOnlyAccess")
    assert len(attached.policies_of(attached.roles["reader"])) == 1
    assert code(changes.delete_role, attached, "reader") == "DeleteConflict"
    assert changes.delete_role(made, "reader") == identities
    assert code(changes.create_role, identities, "x", "{}", chance, 7) == "MalformedPolicyDocument"
    assert code(changes.create_role, identities, "x", None, chance, 7, session_s_max=60) == "ValidationError"


def test_a_policys_life(identities, chance):
    made = changes.put_policy(identities, "mine", DOCUMENT)
    attached = changes.attach_to_user(made, "nobody", "mine")
    assert attached.users["nobody"].attached == ("arn:aws:iam::123456789012:policy/mine",)
    assert changes.attach_to_user(attached, "nobody", "mine") == attached
    assert code(changes.delete_policy, attached, "mine") == "DeleteConflict"
    other = changes.put_policy(attached, "mine", DOCUMENT.replace("Allow", "Deny"))
    [policy] = other.policies_of(other.users["nobody"])
    assert not policy.statements[0].is_allow
    detached = changes.attach_to_user(other, "nobody", "arn:aws:iam::123456789012:policy/mine", False)
    assert changes.delete_policy(detached, "mine") == identities
    assert code(changes.attach_to_user, detached, "nobody", "mine", False) == "NoSuchEntity"
    assert code(changes.put_policy, identities, "bad", "{}") == "MalformedPolicyDocument"


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 65, "a/b", "a:b", "a\n"])
def test_names_iam_does_not_take(identities, chance, name):
    assert code(changes.create_user, identities, name, chance, 0) == "ValidationError"


@pytest.mark.parametrize("path", ["", "x", "/x", "x/", "/" + "x" * 600 + "/", "/a b/"])
def test_paths_iam_does_not_take(identities, chance, path):
    assert code(changes.create_user, identities, "x", chance, 0, path=path) == "ValidationError"


def test_names_differ_by_more_than_case(identities, chance):
    assert code(changes.create_user, identities, "ROOT", chance, 0) == "EntityAlreadyExists"


@pytest.mark.parametrize(
    "call",
    [
        lambda ids: changes.delete_user(ids, "x"),
        lambda ids: changes.delete_role(ids, "x"),
        lambda ids: changes.delete_key(ids, "x"),
        lambda ids: changes.delete_policy(ids, "x"),
        lambda ids: changes.set_key_active(ids, "x", True),
        lambda ids: changes.attach_to_user(ids, "x", "AdministratorAccess"),
        lambda ids: changes.attach_to_user(ids, "root", "x"),
        lambda ids: changes.create_key(ids, "x", random.Random(1), 0),
    ],
)
def test_what_is_not_there(identities, call):
    assert code(call, identities) == "NoSuchEntity"
