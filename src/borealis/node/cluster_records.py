"""Cluster records on disk: one file in each cluster's directory, written by the control plane and read by every process.

    <data>/clusters/<id>/cluster.json     the record (control_plane.record); replaced as a whole, after it is on disk
                    .new-<id>/            a directory on its way in: named <id> once its record is on disk
                    .gone-<id>/           one on its way out: no longer a cluster, removed when there is time

So a cluster exists from one rename to another, and neither leaves anything by half. A cluster made by a start, or by an earlier
version, has no record: it is one that nothing was ever asked of. Readers look at the file's state and read it again when it is
another.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import msgspec

from borealis.control_plane.record import ACTIVE, ClusterRecord
from borealis.node.files import replace_private
from borealis.storage.encryption import sync_directory

_IDENTIFIER = re.compile(r"[a-z0-9]{26}", re.ASCII)
_RECORD = "cluster.json"

_State = tuple[int, int, int]


class ClusterRecords:
    """One process's view of <data>/clusters."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[str, tuple[_State, ClusterRecord]] = {}

    def directory(self, identifier: str) -> Path:
        return self._directory / identifier

    def identifiers(self) -> list[str]:
        """Return the clusters there are, on their way in or out or not."""
        found = [name for name in os.listdir(self._directory) if _IDENTIFIER.fullmatch(name)]  # noqa: PTH208
        return sorted(name for name in found if self._is_one(name))

    def all(self) -> list[ClusterRecord]:
        """Return every record, the oldest cluster's first."""
        records = [record for name in self.identifiers() if (record := self.find(name)) is not None]
        return sorted(records, key=lambda record: (record.created_s, record.identifier))

    def find(self, identifier: str) -> ClusterRecord | None:
        """Return a cluster's record as it is now; None if there is no such cluster."""
        if not _IDENTIFIER.fullmatch(identifier):
            return None
        path = self.directory(identifier) / _RECORD
        try:
            status = os.stat(path)  # noqa: PTH116 - asked at every connection
            state = status.st_ino, status.st_mtime_ns, status.st_size
            known = self._read.get(identifier)
            if known is not None and known[0] == state:
                return known[1]
            record = msgspec.json.decode(path.read_bytes(), type=ClusterRecord)
        except FileNotFoundError:
            self._read.pop(identifier, None)
            return self._unrecorded(identifier)
        self._read[identifier] = (state, record)
        return record

    def _is_one(self, identifier: str) -> bool:
        directory = self.directory(identifier)
        return (directory / _RECORD).exists() or (directory / "cluster.db").exists()

    def _unrecorded(self, identifier: str) -> ClusterRecord | None:
        directory = self.directory(identifier)
        made_s: float | None = None
        try:
            made_s = (directory / "cluster.db").stat().st_mtime
            made_s = (directory / "cluster.key").stat().st_mtime  # written once, unless the key is changed
        except FileNotFoundError:
            if made_s is None:
                return None
        return ClusterRecord(identifier, ACTIVE, created_s=round(made_s, 3))

    # For the control plane alone.

    def add(self, record: ClusterRecord) -> None:
        """Keep the record of a cluster there is nothing of yet."""
        coming = self._directory / f".new-{record.identifier}"
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(mode=0o700)
        replace_private(coming / _RECORD, msgspec.json.encode(record))
        coming.rename(self.directory(record.identifier))
        sync_directory(self._directory)

    def replace(self, record: ClusterRecord) -> None:
        replace_private(self.directory(record.identifier) / _RECORD, msgspec.json.encode(record))

    def remove(self, identifier: str) -> None:
        """Take a cluster away: at once by a rename, then what it held."""
        going = self._directory / f".gone-{identifier}"
        directory = self.directory(identifier)
        if directory.exists():
            shutil.rmtree(going, ignore_errors=True)
            directory.rename(going)
            sync_directory(self._directory)
        shutil.rmtree(going, ignore_errors=True)

    def clean(self) -> None:
        """Remove what a crash left of clusters that are no longer, or were never to be."""
        for pattern in (".new-*", ".gone-*"):
            for path in self._directory.glob(pattern):
                shutil.rmtree(path, ignore_errors=True)
