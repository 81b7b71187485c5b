"""`borealis token`: an authentication token for the node on this machine, alone on stdout."""

from __future__ import annotations

from pathlib import Path

import click

from borealis.cli.local_node import LocalNode, connecting_options


@click.command(epilog='PGPASSWORD="$(borealis token)" psql …')
@connecting_options
def token(data: Path, user: str, cluster: str | None, profile: str, expires_s: int) -> None:
    """Print an authentication token: the password of a connection."""
    click.echo(LocalNode.find(data).token(user, cluster, profile, expires_s))
