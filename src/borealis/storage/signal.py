"""Signal: the last commit, the catalog's version and the plans', in 24 bytes of memory that every process of a node maps.

A query processor learns from it without a query whether the catalog it has cached is stale. The owner writes it after each
commit and before the answer, so whoever has seen an answer reads at least that commit's numbers.

    bytes 0-7   the last commit's sequence      8-15   catalog version      16-23   plans' version

Native byte order, each written whole. The plans' version moves with the catalog and with statistics: a plan made under another one
may not be the best any more.

A reading may be stale by the moment between commit and writing; a snapshot's own numbers come from the database.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Self

_BYTES = 24


class CommitSignal:
    __slots__ = ("_map", "_view", "statistics_version")

    def __init__(self, descriptor: int, *, writable: bool) -> None:
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        self._map = mmap.mmap(descriptor, _BYTES, access=access)
        # Aligned 8-byte items of a cast view are copied whole, so a reader never sees half a number.
        self._view = memoryview(self._map).cast("q")
        self.statistics_version = 0
        """The owner's alone."""

    @classmethod
    def owned(cls, path: Path) -> Self:
        """Map the file for writing; creates it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Written, not stretched: to touch a hole of a mapped file on a full disk would kill the process.
            os.pwrite(descriptor, bytes(_BYTES), 0)
            return cls(descriptor, writable=True)
        finally:
            os.close(descriptor)

    @classmethod
    def shared(cls, path: Path) -> Self:
        """Map the file of a running owner for reading."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return cls(descriptor, writable=False)
        finally:
            os.close(descriptor)

    def write(self, seq: int, catalog_version: int) -> None:
        self._view[1] = catalog_version
        self._view[2] = catalog_version + self.statistics_version  # neither goes back
        self._view[0] = seq

    @property
    def seq(self) -> int:
        return self._view[0]

    @property
    def catalog_version(self) -> int:
        return self._view[1]

    @property
    def plans_version(self) -> int:
        return self._view[2]

    def close(self) -> None:
        self._view.release()
        self._map.close()
