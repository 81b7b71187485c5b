"""Connecting with authentication tokens, as users do: boto3, borealis token, env and psql, psycopg.

The AWS CLI of PyPI (version 1) cannot make tokens; version 2 makes them with botocore, as boto3 does.
"""

import json
import re
import stat
import subprocess
import time
from pathlib import Path

import boto3
import psycopg
import pytest

pytestmark = pytest.mark.slow

DENIED = "unable to accept connection, access denied"


def test_a_token_of_boto3_connects(installation):
    said = installation.said
    assert stat.S_IMODE(Path(said["credentials_file"]).stat().st_mode) == 0o600
    with installation.connect(installation.token()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("admin",)


def test_names_a_cluster_is_reached_by(installation):
    """Source: dsql-facts.md §1.1, §2.1."""
    cluster, region = installation.said["cluster"], installation.said["region"]
    public = f"{cluster}.dsql.{region}.on.aws"
    token = installation.token(host=public)
    base = {"hostaddr": "127.0.0.1", "sslmode": "require"}
    node = installation.node
    with psycopg.connect(node.conninfo(host=public, **base), password=token) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    by_option = node.conninfo(sslmode="require", options=f"-camzn-cluster-id={cluster}")
    with psycopg.connect(by_option, password=token) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    other = "z" * 26 + f".dsql.{region}.on.aws"
    for conninfo in (
        node.conninfo(host=other, **base),
        node.conninfo(sslmode="require", options="-camzn-cluster-id=" + "z" * 26),
    ):
        with pytest.raises(psycopg.OperationalError, match=DENIED):
            psycopg.connect(conninfo, password=token)


def test_ways_in_that_are_closed(installation):
    cluster, region = installation.said["cluster"], installation.said["region"]
    token = installation.token()
    assert installation.refusal("password") == (DENIED, "")
    assert installation.refusal(token[:-1] + ("0" if token[-1] != "0" else "1")) == (DENIED, "")
    assert installation.refusal(installation.token(host="localhost")) == (DENIED, "")
    assert installation.refusal(installation.token(host=f"{'z' * 26}.dsql.{region}.on.aws")) == (DENIED, "")
    elsewhere = installation.token(host=f"{cluster}.dsql.eu-west-1.on.aws")
    assert installation.refusal(elsewhere) == (DENIED, "")
    hint = "Wrong user to action mapping. user: admin, action: DbConnect"
    assert installation.refusal(installation.token(action="")) == (DENIED, hint)
    hint = "Wrong user to action mapping. user: myusername, action: DbConnectAdmin"
    assert installation.refusal(token, user="myusername") == (DENIED, hint)
    plain = installation.node.conninfo(sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="SSL is required"):
        psycopg.connect(plain, password=token)
    reasons = {event["reason"] for event in installation.node.events("access denied")}
    assert "the signature does not match" in reasons
    secret = Path(installation.said["credentials_file"]).read_text().split()[5]
    assert secret not in installation.node.log.read_text()


def test_users_keys_and_policies_without_a_restart(installation):
    arn = installation.iam("user", "create", "app")["arn"]
    installation.iam("key", "create", "app", "--profile", "app")
    token = installation.token("app")
    assert installation.refusal(token)[1].startswith(
        f"User: {arn} is not authorized to perform: dsql:DbConnectAdmin on resource: arn:aws:dsql:"
    )
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dsql:DbConnectAdmin", "Resource": "*"}]}'
    installation.iam("policy", "put", "connect", document)
    installation.borealis("iam", "policy", "attach", "connect", "--user", "app")
    installation.connect(token).close()
    [key] = [row["access_key_id"] for row in installation.iam("key", "list", "--user", "app")]
    with installation.connect(token) as connection:
        installation.borealis("iam", "key", "disable", key)
        assert installation.refusal(token) == (DENIED, "")
        assert connection.execute("SELECT 1").fetchone() == (1,)  # what is connected stays
    installation.borealis("iam", "key", "enable", key)
    installation.connect(token).close()
    installation.borealis("iam", "key", "delete", key)
    assert installation.refusal(token) == (DENIED, "")


def test_env_is_what_a_shell_takes(installation):
    lines = installation.borealis("env")
    script = f'{lines}\npsql -XAtc "SELECT current_user, 1"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("admin|1\n", "")
    variables = json.loads(installation.borealis("env", "--json"))
    assert variables["PGHOST"] == installation.said["endpoint"]
    assert variables["AWS_REGION"] == installation.said["region"]
    with installation.connect(installation.borealis("token", "--expires-in", "60").strip()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_borealis_psql_fills_everything_in(installation, borealis_command):
    done = borealis_command("psql", "--data", installation.data, "--", "-XAtc", "SELECT 40 + 2")
    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)


def test_pasted_lines_of_start_connect(start_borealis, tmp_path):
    process = start_borealis("start", "--data", tmp_path / "it's here", "--port", 0)
    lines = []
    while not lines or "stops it" not in lines[-1]:
        lines.append(process.stdout.readline())
    commands = [line.strip() for line in lines if re.match("  \\S", line)]
    assert len(commands) == 3
    for command, query in zip(
        commands, (" -- -XAtc 'SELECT 7'", " -XAtc 'SELECT 7'", "; psql -XAtc 'SELECT 7'")
    ):
        done = subprocess.run(
            ["sh", "-c", command + query], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.stdout, done.stderr) == ("7\n", ""), command


def test_commands_without_a_node_say_so(borealis_command, tmp_path):
    for command in ("token", "env", "psql"):
        done = borealis_command(command, "--data", tmp_path)
        assert done.returncode == 2
        assert (
            done.stderr
            == f"Error: no node runs on {tmp_path}; start one with: borealis start --data {tmp_path}\n"
        )


def test_a_connection_with_a_token_takes_milliseconds(installation):
    """The goal is 15 ms on an idle machine, of which the token is 0.1; a busy one gets a hundred."""
    token = installation.token()
    seconds = []
    for _ in range(20):
        started = time.perf_counter()
        installation.connect(token).close()
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1, seconds


def assume(installation, role, **options):
    """Return boto3's session of a role, assumed by the administrator."""
    sts = boto3.Session(region_name="us-east-1").client(
        "sts", endpoint_url=installation.said["http_endpoint"]
    )
    account = sts.get_caller_identity()["Account"]
    made = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="one", **options)
    found = made["Credentials"]
    return boto3.Session(
        found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], region_name="us-east-1"
    )


