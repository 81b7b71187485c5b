"""Clusters as the control plane has them made, changed and taken away: its ports.ClusterHost on this node.

Each work looks at what is there first, so it can be asked for again by a control plane that was killed in the middle of it.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from borealis.node.cluster_records import ClusterRecords
from borealis.node.keyring import Keyring
from borealis.node.remote_journal import release_cluster
from borealis.storage.database import Database
from borealis.storage.encryption import DataKey, WrappedKey, sync_directory


class ClusterHost:
    def __init__(self, records: ClusterRecords, keyring: Keyring, ipc_path: Path) -> None:
        self._records = records
        self._keyring = keyring
        self._ipc_path = ipc_path

    def build(self, identifier: str, key: str | None) -> None:
        directory = self._records.directory(identifier)
        if not (directory / "cluster.db").exists():  # the last thing that creating a database does
            wrapped_by = self._keyring.named(key)
            Database.create(directory, identifier, installation_key=wrapped_by).close()

    def rewrap(self, identifier: str, key: str | None) -> None:
        path = self._records.directory(identifier) / "cluster.key"
        wrapped_by = self._keyring.named(key)
        stored = path.read_bytes()
        if msgspec.json.decode(stored, type=WrappedKey).wrapped_by == wrapped_by.fingerprint:
            return
        data_key = DataKey.unwrap(stored, path, self._keyring.opening(path))
        _replace(path, data_key.wrap(identifier, wrapped_by))

    async def release(self, identifier: str) -> None:
        await release_cluster(self._ipc_path, identifier)

    def remove(self, identifier: str) -> None:
        self._records.remove(identifier)


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_directory(path.parent)
