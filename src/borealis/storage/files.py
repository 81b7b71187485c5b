"""Files: one cluster's directory, and connections to the database in it.

    cluster.db, -wal, -shm   the SQLite database
    cluster.key              the wrapped data key; missing in a cluster without encryption
    lock                     locked by the owner (flock): one storage process a directory
    signal                   the last commit's numbers, mapped by every process

Any process of the node may open connections for reading; one, the owner, writes (database.py).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import apsw

from borealis.storage.encryption import DataKey, InstallationKey
from borealis.storage.errors import (
    ClusterMismatch,
    DirectoryInUse,
    EncryptionKeyError,
    NotACluster,
    StorageError,
    UnknownFormat,
    damaged,
)

APPLICATION_ID = 0x424F5245  # "BORE"
FORMAT_VERSION = 6
UPGRADABLE_VERSIONS = frozenset({5})
"""Those the owner brings up to date when it opens the cluster (storage.upgrade)."""
"""user_version of the database: raised when a layout in docs/storage-format.md changes."""

BUSY_TIMEOUT_MS = 10_000
"""Readers meet a busy database only while its log is recovered or begun anew."""

READER_CACHE_KIB = 2_048
FIRST_READER_CACHE_KIB = 65_536
"""Of a pool's first reader, which a session that is alone always gets: queries over much data read their pages once."""
SCANNER_CACHE_KIB = 32_768
WRITER_CACHE_KIB = 65_536
STATEMENTS_CACHED_MAX = 512


@dataclass(frozen=True, slots=True)
class ClusterFiles:
    directory: Path
    data_key: DataKey | None

    @classmethod
    def locate(cls, directory: Path, installation_key: InstallationKey | None) -> Self:
        """Find a cluster and unwrap its key. Raises NotACluster, EncryptionKeyError."""
        if not (directory / "cluster.db").is_file():
            raise NotACluster(f"{directory} holds no Borealis cluster")
        key_path = directory / "cluster.key"
        try:
            wrapped = key_path.read_bytes()
        except FileNotFoundError:
            return cls(directory, None)
        except OSError as error:
            raise EncryptionKeyError(f"{key_path} cannot be read: {error}") from None
        if installation_key is None:
            raise EncryptionKeyError(f"{directory} is encrypted: its installation's encryption key is needed")
        return cls(directory, DataKey.unwrap(wrapped, key_path, installation_key))

    @property
    def database(self) -> Path:
        return self.directory / "cluster.db"

    @property
    def signal(self) -> Path:
        return self.directory / "signal"

    def connect_reader(self, cache_kib: int = READER_CACHE_KIB) -> apsw.Connection:
        """Open a connection that cannot write the database; its TEMP tables are writable, for overlays."""
        connection = self._connect(apsw.SQLITE_OPEN_READONLY)
        connection.execute(f"PRAGMA cache_size=-{cache_kib}")
        return connection

    def connect_scanner(self) -> apsw.Connection:
        """Open a reader for long scans that sort: its sorts are in one piece of memory, which threads need not share.

        SQLite allots the rows of a sort one by one where TEMP data must not leave memory, under a lock of the process.
        Here it may, past the size of the cache: whoever sorts must keep what is sorted smaller.
        """
        connection = self._connect(apsw.SQLITE_OPEN_READONLY)
        connection.execute(f"PRAGMA temp_store=FILE; PRAGMA cache_size=-{SCANNER_CACHE_KIB}")
        return connection

    def connect_writer(self, vfs: str | None = None) -> apsw.Connection:
        connection = self._connect(apsw.SQLITE_OPEN_READWRITE, vfs)
        execute = connection.execute
        execute("PRAGMA synchronous=FULL")
        execute("PRAGMA wal_autocheckpoint=0").fetchall()
        execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
        execute(
            "PRAGMA secure_delete=OFF"
        ).fetchall()  # pages are encrypted; zeroing them doubles a delete's writes
        return connection

    def _connect(self, flags: int, vfs: str | None = None) -> apsw.Connection:
        connection = apsw.Connection(
            str(self.database), flags=flags, vfs=vfs, statementcachesize=STATEMENTS_CACHED_MAX
        )
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        if self.data_key is not None:
            self.data_key.unlock(connection)
        return connection

    def check(self, connection: apsw.Connection, cluster: str | None) -> None:
        """Check that the database is ours, of a version we know, and the cluster named.

        Raises:
            NotACluster, UnknownFormat, ClusterMismatch, StorageError: the file is damaged.
        """
        try:
            application_id = connection.execute("PRAGMA application_id").get
            version: Any = connection.execute("PRAGMA user_version").get
            if application_id != APPLICATION_ID:
                raise NotACluster(f"{self.database} is not a Borealis cluster")
            if version != FORMAT_VERSION and version not in UPGRADABLE_VERSIONS:
                other = "a later" if version > FORMAT_VERSION else "an earlier"
                raise UnknownFormat(
                    f"{self.directory} was written by {other} Borealis: storage format {version}, "
                    f"this one knows {FORMAT_VERSION}"
                )
            found = connection.execute("SELECT cluster FROM meta").get
        except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError, IndexError) as error:
            raise damaged(self.database, error) from None
        if cluster is not None and found != cluster:
            raise ClusterMismatch(f"{self.directory} holds cluster {found}, not {cluster}")


def lock_directory(directory: Path) -> int:
    """Take ownership of a directory until the returned descriptor is closed. Raises DirectoryInUse."""
    try:
        descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{directory} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise DirectoryInUse(f"{directory} is in use by another Borealis process ({holder})") from None
    with contextlib.suppress(OSError):  # who it is matters to a refusal's text only; the disk may be full
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()}\n".encode("ascii"), 0)
    return descriptor
