"""What can go wrong with a cluster's files, apart from SQL: one class an operator's remedy.

    StorageError              a person reads one line of it and knows what to do; the process ends with status 2
    ├─ NotACluster            the directory holds no cluster, or half of one
    ├─ ClusterExists          create was asked for, and one is there
    ├─ DirectoryInUse         another process owns the directory
    ├─ UnknownFormat          written by another version of Borealis
    ├─ ClusterMismatch        another cluster than the one named
    └─ EncryptionKeyError     the installation's key is missing, damaged, readable by others, or another one

SQLite's own errors, which a client may meet, become SqlErrors here: the disk is full (53100), the files are damaged
(XX001, never served), the machine refuses (58030).
"""

from __future__ import annotations

import errno
from pathlib import Path

import apsw

from borealis.errors import (
    DataCorrupted,
    DiskFull,
    InternalError,
    IoError,
    OutOfMemory,
    QueryCanceled,
    SqlError,
)


class StorageError(Exception):
    """An operator's error: its text is the whole message."""


class NotACluster(StorageError):
    pass


class ClusterExists(StorageError):
    pass


class DirectoryInUse(StorageError):
    pass


class UnknownFormat(StorageError):
    pass


class ClusterMismatch(StorageError):
    pass


class EncryptionKeyError(StorageError):
    pass


def damaged(path: Path, error: Exception) -> StorageError:
    return StorageError(f"{path} is damaged, or not encrypted with its key: {error}")


_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def disk_full() -> DiskFull:
    return DiskFull("could not extend file: No space left on device", hint="Check free disk space.")


def sql_error(error: apsw.Error, connection: apsw.Connection | None = None) -> SqlError:
    """Return the error a client sees for one of SQLite's; connection tells what the system call failed with."""
    if isinstance(error, apsw.FullError):
        return disk_full()
    if isinstance(error, apsw.IOError | apsw.CantOpenError):
        number = connection.system_errno if connection is not None else 0
        if number in _NO_SPACE:
            return disk_full()
        return IoError(f"could not access the cluster's files: {error}")
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return DataCorrupted("the cluster's files are damaged", hint="Restore the cluster from a backup.")
    if isinstance(error, apsw.NoMemError):
        return OutOfMemory("out of memory")
    if isinstance(error, apsw.InterruptError):
        return QueryCanceled("canceling statement due to user request")
    return InternalError(f"storage: {type(error).__name__}: {error}")


def is_local(error: apsw.Error) -> bool:
    """Tell whether the machine is at fault (disk, memory, damaged files) rather than one statement."""
    return isinstance(
        error,
        apsw.FullError
        | apsw.IOError
        | apsw.CantOpenError
        | apsw.CorruptError
        | apsw.NotADBError
        | apsw.NoMemError
        | apsw.BusyError
        | apsw.ReadOnlyError
        | apsw.InterruptError,
    )
