"""Decider: one intent after the other, inside the open transaction of a batch: whole, or without a trace.

    refuse    another cluster, a catalog that moved under what it changes (OC001)
    apply     SAVEPOINT; each row under the rule's guards; then the unique entries; the first conflict undoes all (OC000)
    follow    DDL: rows of the catalog tables, then the physical tables after them

Unique entries come last: one that is there once all old entries of the intent are gone belongs to somebody else.

Invariants: what is kept here between intents (sequence, versions, writers) is a copy of the database's rows; reload() reads
them again, which a rolled back batch makes necessary.
"""

from __future__ import annotations

import apsw

from borealis.errors import InternalError, SerializationFailure, SqlError
from borealis.storage.apply import Numbers, TableWriter, UniqueEntry
from borealis.storage.catalog_rows import read_layout
from borealis.storage.catalog_tables import CATALOG_TABLES_BY_OID, LAST_DDL, PG_CONSTRAINT, PG_INDEX, SYS_JOB
from borealis.storage.errors import is_local, sql_error
from borealis.storage.physical import CatalogChange, follow_catalog, next_oid_after, touched_relations
from borealis.transaction.adjudicator import RULES, conflicts, winner_seq
from borealis.transaction.intent import Change, Commit, Conflict, Intent, Key, Mode
from borealis.transaction.recent_commits import RecentCommits

Answer = Commit | SqlError

_OF_JOBS = frozenset({SYS_JOB, PG_INDEX, PG_CONSTRAINT})
"""Catalogs whose rows the end of a job changes."""


