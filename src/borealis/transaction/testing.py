"""For tests and benchmarks below SQL: catalog rows of a table, as CREATE TABLE would write them, and a cluster to commit to.

with TestCluster(directory) as cluster:
    accounts = cluster.create_table("accounts", [ColumnSpec("int8"), ColumnSpec("int8")], key=(1,))
    cluster.commit(insert(accounts, (1,), (1, 100)))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from borealis.clock import ManualClock
from borealis.storage.catalog_tables import (
    ADMIN_ROLE,
    PG_ATTRIBUTE,
    PG_CLASS,
    PG_INDEX,
    PUBLIC_NAMESPACE,
)
from borealis.storage.checkpoint import Checkpointer
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.storage.faults import Faults
from borealis.transaction.committer import Committer
from borealis.transaction.decider import Answer
from borealis.transaction.intent import Change, Commit, Intent, Key, Mode, Row
from borealis.transaction.snapshot import Snapshot, SnapshotSource
from borealis.transaction.write_set import WriteSet

_TYPES = {"int2": 21, "int4": 23, "int8": 20, "text": 25, "uuid": 2950, "float8": 701, "bytea": 17}


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    type: str
    not_null: bool = False


@dataclass(frozen=True, slots=True)
class IndexSpec:
    columns: tuple[int, ...]  # attnums
    included: tuple[int, ...] = ()
    is_unique: bool = False
    nulls_not_distinct: bool = False
    is_valid: bool = True
    nulls_first: tuple[int, ...] = ()
    predicate: str | None = None
    """Makes it an index whose entries come with the changes; what it says is the executor's affair."""


def table_changes(
    oid: int, name: str, columns: Sequence[ColumnSpec], key: Sequence[int], indexes: Sequence[IndexSpec] = ()
) -> tuple[Change, ...]:
    """Return the catalog rows of a new table; its primary key takes oid + 1, its indexes the oids after."""
    changes = [_insert(PG_CLASS, (oid,), (oid, name, PUBLIC_NAMESPACE, ADMIN_ROLE, "r"))]
    changes += [
        column_change(oid, attnum, column, is_key=attnum in key) for attnum, column in enumerate(columns, 1)
    ]
    if key:
        changes += index_changes(
            oid, oid + 1, f"{name}_pkey", IndexSpec(tuple(key), is_unique=True), is_primary=True
        )
    for number, index in enumerate(indexes):
        changes += index_changes(oid, oid + 2 + number, f"{name}_{number}_idx", index)
    return tuple(changes)


def column_change(table: int, attnum: int, column: ColumnSpec, *, is_key: bool = False) -> Change:
    is_not_null = int(column.not_null or is_key)
    row = (table, attnum, f"a{attnum}", _TYPES[column.type], -1, is_not_null, 0, 0, "", "", "")
    return _insert(PG_ATTRIBUTE, (table, attnum), row)


def index_changes(
    table: int, oid: int, name: str, index: IndexSpec, *, is_primary: bool = False
) -> tuple[Change, Change]:
    keys = " ".join(str(attnum) for attnum in (*index.columns, *index.included))
    row = (
        oid,
        table,
        int(index.is_unique),
        int(is_primary),
        int(index.nulls_not_distinct),
        int(index.is_valid),
        len(index.columns),
        keys,
        " ".join("2" if attnum in index.nulls_first else "0" for attnum in index.columns),
        None,
        index.predicate,
    )
    return (
        _insert(PG_CLASS, (oid,), (oid, name, PUBLIC_NAMESPACE, ADMIN_ROLE, "i")),
        _insert(PG_INDEX, (oid,), row),
    )


def _insert(table: int, key: Key, row: Row) -> Change:
    return Change(table, key, Mode.INSERT, row)


