"""The storage process: owner of a cluster's files, where every commit of the node is decided, ordered and made durable.

    worker ─ questions ─┐
    worker ─ questions ─┼─ all that one turn of the event loop has read ─▶ Committer.commit_batch ─▶ answers to each worker
    worker ─ questions ─┘                                                 one SQLite transaction, one sync

The batch is committed in the event loop itself: this process has nothing else to do meanwhile, and what workers send during
the sync waits in their sockets to be the next batch. Checkpoints run in a thread of their own (storage.checkpoint).

Must hold: an answer leaves only after its batch is durable; a worker that is gone, or does not read, holds up nobody.

Source: DESIGN §3 (group commit), §6.
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
from borealis.errors import SqlError
from borealis.jobs.runner import JobRunner
from borealis.node import children
from borealis.node.children import Ropes, Stop
from borealis.node.gathering import Gathering
from borealis.node.ipc import (
    Answer,
    FrameError,
    FrameReader,
    Question,
    decode_questions,
    encode_answers,
    refusal_of,
)
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.storage.errors import StorageError
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Commit

BATCH_MAX = 256  # intents; the first of a batch waits for the last
_MAINTENANCE_S = 1.0

_log = structlog.get_logger("borealis.storage")


@dataclass(frozen=True, slots=True)
class StorageSetup:
    directory: Path
    cluster: str
    key_file: Path


def run_storage(setup: StorageSetup, listening: socket.socket, ropes: Ropes) -> int:
    """Be the storage process; return its exit status."""
    structlog.contextvars.bind_contextvars(process="storage", pid=os.getpid())
    try:
        database = open_or_create(setup)
    except StorageError as error:
        _log.error(str(error))
        return children.EXIT_OPERATOR
    clock = SystemClock()
    checkpointer = Checkpointer(
        database.files, clock, lambda error: _log.error("checkpoint failed", reason=str(error))
    )
    jobs = JobRunner(database, clock)
    try:
        server = StorageServer(Committer(database, clock, checkpointer=checkpointer, jobs=jobs), clock)

        async def main(stop: Stop) -> int:
            await server.listen(listening)
            ropes.ready()
            await stop.wait()
            server.close()
            return 0

        return children.run(main, ropes)
    finally:
        jobs.close()
        checkpointer.close()
        database.close()


def open_or_create(setup: StorageSetup) -> Database:
    """Open the cluster, created if it is not there.

    Raises:
        StorageError: an operator has to look.
    """
    key = InstallationKey.load_or_create(setup.key_file)
    if (setup.directory / "cluster.db").exists():
        return Database.open(setup.directory, installation_key=key, cluster=setup.cluster)
    return Database.create(setup.directory, setup.cluster, installation_key=key)


class StorageServer:
    """Collects the workers' questions and answers them batch by batch."""

    def __init__(self, committer: Committer, clock: Clock) -> None:
        self._committer = committer
        self._clock = clock
        self._waiting: list[tuple[_WorkerChannel, Question]] = []
        self._is_scheduled = False
        self._is_closed = False
        self._gathering = Gathering()
        self._gather_until: asyncio.TimerHandle | None = None
        self._channels: set[_WorkerChannel] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None

    async def listen(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_unix_server(lambda: _WorkerChannel(self), sock=listening)
        self._maintain_regularly()

    def close(self) -> None:
        """Decide what has been asked, and hang up."""
        self._is_closed = True
        if self._gather_until is not None:
            self._gather_until.cancel()
        while self._waiting:
            self._commit()
        if self._server is not None:
            self._server.close()
        for channel in list(self._channels):
            channel.close()

    def opened(self, channel: _WorkerChannel) -> None:
        self._channels.add(channel)

    def closed(self, channel: _WorkerChannel) -> None:
        self._channels.discard(channel)

    def ask(self, channel: _WorkerChannel, questions: list[Question]) -> None:
        self._waiting += [(channel, question) for question in questions]
        if self._gather_until is None:
            self._schedule(self._gather)
        elif self._gathering.is_enough(len(self._waiting)):
            self._end_gathering()

    def _schedule(self, what: object) -> None:
        """Do something once this turn of the loop has read all sockets."""
        assert self._loop is not None
        if not self._is_scheduled and not self._is_closed:
            self._is_scheduled = True
            self._loop.call_soon(what)  # type: ignore[arg-type]

    def _gather(self) -> None:
        """Commit what waits, or wait a little for what is expected to come."""
        self._is_scheduled = False
        assert self._loop is not None
        wait_s = self._gathering.wait_s(len(self._waiting), self._clock.monotonic_s())
        if wait_s:
            self._gather_until = self._loop.call_later(wait_s, self._end_gathering)
        else:
            self._commit()

    def _end_gathering(self) -> None:
        if self._gather_until is not None:
            self._gather_until.cancel()
            self._gather_until = None
            self._gathering.waited(len(self._waiting))
            self._commit()

    def _commit(self) -> None:
        started_s = self._clock.monotonic_s()
        batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
        outcomes = self._committer.commit_batch([question.intent for _, question in batch])
        self._gathering.finished(len(batch), started_s, self._clock.monotonic_s())
        answers: dict[_WorkerChannel, list[Answer]] = {}
        for (channel, question), outcome in zip(batch, outcomes, strict=True):
            answers.setdefault(channel, []).append(_answer(question.number, outcome))
        for channel, its_answers in answers.items():
            channel.answer(its_answers)
        if self._waiting:
            self._schedule(self._gather)
        elif self._committer.needs_maintenance:
            self._schedule(self._maintain)

    def _maintain(self) -> None:
        self._is_scheduled = False
        if not self._waiting:
            self._maintain_once()
        if self._waiting:
            self._schedule(self._gather)
        elif self._committer.needs_maintenance:
            self._schedule(self._maintain)

    def _maintain_once(self) -> None:
        try:
            self._committer.maintain()
        except SqlError as error:
            _log.warning("housekeeping failed", sqlstate=error.sqlstate, reason=error.message)

    def _maintain_regularly(self) -> None:
        """A checkpoint may have finished since the last commit."""
        assert self._loop is not None
        if self._is_closed:
            return
        if self._committer.needs_maintenance:
            self._schedule(self._maintain)
        self._loop.call_later(_MAINTENANCE_S, self._maintain_regularly)


def _answer(number: int, outcome: Commit | SqlError) -> Answer:
    if isinstance(outcome, Commit):
        return Answer(number, outcome, None)
    return Answer(number, None, refusal_of(outcome))


class _WorkerChannel(asyncio.Protocol):
    """The socket of one worker."""

    def __init__(self, server: StorageServer) -> None:
        self._server = server
        self._frames = FrameReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        try:
            for payload in self._frames.feed(data):
                self._server.ask(self, decode_questions(payload))
        except FrameError as error:
            _log.error("a worker sent what is not a frame", reason=str(error))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.closed(self)

    def answer(self, answers: list[Answer]) -> None:
        if self._transport is not None:  # else the worker is gone, and so are those who asked
            self._transport.write(encode_answers(answers))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
