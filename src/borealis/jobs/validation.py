"""VALIDATE_CONSTRAINT: whether the rows that were there before a CHECK or a foreign key satisfy it.

New rows are held to a constraint from its making on, valid or not, and so are those a foreign key refers to. So one look at
each row is enough, whenever it comes, and nothing need be looked at twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.storage.catalog_tables import CONSTRAINT, PG_CONSTRAINT
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Mode, Row

if TYPE_CHECKING:
    from borealis.executor.constraint_batches import ConstraintBatches

ROWS = 1_000
"""Rows looked at at a time: some milliseconds."""


class Validation:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        self._job = job
        self._tables = tables
        self._after: Row | None = ()
        self._batches: ConstraintBatches | None = None

    def step(self, committer: Committer) -> Outcome | None:
        from borealis.executor.constraint_batches import ConstraintBatches

        with self._tables.snapshot() as snapshot:
            if self._batches is None or self._batches.catalog_version != snapshot.catalog_version:
                self._batches = ConstraintBatches(self._tables.catalog(snapshot), self._job.object)
            is_violated, self._after = self._batches.read(snapshot.reader.connection, self._after or (), ROWS)
            if is_violated:
                return Outcome("failed", self._batches.violation)
        if self._after is not None:
            return None
        return Outcome("completed", changes=(self._valid(committer),))

    def _valid(self, committer: Committer) -> Change:
        oid = self._job.object
        row: Any = committer.database.writer.execute(
            f"SELECT {','.join(CONSTRAINT.columns)} FROM pg_constraint WHERE oid=?", (oid,)
        ).fetchone()
        valid = list(row)
        valid[CONSTRAINT.ordinal("convalidated")] = 1
        return Change(PG_CONSTRAINT, (oid,), Mode.UPDATE, tuple(valid))
