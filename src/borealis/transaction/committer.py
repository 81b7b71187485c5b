"""Committer: makes batches of intents durable, each batch one SQLite transaction with one sync.

    apply_batch      BEGIN; the intents one after the other (decider.py)
    finish           COMMIT with fsync, then the signal, then the answers
    commit_batch     both: what the storage process calls
    maintain         between batches: begin the log anew, empty abandoned tables, do a piece of a job

apply_batch is Python and short; finish waits for the disk without holding Python's lock, so that an event loop may do the one
itself and give the other to a thread (local_journal.py). The two alternate, and nothing else may use the writer.

Invariants: an answer of Commit means durable and visible; after a batch that the disk refused nothing of it is there, and every
intent in it gets the disk's error, the refused ones too, since what they lost against is gone.
Source: DESIGN §3.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import apsw

from borealis.clock import Clock
from borealis.errors import InternalError, SqlError
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.errors import sql_error
from borealis.storage.faults import Faults, Operation
from borealis.storage.physical import clean_up
from borealis.transaction import sequences
from borealis.transaction.decider import Answer, Decider
from borealis.transaction.intent import Change, Intent
from borealis.transaction.recent_commits import RecentCommits
from borealis.transaction.sequences import Block, SequenceRequest

CLEAN_UP_ROWS = 500
"""Removed from an abandoned table at a time, between two batches: some milliseconds."""

T = TypeVar("T")


class Jobs(Protocol):
    """Work that DDL leaves to be done beside the running load (borealis.jobs)."""

    @property
    def is_due(self) -> bool:
        """There is something to be begun that nobody asked for."""
        ...

    def note(self, changes: Sequence[Change]) -> None:
        """Take note of what a commit changed."""
        ...

    def step(self, committer: Committer) -> bool:
        """Do one bounded piece; tell whether there may be more.

        Raises:
            SqlError: the disk failed; it may be tried again.
        """
        ...

    def close(self) -> None: ...


class Batch:
    """Intents that were decided, and what their clients will be told once the batch is durable."""

    __slots__ = ("answers", "is_failed", "wrote")

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.wrote = False
        self.is_failed = False


class Committer:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        checkpointer: Checkpointer | None = None,
        faults: Faults | None = None,
        jobs: Jobs | None = None,
    ) -> None:
        self.database = database
        self.cluster = database.cluster
        self._clock = clock
        self._checkpointer = checkpointer
        self._faults = faults
        self._connection = database.writer
        self._execute = self._connection.cursor().execute
        self._is_synced = True  # as the writer comes (storage.files)
        self._writing = threading.Lock()
        """Held from apply_batch to finish, and by write: sequences are taken by whichever thread asks."""
        self._recent = RecentCommits()
        self._decider = Decider(self._connection, self.cluster, self._recent)
        self._has_abandoned = True  # until clean_up has looked
        self._jobs = jobs
        self._has_jobs = jobs is not None  # until the runner has looked
        if checkpointer is not None:
            self._connection.set_wal_hook(self._note_commit)

    def commit_batch(self, intents: Sequence[Intent]) -> list[Answer]:
        """Decide, apply and make durable; the answers are in the intents' order."""
        return self.finish(self.apply_batch(intents))

    def apply_batch(self, intents: Sequence[Intent]) -> Batch:
        """Decide and apply in an open transaction; finish must follow."""
        self._writing.acquire()
        batch = Batch()
        decider = self._decider
        try:
            self._check_fault("begin")
            if self._checkpointer is not None and self._checkpointer.is_overdue:
                self._checkpointer.restart(self._connection)
            self._set_synced(True)
            self._execute("BEGIN IMMEDIATE")
            seq, time_us = decider.seq, self._clock.now_us()
            for intent in intents:
                self._check_fault("apply")
                batch.answers.append(decider.decide(intent))
                if decider.seq > seq:
                    seq = decider.seq
                    batch.wrote = True
                    self._recent.add(seq, time_us, intent.changes)
                    self._has_abandoned |= intent.is_ddl
                    if self._jobs is not None:
                        if intent.is_ddl:
                            self._has_jobs = True
                        else:
                            self._jobs.note(intent.changes)
            if batch.wrote:
                self._execute("UPDATE meta SET seq=?", (seq,))
        except Exception as error:  # noqa: BLE001 - all in the batch must be answered
            self._fail(batch, error, len(intents))
        return batch

    def finish(self, batch: Batch) -> list[Answer]:
        """Make the batch durable and visible."""
        try:
            return self._finish(batch)
        finally:
            self._writing.release()

    def _finish(self, batch: Batch) -> list[Answer]:
        if batch.is_failed:
            return batch.answers
        try:
            if not batch.wrote:
                self._execute("ROLLBACK")
                return batch.answers
            self._check_fault("commit")
            self._execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - all in the batch must be answered
            self._fail(batch, error, len(batch.answers))
            self._overwrite_failed_commit()
            return batch.answers
        self.database.signal.write(self._decider.seq, self._decider.catalog_version)
        return batch.answers

    @property
    def needs_maintenance(self) -> bool:
        """There is housekeeping for maintain."""
        return (
            self._has_abandoned
            or self._has_jobs
            or (self._jobs is not None and self._jobs.is_due)
            or (self._checkpointer is not None and self._checkpointer.is_restart_due)
        )

    def maintain(self) -> None:
        """Do one bounded piece of housekeeping."""
        if self._checkpointer is not None and self._checkpointer.is_restart_due:
            with self._writing:
                self._checkpointer.restart(self._connection)
        elif self._has_abandoned:
            # After a failure it waits for the next DDL, or start, rather than spin on a full disk.
            self._has_abandoned = False
            self._has_abandoned = self.write(
                lambda connection: clean_up(connection, CLEAN_UP_ROWS), is_synced=False
            )
        elif self._jobs is not None:
            self._has_jobs = False
            self._has_jobs = self._jobs.step(self)

    @property
    def seq(self) -> int:
        """The last commit's."""
        return self._decider.seq

    @property
    def catalog_version(self) -> int:
        return self._decider.catalog_version

    def write(self, work: Callable[[apsw.Connection], T], *, is_synced: bool = True) -> T:
        """Run housekeeping that changes no user's row: index entries, abandoned tables, a job's status.

        is_synced: it is durable when this returns; else with the next commit, and not before all that was written before it.

        Raises:
            SqlError: the disk failed; nothing was written.
        """
        with self._writing:
            return self._write(work, is_synced=is_synced)

    def statistics_changed(self) -> None:
        """Tell every process that some table has been analysed."""
        signal = self.database.signal
        signal.statistics_version += 1
        signal.write(self._decider.seq, self._decider.catalog_version)

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence. See Journal.take."""
        return self.write(lambda connection: sequences.take(connection, request))

    def _write(self, work: Callable[[apsw.Connection], T], *, is_synced: bool) -> T:
        try:
            self._set_synced(is_synced)
            self._execute("BEGIN IMMEDIATE")
            result = work(self._connection)
            self._execute("COMMIT")
        except apsw.Error as error:
            failure = sql_error(error, self._connection)
            self._roll_back()
            raise failure from error
        except BaseException:
            self._roll_back()
            raise
        return result

    def _set_synced(self, is_synced: bool) -> None:
        """Make COMMIT sync the log, or not; outside a transaction. Raises apsw.Error where that cannot be."""
        if self._is_synced is not is_synced:
            self._execute(f"PRAGMA synchronous={'FULL' if is_synced else 'NORMAL'}")
            self._is_synced = is_synced

    def _fail(self, batch: Batch, error: Exception, count: int) -> None:
        """Undo the batch and answer the error to all in it."""
        failure = self._client_error(error)
        self._roll_back()
        self._decider.reload()
        self._recent.forget_after(self._decider.seq)
        batch.is_failed = True
        batch.answers = [
            type(failure)(failure.message, detail=failure.detail, hint=failure.hint) for _ in range(count)
        ]

    def _client_error(self, error: Exception) -> SqlError:
        if isinstance(error, SqlError):
            return error
        if isinstance(error, apsw.Error):
            return sql_error(error, self._connection)
        return InternalError(f"commit failed: {type(error).__name__}: {error}")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            try:
                self._execute("ROLLBACK")
            except apsw.Error:
                # SQLite has undone it by itself when an error says so here.
                assert not self._connection.in_transaction

    def _overwrite_failed_commit(self) -> None:
        """Write over the log's tail: a commit whose sync failed may be there whole, and must not come back.

        It takes a sequence of its own, since SQLite writes no page that stays the same. If the disk refuses this too, the
        next batch that succeeds does it, at the same place in the log.
        """
        try:
            self._set_synced(True)
            self._execute("BEGIN IMMEDIATE")
            self._execute("UPDATE meta SET seq=seq+1")
            self._execute("COMMIT")
        except apsw.Error:
            self._roll_back()
        else:
            self._decider.reload()
            self.database.signal.write(self._decider.seq, self._decider.catalog_version)

    def _note_commit(self, connection: apsw.Connection, database: str, pages: int) -> int:
        assert self._checkpointer is not None
        self._checkpointer.note_commit(pages)
        return apsw.SQLITE_OK

    def _check_fault(self, op: Operation) -> None:
        if self._faults is not None:
            self._faults.check(op)