def test_a_roles_session_connects_until_the_role_is_gone(installation):
    installation.iam("role", "create", "app", "--policy", "AmazonAuroraDSQLFullAccess")
    endpoint = installation.said["endpoint"]
    token = assume(installation, "app").client("dsql").generate_db_connect_admin_auth_token(endpoint)
    installation.connect(token).close()
    narrow = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dsql:Get*", "Resource": "*"}}
    )
    session = assume(installation, "app", Policy=narrow)
    narrowed = session.client("dsql").generate_db_connect_admin_auth_token(endpoint)
    message, hint = installation.refusal(narrowed)
    assert message == DENIED
    assert ":assumed-role/app/one is not authorized to perform: dsql:DbConnectAdmin" in hint
    assert hint.endswith("because no session policy allows the dsql:DbConnectAdmin action")
    installation.borealis("iam", "policy", "detach", "AmazonAuroraDSQLFullAccess", "--role", "app")
    assert "no identity-based policy" in installation.refusal(token)[1]
    installation.borealis("iam", "role", "delete", "app")
    installation.iam("role", "create", "app", "--policy", "AmazonAuroraDSQLFullAccess")
    assert installation.refusal(token) == (DENIED, "")  # another role, though of the same name


def test_a_clusters_policy_and_another_clusters_token(installation):
    """The policy that keeps public clients out is the user guide's (dsql-facts.md §2.7)."""
    client = boto3.Session(region_name="us-east-1").client(
        "dsql", endpoint_url=installation.said["http_endpoint"]
    )
    made = client.create_cluster(deletionProtectionEnabled=False)
    client.get_waiter("cluster_active").wait(identifier=made["identifier"], WaiterConfig={"Delay": 1})
    token = installation.token(host=made["endpoint"])
    other = {"host": made["endpoint"], "hostaddr": "127.0.0.1", "sslmode": "verify-full"}
    conninfo = installation.node.conninfo(sslrootcert=installation.said["ca_file"], **other)
    psycopg.connect(conninfo, password=token).close()
    assert installation.refusal(token) == (DENIED, "")  # made for the other cluster
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["dsql:DbConnect", "dsql:DbConnectAdmin"],
            "Resource": "*",
            "Condition": {"Null": {"aws:SourceVpc": "true"}},
        },
    }
    client.put_cluster_policy(identifier=made["identifier"], policy=json.dumps(policy))
    with pytest.raises(psycopg.OperationalError, match="explicit deny in a resource-based policy"):
        psycopg.connect(conninfo, password=token)
    installation.connect(installation.token()).close()


def test_the_story_of_a_role(installation):
    """Refused, granted, connected, shown, revoked, cut off. Source: dsql-facts.md §2.4, §9.5."""
    user = installation.iam("user", "create", "developer")
    installation.iam("key", "create", "developer", "--profile", "developer")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dsql:DbConnect", "Resource": "*"}],
    }
    installation.iam("policy", "put", "connect", json.dumps(policy))
    installation.borealis("iam", "policy", "attach", "connect", "--user", "developer")
    with installation.connect(installation.token()) as admin:
        admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
        admin.execute("CREATE ROLE myapp WITH LOGIN")
        admin.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO myapp")

        def token():
            return installation.token("developer", action="")

        assert installation.refusal(token(), user="myapp")[0] == DENIED
        arn = user["arn"]
        admin.execute(f"AWS IAM GRANT myapp TO '{arn}'")
        with installation.connect(token(), user="myapp") as session:
            assert session.execute("SELECT current_user, count(*) FROM accounts").fetchone() == ("myapp", 0)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("INSERT INTO accounts VALUES (1, 100)")
            shown = admin.execute("SELECT arn, pg_role_name FROM sys.iam_pg_role_mappings").fetchall()
            assert shown == [(arn, "myapp")]
            admin.execute(f"AWS IAM REVOKE myapp FROM '{arn}'")
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT 1")
        assert installation.refusal(token(), user="myapp")[0] == DENIED
