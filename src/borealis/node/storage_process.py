"""The storage process: owner of every cluster's files; each cluster has a lane, where its commits are decided.

    worker ── hello(cluster) ─▶ the cluster's lane, opened if it is not yet ─▶ questions and answers (lane)
    control plane ── hello(cluster, release) ─▶ what was asked is decided, workers are hung up on, the files are closed

The first cluster is open before the process is ready; the others are opened one after another while it already serves, so that
jobs a crash interrupted go on, or at once when a worker asks for one.

Must hold: a cluster is opened only if its record says that it is served, so one that was released is never taken up again.

Source: DESIGN §6.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import structlog

from borealis.clock import Clock, SystemClock
from borealis.errors import ConnectionFailure, InternalError, SqlError
from borealis.jobs.runner import JobRunner
from borealis.node import children
from borealis.node.children import Ropes, Stop
from borealis.node.cluster_records import ClusterRecords
from borealis.node.ipc import (
    WELCOME,
    Answer,
    FrameError,
    FrameReader,
    Hello,
    SequenceAnswer,
    decode_hello,
    decode_questions,
    decode_sequence_request,
    encode_answers,
    encode_sequence_answer,
    refusal_of,
)
from borealis.node.keyring import Keyring
from borealis.node.lane import Lane
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.errors import StorageError
from borealis.transaction.committer import Committer
from borealis.transaction.sequences import SequenceRequest

_log = structlog.get_logger("borealis.storage")


@dataclass(frozen=True, slots=True)
class StorageSetup:
    """A cluster as files: the node's first one, for the storage process."""

    directory: Path
    cluster: str
    key_file: Path
    """The installation's key; those of the customer are beside it."""


def run_storage(setup: StorageSetup, listening: socket.socket, ropes: Ropes) -> int:
    """Be the storage process of a node with this first cluster; return its exit status."""
    structlog.contextvars.bind_contextvars(process="storage", pid=os.getpid())

    async def main(stop: Stop) -> int:
        records = ClusterRecords(setup.directory.parent)
        storage = StorageProcess(records, Keyring(setup.key_file.parent), SystemClock())
        others = [identifier for identifier in records.identifiers() if identifier != setup.cluster]
        try:
            storage.take(open_or_create(setup))
        except StorageError as error:
            _log.error(str(error))
            if not others:
                return children.EXIT_OPERATOR
        try:
            await storage.listen(listening)
            ropes.ready()
            storage.open_soon(others)
            await stop.wait()
            return 0
        finally:
            storage.close()

    return children.run(main, ropes)


def open_or_create(setup: StorageSetup) -> Database:
    """Open the cluster, created if it is not there.

    Raises:
        StorageError: an operator has to look.
    """
    key = Keyring(setup.key_file.parent).opening(setup.directory / "cluster.key")
    if (setup.directory / "cluster.db").exists():
        return Database.open(setup.directory, installation_key=key, cluster=setup.cluster)
    return Database.create(setup.directory, setup.cluster, installation_key=key)


class OpenCluster:
    """What the process holds for one cluster."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._checkpointer = Checkpointer(
            database.files, clock, lambda error: _log.error("checkpoint failed", reason=str(error))
        )
        self._jobs = JobRunner(database, clock)
        self.lane = Lane(Committer(database, clock, checkpointer=self._checkpointer, jobs=self._jobs), clock)

    def close(self) -> None:
        """Decide what has been asked, hang up, and give the files up."""
        self.lane.close()
        self._jobs.close()
        self._checkpointer.close()
        self._database.close()


class StorageProcess:
    """The open clusters, and the socket that workers come to."""

    def __init__(self, records: ClusterRecords, keyring: Keyring, clock: Clock) -> None:
        self._records = records
        self._keyring = keyring
        self._clock = clock
        self._open: dict[str, OpenCluster] = {}
        self._server: asyncio.Server | None = None
        self._to_open: list[str] = []

    async def listen(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _Channel(self), sock=listening)

    def close(self) -> None:
        self._to_open.clear()
        if self._server is not None:
            self._server.close()
        for cluster in list(self._open):
            self._open.pop(cluster).close()

    def take(self, database: Database) -> Lane:
        """Take a cluster that was just opened."""
        self._open[database.cluster] = taken = OpenCluster(database, self._clock)
        return taken.lane

    def open_soon(self, clusters: list[str]) -> None:
        """Open clusters one after another, beside what else there is to do."""
        self._to_open += clusters
        asyncio.get_running_loop().call_soon(self._open_next)

    def _open_next(self) -> None:
        if not self._to_open:
            return
        cluster = self._to_open.pop(0)
        try:
            self.lane(cluster)
        except SqlError as error:
            _log.error("cluster not opened", cluster=cluster, reason=error.message)
        asyncio.get_running_loop().call_soon(self._open_next)

    def lane(self, cluster: str) -> Lane:
        """Return a cluster's lane, opened if it is not yet.

        Raises:
            SqlError: there is no such cluster, or it cannot be opened.
        """
        opened = self._open.get(cluster)
        if opened is not None:
            return opened.lane
        record = self._records.find(cluster)
        if record is None or not record.is_served:
            raise ConnectionFailure(f"cluster {cluster} is not served")
        directory = self._records.directory(cluster)
        try:
            return self.take(
                self._keyring.unlocking(
                    directory, lambda key: Database.open(directory, installation_key=key, cluster=cluster)
                )
            )
        except StorageError as error:
            raise InternalError(f"cluster {cluster} cannot be opened: {error}") from error

    def release(self, cluster: str) -> None:
        """Let go of a cluster whose record no longer says that it is served."""
        opened = self._open.pop(cluster, None)
        if opened is not None:
            opened.close()


class _Channel(asyncio.Protocol):
    """The socket of one worker for one cluster, or that of the control plane for one release."""

    def __init__(self, storage: StorageProcess) -> None:
        self._storage = storage
        self._lane: Lane | None = None
        self._asks_sequences = False
        self._frames = FrameReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses

    def data_received(self, data: bytes) -> None:
        try:
            for payload in self._frames.feed(data):
                if self._lane is None:
                    self._greet(decode_hello(payload))
                elif self._asks_sequences:
                    self._take(self._lane, decode_sequence_request(payload))
                else:
                    self._lane.ask(self, decode_questions(payload))
        except FrameError as error:
            _log.error("a worker sent what is not a frame", reason=str(error))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._lane is not None:
            self._lane.closed(self)

    def _greet(self, hello: Hello) -> None:
        try:
            if hello.is_release:
                self._storage.release(hello.cluster)
            else:
                self._lane = self._storage.lane(hello.cluster)
                self._lane.opened(self)
                self._asks_sequences = hello.asks_sequences
        except SqlError as error:
            _log.info("no lane", cluster=hello.cluster, reason=error.message)
            self.answer([Answer(WELCOME, None, refusal_of(error))])
            self.close()
            return
        self.answer([Answer(WELCOME, None, None)])
        if hello.is_release:
            self.close()

    def _take(self, lane: Lane, request: SequenceRequest) -> None:
        try:
            answer = SequenceAnswer(lane.take(request))
        except SqlError as error:
            answer = SequenceAnswer(None, refusal_of(error))
        if self._transport is not None:
            self._transport.write(encode_sequence_answer(answer))

    def answer(self, answers: list[Answer]) -> None:
        if self._transport is not None:  # else the worker is gone, and so are those who asked
            self._transport.write(encode_answers(answers))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
