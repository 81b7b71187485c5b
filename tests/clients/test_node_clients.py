"""AWS's clients for Node.js, unmodified: the signer with node-postgres, and the connector, through TLS and with tokens.

The packages are those of tests/clients/node/package-lock.json; `make test` installs them (tools/node-packages).
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def installed():
    if shutil.which("node") is None or not (SCRIPTS / "node_modules").is_dir():
        reason = "the packages for Node.js are not installed: tools/node-packages tests/clients/node"
        assert "CI" not in os.environ, reason
        pytest.skip(reason)


@pytest.fixture
def node_script(installed, installation):
    """Run a script with what `borealis env` and a line in the hosts file would give it; return what it printed."""

    def run(name, user="admin", profile="default"):
        said = installation.said
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": said["data_dir"],
            "ENDPOINT": f"{said['cluster']}.dsql.{said['region']}.on.aws",
            "PORT": str(said["port"]),
            "DATABASE_USER": user,
            "AWS_REGION": said["region"],
            "AWS_PROFILE": profile,
            "AWS_SHARED_CREDENTIALS_FILE": said["credentials_file"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "NODE_EXTRA_CA_CERTS": said["ca_file"],
        }
        done = subprocess.run(
            ["node", "--import", "./hosts.mjs", name],
            cwd=SCRIPTS,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_a_pool_with_the_signers_tokens(node_script):
    answer = node_script("signer.mjs")
    assert answer == {"name": "admin", "next": 42, "squares": [n * n for n in range(8)]}


def test_the_signers_other_action_is_told_apart(node_script):
    """Source: dsql-facts.md §2.3."""
    answer = node_script("signer.mjs", user="myapp")
    assert answer["message"] == "unable to accept connection, access denied"
    assert "code" in answer


def test_the_connector_moves_money_and_tries_again(node_script):
    answer = node_script("connector.mjs")
    assert answer["name"].startswith("aurora-dsql-nodejs-pg/")
    assert answer["balances"] == [100, 100, 100, 100]
    assert answer["attempts"] >= 40
    assert answer["mistakes"] == [
        {
            "code": "40001",
            "message": "change conflicts with another transaction (OC000)",
        }
    ]
