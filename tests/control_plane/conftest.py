"""AWS's own clients against the control plane of a node: boto3 with the first access key, waiting in hundredths of a second."""

import contextlib
import os
import subprocess
import sys
import uuid
from pathlib import Path

import boto3
import psycopg
import pytest
from botocore.config import Config

SOURCE = Path(__file__).parent.parent.parent / "src"
FAST = {"Delay": 0.01, "MaxAttempts": 500}


class Api:
    """One node's control plane."""

    def __init__(self, node):
        self.node = node
        self.region = node.said["region"]
        self.dsql = self.client("dsql")
        self.node_directory = Path(node.said["data_dir"])

    def key(self, *arguments):
        """Run `borealis key` on the node's directory."""
        command = [sys.executable, "-m", "borealis", "key", *arguments, "--data", self.node_directory]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def session(self, access_key=None):
        """Return a session with an access key, the administrator's if none is given."""
        if access_key is None:
            lines = dict(
                line.split(" = ")
                for line in open(self.node.said["credentials_file"]).read().splitlines()
                if " = " in line
            )
            access_key = {
                "aws_access_key_id": lines["aws_access_key_id"],
                "aws_secret_access_key": lines["aws_secret_access_key"],
            }
        return boto3.Session(region_name=self.region, **access_key)

    def client(self, service, access_key=None, **config):
        config = Config(retries={"mode": "standard", "total_max_attempts": 1}, **config)
        return self.session(access_key).client(
            service, endpoint_url=self.node.said["http_endpoint"], config=config
        )

    def create(self, **parameters):
        """Create a cluster that is active and not protected; return what GetCluster says of it."""
        made = self.dsql.create_cluster(**{"deletionProtectionEnabled": False} | parameters)
        self.dsql.get_waiter("cluster_active").wait(identifier=made["identifier"], WaiterConfig=FAST)
        return self.dsql.get_cluster(identifier=made["identifier"])

    def delete(self, identifier):
        self.dsql.delete_cluster(identifier=identifier)
        self.dsql.get_waiter("cluster_not_exists").wait(identifier=identifier, WaiterConfig=FAST)

    def settle(self, identifier):
        self.dsql.get_waiter("cluster_active").wait(identifier=identifier, WaiterConfig=FAST)

    def connect(self, endpoint, **options):
        """Connect as admin, with a token."""
        client = self.client("dsql")
        parameters = {
            "host": endpoint,
            "hostaddr": "127.0.0.1",
            "port": self.node.port,
            "user": "admin",
            "dbname": "postgres",
            "password": client.generate_db_connect_admin_auth_token(endpoint),
            "sslmode": "verify-full",
            "sslrootcert": self.node.said["ca_file"],
            "autocommit": True,
            "connect_timeout": 10,
        }
        return psycopg.connect(**parameters | options)

    def refused(self, operation, **parameters):
        """Call an operation that must fail; return the error's response."""
        with pytest.raises(self.dsql.exceptions.ClientError) as caught:
            getattr(self.dsql, operation)(**parameters)
        return caught.value.response


@pytest.fixture(scope="session")
def api(tmp_path_factory, run_node):
    """One node for all tests that leave it as it was."""
    with run_node(tmp_path_factory.mktemp("api") / "data", "--auth", "iam", "--workers", 2) as node:
        yield Api(node)


@pytest.fixture
def cluster(api):
    made = api.create()
    yield made
    with contextlib.suppress(api.dsql.exceptions.ResourceNotFoundException):
        api.dsql.update_cluster(identifier=made["identifier"], deletionProtectionEnabled=False)
        api.settle(made["identifier"])
        api.delete(made["identifier"])


@pytest.fixture
def start_api(start_node):
    """Start nodes of a test's own: start_api(data, flags...)."""
    return lambda *flags: Api(start_node(*flags))


@pytest.fixture
def token():
    return str(uuid.uuid4())
