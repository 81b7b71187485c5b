"""Clusters as the control plane has them made, changed and taken away: its ports.ClusterHost on this node.

Each work looks at what is there first, so it can be asked for again by a control plane that was killed in the middle of it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from borealis.node.cluster_records import ClusterRecords
from borealis.node.files import replace_private
from borealis.node.keyring import Keyring
from borealis.node.remote_journal import release_cluster
from borealis.storage.database import Database
from borealis.storage.encryption import DataKey, WrappedKey


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
        replace_private(path, data_key.wrap(identifier, wrapped_by))

    async def release(self, identifier: str) -> None:
        await release_cluster(self._ipc_path, identifier)

    def remove(self, identifier: str) -> None:
        self._records.remove(identifier)
