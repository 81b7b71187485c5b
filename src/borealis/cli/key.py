"""`borealis key`: encryption keys of the installation, for clusters that are not to be under its own key.

borealis key create payroll && borealis cluster create --kms-key payroll

A key is a file of mode 0600 under <data>/keys/customer. The node need not run, and need not be told.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import click

from borealis.cli.group import OperatorError
from borealis.cli.local_node import data_option

if TYPE_CHECKING:  # its import brings cryptography
    from borealis.node.keyring import Keyring


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def key() -> None:
    """Encryption keys for clusters."""


@key.command()
@click.argument("name", required=False)
@data_option
def create(name: str | None, data: Path) -> None:
    """Create a key, named by chance if no NAME is given, and print its name."""
    import uuid

    from borealis.storage.errors import EncryptionKeyError

    name = name or str(uuid.UUID(int=random.SystemRandom().getrandbits(128), version=4))
    try:
        _keyring(data).create(name)
    except (EncryptionKeyError, OSError) as error:
        raise OperatorError(str(error)) from error
    click.echo(name)


@key.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
def list_(data: Path, as_json: bool) -> None:
    """Print the names of the keys."""
    names = _keyring(data).names()
    if as_json:
        click.echo(json.dumps(names))
        return
    for name in names:
        click.echo(name)


def _keyring(data: Path) -> Keyring:
    from borealis.node.keyring import Keyring

    return Keyring(data.expanduser().absolute() / "keys")
