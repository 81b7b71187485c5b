"""Tables for people, by rich."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

_STYLES = {"ACTIVE": "green", "CREATING": "yellow", "UPDATING": "yellow", "DELETING": "red"}


def print_clusters(clusters: list[dict[str, Any]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Identifier", "Status", "Endpoint", "Created", "Tags"):
        table.add_column(title, overflow="fold", no_wrap=title in {"Identifier", "Status"})
    for cluster in clusters:
        table.add_row(
            cluster["identifier"],
            _status(cluster["status"]),
            cluster["endpoint"],
            _moment(cluster),
            _tags(cluster),
        )
    Console().print(table)


def print_cluster(cluster: dict[str, Any]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    encryption = cluster.get("encryptionDetails", {})
    rows = {
        "Identifier": cluster["identifier"],
        "Status": _status(cluster["status"]),
        "Endpoint": cluster.get("endpoint", ""),
        "ARN": cluster["arn"],
        "Created": _moment(cluster),
        "Deletion protection": "on" if cluster.get("deletionProtectionEnabled") else "off",
        "Encryption key": encryption.get("kmsKeyArn", "the installation's own"),
        "Encryption": encryption.get("encryptionStatus", ""),
        "Tags": _tags(cluster),
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    Console().print(table)


def _status(status: str) -> str:
    return f"[{_STYLES.get(status, 'default')}]{status}[/]"


def _moment(cluster: dict[str, Any]) -> str:
    return str(cluster["creationTime"].astimezone().strftime("%Y-%m-%d %H:%M:%S"))


def _tags(cluster: dict[str, Any]) -> str:
    from rich.markup import escape

    return escape(", ".join(f"{name}={value}" for name, value in sorted(cluster.get("tags", {}).items())))
