"""The client of the commands: botocore's, pointed at the node on this machine, and what they do with its answers."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from borealis.cli.group import OperatorError
from borealis.cli.local_node import LocalNode, data_option, profile_option, read_credentials

WAIT_S = 60.0
_LOOK_AGAIN_S = 0.02

Answer = dict[str, Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print what the API answered, as JSON.")
wait_option = click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until it is done.")


def calling(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the client of its node, and its errors one line."""

    @data_option
    @profile_option
    @json_option
    @wraps(command)
    def called(data: Path, profile: str, as_json: bool, **parameters: Any) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            command(dsql_client(LocalNode.find(data), profile), as_json=as_json, **parameters)
        except ClientError as error:
            told = error.response["Error"]
            raise click.ClickException(f"{told['Code']}: {told.get('Message', '')}") from error
        except BotoCoreError as error:
            raise OperatorError(str(error)) from error

    return called


def dsql_client(node: LocalNode, profile: str) -> Any:
    """Return botocore's client, with an access key of the credentials file."""
    import botocore.session

    credentials = read_credentials(Path(node.said["credentials_file"]), profile)
    return botocore.session.get_session().create_client(
        "dsql",
        region_name=node.said["region"],
        endpoint_url=node.said["http_endpoint"],
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
    )


def wait_until_active(client: Any, identifier: str) -> Answer:
    """Return what there is to know of a cluster once it is active."""
    found: Answer = client.get_cluster(identifier=identifier)
    give_up = time.monotonic() + WAIT_S
    while found["status"] != "ACTIVE":
        if time.monotonic() > give_up:
            raise click.ClickException(f"cluster {identifier} is still {found['status']}")
        time.sleep(_LOOK_AGAIN_S)
        found = client.get_cluster(identifier=identifier)
    return found


def wait_until_gone(client: Any, identifier: str) -> None:
    give_up = time.monotonic() + WAIT_S
    while time.monotonic() < give_up:
        try:
            client.get_cluster(identifier=identifier)
        except client.exceptions.ResourceNotFoundException:
            return
        time.sleep(_LOOK_AGAIN_S)
    raise click.ClickException(f"cluster {identifier} is still there")


def is_for_people(as_json: bool) -> bool:
    return not as_json and sys.stdout.isatty()


def print_json(answer: Any) -> None:
    if isinstance(answer, dict):
        answer = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    click.echo(json.dumps(answer, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
