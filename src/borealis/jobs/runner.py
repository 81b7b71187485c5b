"""JobRunner: does the open jobs, one bounded piece at a time, between two batches of commits.

Invariant: it runs where the committer runs, so nothing is committed between what a piece reads and what it writes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

import structlog

from borealis.catalog.job_ids import new_job_id
from borealis.clock import Clock
from borealis.errors import InternalError, SqlError
from borealis.jobs import rows
from borealis.jobs.analyze import Analysis
from borealis.jobs.change_counts import ChangeCounts
from borealis.jobs.drop import Removal
from borealis.jobs.index_build import IndexBuild
from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.jobs.validation import Validation
from borealis.storage.database import Database
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Intent

_log = structlog.get_logger("borealis.jobs")


class Work(Protocol):
    """A job under way."""

    def step(self, committer: Committer) -> Outcome | None:
        """Do some milliseconds' work; return how the job ended, if it has.

        Raises:
            LookupError: what it was about has been dropped.
            SqlError: it fails, but for an error of the machine, after which it begins again.
        """
        ...


_KINDS: dict[str, Callable[[OpenJob, Tables], Work]] = {
    "INDEX_BUILD": IndexBuild,
    "VALIDATE_CONSTRAINT": Validation,
    "ANALYZE": Analysis,
    "DROP": Removal,
}


class JobRunner:
    """Implements borealis.transaction.committer.Jobs."""

    def __init__(self, database: Database, clock: Clock, random_: random.Random | None = None) -> None:
        """random_ chooses what ANALYZE samples."""
        self._clock = clock
        self._tables = Tables(database, random_ or random.Random())  # noqa: S311 - no secret
        self._counts = ChangeCounts(clock)
        self._job: tuple[OpenJob, Work] | None = None

    def note(self, changes: Iterable[Change]) -> None:
        self._counts.note(changes)

    @property
    def is_due(self) -> bool:
        """Some table has changed so much that it is analysed, once no other job is under way."""
        return self._job is None and self._counts.is_due

    def step(self, committer: Committer) -> bool:
        """Do one piece; tell whether there may be more."""
        if self._job is None:
            if self._counts.is_due:
                self._submit_analyses(committer)
            taken = committer.write(lambda connection: rows.next_job(connection, self._clock.now_us()))
            if taken is not None:
                self._job = (taken, _KINDS[taken.type](taken, self._tables))
            return taken is not None
        job, work = self._job
        outcome: Outcome | None
        try:
            outcome = work.step(committer)
        except LookupError:
            outcome = _gone(job)
        except SqlError as error:
            if error.sqlstate[:2] in _OF_THE_MACHINE:
                self._job = None  # it begins again
                raise
            outcome = Outcome("failed", error.message)
        except Exception as error:  # noqa: BLE001 - a job must not stop commits, nor be tried for ever
            _log.exception("job failed", job=job.id, type=job.type)
            outcome = Outcome("failed", InternalError(f"{type(error).__name__}: {error}").message)
        if outcome is not None:
            self._job = None
            self._end(committer, job, outcome)
        return True

    def _submit_analyses(self, committer: Committer) -> None:
        now_us = self._clock.now_us()
        for table in self._counts.take_due():
            count, name = rows.counted(committer.database.writer, table)
            if name is not None and self._counts.is_over(table, count):
                job = OpenJob(new_job_id(self._tables.random.randbytes(16)), "ANALYZE", table, name)
                committer.write(partial(rows.submit, job=job, now_us=now_us))

    def _end(self, committer: Committer, job: OpenJob, outcome: Outcome) -> None:
        now_us = self._clock.now_us()
        if job.type == "ANALYZE" and not outcome.is_object_gone:
            self._counts.analysed(job.object, rows.counted(committer.database.writer, job.object)[0])
        if not outcome.changes:
            committer.write(lambda connection: rows.write_end(connection, job, outcome, now_us))
            return
        end = rows.end_change(committer.database.writer, job, outcome, now_us)
        (answer,) = committer.commit_batch(
            [
                Intent(
                    committer.cluster, committer.seq, committer.catalog_version, (*outcome.changes, end), True
                )
            ]
        )
        if isinstance(answer, SqlError):
            raise answer

    def close(self) -> None:
        self._tables.close()


_OF_THE_MACHINE = frozenset({"53", "58", "XX"})
"""SQLSTATE classes of a full or broken disk."""


def _gone(job: OpenJob) -> Outcome:
    """Whoever dropped the object has ended the job."""
    return Outcome("completed", f'relation "{job.object_name}" does not exist', is_object_gone=True)
