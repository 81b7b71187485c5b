"""The clusters of a worker: each is opened when its first client comes, and closed when it is deleted.

    connection ─▶ open: the record says it is served ─▶ the key, the lane in the storage process ─▶ a query processor
    storage process hangs up for good ─▶ its clients are told, then the files are let go

What a record says is looked at for every connection (one stat): a cluster that is being deleted takes no new ones.

Source: dsql-facts.md §1.1, §2.3, §8.4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import structlog

from borealis.auth.tokens import Endpoint
from borealis.control_plane.record import CREATING, ClusterRecord
from borealis.errors import ConnectionFailure, InternalError, SqlError
from borealis.node.cluster_records import ClusterRecords
from borealis.node.ipc import server_unavailable
from borealis.node.keyring import Keyring
from borealis.node.query_processor import QueryProcessor
from borealis.node.remote_journal import RemoteJournal
from borealis.node.trusting_cluster import NodeCluster
from borealis.server.authentication import Login
from borealis.server.routing import unknown_cluster
from borealis.server.services import Output, ServerSession
from borealis.settings.day import TAG, read_day
from borealis.storage.errors import StorageError
from borealis.storage.files import ClusterFiles
from borealis.transaction.journal import Journal

CONNECT_S = 5.0
_RECONNECT_S = 0.01

_log = structlog.get_logger("borealis.node")


class MakeProcessor(Protocol):
    def __call__(self, files: ClusterFiles, cluster: str, journal: Journal) -> QueryProcessor: ...


@dataclass(frozen=True, slots=True)
class _Open:
    processor: QueryProcessor
    journal: RemoteJournal
    trusting: NodeCluster


class WorkerClusters:
    """Implements server.routing.Clusters; belongs to one event loop."""

    def __init__(
        self,
        records: ClusterRecords,
        keyring: Keyring,
        ipc_path: Path,
        make_processor: MakeProcessor,
        endpoint_of: Callable[[str], Endpoint],
        day: date | None = None,
    ) -> None:
        """Serve them; day is that of clusters whose records name none (settings.day)."""
        self._records = records
        self._keyring = keyring
        self._ipc_path = ipc_path
        self._make_processor = make_processor
        self._endpoint_of = endpoint_of
        self._day = day
        self._open: dict[str, _Open] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.end_sessions: Callable[[str], Awaitable[None]] = _nothing
        """Ends the connections of a cluster; the listener's, once there is one."""

    def only(self) -> str | None:
        found = [record.identifier for record in self._records.all() if record.is_served]
        return found[0] if len(found) == 1 else None

    async def open(self, cluster_id: str) -> None:
        record = self._served(cluster_id)
        opened = self._open.get(cluster_id)
        if opened is not None:
            opened.processor.engine.day = self._day_of(record)
            return
        task = self._opening.get(cluster_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._open_now(cluster_id))
            self._opening[cluster_id] = task
            task.add_done_callback(lambda _: self._opening.pop(cluster_id, None))
        await asyncio.shield(task)  # a client that leaves does not stop what others wait for

    def begin_session(
        self, login: Login, settings: dict[str, str], pid: int, output: Output
    ) -> ServerSession:
        """Begin a session. See server.services.SessionFactory."""
        return self._opened(login).processor.begin_session(login, settings, pid, output)

    def trusting(self, login: Login) -> NodeCluster:
        """Return the cluster of a login as authentication sees it."""
        return self._opened(login).trusting

    async def close(self) -> None:
        for task in [*self._opening.values(), *self._closing]:
            task.cancel()
        await asyncio.gather(*self._opening.values(), *self._closing, return_exceptions=True)
        for opened in self._open.values():
            await opened.journal.close()
            opened.processor.close()
        self._open.clear()

    def _served(self, cluster_id: str) -> ClusterRecord:
        record = self._records.find(cluster_id)
        if record is not None and record.status == CREATING:
            raise ConnectionFailure(
                "unable to accept connection, access denied",
                hint=f"Cluster {cluster_id} is being created; try again when it is active.",
            )
        if record is None or not record.is_served:
            raise unknown_cluster(cluster_id)
        return record

    def _day_of(self, record: ClusterRecord) -> date | None:
        tag = record.tags.get(TAG)
        if tag is None:
            return self._day
        try:
            return read_day(tag)
        except ValueError as error:  # the control plane lets none in; somebody wrote the record
            raise _cannot_be_opened(record.identifier, f"tag {TAG}: {error}") from None

    def _opened(self, login: Login) -> _Open:
        opened = self._open.get(login.cluster_id)
        if opened is None:  # deleted while the client was on its way in
            raise unknown_cluster(login.cluster_id)
        return opened

    async def _open_now(self, cluster_id: str) -> None:
        journal = RemoteJournal(self._ipc_path, cluster_id, lambda error: self._refused(cluster_id, error))
        try:
            await _connect(journal)
        except OSError as error:
            raise server_unavailable() from error
        except ConnectionFailure:
            raise unknown_cluster(cluster_id) from None  # deleted since its record was read
        except SqlError as error:
            raise _cannot_be_opened(cluster_id, error.message) from error
        try:
            directory = self._records.directory(cluster_id)
            files = self._keyring.unlocking(directory, lambda key: ClusterFiles.locate(directory, key))
            day = self._day_of(self._served(cluster_id))
            processor = self._make_processor(files, cluster_id, journal)
            processor.engine.day = day
        except BaseException as error:
            await journal.close()
            if isinstance(error, StorageError):
                raise _cannot_be_opened(cluster_id, str(error)) from error
            raise
        self._open[cluster_id] = _Open(processor, journal, self._trusting(cluster_id, processor))

    def _trusting(self, cluster_id: str, processor: QueryProcessor) -> NodeCluster:
        def policy() -> str | None:
            record = self._records.find(cluster_id)
            return None if record is None or record.policy is None else record.policy.document

        def tags() -> Mapping[str, str]:
            record = self._records.find(cluster_id)
            return {} if record is None else record.tags

        return NodeCluster(self._endpoint_of(cluster_id), processor.engine, policy, tags)

    def _refused(self, cluster_id: str, error: SqlError) -> None:
        """The storage process has let go of a cluster."""
        opened = self._open.pop(cluster_id, None)
        if opened is not None:
            _log.info("cluster closed", cluster=cluster_id, reason=error.message)
            closing = asyncio.get_running_loop().create_task(self._let_go(cluster_id, opened))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _let_go(self, cluster_id: str, opened: _Open) -> None:
        try:
            await self.end_sessions(cluster_id)
        finally:
            await opened.journal.close()
            opened.processor.close()


async def _connect(journal: RemoteJournal) -> None:
    """Connect, even if the storage process is just being started again."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + CONNECT_S
    while True:
        try:
            return await journal.connect()
        except OSError:
            if loop.time() > give_up:
                raise
            await asyncio.sleep(_RECONNECT_S)


def _cannot_be_opened(cluster_id: str, reason: str) -> InternalError:
    """Return what a client is told, who may be anybody yet; the reason names files and is for the log."""
    _log.error("cluster cannot be opened", cluster=cluster_id, reason=reason)
    return InternalError("the cluster cannot be opened", hint="The server's log has the details.")


async def _nothing(_: str) -> None:
    pass
