"""LocalJournal: the Journal of a cluster on one machine, with group commit.

    commit()  ─┐ all that wait when the last batch is done
    commit()  ─┼─ decided and applied by the event loop ── COMMIT in a thread ── all are answered ── the next batch
    commit()  ─┘   (a large batch: by the thread)            fsync, without Python's lock

Applying is Python and would only fight the event loop for the interpreter in a thread of its own: there each statement may wait
the interpreter's switch interval. Waiting for the disk needs no interpreter. So the loop is held for some tens of
microseconds an intent, CHANGES_INLINE_MAX changes at most, and never for the disk.

Invariant: the committer is used by one side at a time; `_is_busy` is true from apply_batch until the thread has reported back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from borealis.errors import AdminShutdown, SqlError
from borealis.transaction.committer import Committer
from borealis.transaction.decider import Answer
from borealis.transaction.intent import Commit, Intent
from borealis.transaction.sequences import Block, SequenceRequest

T = TypeVar("T")

BATCH_MAX = 128  # intents; a batch's first waits for its last
CHANGES_INLINE_MAX = 256  # about 5 ms
_Waiting = tuple[Intent, "asyncio.Future[Commit]"]


class LocalJournal:
    """Implements borealis.transaction.journal.Journal over a Committer; belongs to one event loop."""

    def __init__(self, committer: Committer) -> None:
        self.committer = committer
        self._waiting: list[_Waiting] = []
        self._work: list[Callable[[], None]] = []
        self._is_busy = False
        self._is_scheduled = False
        self._is_closed = False
        self._idle: asyncio.Future[None] | None = None  # what close waits for
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def commit(self, intent: Intent) -> Commit:
        """Decide and apply the intent; the answer means durable and visible. See Journal."""
        loop = self._started()
        answer: asyncio.Future[Commit] = loop.create_future()
        self._waiting.append((intent, answer))
        self._schedule(loop)
        return await answer

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence. See Journal."""
        return self.committer.take(request)

    async def between_batches(self, work: Callable[[Committer], T]) -> T:
        """Run work on the committer in its thread while no batch is open (index builds, backups)."""
        loop = self._started()
        answer: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = work(self.committer)
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(_succeed, answer, result)

        self._work.append(run)
        self._schedule(loop)
        return await answer

    async def close(self) -> None:
        """Answer all that wait, then stop; commits that come later are refused."""
        self._is_closed = True
        while self._is_busy or self._is_scheduled:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join()
            self._thread = None

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._is_closed:
            raise AdminShutdown("terminating connection due to administrator command")
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        return self._loop

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a batch once this turn of the loop is over, so that all who commit in it share one sync."""
        if not self._is_busy and not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._is_scheduled = False
        if self._is_busy:
            return
        committer = self.committer
        if self._work:
            work, self._work = self._work, []
            self._is_busy = True
            self._tasks.put(lambda: self._run_work(work))
        elif self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            intents = [intent for intent, _ in batch]
            self._is_busy = True
            if _is_long(intents):
                self._tasks.put(lambda: self._report(batch, committer.commit_batch(intents)))
            else:
                applied = committer.apply_batch(intents)
                self._tasks.put(lambda: self._report(batch, committer.finish(applied)))
        elif committer.needs_maintenance and not self._is_closed:
            self._is_busy = True
            self._tasks.put(lambda: self._run_work([]))
        elif self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _run(self) -> None:
        """The thread: one task at a time."""
        while (task := self._tasks.get()) is not None:
            task()

    def _report(self, batch: list[_Waiting], answers: list[Answer]) -> None:
        loop, committer = self._loop, self.committer
        assert loop is not None
        if committer.needs_maintenance:
            loop.call_soon_threadsafe(self._answer, batch, answers)
            self._run_work([])
        else:
            loop.call_soon_threadsafe(self._answer_and_go_on, batch, answers)

    def _run_work(self, work: list[Callable[[], None]]) -> None:
        assert self._loop is not None
        for run in work:
            run()
        try:
            self.committer.maintain()
        except SqlError:
            pass  # the disk is full: it is tried again after the next batch
        finally:
            self._loop.call_soon_threadsafe(self._go_on)

    def _answer(self, batch: list[_Waiting], answers: list[Answer]) -> None:
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue  # its client is gone; the commit stands
            if isinstance(answer, Commit):
                future.set_result(answer)
            else:
                future.set_exception(answer)

    def _answer_and_go_on(self, batch: list[_Waiting], answers: list[Answer]) -> None:
        self._answer(batch, answers)
        self._go_on()

    def _go_on(self) -> None:
        self._is_busy = False
        assert self._loop is not None
        if self._waiting or self._work or (self.committer.needs_maintenance and not self._is_closed):
            self._schedule(self._loop)
        elif self._idle is not None:
            self._idle.set_result(None)


def _is_long(intents: list[Intent]) -> bool:
    return sum([len(i.changes) for i in intents]) > CHANGES_INLINE_MAX or any(i.is_ddl for i in intents)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
