"""The AWS CLI, unmodified, and our own commands: `borealis cluster`, `borealis key`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

AWS = Path(sys.executable).with_name("aws")
SOURCE = Path(__file__).parent.parent.parent / "src"


@pytest.fixture
def aws(api):
    """Run the AWS CLI as the variables of `borealis env` would have it."""

    def run(*arguments, fails=False):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(api.node_directory),
            "AWS_SHARED_CREDENTIALS_FILE": api.node.said["credentials_file"],
            "AWS_REGION": api.region,
            "AWS_DEFAULT_REGION": api.region,
            "AWS_ENDPOINT_URL_DSQL": api.node.said["http_endpoint"],
            "AWS_ENDPOINT_URL_STS": api.node.said["http_endpoint"],
        }
        command = [AWS, *arguments, "--output", "json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert (done.returncode != 0) is fails, done.stderr
        return done.stderr if fails else json.loads(done.stdout or "{}")

    return run


@pytest.fixture
def borealis(api):
    def run(*arguments, text="", fails=False):
        command = [sys.executable, "-m", "borealis", *arguments, "--data", str(api.node_directory)]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, input=text
        )
        assert (done.returncode != 0) is fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


def test_the_aws_cli(aws, api):
    made = aws("dsql", "create-cluster", "--tags", "project=demo", "--no-deletion-protection-enabled")
    identifier = made["identifier"]
    aws("dsql", "wait", "cluster-active", "--identifier", identifier)
    assert aws("dsql", "get-cluster", "--identifier", identifier)["tags"] == {"project": "demo"}
    assert made["arn"] in [found["arn"] for found in aws("dsql", "list-clusters")["clusters"]]
    aws("dsql", "tag-resource", "--resource-arn", made["arn"], "--tags", "stage=test")
    assert aws("dsql", "list-tags-for-resource", "--resource-arn", made["arn"])["tags"]["stage"] == "test"
    assert ":user/administrator" in aws("sts", "get-caller-identity")["Arn"]
    assert aws("dsql", "delete-cluster", "--identifier", identifier)["status"] == "DELETING"
    aws("dsql", "wait", "cluster-not-exists", "--identifier", identifier)
    refusal = aws("dsql", "get-cluster", "--identifier", identifier, fails=True)
    assert "(ResourceNotFoundException)" in refusal


def test_borealis_cluster(borealis, api):
    made = json.loads(borealis("cluster", "create", "--tag", "project=demo", "--no-deletion-protection"))
    identifier = made["identifier"]
    assert (made["status"], made["tags"]) == ("ACTIVE", {"project": "demo"})
    listed = json.loads(borealis("cluster", "list", "--json"))
    assert identifier in [found["identifier"] for found in listed]
    changed = json.loads(borealis("cluster", "update", identifier, "--deletion-protection"))
    assert (changed["status"], changed["deletionProtectionEnabled"]) == ("ACTIVE", True)
    assert "ValidationException" in borealis("cluster", "delete", identifier, fails=True)
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"dsql:*","Resource":"*"}]}'
    put = json.loads(borealis("cluster", "policy", "put", identifier, "-", text=policy))
    assert put == {"policyVersion": "1"}
    assert borealis("cluster", "policy", "get", identifier).strip() == policy
    stale = borealis("cluster", "policy", "delete", identifier, "--expected-version", "7", fails=True)
    assert stale.startswith("Error: ConflictException: ")
    borealis("cluster", "policy", "delete", identifier)
    borealis("cluster", "update", identifier, "--no-deletion-protection")
    borealis("cluster", "delete", identifier)
    assert "ResourceNotFoundException" in borealis("cluster", "get", identifier, fails=True)


def test_people_get_tables(api):
    """A terminal is what `script` makes of it; here rich is asked directly."""
    import io

    from rich.console import Console

    from borealis.cli.cluster import tables

    found = api.dsql.get_cluster(identifier=api.node.said["cluster"])
    written = io.StringIO()
    console, tables.Console = tables.Console, lambda: Console(file=written, width=160)
    try:
        tables.print_clusters([found])
        tables.print_cluster(found)
    finally:
        tables.Console = console
    text = written.getvalue()
    assert text.splitlines()[0].split()[:3] == ["Identifier", "Status", "Endpoint"]
    assert f"{found['identifier']}  ACTIVE" in text
    assert "Deletion protection  on" in text


def test_a_key_wraps_a_cluster_and_another_takes_over(borealis, api):
    """Connections stay through a change of keys; a start finds the right key by itself."""
    borealis("key", "create", "first")
    borealis("key", "create", "second")
    assert json.loads(borealis("key", "list", "--json"))[-2:] == ["first", "second"]
    assert "exists already" in borealis("key", "create", "first", fails=True)
    made = api.create(kmsEncryptionKey="alias/first")
    identifier, file = (
        made["identifier"],
        api.node_directory / "clusters" / made["identifier"] / "cluster.key",
    )
    assert made["encryptionDetails"]["encryptionType"] == "CUSTOMER_MANAGED_KMS_KEY"
    assert made["encryptionDetails"]["kmsKeyArn"].endswith(":key/first")
    with api.connect(made["endpoint"]) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
        wrapped = [json.loads(file.read_text())["wrapped_by"]]
        for key in (
            made["encryptionDetails"]["kmsKeyArn"].replace("first", "second"),
            "AWS_OWNED_KMS_KEY",
            "first",
        ):
            answer = api.dsql.update_cluster(identifier=identifier, kmsEncryptionKey=key)
            assert answer["status"] == "UPDATING"
            api.settle(identifier)
            wrapped.append(json.loads(file.read_text())["wrapped_by"])
            connection.execute("INSERT INTO t VALUES (%s)", (len(wrapped),))
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (3,)
    assert wrapped[0] == wrapped[3]
    assert len(set(wrapped)) == 3
    api.delete(identifier)
