"""`borealis iam policy`: managed policies, and whom they are attached to."""

from __future__ import annotations

from pathlib import Path

import click

from borealis.auth import changes
from borealis.auth.policies.managed import MANAGED_POLICIES
from borealis.auth.principals import Identities
from borealis.cli.group import OperatorError
from borealis.cli.iam.common import change, document, json_option, print_one, print_rows, read
from borealis.cli.local_node import data_option


@click.group()
def policy() -> None:
    """Policies: what users and roles may do."""


@policy.command("put")
@click.argument("name")
@click.argument("text")
@data_option
@json_option
def put(name: str, text: str, data: Path, as_json: bool) -> None:
    """Create a policy, or give it a new text: JSON, a file, or - for standard input."""
    given = document(text)
    identities = change(data, lambda identities: changes.put_policy(identities, name, given))
    print_one({"name": name, "arn": identities.policy_arn(identities.policies[name])}, as_json=as_json)


@policy.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """List policies, the account's own and AWS's, and who has them."""
    _, identities = read(data)
    rows: list[list[object]] = []
    for found in identities.documents_by_arn:
        holders = [f"user/{user.name}" for user in identities.users.values() if found in user.attached]
        holders += [f"role/{role.name}" for role in identities.roles.values() if found in role.attached]
        rows.append([found.rpartition("/")[2], found, holders])
    print_rows(("name", "arn", "attached_to"), rows, as_json=as_json)


@policy.command("show")
@click.argument("wanted", metavar="POLICY")
@data_option
def show(wanted: str, data: Path) -> None:
    """Print a policy's text; POLICY is a name or an ARN."""
    _, identities = read(data)
    try:
        click.echo(identities.documents_by_arn[changes.find_policy_arn(identities, wanted)])
    except changes.IdentityError as error:
        raise OperatorError(str(error)) from error


@policy.command("delete")
@click.argument("name")
@data_option
def delete(name: str, data: Path) -> None:
    """Delete a policy that is attached to nobody any more."""
    if name in MANAGED_POLICIES:
        raise OperatorError(f"{name} is AWS's own and stays")
    change(data, lambda identities: changes.delete_policy(identities, name))


@policy.command("attach")
@click.argument("wanted", metavar="POLICY")
@click.option("--user", default=None)
@click.option("--role", default=None)
@data_option
def attach(wanted: str, user: str | None, role: str | None, data: Path) -> None:
    """Attach a policy, by name or ARN, to a user or a role."""
    _set(wanted, user, role, data, is_attached=True)


@policy.command("detach")
@click.argument("wanted", metavar="POLICY")
@click.option("--user", default=None)
@click.option("--role", default=None)
@data_option
def detach(wanted: str, user: str | None, role: str | None, data: Path) -> None:
    """Detach a policy from a user or a role."""
    _set(wanted, user, role, data, is_attached=False)


def _set(wanted: str, user: str | None, role: str | None, data: Path, *, is_attached: bool) -> None:
    if (user is None) is (role is None):
        raise click.UsageError("give one of --user and --role")

    def changed(identities: Identities) -> Identities:
        if user is not None:
            return changes.attach_to_user(identities, user, wanted, is_attached)
        assert role is not None
        return changes.attach_to_role(identities, role, wanted, is_attached)

    change(data, changed)
