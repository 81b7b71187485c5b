"""`borealis iam` on a store without a node: tables, JSON, and refusals in one line."""

import configparser
import json
import random
import stat

import pytest
from click.testing import CliRunner

from borealis.cli.group import borealis
from borealis.clock import ManualClock
from borealis.node.identity_store import IdentityStore

DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'


@pytest.fixture
def store(tmp_path):
    made = IdentityStore(tmp_path)
    made.ensure(random.Random(1), ManualClock(), "us-east-1")
    return made


@pytest.fixture
def iam(store, tmp_path):
    """Return a function that runs `borealis iam …` and returns what it prints."""

    def run(*arguments, status=0, **options):
        result = CliRunner().invoke(borealis, ["iam", *arguments, "--data", str(tmp_path)], **options)
        assert result.exit_code == status, result.output
        return result.stdout if status == 0 else result.stderr

    return run


def test_a_user_with_a_key_and_a_profile(iam, store):
    made = json.loads(iam("user", "create", "app", "--policy", "AmazonAuroraDSQLFullAccess", "--json"))
    assert made["arn"] == f"arn:aws:iam::{store.current().account}:user/app"
    key = json.loads(iam("key", "create", "app", "--profile", "app", "--json"))
    assert store.current().access_keys[key["access_key_id"]].secret == key["secret_access_key"]
    parser = configparser.RawConfigParser()
    parser.read(store.credentials_file)
    assert parser["app"]["aws_access_key_id"] == key["access_key_id"]
    assert parser["default"]["region"] == "us-east-1"
    assert stat.S_IMODE(store.credentials_file.stat().st_mode) == 0o600
    assert "has a profile app already" in iam("key", "create", "app", "--profile", "app", status=2)
    assert key["secret_access_key"] not in iam("key", "list")


def test_tables_are_for_people(iam):
    iam("user", "create", "app")
    header, first, second = iam("user", "list").splitlines()
    assert header.split() == ["name", "arn", "created", "policies"]
    assert first.startswith("administrator  arn:aws:iam::")
    assert second.startswith("app ")
    [row] = [
        row for row in json.loads(iam("policy", "list", "--json")) if row["name"] == "AdministratorAccess"
    ]
    assert row["attached_to"] == ["user/administrator"]


def test_policies_come_from_text_files_and_standard_input(iam, store, tmp_path):
    (tmp_path / "policy.json").write_text(DENY)
    iam("policy", "put", "a", DENY)
    iam("policy", "put", "b", str(tmp_path / "policy.json"))
    iam("policy", "put", "c", "-", input=DENY)
    assert [iam("policy", "show", name).strip() for name in "abc"] == [DENY] * 3
    iam("role", "create", "r", "--policy", "a")
    assert "attached to r" in iam("policy", "delete", "a", status=2)
    iam("policy", "detach", "a", "--role", "r")
    iam("policy", "delete", "a")
    assert set(store.current().policies) == {"b", "c"}


def test_a_role_is_trusted_by_whom_it_says(iam, store):
    account = store.current().account
    iam("role", "create", "r")
    assert f"arn:aws:iam::{account}:root" in store.current().roles["r"].trust
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account}},
        }
    )
    iam("role", "trust", "r", trust)
    assert store.current().roles["r"].trust == trust
    iam("role", "delete", "r")
    assert not store.current().roles


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["user", "create", "a b"], "Error: a user's name has 1 to 64 letters, digits and _+=,.@-\n"),
        (["user", "create", "ADMINISTRATOR"], "Error: there is a user ADMINISTRATOR already\n"),
        (["user", "delete", "nobody"], "Error: there is no user nobody\n"),
        (
            ["user", "delete", "administrator"],
            "Error: user administrator has access keys; delete them first\n",
        ),
        (["policy", "put", "p", "{"], "Error: the policy is not valid JSON: Input data was truncated\n"),
        (["policy", "put", "p", "/no/such"], "Error: cannot read /no/such: No such file or directory\n"),
        (["policy", "attach", "nope", "--user", "administrator"], "Error: there is no policy nope\n"),
        (["key", "delete", "AKIANOPE"], "Error: there is no access key AKIANOPE\n"),
    ],
)
def test_what_cannot_be_done_is_one_line(iam, store, arguments, line):
    before = store.current()
    assert iam(*arguments, status=2) == line
    assert store.current() == before


def test_without_identities_there_is_nothing_to_change(tmp_path):
    result = CliRunner().invoke(borealis, ["iam", "user", "list", "--data", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {tmp_path} has no identities yet; borealis start makes the first ones\n"
