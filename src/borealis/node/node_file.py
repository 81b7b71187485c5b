"""<data>/node.json: where the running node is reached, for commands on the same machine (`borealis psql`, `token`, `env`).

It holds what `borealis start --json` prints, is written when the node is ready, and taken away when it stops; one that a killed
node left behind is known by its pid.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

NAME = "node.json"


class NoNodeError(Exception):
    """An operator's error: no node runs on the directory."""


def write_node_file(data: Path, said: dict[str, Any]) -> None:
    beside = data / f".{NAME}.new"
    beside.write_text(json.dumps(said, indent=1) + "\n")
    beside.rename(data / NAME)


def remove_node_file(data: Path) -> None:
    (data / NAME).unlink(missing_ok=True)


def read_node_file(data: Path) -> dict[str, Any]:
    """Return what the node that runs on a data directory says of itself.

    Raises:
        NoNodeError: none does.
    """
    try:
        said = cast(dict[str, Any], json.loads((data / NAME).read_text()))
        os.kill(said["pid"], 0)
    except PermissionError:
        pass  # it runs, as another user
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoNodeError(f"no node runs on {data}; start one with: borealis start --data {data}") from error
    return said
