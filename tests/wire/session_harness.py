"""A session without sockets: frontend bytes in, backend bytes out, over a real engine in a temporary directory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from contextlib import contextmanager

import session_transcript as transcripts

from borealis.clock import Clock, ManualClock
from borealis.errors import SqlError
from borealis.jobs.runner import JobRunner
from borealis.node.query_processor import QueryProcessor
from borealis.node.storage_process import StorageSetup, open_or_create
from borealis.session.session import Session
from borealis.storage.checkpoint import Checkpointer
from borealis.transaction.committer import Committer
from borealis.transaction.local_journal import LocalJournal
from borealis.wire import messages
from borealis.wire.decoder import Decoder
from borealis.wire.state import Event, State


class Server:
    """Storage and query processor in this process."""

    def __init__(self, directory, clock: Clock | None = None) -> None:
        self.clock = clock or ManualClock(800_000_000_000_000)
        self.loop = asyncio.new_event_loop()
        self.database = open_or_create(StorageSetup(directory / "c", "c" * 26, directory / "key"))
        self.checkpointer = Checkpointer(self.database.files, self.clock)
        self.jobs = JobRunner(self.database, self.clock)
        self.journal = LocalJournal(
            Committer(self.database, self.clock, checkpointer=self.checkpointer, jobs=self.jobs)
        )
        self.processor = QueryProcessor(
            self.database.files, "c" * 26, self.journal, self.clock, random.Random(7)
        )
        self.engine = self.processor.engine

    def close(self) -> None:
        self.loop.run_until_complete(self.journal.close())
        self.processor.close()
        self.jobs.close()
        self.checkpointer.close()
        self.database.close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def client(self, user: str = "admin", **settings: str) -> Client:
        return Client(self, user, settings)


@contextmanager
def running_server(directory, clock: Clock | None = None):
    server = Server(directory, clock)
    try:
        yield server
    finally:
        server.close()


class Client:
    """One client: `say` what it sends, `query` for a Query message; both answer the backend's messages as lines."""

    def __init__(self, server: Server, user: str, settings: dict[str, str]) -> None:
        self.server = server
        self.decoder = Decoder(State.READY)
        self.data = bytearray()
        self.drains = 0
        self.session = Session(server.engine, server.clock, user, settings, self)

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        self.drains += 1

    def note(self, event: Event) -> None:
        self.decoder.note(event)

    def is_sync_next(self) -> bool:
        return self.decoder.is_sync_next

    def take_execution(self) -> bool | None:
        return self.decoder.take_execution()

    def say(self, *lines: str | messages.FrontendMessage) -> list[str]:
        said = [transcripts.message(line) if isinstance(line, str) else line for line in lines]
        self.decoder.feed(b"".join(map(transcripts.encode, said)))
        self.server.loop.run_until_complete(self._pump())
        return self.take()

    async def _pump(self) -> None:
        while True:
            try:
                message = self.decoder.next_message()
            except SqlError as error:
                self.session.refuse(error, is_extended=self.decoder.state is State.EXTENDED)
                continue
            if message is None:
                return
            pending = self.session.handle(message)
            if pending is not None:
                await pending

    def take(self) -> list[str]:
        data, self.data = bytes(self.data), bytearray()
        return [transcripts.shown(kind, body) for kind, body in transcripts.frames(data)]

    def query(self, text: str) -> list[str]:
        return self.say(messages.Query(text))

    def run(self, *texts: str) -> None:
        """Run statements that must not fail."""
        for text in texts:
            answers = self.query(text)
            assert not errors(answers), (text, answers)


def errors(answers: Iterable[str]) -> list[str]:
    return [answer for answer in answers if answer.startswith("ErrorResponse")]
