"""What the commands of `borealis iam` share: the store, and how answers look."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from borealis.auth.changes import IdentityError
from borealis.auth.principals import Identities
from borealis.cli.group import OperatorError
from borealis.clock import POSTGRES_EPOCH_US, SystemClock
from borealis.node.identity_store import IdentityStore, IdentityStoreError

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
chance = random.SystemRandom()


def now_s() -> int:
    return (SystemClock().now_us() + POSTGRES_EPOCH_US) // 1_000_000


def store_of(data: Path) -> IdentityStore:
    store = IdentityStore(data.expanduser().absolute())
    if not store.exists:
        raise OperatorError(f"{data} has no identities yet; borealis start makes the first ones")
    return store


def read(data: Path) -> tuple[IdentityStore, Identities]:
    store = store_of(data)
    try:
        return store, store.current()
    except IdentityStoreError as error:
        raise OperatorError(str(error)) from error


def change(data: Path, changed: Callable[[Identities], Identities]) -> Identities:
    """Make a change; what cannot be done is one line and exit status 2."""
    try:
        return store_of(data).change(changed)
    except (IdentityError, IdentityStoreError) as error:
        raise OperatorError(str(error)) from error


def print_rows(names: Sequence[str], rows: Sequence[Sequence[object]], *, as_json: bool) -> None:
    """Print a table for people, or a JSON array of objects."""
    if as_json:
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    shown = [[name.replace("_", " ") for name in names], *([_shown(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(names))]
    for row in shown:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def print_one(fields: dict[str, str | int | bool], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(fields))
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"{name.replace('_', ' ').ljust(width)}  {_shown(value)}")


def date(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def document(text: str) -> str:
    """Return a policy's text given as JSON, or as a file's name, or as "-" for standard input."""
    if text.lstrip().startswith("{"):
        return text
    if text == "-":
        return sys.stdin.read()
    try:
        return Path(text).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"cannot read {text}: {getattr(error, 'strerror', None) or 'not text'}"
        ) from error


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)
