"""The data directory: where an installation keeps everything, and the lock that lets one node use it at a time.

    <data>/
      node.lock             held (flock) by every process of the running node; its text is the supervisor's pid
      clusters/<id>/…       one directory a cluster (storage)
      tls/…                 the installation's CA and server certificate (server.tls)
      keys/…                the installation's own keys
      identity/…, credentials  users, roles, access keys (identity_store); node.json where the running node is reached (node_file)

The lock is inherited by the node's processes and falls when the last of them is gone, however it died: while a storage process
still writes, no second one can start. Must hold: nothing under <data> but node.lock and the identities, which have a lock of their
own, is touched without the lock.
"""

from __future__ import annotations

import fcntl
import os
import random
import re
import time
from contextlib import suppress
from pathlib import Path

from borealis.control_plane.names import new_identifier
from borealis.node.cluster_records import ClusterRecords

_CLUSTER_ID = re.compile(r"[a-z2-7]{26}")
_ORPHANS_S = 5.0
"""How long processes of a node whose supervisor was killed may take to notice."""


class DirectoryUnusableError(Exception):
    """An operator's error: the directory cannot be used, and one line says why."""


class DataDirectory:
    """A data directory, locked for this node."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @property
    def clusters(self) -> Path:
        return self.path / "clusters"

    @property
    def tls(self) -> Path:
        return self.path / "tls"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def installation_key(self) -> Path:
        """The key that wraps every cluster's data key."""
        return self.keys / "installation.key"

    def open(self) -> None:
        """Create the directory if it is missing, and lock it.

        Raises:
            DirectoryUnusableError: it cannot be made or written, or another node runs on it.
        """
        try:
            for directory in (self.path, self.clusters, self.tls, self.keys):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / "node.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DirectoryUnusableError(f"cannot use {self.path}: {error.strerror}") from error
        try:
            self._take(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._lock = descriptor
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)

    def _take(self, descriptor: int) -> None:
        give_up = time.monotonic() + _ORPHANS_S
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            holder = _holder(descriptor)
            if _is_alive(holder) or time.monotonic() > give_up:
                who = f" (pid {holder})" if holder else ""
                raise DirectoryUnusableError(f"another node{who} is running on {self.path}")
            time.sleep(0.01)

    def close(self) -> None:
        """Let go of the lock; it falls once every process of the node has."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def cluster_ids(self) -> list[str]:
        """Return the clusters there are, in no particular order."""
        return [entry.name for entry in self.clusters.iterdir() if _CLUSTER_ID.fullmatch(entry.name)]

    def first_cluster_id(self, random_: random.Random) -> str:
        """Return the oldest cluster's id, or the id for a first cluster to be created."""
        records = ClusterRecords(self.clusters)
        served = [record.identifier for record in records.all() if record.is_served]
        half_made = [found for found in sorted(self.cluster_ids()) if records.find(found) is None]
        return (served or half_made or [new_identifier(random_)])[0]

    def cluster(self, cluster_id: str) -> Path:
        return self.clusters / cluster_id


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 20, 0)
    return int(text) if text.isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
