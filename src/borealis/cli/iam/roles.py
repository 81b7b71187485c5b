"""`borealis iam role`."""

from __future__ import annotations

from pathlib import Path

import click

from borealis.auth import changes
from borealis.auth.principals import SESSION_S_DEFAULT, Identities
from borealis.cli.iam.common import (
    chance,
    change,
    date,
    document,
    json_option,
    now_s,
    print_one,
    print_rows,
    read,
)
from borealis.cli.local_node import data_option


@click.group()
def role() -> None:
    """Roles: identities that others assume for a while."""


@role.command("create")
@click.argument("name")
@click.option(
    "--trust", default=None, help="Trust policy: JSON, a file, or - for standard input. Default: the account."
)
@click.option("--path", default="/", show_default=True)
@click.option(
    "--max-session", "session_s_max", type=int, default=SESSION_S_DEFAULT, show_default=True, help="Seconds."
)
@click.option("--policy", "policies", multiple=True, help="Managed policy to attach, by name or ARN.")
@data_option
@json_option
def create(
    name: str,
    trust: str | None,
    path: str,
    session_s_max: int,
    policies: tuple[str, ...],
    data: Path,
    as_json: bool,
) -> None:
    """Create a role."""
    text = None if trust is None else document(trust)

    def changed(identities: Identities) -> Identities:
        identities = changes.create_role(
            identities, name, text, chance, now_s(), path=path, session_s_max=session_s_max
        )
        for policy in policies:
            identities = changes.attach_to_role(identities, name, policy)
        return identities

    identities = change(data, changed)
    made = identities.roles[name]
    print_one({"name": name, "id": made.id, "arn": identities.role_arn(made)}, as_json=as_json)


@role.command("trust")
@click.argument("name")
@click.argument("text")
@data_option
def trust_(name: str, text: str, data: Path) -> None:
    """Give a role another trust policy: JSON, a file, or - for standard input."""
    given = document(text)
    change(data, lambda identities: changes.set_trust(identities, name, given))


@role.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List roles."""
    _, identities = read(data)
    rows = [
        [each.name, identities.role_arn(each), date(each.created_s), list(each.attached)]
        for each in identities.roles.values()
    ]
    print_rows(("name", "arn", "created", "policies"), rows, as_json=as_json)


@role.command("delete")
@click.argument("name")
@data_option
def delete(name: str, data: Path) -> None:
    """Delete a role that has no policies any more; its sessions end."""
    change(data, lambda identities: changes.delete_role(identities, name))
