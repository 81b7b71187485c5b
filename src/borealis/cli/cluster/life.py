"""create, list, get, update, delete."""

from __future__ import annotations

from typing import Any

import click

from borealis.cli.cluster.client import (
    calling,
    is_for_people,
    print_json,
    wait_option,
    wait_until_active,
    wait_until_gone,
)

identifier_argument = click.argument("identifier")
key_option = click.option("--kms-key", default=None, help="A key's name, alias or ARN (borealis key create).")
protection_option = click.option(
    "--deletion-protection/--no-deletion-protection", "protected", default=None, help="On if not given."
)


def show(cluster: dict[str, Any], *, as_json: bool) -> None:
    if is_for_people(as_json):
        from borealis.cli.cluster.tables import print_cluster

        print_cluster(cluster)
    else:
        print_json(cluster)


@click.command()
@protection_option
@key_option
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="May be given more than once.")
@wait_option
@calling
def create(
    client: Any,
    *,
    protected: bool | None,
    kms_key: str | None,
    tags: tuple[str, ...],
    wait: bool,
    as_json: bool,
) -> None:
    """Create a cluster."""
    parameters: dict[str, Any] = {}
    if protected is not None:
        parameters["deletionProtectionEnabled"] = protected
    if kms_key is not None:
        parameters["kmsEncryptionKey"] = kms_key
    if tags:
        parameters["tags"] = dict(_read_tag(tag) for tag in tags)
    made = client.create_cluster(**parameters)
    show(wait_until_active(client, made["identifier"]) if wait else made, as_json=as_json)


@click.command("list")
@calling
def list_(client: Any, *, as_json: bool) -> None:
    """List the clusters."""
    pages = client.get_paginator("list_clusters").paginate()
    found = []
    for listed in (cluster for page in pages for cluster in page["clusters"]):
        try:
            answer = client.get_cluster(identifier=listed["identifier"])
        except client.exceptions.ResourceNotFoundException:
            continue  # deleted since it was listed
        answer.pop("ResponseMetadata")
        found.append(answer)
    if is_for_people(as_json):
        from borealis.cli.cluster.tables import print_clusters

        print_clusters(found)
    else:
        print_json(found)


@click.command()
@identifier_argument
@calling
def get(client: Any, *, identifier: str, as_json: bool) -> None:
    """Show one cluster."""
    show(client.get_cluster(identifier=identifier), as_json=as_json)


@click.command()
@identifier_argument
@protection_option
@key_option
@wait_option
@calling
def update(
    client: Any, *, identifier: str, protected: bool | None, kms_key: str | None, wait: bool, as_json: bool
) -> None:
    """Change a cluster's protection or encryption key."""
    parameters: dict[str, Any] = {}
    if protected is not None:
        parameters["deletionProtectionEnabled"] = protected
    if kms_key is not None:
        parameters["kmsEncryptionKey"] = kms_key
    if not parameters:
        raise click.UsageError("nothing to change; see --help")
    answer = client.update_cluster(identifier=identifier, **parameters)
    show(wait_until_active(client, identifier) if wait else answer, as_json=as_json)


@click.command()
@identifier_argument
@wait_option
@calling
def delete(client: Any, *, identifier: str, wait: bool, as_json: bool) -> None:
    """Delete a cluster that is not protected, with all that is in it."""
    answer = client.delete_cluster(identifier=identifier)
    if wait:
        wait_until_gone(client, identifier)
    if is_for_people(as_json):
        click.echo(f"Cluster {identifier} is {'deleted' if wait else 'being deleted'}.")
    else:
        print_json(answer)


def _read_tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--tag {text}: KEY=VALUE is expected")
    return key, value