class Decider:
    seq: int
    """The last commit's, those of the open batch included."""

    catalog_version: int
    next_oid: int

    def __init__(self, connection: apsw.Connection, cluster: str, recent: RecentCommits) -> None:
        self._connection = connection
        self._execute = connection.cursor().execute
        self._cluster = cluster
        self._recent = recent
        self._writers: dict[int, TableWriter] = {}
        self._relation_versions: dict[int, int] = {}
        self.reload()

    def reload(self) -> None:
        """Read the copies of the database's state again."""
        self._writers.clear()
        meta = self._execute("SELECT seq,catalog_version,next_oid FROM meta").fetchall()[0]
        self.seq, self.catalog_version, self.next_oid = (int(str(number)) for number in meta)
        versions = self._execute("SELECT relation,catalog_version FROM relation_version").fetchall()
        self._relation_versions = {int(str(relation)): int(str(version)) for relation, version in versions}

    def decide(self, intent: Intent) -> Answer:
        """Apply an intent, or leave no trace of it.

        Raises:
            apsw.Error: the machine is at fault, not the intent; the batch is lost.
        """
        refusal = self._refusal(intent)
        if refusal is not None:
            return refusal
        if not intent.changes:
            return Commit(self.seq, self.catalog_version)
        self._execute("SAVEPOINT intent")
        try:
            error = self._apply_ddl(intent) if intent.is_ddl else self._apply(intent)
        except SqlError as failure:
            error = failure
        except apsw.Error as failure:
            if is_local(failure):
                raise
            error = sql_error(failure)
        except Exception as failure:  # noqa: BLE001 - an intent that cannot be applied must not take its batch along
            error = InternalError(f"intent cannot be applied: {type(failure).__name__}: {failure}")
        if error is not None:
            self._execute("ROLLBACK TO intent")
            self._execute("RELEASE intent")
            return error
        self._execute("RELEASE intent")
        self.seq += 1
        return Commit(self.seq, self.catalog_version)

    def _refusal(self, intent: Intent) -> SqlError | None:
        """Return why an intent may not be tried at all."""
        if intent.cluster != self._cluster:
            return InternalError(f"an intent of cluster {intent.cluster} was sent to cluster {self._cluster}")
        if intent.snapshot_seq > self.seq or intent.catalog_version > self.catalog_version:
            return InternalError("an intent's snapshot is ahead of the journal")
        if intent.catalog_version == self.catalog_version:
            return None
        # The catalog has moved: harmless to rows of relations that have stayed as they were, and to DDL where only jobs
        # have ended since, which make and name nothing.
        versions = self._relation_versions
        if intent.is_ddl:
            moved_at = versions.get(LAST_DDL, self.catalog_version)
            return SerializationFailure.schema_conflict() if intent.catalog_version < moved_at else None
        if any(
            versions.get(table, 0) > intent.catalog_version
            for table in {change.table for change in intent.changes}
        ):
            return SerializationFailure.schema_conflict()
        return None

    def _apply(self, intent: Intent) -> SqlError | None:
        seq, snapshot_seq = self.seq + 1, intent.snapshot_seq
        writers = self._writers
        unique: list[UniqueEntry] = []
        for change in intent.changes:
            writer = writers.get(change.table) or self._writer(change.table)
            if not writer.write(
                change.mode, change.key, change.row, snapshot_seq, seq, unique, change.entries
            ):
                return self._row_conflict(writer, change, snapshot_seq)
        return self._add_unique(unique) if unique else None

    def _add_unique(self, unique: list[UniqueEntry]) -> SqlError | None:
        for entry in unique:
            writer = entry.writer
            if not entry.is_exempt:
                owner = writer.owner(entry)
                if owner is not None:
                    numbers = writer.numbers(owner)
                    seq = None if numbers is None else max(numbers)
                    return self._data_conflict(writer.layout.oid, owner, entry.mode, seq)
            writer.add(entry)
        return None

    def _apply_ddl(self, intent: Intent) -> SqlError | None:
        """Write catalog rows, then make the physical tables follow."""
        changes: list[CatalogChange] = []
        for change in intent.changes:
            table = CATALOG_TABLES_BY_OID.get(change.table)
            if table is None:
                return InternalError(f"relation {change.table} is not a catalog table")
            writer = self._catalog_writer(change.table)
            old = self._execute(writer.layout.select_image, change.key).fetchone()
            # What a job has said of a row meanwhile does not matter to who drops it, and DDL has changed none since.
            is_dropped = change.mode is Mode.DELETE and change.table in _OF_JOBS
            snapshot_seq = self.seq if is_dropped else intent.snapshot_seq
            if not writer.write(change.mode, change.key, change.row, snapshot_seq, self.seq + 1, []):
                return self._row_conflict(writer, change, snapshot_seq)
            changes.append(CatalogChange(change.table, old, change.row))
        follow_catalog(self._connection, changes)
        version = self.catalog_version + 1
        next_oid = next_oid_after(changes, self.next_oid)
        # What the end of a job changes (an index may be read, a constraint is known to hold) no writer depends on.
        touched = set() if _is_end_of_job(changes) else touched_relations(changes) | {LAST_DDL}
        for relation in touched:
            self._execute("INSERT OR REPLACE INTO relation_version VALUES(?,?)", (relation, version))
        self._execute("UPDATE meta SET catalog_version=?,next_oid=?", (version, next_oid))
        # Nothing can fail any more: the copies may follow.
        self.catalog_version, self.next_oid = version, next_oid
        for relation in touched:
            self._relation_versions[relation] = version
            self._writers.pop(relation, None)
        return None

    def _writer(self, table: int) -> TableWriter:
        if table in CATALOG_TABLES_BY_OID:
            raise LookupError(f"catalog relation {table} changes by DDL only")
        layout = read_layout(self._connection, table)
        if layout is None:
            raise LookupError(f"there is no relation {table}")
        writer = self._writers[table] = TableWriter(self._connection, layout, RULES)
        return writer

    def _catalog_writer(self, table: int) -> TableWriter:
        layout = read_layout(self._connection, table)
        assert layout is not None, table
        return TableWriter(self._connection, layout, RULES)

    def _row_conflict(self, writer: TableWriter, change: Change, snapshot_seq: int) -> SqlError:
        numbers: Numbers | None = writer.numbers(change.key)
        assert conflicts(numbers, change.mode, snapshot_seq), (numbers, change, snapshot_seq)
        seq = None if numbers is None else winner_seq(numbers, change.mode)
        return self._data_conflict(change.table, change.key, change.mode, seq)

    def _data_conflict(self, table: int, key: Key, mode: int, seq: int | None) -> SqlError:
        winner = self._recent.winner(table, key, seq)
        return SerializationFailure.data_conflict(
            Conflict(table, key, Mode(mode).name, winner.mode, winner.seq, winner.time_us)
        )


def _is_end_of_job(changes: list[CatalogChange]) -> bool:
    return any(change.catalog == SYS_JOB for change in changes) and all(
        change.catalog in _OF_JOBS and change.old and change.new for change in changes
    )
