"""A node that asks for tokens, as AWS's clients meet it: credentials in a file of AWS's form, endpoints, a certificate authority."""

import json
import os

import boto3
import psycopg
import pytest


class Installation:
    """A node that asks for tokens, and ways to use it."""

    def __init__(self, node, run):
        self.node = node
        self.said = node.said
        self.data = node.said["data_dir"]
        self._run = run

    def conninfo(self, **options):
        return self.node.conninfo(
            host=self.said["endpoint"],
            hostaddr="127.0.0.1",
            sslmode="verify-full",
            sslrootcert=self.said["ca_file"],
            **options,
        )

    def connect(self, password, **options):
        return psycopg.connect(self.conninfo(**options), password=password, autocommit=True)

    def refusal(self, password, **options):
        """Return the message and hint a client is refused with."""
        with pytest.raises(psycopg.OperationalError) as caught:
            self.connect(password, **options)
        message, _, hint = str(caught.value).partition("FATAL:  ")[2].partition("\nHINT:  ")
        return message.strip(), hint.strip()

    def token(self, profile="default", *, action="admin_", host=None, expires_s=900):
        session = boto3.Session(profile_name=profile, region_name=self.said["region"])
        make = getattr(session.client("dsql"), f"generate_db_connect_{action}auth_token")
        return make(Hostname=host or self.said["endpoint"], ExpiresIn=expires_s)

    def borealis(self, *arguments, **environment):
        done = self._run(*arguments, "--data", self.data, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def iam(self, *arguments):
        return json.loads(self.borealis("iam", *arguments, "--json"))


@pytest.fixture
def installation(start_node, borealis_command, monkeypatch):
    node = start_node(None, "--auth", "iam")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", node.said["credentials_file"])
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Installation(node, borealis_command)
