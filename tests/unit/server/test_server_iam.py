"""IamAuthenticator: whom a token, the policies and the role mapping let in, what the refused hear, and what is logged."""

import asyncio
import json
import struct
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from borealis.auth.policies.managed import ADMINISTRATOR_ACCESS
from borealis.auth.presign import SigningCredentials, make_token
from borealis.auth.principals import AccessKey, Identities, NamedPolicy, User
from borealis.auth.tokens import Endpoint
from borealis.clock import POSTGRES_EPOCH_US, ManualClock
from borealis.errors import SqlError
from borealis.functions.misc.client import Encryption
from borealis.server.authentication import Login
from borealis.server.iam import IamAuthenticator

ACCOUNT = "123456789012"
CLUSTER = "abcdefghijklmnopqrstuvwx23"
ENDPOINT = Endpoint(CLUSTER, "us-east-1", "localhost")
ARN = f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/{CLUSTER}"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"


class FakeCluster:
    endpoint = ENDPOINT
    policy = None
    tags = {}
    catalog_version = 1

    def __init__(self):
        self.mapped = set()
        self.asked = 0

    def is_mapped(self, role, iam_arn):
        self.asked += 1
        return (role, iam_arn) in self.mapped


def statement(effect, action, **more):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}],
        }
    )


class World:
    """An installation, a cluster and a clock."""

    def __init__(self):
        self.clock = ManualClock(800_000_000_000_000)
        self.cluster = FakeCluster()
        connect = NamedPolicy("connect", statement("Allow", "dsql:DbConnect"))
        self.identities = Identities(
            account=ACCOUNT,
            session_secret=b"s" * 32,
            users={
                "root": User("root", "AIDAROOT", 0, attached=(ADMINISTRATOR_ACCESS,)),
                "alice": User("alice", "AIDAALICE", 0, inline=(connect,)),
            },
            access_keys={
                "ROOT": AccessKey("ROOT", "root", "r" * 40, 0),
                "ALICE": AccessKey("ALICE", "alice", "a" * 40, 0),
            },
        )
        self.authenticator = IamAuthenticator(lambda: self.identities, lambda login: self.cluster, self.clock)

    def token(self, key="ROOT", action="DbConnectAdmin", **options):
        now_s = (self.clock.now_us() + POSTGRES_EPOCH_US) / 1e6
        credentials = SigningCredentials(key, self.identities.access_keys[key].secret)
        return make_token(credentials, ENDPOINT.host, "us-east-1", action, now_s, **options)

    def login(self, user="admin", peer="127.0.0.1:50000"):
        return Login(
            user,
            "postgres",
            ENDPOINT.host,
            CLUSTER,
            peer,
            Encryption("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256),
        )

    def authenticate(self, login=None, password=""):
        return asyncio.run(self.authenticator.authenticate(login or self.login(), password))

    def refused(self, login=None, password=""):
        with capture_logs() as logs, pytest.raises(SqlError) as caught:
            self.authenticate(login, password)
        self.logged = logs[-1]
        return caught.value


@pytest.fixture
def world():
    return World()


def told(error):
    return error.sqlstate, error.message, error.hint


DENIED = "unable to accept connection, access denied"


def test_an_administrator_connects_as_admin_without_a_guard(world):
    assert world.authenticate(password=world.token()) is None


@pytest.mark.parametrize("password", ["", None, "password", "x" * 100_000])
def test_what_is_no_token_hears_no_more_than_denied(world, password):
    assert told(world.refused(password=password)) == ("08006", DENIED, None)
    assert world.logged["event"] == "access denied"
    assert world.logged["log_level"] == "warning"
    assert world.logged["user"] == "admin"
    assert world.logged["peer"] == "127.0.0.1:50000"
    assert world.logged["reason"]


def test_an_expired_token_says_so(world):
    token = world.token(expires_s=60)
    world.clock.advance(60)
    sqlstate, message, hint = told(world.refused(password=token))
    assert (sqlstate, message) == ("08006", DENIED)
    assert hint.startswith("Signature expired: ")


def test_the_wrong_action_says_so(world):
    hint = "Wrong user to action mapping. user: admin, action: DbConnect"
    assert told(world.refused(password=world.token(action="DbConnect"))) == ("08006", DENIED, hint)


def test_who_is_not_allowed_is_told_what(world):
    hint = (
        f"User: {ALICE} is not authorized to perform: dsql:DbConnectAdmin on resource: {ARN} "
        "because no identity-based policy allows the dsql:DbConnectAdmin action"
    )
    assert told(world.refused(password=world.token("ALICE"))) == ("08006", DENIED, hint)
    assert world.logged["principal"] == ALICE
    assert world.logged["access_key"] == "ALICE"


def test_other_roles_need_a_mapping(world):
    token = world.token("ALICE", "DbConnect")
    hint = f"User: {ALICE} is not authorized to access this resource"
    assert told(world.refused(world.login("myapp"), token)) == ("28000", DENIED, hint)
    world.cluster.mapped = {("myapp", ALICE)}
    assert world.authenticate(world.login("myapp"), token) is not None
    assert told(world.refused(world.login("other"), token)) == ("28000", DENIED, hint)


def test_a_clusters_policy_is_asked(world):
    world.cluster.policy = statement("Deny", "dsql:DbConnectAdmin", Principal="*")
    assert "explicit deny in a resource-based policy" in world.refused(password=world.token()).hint
    world.cluster.policy = statement("Allow", "dsql:DbConnectAdmin", Principal={"AWS": ALICE})
    assert world.authenticate(password=world.token("ALICE")) is None


@pytest.mark.parametrize(
    ("condition", "is_in"),
    [
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"Null": {"aws:SourceVpc": "true"}}, False),
        ({"StringEquals": {"aws:ResourceTag/Env": "prod"}}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"StringEquals": {"aws:username": "root"}}, False),
    ],
)
def test_conditions_of_a_connection(world, condition, is_in):
    world.cluster.tags = {"Env": "prod"}
    world.cluster.policy = statement("Deny", "dsql:*", Principal="*", Condition=condition)
    if is_in:
        assert world.authenticate(password=world.token()) is None
    else:
        assert "explicit deny" in world.refused(password=world.token()).hint


