"""`borealis psql`: psql on the node on this machine, with everything filled in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from borealis.cli.group import OperatorError
from borealis.cli.local_node import LocalNode, connecting_options


@click.command(context_settings={"ignore_unknown_options": True}, epilog="borealis psql -- -c 'SELECT 1'")
@connecting_options
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(
    data: Path, user: str, cluster: str | None, profile: str, expires_s: int, arguments: tuple[str, ...]
) -> None:
    """Start psql, connected; what psql is to be told follows."""
    program = shutil.which("psql")
    if program is None:
        raise OperatorError("there is no psql on this machine; Debian's package is postgresql-client")
    node = LocalNode.find(data)
    # Settings of the caller's for other servers would mislead it.
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PGSERVICE", "PGPASSFILE", "PGSSLNEGOTIATION"}
    }
    variables = own | node.libpq_environment(user, cluster)
    if not node.is_trusting:
        variables["PGPASSWORD"] = node.token(user, cluster, profile, expires_s)
    os.execve(program, [program, *arguments], variables)  # noqa: S606 - no shell is wanted
