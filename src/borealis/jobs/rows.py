"""Rows of the table job: what is open, what has ended, and how long it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from borealis.storage.catalog_tables import JOB, PG_CLASS, SYS_JOB
from borealis.transaction.intent import Change, Mode

RETENTION_US = 30 * 60 * 1_000_000
"""Ended jobs are purged when another begins, half an hour after they ended."""

_OPEN = (
    "SELECT job_id,job_type,object_id,object_name FROM job WHERE status IN ('submitted','processing') "
    "ORDER BY start_us,job_id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class OpenJob:
    id: str
    type: str
    object: int
    object_name: str  # empty where it has none


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended."""

    status: str  # completed, failed
    details: str = ""
    changes: tuple[Change, ...] = ()
    """Rows of the catalog to be committed with it."""
    is_object_gone: bool = False


def next_job(connection: apsw.Connection, now_us: int) -> OpenJob | None:
    """Take up the oldest open job, inside a write transaction."""
    found: Any = connection.execute(_OPEN).fetchone()
    if found is None:
        return None
    job_id, job_type, object_, name = found
    connection.execute(
        "DELETE FROM job WHERE status IN ('completed','failed') AND update_us<?", (now_us - RETENTION_US,)
    )
    connection.execute("UPDATE job SET status='processing',update_us=? WHERE job_id=?", (now_us, job_id))
    return OpenJob(job_id, job_type, object_, name or "")


def submit(connection: apsw.Connection, job: OpenJob, now_us: int) -> None:
    """Write a new job that no statement asked for, inside a write transaction."""
    values = (job.id, "submitted", "", job.type, PG_CLASS, job.object, job.object_name, now_us, now_us)
    columns = ",".join(JOB.columns)
    connection.execute(
        f"INSERT INTO job(_k,_u,_s,{columns}) VALUES(0,0,0,{','.join('?' * len(values))})", values
    )


def counted(connection: apsw.Connection, table: int) -> tuple[float, str | None]:
    """Return how many rows a table had when it was analysed, and its name; None: it is no table, or no longer one."""
    found: Any = connection.execute(
        "SELECT coalesce(row_count,0),nspname||'.'||relname FROM pg_class JOIN pg_namespace AS n ON n.oid=relnamespace "
        "LEFT JOIN relation_statistics ON relation=pg_class.oid WHERE pg_class.oid=? AND relkind='r'",
        (table,),
    ).fetchone()
    return (0.0, None) if found is None else (float(found[0]), found[1])


def write_end(connection: apsw.Connection, job: OpenJob, outcome: Outcome, now_us: int) -> None:
    """Write a job's end where it changes nothing else."""
    connection.execute(
        "UPDATE job SET status=?,details=?,update_us=?,object_name=CASE WHEN ? THEN NULL ELSE object_name END "
        "WHERE job_id=?",
        (outcome.status, outcome.details, now_us, outcome.is_object_gone, job.id),
    )


def end_change(connection: apsw.Connection, job: OpenJob, outcome: Outcome, now_us: int) -> Change:
    """Return a job's end as the change that is committed with others."""
    row: Any = connection.execute(
        f"SELECT {','.join(JOB.columns)} FROM job WHERE job_id=?", (job.id,)
    ).fetchone()
    ended = dict(zip(JOB.columns, row, strict=True)) | {
        "status": outcome.status,
        "details": outcome.details,
        "update_us": now_us,
    }
    return Change(SYS_JOB, (job.id,), Mode.UPDATE, tuple(ended.values()))
