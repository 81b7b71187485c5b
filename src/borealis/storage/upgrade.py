"""Upgrade: brings a cluster that an earlier Borealis wrote to the format this one knows, in one transaction.

5 to 6    extended_statistics
"""

from __future__ import annotations

from typing import Any

import apsw

from borealis.storage.bootstrap import EXTENDED_STATISTICS
from borealis.storage.files import FORMAT_VERSION

_STEPS = {5: (EXTENDED_STATISTICS,)}


def upgrade(connection: apsw.Connection) -> None:
    """Do the steps there are from the format a cluster has; its owner calls it, having checked that there are some."""
    version: Any = connection.execute("PRAGMA user_version").get
    if version == FORMAT_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for number in range(version, FORMAT_VERSION):
        for statement in _STEPS[number]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    connection.execute("COMMIT")
