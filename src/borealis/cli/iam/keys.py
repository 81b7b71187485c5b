"""`borealis iam key`: access keys of users."""

from __future__ import annotations

import configparser
from io import StringIO
from pathlib import Path

import click

from borealis.auth import changes
from borealis.auth.principals import AccessKey, Identities
from borealis.cli.group import OperatorError
from borealis.cli.iam.common import chance, change, date, json_option, now_s, print_one, print_rows, read
from borealis.cli.local_node import data_option
from borealis.node.files import replace_private


@click.group()
def key() -> None:
    """Access keys of users."""


@key.command("create")
@click.argument("user")
@click.option("--profile", default=None, help="Also write it to the credentials file, under this name.")
@data_option
@json_option
def create(user: str, profile: str | None, data: Path, as_json: bool) -> None:
    """Create an access key; its secret is shown this once."""
    made: list[AccessKey] = []

    def changed(identities: Identities) -> Identities:
        identities, new = changes.create_key(identities, user, chance, now_s())
        made.append(new)
        return identities

    store, _ = read(data)
    if profile is not None:
        _read_profiles(store.credentials_file, profile)
    change(data, changed)
    [new] = made
    if profile is not None:
        _write_profile(store.credentials_file, profile, new)
    fields: dict[str, str | int | bool] = {
        "user": user, "access_key_id": new.id, "secret_access_key": new.secret
    }  # fmt: skip
    print_one(fields, as_json=as_json)


@key.command("list")
@click.option("--user", default=None, help="Only this user's.")
@data_option
@json_option
def list_(user: str | None, data: Path, as_json: bool) -> None:
    """List access keys, without their secrets."""
    _, identities = read(data)
    rows = [
        [each.id, each.user, each.is_active, date(each.created_s)]
        for each in identities.access_keys.values()
        if user in {None, each.user}
    ]
    print_rows(("access_key_id", "user", "active", "created"), rows, as_json=as_json)


@key.command("disable")
@click.argument("key_id")
@data_option
def disable(key_id: str, data: Path) -> None:
    """Make an access key sign nothing for now."""
    change(data, lambda identities: changes.set_key_active(identities, key_id, False))


@key.command("enable")
@click.argument("key_id")
@data_option
def enable(key_id: str, data: Path) -> None:
    """Let a disabled access key sign again."""
    change(data, lambda identities: changes.set_key_active(identities, key_id, True))


@key.command("delete")
@click.argument("key_id")
@data_option
def delete(key_id: str, data: Path) -> None:
    """Delete an access key."""
    change(data, lambda identities: changes.delete_key(identities, key_id))


def _read_profiles(path: Path, profile: str) -> configparser.RawConfigParser:
    """Read the credentials file, where a profile may be written that is not there yet."""
    parser = configparser.RawConfigParser()
    try:
        if path.exists():
            parser.read_string(path.read_text())
    except (configparser.Error, OSError) as error:
        raise OperatorError(f"cannot read {path}: {error}") from error
    if not profile or "]" in profile or "\n" in profile:
        raise OperatorError(f"{profile!r} is no profile's name")
    if parser.has_section(profile):
        raise OperatorError(f"{path} has a profile {profile} already")
    return parser


def _write_profile(path: Path, profile: str, made: AccessKey) -> None:
    parser = _read_profiles(path, profile)
    parser[profile] = {"aws_access_key_id": made.id, "aws_secret_access_key": made.secret}
    text = StringIO()
    parser.write(text)
    replace_private(path, text.getvalue().encode())
