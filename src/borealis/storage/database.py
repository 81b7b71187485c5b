"""Database: a cluster's directory, created or opened by its one owner.

Creation is all or nothing: everything is written under other names, synced, and only then takes its place, so a machine that
stops half-way leaves a directory that create may be asked for again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import apsw

from borealis.storage.bootstrap import PAGE_BYTES, write_first_rows
from borealis.storage.encryption import DataKey, InstallationKey, sync_directory
from borealis.storage.errors import ClusterExists, NotACluster, StorageError, damaged
from borealis.storage.files import ClusterFiles, lock_directory
from borealis.storage.readers import READERS_MAX, ReaderPool
from borealis.storage.signal import CommitSignal
from borealis.storage.upgrade import upgrade


class Database:
    """What the owner of a cluster's files holds: the lock, the one writing connection, the signal."""

    def __init__(self, files: ClusterFiles, lock: int, writer: apsw.Connection, cluster: str) -> None:
        self.files = files
        self.cluster = cluster
        self.writer = writer
        self.signal = CommitSignal.owned(files.signal)
        self._lock = lock
        numbers: list[Any] = writer.execute(
            "SELECT seq,catalog_version,statistics_version FROM meta"
        ).fetchall()
        seq, catalog_version, self.signal.statistics_version = numbers[0]
        self.signal.write(seq, catalog_version)

    @classmethod
    def create(
        cls,
        directory: Path,
        cluster: str,
        *,
        installation_key: InstallationKey | None,
        cipher: str = "aegis",
        page_bytes: int = PAGE_BYTES,
        vfs: str | None = None,
    ) -> Self:
        """Make a new cluster and open it; without an installation key its files are not encrypted.

        Raises:
            ClusterExists, DirectoryInUse.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{directory} cannot be created: {error.strerror}") from None
        lock = lock_directory(directory)
        try:
            if (directory / "cluster.db").exists():
                raise ClusterExists(f"{directory} already holds a cluster")
            data_key = None
            (directory / "cluster.key").unlink(missing_ok=True)  # of a creation that did not finish
            if installation_key is not None:
                data_key = DataKey.generate(cipher)
                _write_durably(directory / "cluster.key", data_key.wrap(cluster, installation_key))
            _build(directory, data_key, cluster, page_bytes)
        except BaseException as error:
            os.close(lock)
            if isinstance(error, apsw.Error | OSError):
                raise StorageError(f"the cluster cannot be created in {directory}: {error}") from error
            raise
        return cls._open(ClusterFiles(directory, data_key), lock, cluster, vfs)

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        installation_key: InstallationKey | None,
        cluster: str | None = None,
        vfs: str | None = None,
    ) -> Self:
        """Open a cluster as its owner; `cluster`, if given, is checked against the files.

        Raises:
            NotACluster, DirectoryInUse, EncryptionKeyError, UnknownFormat, ClusterMismatch, StorageError.
        """
        if not directory.is_dir():
            raise NotACluster(f"{directory} holds no Borealis cluster")
        files = ClusterFiles.locate(directory, installation_key)
        return cls._open(files, lock_directory(directory), cluster, vfs)

    @classmethod
    def _open(cls, files: ClusterFiles, lock: int, cluster: str | None, vfs: str | None) -> Self:
        writer: apsw.Connection | None = None
        try:
            writer = files.connect_writer(vfs)
            files.check(writer, cluster)
            upgrade(writer)
            found: Any = writer.execute("SELECT cluster FROM meta").get
            return cls(files, lock, writer, found)
        except BaseException as error:
            if writer is not None:
                writer.close()
            os.close(lock)
            if isinstance(error, apsw.NotADBError | apsw.CorruptError):
                raise damaged(files.database, error) from None
            raise

    def reader_pool(
        self, install: Callable[[apsw.Connection], object], readers_max: int = READERS_MAX
    ) -> ReaderPool:
        return ReaderPool(self.files, install, readers_max)

    @property
    def wal_bytes(self) -> int:
        try:
            return Path(f"{self.files.database}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Give the directory up; the last connection to close folds the log into the database."""
        self.writer.close()
        self.signal.close()
        os.close(self._lock)


def _build(directory: Path, data_key: DataKey | None, cluster: str, page_bytes: int) -> None:
    building = directory / "building.db"
    for suffix in ("", "-journal", "-wal", "-shm"):
        Path(f"{building}{suffix}").unlink(missing_ok=True)  # of a creation that did not finish
    connection = apsw.Connection(str(building))
    try:
        if data_key is not None:
            data_key.unlock(connection)
        write_first_rows(connection, cluster, page_bytes)
    finally:
        connection.close()
    building.chmod(0o600)
    building.rename(directory / "cluster.db")
    sync_directory(directory)


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)
