"""Clusters: every record of the installation, and the work that carries a cluster from one status to the next.

    create   CREATING kept ─▶ answered ─▶ files made ─▶ ACTIVE kept
    update   UPDATING kept ─▶ answered ─▶ data key wrapped anew ─▶ ACTIVE kept
    delete   DELETING kept ─▶ answered ─▶ every process lets go ─▶ directory gone

One object, used from one event loop; disk work is done in a thread, one work at a time a cluster. What fails for a reason of the
moment (a full disk, a storage process that is just being started again) is tried again until it succeeds.

Must hold: what has been answered survives a crash; a record in memory is never ahead of the one on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from msgspec.structs import replace

from borealis.control_plane.errors import ConflictException, cluster_not_found
from borealis.control_plane.ports import ClusterHost, Records
from borealis.control_plane.record import ACTIVE, CREATING, DELETING, UPDATING, ClusterRecord

_RETRY_S = (0.02, 0.1, 0.5, 2.0, 10.0)

_log = structlog.get_logger("borealis.control_plane")


class Clusters:
    def __init__(self, records: Records, host: ClusterHost) -> None:
        self._store = records
        self._host = host
        self._records = {record.identifier: record for record in records.all()}
        self._works: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Take up the work that a crash left."""
        for record in list(self._records.values()):
            self._continue(record)

    async def close(self) -> None:
        """Stop; the next start finishes what is under way."""
        for work in self._works.values():
            work.cancel()
        await asyncio.gather(*self._works.values(), return_exceptions=True)

    def __iter__(self) -> Iterator[ClusterRecord]:
        """Yield all records, by identifier."""
        return iter([self._records[identifier] for identifier in sorted(self._records)])

    def __len__(self) -> int:
        return len(self._records)

    def get(self, identifier: str) -> ClusterRecord:
        """Return a cluster's record.

        Raises:
            ResourceNotFoundException: there is no such cluster.
        """
        record = self._records.get(identifier)
        if record is None:
            raise cluster_not_found(identifier)
        return record

    def settled(self, identifier: str) -> ClusterRecord:
        """Return the record of a cluster that is not on its way to another status.

        Raises:
            ResourceNotFoundException, ConflictException.
        """
        record = self.get(identifier)
        if record.status != ACTIVE:
            raise ConflictException(
                f"Cluster {identifier} is in status {record.status}; try again when it is {ACTIVE}.",
                identifier,
            )
        return record

    def add(self, record: ClusterRecord) -> None:
        self._store.add(record)
        self._records[record.identifier] = record
        self._continue(record)

    def change(self, identifier: str, change: Callable[[ClusterRecord], ClusterRecord]) -> ClusterRecord:
        """Make a change durable, and begin the work its status asks for."""
        record = change(self.get(identifier))
        self._store.replace(record)
        self._records[identifier] = record
        self._continue(record)
        return record

    # Work.

    def _continue(self, record: ClusterRecord) -> None:
        identifier = record.identifier
        if record.status != ACTIVE and identifier not in self._works:
            self._works[identifier] = asyncio.get_running_loop().create_task(self._work(identifier))

    async def _work(self, identifier: str) -> None:
        """Work until the cluster is where it is to be."""
        failures = 0
        try:
            while (record := self._records.get(identifier)) is not None and record.status != ACTIVE:
                try:
                    await self._step(record)
                    failures = 0
                except Exception as error:  # noqa: BLE001 - whatever it is, the cluster must not stay half-way for ever
                    delay_s = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                    failures += 1
                    _log.error(
                        "cluster work failed", cluster=identifier, status=record.status, reason=str(error),
                        again_in_s=delay_s, exc_info=failures == 1,
                    )  # fmt: skip
                    await asyncio.sleep(delay_s)
        finally:
            self._works.pop(identifier, None)

    async def _step(self, record: ClusterRecord) -> None:
        identifier = record.identifier
        if record.status == DELETING:
            await self._host.release(identifier)
            await asyncio.to_thread(self._host.remove, identifier)
            del self._records[identifier]
            _log.info("cluster deleted", cluster=identifier)
            return
        if record.status == CREATING:
            await asyncio.to_thread(self._host.build, identifier, record.key)
        elif record.status == UPDATING:
            await asyncio.to_thread(self._host.rewrap, identifier, record.key)
        self._arrive(record)

    def _arrive(self, record: ClusterRecord) -> None:
        """Take note that a cluster is as its record wants it, unless the record has moved on meanwhile."""
        now = self._records[record.identifier]
        if (now.status, now.key) != (record.status, record.key):
            return
        arrived = replace(now, status=ACTIVE)
        self._store.replace(arrived)
        self._records[record.identifier] = arrived
        if record.status == CREATING:
            _log.info("cluster created", cluster=record.identifier)


def digest_of(parameters: dict[str, Any]) -> str:
    """Return a digest of what a request asks for, apart from its token."""
    import hashlib
    import json

    asked = {name: value for name, value in parameters.items() if name != "clientToken"}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]
