"""policy get, put, delete: a cluster's resource-based policy."""

from __future__ import annotations

from typing import Any

import click

from borealis.cli.cluster.client import calling, is_for_people, print_json
from borealis.cli.cluster.life import identifier_argument

version_option = click.option(
    "--expected-version", default=None, help="Refuse if the policy has another version by now."
)


@click.group()
def policy() -> None:
    """A cluster's own policy: who may use it, beside what their own policies allow."""


@policy.command()
@identifier_argument
@calling
def get(client: Any, *, identifier: str, as_json: bool) -> None:
    """Print the policy; with --json, its version too."""
    answer = client.get_cluster_policy(identifier=identifier)
    if as_json:
        print_json(answer)
    else:
        click.echo(answer["policy"])


@policy.command()
@identifier_argument
@click.argument("file", type=click.File())
@version_option
@click.option("--bypass-lockout-check", is_flag=True, help="Even if you could not change it again.")
@calling
def put(
    client: Any,
    *,
    identifier: str,
    file: Any,
    expected_version: str | None,
    bypass_lockout_check: bool,
    as_json: bool,
) -> None:
    """Set the policy in FILE (- for standard input)."""
    parameters = {} if expected_version is None else {"expectedPolicyVersion": expected_version}
    answer = client.put_cluster_policy(
        identifier=identifier,
        policy=file.read(),
        bypassPolicyLockoutSafetyCheck=bypass_lockout_check,
        **parameters,
    )
    _show_version(answer, "set", as_json=as_json)


@policy.command()
@identifier_argument
@version_option
@calling
def delete(client: Any, *, identifier: str, expected_version: str | None, as_json: bool) -> None:
    """Remove the policy."""
    parameters = {} if expected_version is None else {"expectedPolicyVersion": expected_version}
    _show_version(
        client.delete_cluster_policy(identifier=identifier, **parameters), "removed", as_json=as_json
    )


def _show_version(answer: dict[str, Any], done: str, *, as_json: bool) -> None:
    if is_for_people(as_json):
        click.echo(f"Policy version {answer['policyVersion']} {done}.")
    else:
        print_json(answer)