class TestTransaction:
    """A snapshot and a write set, as a session has them."""

    __test__ = False  # not a test, says pytest's rule for names

    def __init__(self, cluster: TestCluster) -> None:
        self.snapshot: Snapshot = cluster.snapshots.begin()
        self.writes = WriteSet()
        self._cluster = cluster

    def read(self, table: int, key: Key) -> Row | None:
        """Return a row by key as this transaction sees it."""
        pending = self.writes.get(table, key)  # type: ignore[arg-type]
        if pending is not None and pending.hides_base:
            return pending.row
        columns = ",".join(self._cluster.columns[table])
        where = " AND ".join(f"{column}=?" for column in self._cluster.keys[table])
        row: Row | None = self.snapshot.reader.execute(
            f"SELECT {columns} FROM t{table} WHERE {where}", key
        ).fetchone()
        return row

    def intent(self) -> Intent:
        """End the snapshot; what remains is to be committed."""
        self.snapshot.close()
        return self._cluster.intent(self.snapshot, self.writes.changes())


class TestCluster:
    """A database, its committer and its snapshots in one thread."""

    __test__ = False

    def __init__(
        self,
        directory: Path,
        *,
        encrypted: bool = False,
        faults: Faults | None = None,
        vfs: str | None = None,
        with_checkpoints: bool = False,
        with_checkpoint_thread: bool = False,
    ) -> None:
        self.clock = ManualClock()
        self.installation_key = InstallationKey.generate() if encrypted else None
        self.database = Database.create(
            directory / "cluster", "testcluster", installation_key=self.installation_key, vfs=vfs
        )
        self.checkpointer: Checkpointer | None = None
        if with_checkpoints:
            self.checkpointer = Checkpointer(
                self.database.files, self.clock, with_thread=with_checkpoint_thread
            )
        self.committer = Committer(self.database, self.clock, faults=faults, checkpointer=self.checkpointer)
        self.pool = self.database.reader_pool(lambda connection: None)
        self.snapshots = SnapshotSource(self.pool, self.database.signal)
        self.columns: dict[int, tuple[str, ...]] = {}
        self.keys: dict[int, tuple[str, ...]] = {}

    def create_table(
        self, name: str, columns: Sequence[ColumnSpec], key: Sequence[int], indexes: Sequence[IndexSpec] = ()
    ) -> int:
        """Commit a CREATE TABLE and return its oid."""
        with self.snapshot() as snapshot:
            oid = snapshot.next_oid
        self.ddl(table_changes(oid, name, columns, key, indexes))
        self.columns[oid] = tuple(f"c{attnum}" for attnum in range(1, len(columns) + 1))
        self.keys[oid] = tuple(f"c{attnum}" for attnum in key) or ("_id",)
        return oid

    def ddl(self, changes: Sequence[Change]) -> Commit:
        with self.snapshot() as snapshot:
            intent = self.intent(snapshot, tuple(changes), is_ddl=True)
        return self.expect_commit(intent)

    def begin(self) -> TestTransaction:
        return TestTransaction(self)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        snapshot = self.snapshots.begin()
        try:
            yield snapshot
        finally:
            snapshot.close()

    def intent(self, snapshot: Snapshot, changes: tuple[Change, ...], *, is_ddl: bool = False) -> Intent:
        return Intent(self.database.cluster, snapshot.seq, snapshot.catalog_version, changes, is_ddl)

    def commit(self, *changes: Change) -> Answer:
        """Commit changes made on a snapshot of now."""
        with self.snapshot() as snapshot:
            intent = self.intent(snapshot, changes)
        (answer,) = self.committer.commit_batch([intent])
        return answer

    def expect_commit(self, intent: Intent) -> Commit:
        (answer,) = self.committer.commit_batch([intent])
        if not isinstance(answer, Commit):
            raise answer
        return answer

    def rows(self, sql: str, bindings: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Query a snapshot of now."""
        with self.snapshot() as snapshot:
            result: list[Any] = snapshot.reader.execute(sql, bindings).fetchall()
            return result

    def close(self) -> None:
        self.pool.close()
        if self.checkpointer is not None:
            self.checkpointer.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
