"""`borealis cluster`: the clusters of the node on this machine, by its API.

borealis cluster create --tag project=demo && borealis cluster list
borealis cluster update <id> --no-deletion-protection && borealis cluster delete <id> --wait

The commands are clients like any other: they sign with an access key, and may what its policies allow. A terminal gets tables;
--json, or a pipe, gets what the API answered.
"""

from __future__ import annotations

import click

from borealis.cli.cluster.life import create, delete, get, list_, update
from borealis.cli.cluster.policy import policy


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cluster() -> None:
    """Create, list, change and delete clusters of a running node."""


for _command in (create, list_, get, update, delete, policy):
    cluster.add_command(_command)
