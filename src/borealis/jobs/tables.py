"""Tables: what jobs read, as it stands between two batches of commits.

Expressions need the executor; it is imported with the first job that has one, so that a storage process without such jobs
stays small.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from borealis.storage.database import Database
from borealis.transaction.snapshot import Snapshot, SnapshotSource

if TYPE_CHECKING:
    from borealis.catalog.catalog import Catalog
    from borealis.storage.readers import ReaderPool


class Tables:
    def __init__(self, database: Database, random_: random.Random) -> None:
        self.random = random_
        """For samples."""
        self._database = database
        self._pool: ReaderPool | None = None
        self._catalog: Catalog | None = None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give a connection that speaks PostgreSQL's functions."""
        from borealis.executor import sqlite_functions as _registered  # noqa: F401 - before any connection
        from borealis.functions.install import install

        if self._pool is None:
            self._pool = self._database.reader_pool(install)
        snapshot = SnapshotSource(self._pool, self._database.signal).begin()
        try:
            yield snapshot
        finally:
            snapshot.close()

    def catalog(self, snapshot: Snapshot) -> Catalog:
        from borealis.catalog.load import load_catalog

        if self._catalog is None or self._catalog.version != snapshot.catalog_version:
            self._catalog = load_catalog(snapshot.reader.connection)
        return self._catalog

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
