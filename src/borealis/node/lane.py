"""A lane: where the commits of one cluster are decided, ordered and made durable.

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
from typing import Protocol

import structlog

from borealis.clock import Clock
from borealis.errors import SqlError
from borealis.node.gathering import Gathering
from borealis.node.ipc import Answer, Question, refusal_of
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Commit
from borealis.transaction.sequences import Block, SequenceRequest

BATCH_MAX = 256  # intents; the first of a batch waits for the last
_MAINTENANCE_S = 1.0

_log = structlog.get_logger("borealis.storage")


class Channel(Protocol):
    """Where the answers to a worker go."""

    def answer(self, answers: list[Answer]) -> None: ...
    def close(self) -> None: ...


class Lane:
    """Collects the workers' questions about one cluster and answers them batch by batch."""

    def __init__(self, committer: Committer, clock: Clock) -> None:
        """Begin; used from the event loop that runs."""
        self._committer = committer
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Channel, Question]] = []
        self._is_scheduled = False
        self._is_closed = False
        self._gathering = Gathering()
        self._gather_until: asyncio.TimerHandle | None = None
        self._channels: set[Channel] = set()
        self._maintain_regularly()

    def close(self) -> None:
        """Decide what has been asked, and hang up."""
        self._is_closed = True
        if self._gather_until is not None:
            self._gather_until.cancel()
        while self._waiting:
            self._commit()
        for channel in list(self._channels):
            channel.close()

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence, at once: no batch is open between two turns of the event loop."""
        return self._committer.take(request)

    def opened(self, channel: Channel) -> None:
        self._channels.add(channel)

    def closed(self, channel: Channel) -> None:
        self._channels.discard(channel)

    def ask(self, channel: Channel, questions: list[Question]) -> None:
        if self._is_closed:
            return
        self._waiting += [(channel, question) for question in questions]
        if self._gather_until is None:
            self._schedule(self._gather)
        elif self._gathering.is_enough(len(self._waiting)):
            self._end_gathering()

    def _schedule(self, what: object) -> None:
        """Do something once this turn of the loop has read all sockets."""
        if not self._is_scheduled and not self._is_closed:
            self._is_scheduled = True
            self._loop.call_soon(what)  # type: ignore[arg-type]

    def _gather(self) -> None:
        """Commit what waits, or wait a little for what is expected to come."""
        self._is_scheduled = False
        if self._is_closed:
            return
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
        answers: dict[Channel, list[Answer]] = {}
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
        if self._is_closed:
            return
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
        if self._is_closed:
            return
        if self._committer.needs_maintenance:
            self._schedule(self._maintain)
        self._loop.call_later(_MAINTENANCE_S, self._maintain_regularly)


def _answer(number: int, outcome: Commit | SqlError) -> Answer:
    if isinstance(outcome, Commit):
        return Answer(number, outcome, None)
    return Answer(number, None, refusal_of(outcome))
