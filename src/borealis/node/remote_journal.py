"""RemoteJournal: transaction.Journal in a worker, reaching one cluster's lane in the storage process over a Unix socket.

    commit ─┐
    commit ─┼─ one turn of the event loop ─▶ one frame ─▶ storage process ─▶ one frame of answers ─▶ each commit returns
    commit ─┘

When the storage process dies, the commits it had been sent fail with XX000 `server unavailable`: each may or may not be
durable. Those not yet sent wait for its successor, up to WAIT_S, since for them nothing can have happened. A storage process
that refuses the cluster has let go of it for good (it was deleted), or cannot open it: nothing more can be committed.

Source: dsql-facts.md §3.2 (server unavailable); DESIGN §6.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from borealis.errors import SqlError
from borealis.node.ipc import (
    WELCOME,
    Answer,
    FrameError,
    FrameReader,
    Hello,
    Question,
    decode_answers,
    encode_hello,
    encode_questions,
    error_of,
    server_unavailable,
)
from borealis.node.remote_sequences import RemoteSequences
from borealis.transaction.intent import Commit, Intent
from borealis.transaction.sequences import Block, SequenceRequest

WAIT_S = 10.0
_RECONNECT_S = 0.01


class RemoteJournal:
    """Commits intents through the storage process; one a cluster a worker, used from its event loop alone."""

    def __init__(
        self, path: Path, cluster: str, refused: Callable[[SqlError], None] = lambda _: None
    ) -> None:
        """Reach a cluster; refused is told when the storage process will not have it any more."""
        self._path = path
        self._cluster = cluster
        self._refused = refused
        self._loop = asyncio.get_running_loop()
        self._number = 0
        self._queued: list[Question] = []
        self._futures: dict[int, asyncio.Future[Commit]] = {}
        """Of every question not yet answered, sent or queued."""
        self._sent: set[int] = set()
        self._channel: _Channel | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._is_closed = False
        self._sequences = RemoteSequences(path, cluster)

    async def connect(self) -> None:
        """Connect for the first time.

        Raises:
            OSError: there is no storage process.
            SqlError: it does not serve the cluster.
        """
        await self._open()

    def commit(self, intent: Intent) -> asyncio.Future[Commit]:
        if self._is_closed:
            raise server_unavailable()
        self._number += 1
        future: asyncio.Future[Commit] = self._loop.create_future()
        self._futures[self._number] = future
        if not self._queued:
            self._loop.call_soon(self._flush)
        self._queued.append(Question(self._number, intent))
        return future

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence. See Journal."""
        return self._sequences.take(request)

    async def close(self) -> None:
        """Fail what is unanswered and let go of the sockets."""
        self._is_closed = True
        self._sequences.close()
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self._channel is not None:
            self._channel.close()
        self._queued.clear()
        self._fail(list(self._futures))

    def _flush(self) -> None:
        if self._channel is None or not self._queued:
            return  # sent once there is a connection
        questions, self._queued = self._queued, []
        self._sent.update(question.number for question in questions)
        self._channel.send(encode_questions(questions))

    async def _open(self) -> None:
        _, channel = await self._loop.create_unix_connection(lambda: _Channel(self), str(self._path))
        await channel.greet(Hello(self._cluster))
        if channel.is_lost:
            raise ConnectionResetError("the storage process hung up")
        self._channel = channel
        self._flush()

    async def _reconnect(self) -> None:
        give_up = self._loop.time() + WAIT_S
        while self._channel is None:
            try:
                await self._open()
            except SqlError as error:
                self._is_closed = True
                self._queued.clear()
                self._fail(list(self._futures))
                self._refused(error)
                return
            except OSError:
                if self._loop.time() > give_up:
                    self._fail([question.number for question in self._queued])
                    self._queued.clear()
                await asyncio.sleep(_RECONNECT_S)

    def answered(self, answers: list[Answer]) -> None:
        for answer in answers:
            self._sent.discard(answer.number)
            future = self._futures.pop(answer.number, None)
            if future is None or future.done():
                continue  # its session is gone
            if answer.commit is not None:
                future.set_result(answer.commit)
            elif answer.refusal is not None:
                future.set_exception(error_of(answer.refusal))
            else:
                future.set_exception(server_unavailable())

    def lost(self, channel: _Channel) -> None:
        """The storage process is gone: what it was sent is uncertain."""
        if channel is not self._channel:
            return  # it had not been welcomed
        self._channel = None
        self._fail(list(self._sent))
        self._sent.clear()
        if not self._is_closed:
            self._connecting = self._loop.create_task(self._reconnect())

    def _fail(self, numbers: list[int]) -> None:
        for number in numbers:
            future = self._futures.pop(number, None)
            if future is not None and not future.done():
                future.set_exception(server_unavailable())


class _Channel(asyncio.Protocol):
    """The socket to the storage process, once."""

    def __init__(self, journal: RemoteJournal) -> None:
        self._journal = journal
        self._frames = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses

    async def greet(self, hello: Hello) -> None:
        """Say which cluster this is about, and wait to be welcome.

        Raises:
            ConnectionError: the storage process hung up.
            SqlError: why it refuses.
        """
        self.send(encode_hello(hello))
        try:
            await self._welcome
        except BaseException:
            self.close()
            raise

    def send(self, frame: bytes) -> None:
        assert self._transport is not None
        self._transport.write(frame)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            for payload in self._frames.feed(data):
                answers = decode_answers(payload)
                if self._welcome.done():
                    self._journal.answered(answers)
                else:
                    self._greeted(answers)
        except FrameError:
            self.close()

    def _greeted(self, answers: list[Answer]) -> None:
        if len(answers) != 1 or answers[0].number != WELCOME:
            raise FrameError("no welcome")
        refusal = answers[0].refusal
        if refusal is None:
            self._welcome.set_result(None)
        else:
            self._welcome.set_exception(error_of(refusal))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if not self._welcome.done():
            self._welcome.set_exception(ConnectionResetError("the storage process hung up"))
        self._journal.lost(self)


async def release_cluster(path: Path, cluster: str) -> None:
    """Have the storage process let go of a cluster.

    Raises:
        OSError: there is no storage process.
    """
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        writer.write(encode_hello(Hello(cluster, is_release=True)))
        frames, answers = FrameReader(), list[Answer]()
        while not answers:
            data = await reader.read(4_096)
            if not data:
                raise ConnectionResetError("the storage process hung up")
            for payload in frames.feed(data):
                answers += decode_answers(payload)
    finally:
        writer.close()
