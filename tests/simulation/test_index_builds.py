"""An index built beside random writers: whatever the interleaving, it ends with one entry for each row, or failed.

Pieces of the build and commits take turns by a seeded choice; in some runs the process dies on the way and begins again.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from borealis.jobs.runner import JobRunner
from borealis.storage.catalog_tables import PG_CLASS, SYS_JOB
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Commit, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster, index_changes

TABLE_COLUMNS = [ColumnSpec("int8"), ColumnSpec("int8"), ColumnSpec("text")]


def submit(cluster: TestCluster, table: int, index: int, spec: IndexSpec) -> None:
    """What CREATE INDEX ASYNC commits: the index, invalid, and its job."""
    job = ("a" * 26, "submitted", "", "INDEX_BUILD", PG_CLASS, index, "public.i", 0, 0)
    begin_again(cluster)
    cluster.ddl([*index_changes(table, index, "i", spec), Change(SYS_JOB, (job[0],), Mode.INSERT, job)])


def begin_again(cluster: TestCluster) -> None:
    """What a restart does: nothing of a job is kept in memory."""
    jobs = JobRunner(cluster.database, cluster.clock)
    cluster.committer = Committer(cluster.database, cluster.clock, jobs=jobs)


def entries(cluster: TestCluster, index: int) -> list[tuple[object, ...]]:
    return cluster.rows(f"SELECT * FROM i{index} ORDER BY 1,2,3")


def job(cluster: TestCluster) -> tuple[str, str]:
    ((status, details),) = cluster.rows("SELECT status,details FROM job")
    return status, details


@pytest.mark.parametrize("seed", range(8))
def test_an_index_built_beside_writers_holds_one_entry_a_row(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    with TestCluster(tmp_path) as cluster:
        table = cluster.create_table("t", TABLE_COLUMNS, key=(1,))
        keys = list(range(1_500))
        rows = tuple(Change(table, (n,), Mode.INSERT, (n, n % 50 or None, f"v{n}")) for n in keys)
        assert isinstance(cluster.commit(*rows), Commit)
        index = table + 100
        submit(cluster, table, index, IndexSpec((2,), (3,), is_valid=False))
        fresh = 10_000
        while job(cluster)[0] not in ("completed", "failed"):
            if chance.random() < 0.5:
                cluster.committer.maintain()
                continue
            kind = chance.choice(("insert", "update", "delete"))
            if kind == "insert":
                fresh += 1
                keys.append(fresh)
                change = Change(table, (fresh,), Mode.INSERT, (fresh, chance.randrange(50), "new"))
            elif kind == "update":
                n = chance.choice(keys)
                value = chance.choice((None, chance.randrange(50)))
                change = Change(table, (n,), Mode.UPDATE, (n, value, "changed"))
            else:
                n = keys.pop(chance.randrange(len(keys)))
                change = Change(table, (n,), Mode.DELETE, None)
            assert isinstance(cluster.commit(change), Commit)
        wanted = cluster.rows(f"SELECT c2 IS NULL, coalesce(c2,0), c1, c3 FROM t{table} ORDER BY 1,2,3")
        assert job(cluster) == ("completed", "")
        assert entries(cluster, index) == wanted
        assert cluster.rows("SELECT indisvalid FROM pg_index WHERE indexrelid=?", (index,)) == [(1,)]


@pytest.mark.parametrize(("spec", "status"), [
    (IndexSpec((2,), is_unique=True, is_valid=False), "completed"),
    (IndexSpec((2,), is_unique=True, nulls_not_distinct=True, is_valid=False), "failed"),
    (IndexSpec((3,), is_unique=True, is_valid=False), "failed"),
])  # fmt: skip
def test_a_unique_build_ends_failed_at_a_duplicate(tmp_path: Path, spec: IndexSpec, status: str) -> None:
    with TestCluster(tmp_path) as cluster:
        table = cluster.create_table("t", TABLE_COLUMNS, key=(1,))
        rows = [(n, n if n < 1_000 else None, "same" if n in (3, 900) else f"v{n}") for n in range(1_002)]
        cluster.commit(*(Change(table, (row[0],), Mode.INSERT, row) for row in rows))
        index = table + 100
        submit(cluster, table, index, spec)
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
        assert job(cluster)[0] == status
        valid = int(status == "completed")
        assert cluster.rows("SELECT indisvalid FROM pg_index WHERE indexrelid=?", (index,)) == [(valid,)]


def test_a_build_begins_again_after_a_restart(tmp_path: Path) -> None:
    with TestCluster(tmp_path) as cluster:
        table = cluster.create_table("t", TABLE_COLUMNS, key=(1,))
        cluster.commit(*(Change(table, (n,), Mode.INSERT, (n, n, "x")) for n in range(1_000)))
        index = table + 100
        submit(cluster, table, index, IndexSpec((2,), is_valid=False))
        for _ in range(4):
            cluster.committer.maintain()
        assert job(cluster)[0] == "processing"
        begin_again(cluster)
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
        assert job(cluster) == ("completed", "")
        assert len(entries(cluster, index)) == 1_000


def test_dropping_the_index_ends_its_build(tmp_path: Path) -> None:
    with TestCluster(tmp_path) as cluster:
        table = cluster.create_table("t", TABLE_COLUMNS, key=(1,))
        cluster.commit(*(Change(table, (n,), Mode.INSERT, (n, n, "x")) for n in range(1_000)))
        index = table + 100
        submit(cluster, table, index, IndexSpec((2,), is_valid=False))
        for _ in range(3):
            cluster.committer.maintain()
        cluster.ddl(
            [Change(2610, (index,), Mode.DELETE, None), Change(PG_CLASS, (index,), Mode.DELETE, None)]
        )
        while cluster.committer.needs_maintenance:
            cluster.committer.maintain()
        assert job(cluster) == ("completed", 'relation "public.i" does not exist')
