"""ANALYZE: counts a table's rows, for the planner. Stored in relation_statistics, which no transaction depends on."""

from __future__ import annotations

from typing import Any

from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.storage.catalog_rows import read_layout
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Row

ROWS = 20_000
"""Rows counted at a time: a millisecond or two."""


class Analysis:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        self._job = job
        self._after: Row = ()
        self._count = 0

    def step(self, committer: Committer) -> Outcome | None:
        connection = committer.database.writer
        layout = read_layout(connection, self._job.object)
        if layout is None:
            return Outcome("completed", "Skipped job for nonexistent table.", is_object_gone=True)
        key = ",".join(layout.key_columns)
        where = f" WHERE ({key})>({','.join('?' * len(layout.key_columns))})" if self._after else ""
        rest = f"FROM {layout.name}{where} ORDER BY {key}"
        last: list[Any] = connection.execute(
            f"SELECT {key} {rest} LIMIT 1 OFFSET {ROWS - 1}", self._after
        ).fetchall()
        if last:
            self._count += ROWS
            (self._after,) = last
            return None
        counted: Any = connection.execute(f"SELECT count(*) FROM (SELECT 1 {rest})", self._after).get
        total, table = self._count + int(counted), self._job.object
        committer.write(
            lambda writer: writer.execute(
                "INSERT OR REPLACE INTO relation_statistics SELECT ?,?,update_us FROM job WHERE job_id=?",
                (table, total, self._job.id),
            ).fetchall()
        )
        return Outcome("completed")
