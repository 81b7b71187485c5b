"""Jobs: work that DDL leaves to be done beside the running load, in bounded pieces between two batches of commits.

    INDEX_BUILD     entries of the rows that were there before the index, then, if it is unique, a look for duplicates

A job is a row of the table job, written with the DDL that asked for it, so it survives restarts. How far it has come is not
kept: after a restart it begins again and writes the same entries. Its end is a DDL intent like any other: the index becomes
valid and the job completed in one commit.

Source: dsql-facts.md §5.2, §5.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import apsw

from borealis.clock import Clock
from borealis.storage.catalog_rows import read_layout
from borealis.storage.catalog_tables import INDEX, JOB, PG_INDEX, SYS_JOB
from borealis.storage.layout import IndexLayout
from borealis.storage.physical import continue_index_build
from borealis.transaction.intent import Change, Intent, Mode, Row

BUILD_ROWS = 400
"""Rows read, and entries written, at a time: some milliseconds."""

RETENTION_US = 30 * 60 * 1_000_000
"""Ended jobs are purged at the next job's beginning, half an hour after they ended."""

_OPEN = "SELECT job_id,object_id,object_name FROM job WHERE status IN ('submitted','processing') ORDER BY start_us LIMIT 1"


@dataclass(slots=True)
class _Build:
    """An index build under way."""

    job_id: str
    index: int
    table: int
    name: str
    after: Row | None = ()  # the last row's key; None: all rows have their entry
    checked: Row = field(default=())  # the last entry compared


class JobRunner:
    """Takes the jobs in the order they came, one piece at a time."""

    def __init__(self, connection: apsw.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._build: _Build | None = None

    def step(
        self, write: Callable[[Callable[[apsw.Connection], Any]], Any]
    ) -> tuple[bool, tuple[Change, ...]]:
        """Do one piece through `write`.

        Returns:
            Whether there may be more to do, and the catalog rows that end a job, to be committed as DDL.
        """
        build = self._build
        if build is None:
            build = self._build = write(self._begin)
            return build is not None, ()
        try:
            if build.after is not None:
                build.after = write(
                    lambda connection: continue_index_build(
                        connection, build.table, build.index, build.after or (), BUILD_ROWS
                    )
                )
                return True, ()
            has_duplicate = self._find_duplicate(build)
        except LookupError:
            self._build = None
            return True, self._ended(build, "completed", f'relation "{build.name}" does not exist')
        if has_duplicate is None:
            return True, ()
        self._build = None
        if has_duplicate:
            details = "Found duplicate key while validating index for UCVs"
            return True, self._ended(build, "failed", details)
        return True, (self._valid(build), *self._ended(build, "completed", ""))

    def _begin(self, connection: apsw.Connection) -> _Build | None:
        """Take the next job up; None without one."""
        found: Any = connection.execute(_OPEN).fetchone()
        if found is None:
            return None
        job_id, index, name = found
        now_us = self._clock.now_us()
        connection.execute(
            "DELETE FROM job WHERE status IN ('completed','failed') AND update_us<?", (now_us - RETENTION_US,)
        )
        connection.execute("UPDATE job SET status='processing',update_us=? WHERE job_id=?", (now_us, job_id))
        table: Any = connection.execute("SELECT indrelid FROM pg_index WHERE indexrelid=?", (index,)).get
        return _Build(job_id, index, int(table or 0), name or "")

    def _find_duplicate(self, build: _Build) -> bool | None:
        """Compare the next entries of a unique index with their neighbours; None: there are more."""
        layout = self._layout(build)
        if not layout.is_unique:
            return False
        columns, width = ",".join(layout.key_columns), len(layout.search_columns)
        where = f" WHERE ({columns})>({','.join('?' * len(layout.key_columns))})" if build.checked else ""
        entries: list[Any] = self._connection.execute(
            f"SELECT {columns} FROM {layout.name}{where} ORDER BY {columns} LIMIT {BUILD_ROWS}", build.checked
        ).fetchall()
        previous = build.checked
        for entry in entries:
            if previous and entry[:width] == previous[:width] and not _is_exempt(layout, entry):
                return True
            previous = entry
        build.checked = previous
        return None if len(entries) == BUILD_ROWS else False

    def _layout(self, build: _Build) -> IndexLayout:
        table = read_layout(self._connection, build.table)
        for index in table.indexes if table is not None else ():
            if index.oid == build.index:
                return index
        raise LookupError(build.name)

    def _valid(self, build: _Build) -> Change:
        row: Any = self._connection.execute(
            f"SELECT {','.join(INDEX.columns)} FROM pg_index WHERE indexrelid=?", (build.index,)
        ).fetchone()
        valid = list(row)
        valid[INDEX.ordinal("indisvalid")] = 1
        return Change(PG_INDEX, (build.index,), Mode.UPDATE, tuple(valid))

    def _ended(self, build: _Build, status: str, details: str) -> tuple[Change, ...]:
        row: Any = self._connection.execute(
            f"SELECT {','.join(JOB.columns)} FROM job WHERE job_id=?", (build.job_id,)
        ).fetchone()
        ended = dict(zip(JOB.columns, row, strict=True)) | {
            "status": status,
            "details": details,
            "update_us": self._clock.now_us(),
        }
        if details.endswith("does not exist"):
            ended["object_name"] = None
        return (Change(SYS_JOB, (build.job_id,), Mode.UPDATE, tuple(ended.values())),)


def _is_exempt(layout: IndexLayout, entry: Row) -> bool:
    """Whether an entry has a NULL that makes it differ from every other."""
    if layout.nulls_not_distinct:
        return False
    flags = [n for n, name in enumerate(layout.search_columns) if name.startswith("n")]
    return any(entry[n] == 1 for n in flags)


def ending(cluster: str, seq: int, catalog_version: int, changes: tuple[Change, ...]) -> Intent:
    """Return the intent that commits a job's end."""
    return Intent(cluster, seq, catalog_version, changes, is_ddl=True)
