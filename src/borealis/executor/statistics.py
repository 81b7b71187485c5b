"""KnownStatistics: what ANALYZE found, read for each table when a statement over it is first planned, and kept until some is new."""

from __future__ import annotations

from borealis.catalog.statistics import TableStatistics, load_statistics
from borealis.transaction.snapshot import SnapshotSource
from borealis.types.base import Oid


class KnownStatistics:
    """Implements borealis.planner.statistics.Statistics for one cluster in one process."""

    def __init__(self, snapshots: SnapshotSource) -> None:
        self._snapshots = snapshots
        self._tables: dict[Oid, TableStatistics | None] = {}
        self._version = -1

    def of(self, table: Oid) -> TableStatistics | None:
        version = self._snapshots.plans_version
        if version != self._version:
            self._version = version
            self._tables.clear()
        if table not in self._tables:
            snapshot = self._snapshots.begin()
            try:
                self._tables[table] = load_statistics(snapshot.reader.connection, table)
            finally:
                snapshot.close()
        return self._tables[table]
