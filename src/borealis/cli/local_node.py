"""The node on this machine, for the commands that use it: where it is, and how a client is told.

--data ─▶ node.json, written by `borealis start`      <data>/credentials, or AWS_* of the environment ─▶ tokens
"""

from __future__ import annotations

import configparser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from borealis.auth.presign import SigningCredentials, make_token
from borealis.auth.requests import EXPIRES_S_MAX
from borealis.auth.tokens import action_for
from borealis.cli.group import OperatorError
from borealis.clock import POSTGRES_EPOCH_US, SystemClock
from borealis.node.node_file import NoNodeError, read_node_file

DEFAULT_DATA = Path("~/.borealis")
ADMIN = "admin"
DATABASE = "postgres"

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DATA,
    envvar="BOREALIS_DATA",
    show_default=True,
    show_envvar=True,
    help="Directory that holds everything.",
)
user_option = click.option("--user", default=ADMIN, show_default=True, help="Database role to connect as.")
profile_option = click.option(
    "--profile", default="default", show_default=True, help="Whose access key signs, in the credentials file."
)
cluster_option = click.option(
    "--cluster", default=None, help="Cluster identifier; the node's first if not given."
)
expires_option = click.option(
    "--expires-in",
    "expires_s",
    type=click.IntRange(1, EXPIRES_S_MAX),
    default=900,
    show_default=True,
    help="Seconds a token is good for.",
)


def connecting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where to, as whom, and with whose key."""
    for option in (expires_option, profile_option, cluster_option, user_option, data_option):
        command = option(command)
    return command


@dataclass(frozen=True)
class LocalNode:
    data: Path
    said: dict[str, Any]
    """What `borealis start --json` prints."""

    @classmethod
    def find(cls, data: Path) -> LocalNode:
        """Find the node that runs on a data directory; one line and exit status 2 if none does."""
        data = data.expanduser().absolute()
        try:
            return cls(data, read_node_file(data))
        except NoNodeError as error:
            raise OperatorError(str(error)) from error

    def endpoint(self, cluster: str | None) -> str:
        first: str = self.said["endpoint"]
        return first if cluster is None else f"{cluster}.{first.partition('.')[2]}"

    @property
    def is_trusting(self) -> bool:
        return bool(self.said.get("auth") == "trust")

    def token(self, user: str, cluster: str | None, profile: str, expires_s: int) -> str:
        now_s = (SystemClock().now_us() + POSTGRES_EPOCH_US) / 1e6
        credentials = read_credentials(Path(self.said["credentials_file"]), profile)
        return make_token(
            credentials,
            self.endpoint(cluster),
            self.said["region"],
            action_for(user, ADMIN),
            now_s,
            expires_s,
        )

    def libpq_environment(self, user: str, cluster: str | None) -> dict[str, str]:
        """Return libpq's variables for the node, but for the password."""
        found = {
            "PGHOST": self.endpoint(cluster),
            "PGHOSTADDR": str(self.said["host"]),
            "PGPORT": str(self.said["port"]),
            "PGUSER": user,
            "PGDATABASE": DATABASE,
        }
        if self.said.get("tls") == "off":
            return found | {"PGSSLMODE": "disable"}
        return found | {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(self.said["ca_file"])}

    def aws_environment(self, profile: str) -> dict[str, str]:
        """Return the variables that lead AWS's tools to the node."""
        found = {
            "AWS_SHARED_CREDENTIALS_FILE": str(self.said["credentials_file"]),
            "AWS_PROFILE": profile,
            "AWS_REGION": str(self.said["region"]),
            "AWS_DEFAULT_REGION": str(self.said["region"]),
        }
        http = self.said.get("http_endpoint")
        if http:
            found |= {"AWS_ENDPOINT_URL_DSQL": str(http), "AWS_ENDPOINT_URL_STS": str(http)}
        return found


def read_credentials(path: Path, profile: str) -> SigningCredentials:
    """Read one profile of an AWS-style credentials file."""
    parser = configparser.RawConfigParser()
    try:
        with path.open() as file:
            parser.read_file(file)
        section = parser[profile]
        return SigningCredentials(
            section["aws_access_key_id"], section["aws_secret_access_key"], section.get("aws_session_token")
        )
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror}") from error
    except KeyError as error:
        raise OperatorError(f"{path} has no access key under [{profile}]") from error
    except configparser.Error as error:
        raise OperatorError(f"{path} is no credentials file: {error}") from error


def own_command() -> str:
    """Return how this very program is called: by its name where a shell finds it, else by its path."""
    import shlex
    import shutil
    import sys

    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m borealis"
    found = shutil.which("borealis")
    if found is not None and Path(found).samefile(called):
        return "borealis"
    return shlex.quote(str(called.absolute()))
