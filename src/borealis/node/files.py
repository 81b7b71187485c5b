"""Files with secrets, replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from borealis.storage.encryption import sync_directory


def replace_private(path: Path, content: bytes) -> None:
    """Put content in path's place as a whole, readable by its owner alone from its first byte on."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_directory(path.parent)
