"""`borealis env`: the environment that leads libpq, and AWS's tools, to the node on this machine.

eval "$(borealis env)" && psql
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from borealis.cli.local_node import LocalNode, connecting_options


@click.command(epilog='eval "$(borealis env)" && psql')
@connecting_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of shell lines.")
def env(data: Path, user: str, cluster: str | None, profile: str, expires_s: int, as_json: bool) -> None:
    """Print the variables that connect psql and AWS's tools, with a fresh token."""
    node = LocalNode.find(data)
    variables = node.libpq_environment(user, cluster) | node.aws_environment(profile)
    if not node.is_trusting:
        variables["PGPASSWORD"] = node.token(user, cluster, profile, expires_s)
    if as_json:
        click.echo(json.dumps(variables))
        return
    click.echo("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")  # they would win
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
