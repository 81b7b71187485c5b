"""`borealis iam user`."""

from __future__ import annotations

from pathlib import Path

import click

from borealis.auth import changes
from borealis.auth.principals import Identities
from borealis.cli.iam.common import chance, change, date, json_option, now_s, print_one, print_rows, read
from borealis.cli.local_node import data_option


@click.group()
def user() -> None:
    """People and programs with access keys of their own."""


@user.command("create")
@click.argument("name")
@click.option("--path", default="/", show_default=True)
@click.option("--policy", "policies", multiple=True, help="Managed policy to attach, by name or ARN.")
@data_option
@json_option
def create(name: str, path: str, policies: tuple[str, ...], data: Path, as_json: bool) -> None:
    """Create a user."""

    def changed(identities: Identities) -> Identities:
        identities = changes.create_user(identities, name, chance, now_s(), path=path)
        for policy in policies:
            identities = changes.attach_to_user(identities, name, policy)
        return identities

    identities = change(data, changed)
    made = identities.users[name]
    print_one({"name": name, "id": made.id, "arn": identities.user_arn(made)}, as_json=as_json)


@user.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List users."""
    _, identities = read(data)
    rows = [
        [each.name, identities.user_arn(each), date(each.created_s), list(each.attached)]
        for each in identities.users.values()
    ]
    print_rows(("name", "arn", "created", "policies"), rows, as_json=as_json)


@user.command("delete")
@click.argument("name")
@data_option
def delete(name: str, data: Path) -> None:
    """Delete a user who has no keys and no policies any more."""
    change(data, lambda identities: changes.delete_user(identities, name))