def test_a_deleted_user_and_a_disabled_key_are_out_at_once(world):
    token = world.token()
    world.authenticate(password=token)
    keys = world.identities.access_keys
    off = replace(keys["ROOT"], is_active=False)
    world.identities = replace(world.identities, access_keys={**keys, "ROOT": off})
    assert told(world.refused(password=token)) == ("08006", DENIED, None)
    world.identities = replace(world.identities, access_keys=keys, users={})
    assert told(world.refused(password=token)) == ("08006", DENIED, None)


def test_a_guard_asks_again_only_when_the_catalog_moved(world):
    world.cluster.mapped = {("myapp", ALICE)}
    guard = world.authenticate(world.login("myapp"), world.token("ALICE", "DbConnect"))
    asked = world.cluster.asked
    assert [guard() for _ in range(10)] == [None] * 10
    assert world.cluster.asked == asked
    world.cluster.catalog_version = 2
    assert [guard() for _ in range(10)] == [None] * 10
    assert world.cluster.asked == asked + 1
    world.cluster.catalog_version = 3
    world.cluster.mapped = set()
    assert told(guard())[:2] == ("28000", DENIED)


def test_a_revoked_session_ends_at_its_next_transaction(world, node, loop_runner, wire):
    """A transaction that is open goes on; the first message outside one is answered FATAL."""
    world.cluster.mapped = {("myapp", ALICE)}
    password = world.token("ALICE", "DbConnect").encode() + b"\0"

    async def script():
        client = node(authenticator=world.authenticator).client()
        assert client.start(user="myapp") == "R"
        client.send(b"p" + struct.pack(">I", len(password) + 4) + password)
        for _ in range(3):
            await asyncio.sleep(0)
        client.take()
        assert wire.kinds(client.send(wire.query("one"))) == "CZ"
        world.cluster.mapped = set()
        world.cluster.catalog_version = 2
        client.session.status = b"T"
        assert wire.kinds(client.send(wire.query("two"))) == "CZ"
        client.session.status = b"I"
        answer = client.send(wire.query("three"))
        assert wire.error_fields(answer)["S"] == "FATAL"
        assert wire.error_fields(answer)["C"] == "28000"
        assert client.transport.is_closed
        assert len(client.session.handled) == 2
        assert client.session.closes == 1

    loop_runner(script())
