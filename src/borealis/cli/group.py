"""The command group: the names of the commands, and the modules they are imported from when one is called."""

from __future__ import annotations

import importlib
from typing import cast

import click

COMMANDS = {
    "cluster": "borealis.cli.cluster:cluster",
    "demo": "borealis.cli.demo.command:demo",
    "env": "borealis.cli.env:env",
    "iam": "borealis.cli.iam:iam",
    "key": "borealis.cli.key:key",
    "psql": "borealis.cli.psql:psql",
    "start": "borealis.cli.start:start",
    "token": "borealis.cli.token:token",
}
"""Command → module:function."""


class OperatorError(click.ClickException):
    """What an operator can put right: one line on stderr, exit status 2."""

    exit_code = 2


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), name))


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("borealis-db")
    except PackageNotFoundError:
        found = "from a source tree"
    click.echo(f"borealis {found}")
    context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the version.",
)
def borealis() -> None:
    """Borealis: an open implementation of Amazon Aurora DSQL."""
