"""Transaction: a snapshot taken with the first statement, a write set, and what statements need while they run.

    execute(plan, arguments, scope)   one statement; its result may have to be run off the event loop (Result.is_long)
    await commit()                    sends the intent to the journal; nothing written: gives the snapshot back
    rollback()                        drops everything

After an error the transaction is of no use any more but for rollback(): there are no savepoints (DESIGN §3).
Invariant: one statement at a time; the snapshot's connection is used by one thread at a time.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import apsw

from borealis.catalog.catalog import Catalog
from borealis.errors import FeatureNotSupported, SerializationFailure, SqlError
from borealis.executor import commit_limits
from borealis.executor.compile.compilation import CompiledStatement
from borealis.executor.connections import INLINE_TICKS, ConnectionState, state_of
from borealis.executor.dml.unique import PendingEntries
from borealis.executor.overlay import HeldReads, Overlays, keep_wanted
from borealis.executor.plan import Plan
from borealis.executor.referential.events import ReferentialEvents
from borealis.executor.result import BATCH_ROWS, LongResult, Result, Row, StreamedResult
from borealis.executor.scope import Scope
from borealis.executor.session_view import SessionView
from borealis.executor.sqlite_errors import canceled, is_stale_schema, translate
from borealis.sql.parse import Parsed
from borealis.storage.catalog_tables import PG_ATTRIBUTE, PG_CLASS
from borealis.transaction.intent import Change, Commit, Intent, Key, Mode
from borealis.transaction.sequences import Block, SequenceRequest
from borealis.transaction.snapshot import Snapshot
from borealis.transaction.write_set import WriteSet
from borealis.types.base import Oid, Style, Value

if TYPE_CHECKING:
    from borealis.executor.engine import Engine

_ROW_ID_RANDOM_BITS = 22
"""A hidden row id is milliseconds since 2000 (41 bits: to 2069) and chance, so that rows come in the order of their making."""

SCANNERS = min(2, os.cpu_count() or 1)
"""Threads of a divided scan: there is a worker a core besides, and one of them has the statement's client."""


class _OverBudget(Exception):
    """A statement used up its inline budget."""


class Transaction:
    __slots__ = (
        "_canceled",
        "_catalog",
        "_ddl",
        "_engine",
        "_entries",
        "_held",
        "_last_row_id",
        "_overlays",
        "_referential",
        "_snapshot",
        "_started_s",
        "_started_us",
        "_state",
        "_streams",
        "_view",
        "connection",
        "execute_sql",
        "scanners",
        "scope",
        "with_rows",
        "write_set",
    )

    def __init__(self, engine: Engine, scope: Scope, now_us: int, started_s: float) -> None:
        self._engine = engine
        self._started_s = started_s
        self._started_us = now_us
        self._snapshot: Snapshot | None = None
        self.scanners: tuple[Snapshot, ...] = ()
        """Snapshots of the same commit, for a statement that reads in threads (divided_scan.py)."""
        self._state: ConnectionState | None = None
        self._canceled = False
        self._catalog: Catalog | None = None
        self._streams: list[StreamedResult] = []
        # Made when needed: most transactions are one statement by key.
        self._overlays: Overlays | None = None
        self._entries: PendingEntries | None = None
        self._view: SessionView | None = None
        self._referential: ReferentialEvents | None = None
        self._held: HeldReads | None = None
        self.scope = scope
        self._last_row_id = 0
        self._ddl: tuple[Change, ...] = ()
        self.write_set = WriteSet(self._engine.limits.rows_max)

    # Statements

    def execute(self, plan: Plan, arguments: tuple[Value, ...], scope: Scope) -> Result:
        """Run one statement.

        Raises:
            SqlError: whatever the statement meets; 40001 OC001 where the catalog has moved under the transaction.
        """
        snapshot = self._snapshot
        if snapshot is None:
            snapshot = self._open()
        else:
            commit_limits.check_age(self._age_s())
            if self._ddl:
                self._refuse_changed(plan)
        if plan.catalog_version != snapshot.catalog_version:
            plan = self._engine.renewed(plan, snapshot, scope)
        self.scope = scope
        if plan.needs_context:
            self.view.tell(snapshot.reader)
        try:
            if plan.is_long:
                return self._long(plan, arguments)
            return plan.action.execute(self, arguments)
        except _OverBudget:
            plan.is_long = True
            return self._long(plan, arguments)
        except apsw.Error as error:
            raise self._failure(error) from error

    def _long(self, plan: Plan, arguments: tuple[Value, ...]) -> LongResult:
        if plan.takes_scanners:
            self._take_scanners(plan)
        return LongResult(self, lambda: self._run_unlimited(plan, arguments))

    def _take_scanners(self, plan: Plan) -> None:
        """Take readers for the plan's threads, if they can stand where the snapshot stands: nothing was committed since."""
        snapshot = self._snapshot
        assert snapshot is not None
        while len(self.scanners) < SCANNERS:
            scanner = self._engine.snapshots.begin_scanner()
            if scanner.seq != snapshot.seq:
                scanner.close()
                break
            self.scanners = (*self.scanners, scanner)
        if plan.needs_context:
            for scanner in self.scanners:
                self.view.tell(scanner.reader)

    def _run_unlimited(self, plan: Plan, arguments: tuple[Value, ...]) -> Result:
        """Run a statement with no budget; off the event loop."""
        state = self.connection_state()
        with self.guarded():
            self.check_canceled()
            state.unlimited = True
            try:
                return plan.action.execute(self, arguments)
            finally:
                state.unlimited = False

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into a client's."""
        try:
            yield
        except apsw.Error as error:
            raise self._failure(error) from error

    def _failure(self, error: apsw.Error) -> SqlError:
        if is_stale_schema(error) and self._engine.catalog_moved(self._snapshot):
            return SerializationFailure.schema_conflict()
        return translate(error, self.connection)

    def cancel(self) -> None:
        """Stop the statement that is running in a thread; callable from any thread."""
        self._canceled = True
        if self._snapshot is not None:
            self.connection_state().is_canceled = True
            self.connection.interrupt()
            for scanner in self.scanners:
                scanner.reader.connection.interrupt()

    def check_canceled(self) -> None:
        if self._canceled:
            raise canceled()

    # What actions use

    def query(self, sql: str, bindings: tuple[Value, ...]) -> list[Row]:
        """Run a short statement: a key, a row, an index entry."""
        return self.execute_sql(sql, bindings).fetchall()

    def row_statement(
        self, statement: CompiledStatement, arguments: tuple[Value, ...], row: Row
    ) -> list[Row]:
        """Run a statement over the values of one row."""
        return self.execute_sql(statement.sql, statement.bindings(arguments, row, self)).fetchall()

    def read_all(
        self, statement: CompiledStatement, arguments: tuple[Value, ...], *, writes_each: bool = False
    ) -> list[Row]:
        """Return all rows of a statement, within the inline budget while on the event loop.

        DML reads everything before it writes anything. writes_each: every row given is written, so that no more need
        be read than the write set may hold.
        """
        rows_max = self.write_set.rows_max if writes_each else None
        cursor = self.connection.cursor()
        with self._budget():
            cursor.execute(statement.sql, statement.bindings(arguments, (), self))
            rows = cursor.fetchall() if rows_max is None else list(islice(cursor, rows_max + 1))
            cursor.close(True)
        return rows

    def stream(self, statement: CompiledStatement, arguments: tuple[Value, ...]) -> Result:
        """Run a query: whole where it is short, else its first rows and a cursor."""
        cursor = self.connection.cursor()
        with self._budget():
            cursor.execute(statement.sql, statement.bindings(arguments, (), self))
            rows = list(islice(cursor, BATCH_ROWS))
        if len(rows) < BATCH_ROWS:
            return Result(rows, len(rows))
        result = StreamedResult(self, rows, cursor)
        self._streams.append(result)
        return result

    def forget(self, result: StreamedResult) -> None:
        if result in self._streams:
            self._streams.remove(result)

    @contextmanager
    def _budget(self) -> Iterator[None]:
        state = self.connection_state()
        if state.unlimited:
            yield
            return
        state.ticks_left = INLINE_TICKS
        try:
            yield
        except apsw.InterruptError:
            if state.is_exhausted and not self._canceled:
                raise _OverBudget from None
            raise
        finally:
            state.ticks_left = None

    def overlaid(self, tables: frozenset[Oid]) -> frozenset[Oid]:
        """Return those of the tables that have pending rows, ready to be read."""
        if self._held is not None:
            return tables & self._held.overlaid
        if not self.write_set.tables:
            return _NO_TABLES
        if self._overlays is None:
            self._overlays = Overlays(self)
        return self._overlays.update(tables)

    @contextmanager
    def reads_held(self, tables: frozenset[Oid]) -> Iterator[None]:
        """Let statements read these tables as they are now, whatever is written meanwhile."""
        held = HeldReads(self.overlaid(tables), self.write_set)
        self._held, self.with_rows = held, dict[int, str]()
        try:
            yield
        finally:
            self._held = None

    @property
    def held(self) -> HeldReads | None:
        return self._held

    @property
    def entries(self) -> PendingEntries:
        """Index entries of the pending rows."""
        if self._entries is None:
            self._entries = PendingEntries(self)
        return self._entries

    @property
    def referential(self) -> ReferentialEvents:
        """What foreign keys have still to do."""
        if self._referential is None:
            self._referential = ReferentialEvents(self)
        return self._referential

    def hold_references(self) -> None:
        """Let foreign keys wait until fire_references: the statements between are one to the client."""
        self.referential.is_held = True

    def fire_references(self) -> None:
        with self.guarded():
            self.referential.is_held = False
            self.referential.fire()

    def set_constraints(self, names: list[tuple[str | None, str]], *, deferred: bool) -> None:
        """SET CONSTRAINTS: names are (schema, name), none of them ALL."""
        with self.guarded():
            if self._snapshot is None:
                self._open()
            self.referential.set_constraints(names, deferred=deferred)

    def execute_inner(
        self,
        parsed: Parsed,
        parameter_types: tuple[Oid, ...],
        arguments: tuple[Value, ...],
        owner: Oid | None = None,
    ) -> bool:
        """Run a statement to its end inside the one that is running, with an owner's privileges; tell whether it gave a row."""
        assert self._snapshot is not None
        scope = self.scope if owner is None else self._scope_of(owner)
        plan = self._engine.prepare(parsed, parameter_types, scope)
        if plan.catalog_version != self._snapshot.catalog_version:
            plan = self._engine.renewed(plan, self._snapshot, scope)
        if plan.needs_context:
            self.view.tell(self._snapshot.reader)
        state = self.connection_state()
        was_unlimited, state.unlimited = state.unlimited, True
        try:
            return bool(plan.action.execute(self, arguments).fetch(None))
        finally:
            state.unlimited = was_unlimited

    def _scope_of(self, owner: Oid) -> Scope:
        role = self.catalog.roles_by_oid.get(owner)
        if role is None or role.name == self.scope.user:
            return self.scope
        changed: Scope = replace(self.scope, user=role.name)  # type: ignore[type-var]
        return changed

    def lock_row(self, table: Oid, key: Key, mode: Mode) -> None:
        """Add a row to the footprint while a query that reads it runs."""
        self.write_set.lock(table, key, mode)

    def detach_streams(self) -> None:
        """Read open results to their end: what they read from is about to change."""
        for stream in tuple(self._streams):
            stream.detach()

    def new_row_id(self) -> int:
        """Return a hidden row id, greater than all the transaction has made."""
        if self._last_row_id == 0:
            chance = self._engine.random.getrandbits(_ROW_ID_RANDOM_BITS)
            self._last_row_id = (max(self._started_us, 0) // 1_000 << _ROW_ID_RANDOM_BITS) + chance
        self._last_row_id += 1
        return self._last_row_id

    @property
    def view(self) -> SessionView:
        """What statements see of the session."""
        if self._view is None:
            self._view = SessionView(self, self._engine, self._started_us)
        return self._view

    @property
    def style(self) -> Style:
        return self.view.style

    def runtime_value(self, name: str) -> Value:
        return self.view.value(name)

    def take_numbers(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence; never taken back."""
        return self._engine.journal.take(request)

    # DDL

    def add_ddl(self, changes: tuple[Change, ...]) -> None:
        """Take the catalog rows of the transaction's one DDL statement."""
        self._ddl += changes

    def _refuse_changed(self, plan: Plan) -> None:
        """Refuse to read what the transaction's own DDL has changed: its snapshot has it as it was."""
        changed = {change.key[0] for change in self._ddl if change.table in (PG_CLASS, PG_ATTRIBUTE)}
        for oid in plan.tables & changed:
            raise FeatureNotSupported(
                f'reading relation "{self.catalog.tables_by_oid[oid].name}" after DDL on it in the same transaction '
                "not supported"
            )

    # The end

    @property
    def has_changes(self) -> bool:
        """Whether commit has anything to send."""
        return bool(self._ddl) or bool(self.write_set)

    async def commit(self) -> None:
        """Make the transaction's changes durable and visible. Raises what send_intent and the journal raise."""
        if self.has_changes:
            await self.send_intent()
        else:
            self.rollback()

    def send_intent(self) -> Awaitable[Commit]:
        """Hand the changes, of which there are some, to the journal, and give the snapshot back; await the answer.

        Raises:
            SerializationFailure: 40001, OC000 or OC001.
            ProgramLimitExceeded: 54000, too much was written, or too late.
            DiskFull: 53100.
        """
        snapshot = self._snapshot
        assert snapshot is not None, "changes without a snapshot"
        try:
            if self._referential is not None:
                with self.guarded():
                    self._referential.fire_deferred()
            self._check_limits()
            intent = Intent(
                self._engine.cluster,
                snapshot.seq,
                snapshot.catalog_version,
                self._ddl or self.write_set.changes(),
                is_ddl=bool(self._ddl),
            )
        finally:
            self.rollback()
        return self._engine.journal.commit(intent)

    def _check_limits(self) -> None:
        commit_limits.check_age(self._age_s())
        if not self._ddl:
            tables = self.catalog.tables_by_oid
            commit_limits.check_size(
                self.write_set,
                self._engine.limits,
                lambda oid: commit_limits.index_ordinals(tables[oid]),
            )

    def _age_s(self) -> float:
        return self._engine.clock.monotonic_s() - self._started_s

    def rollback(self) -> None:
        """Drop everything and give the snapshot back. Idempotent."""
        snapshot, self._snapshot = self._snapshot, None
        if self._streams:
            for stream in tuple(self._streams):
                stream.close_cursor()
        if self.write_set.tables:
            self.write_set = WriteSet(self._engine.limits.rows_max)
            self._entries = None
            self._overlays = None
        self._ddl = ()
        self._referential = None
        if snapshot is None:
            return
        for scanner in self.scanners:
            scanner.close()
        self.scanners = ()
        self._catalog = None
        state, self._state = self._state, None
        if state is not None:
            state.is_canceled = False
        snapshot.close()
        if state is not None and state.wanted:
            keep_wanted(snapshot.reader.connection, state)

    # Inside

    @property
    def catalog(self) -> Catalog:
        """The catalog the transaction's snapshot stands at."""
        if self._catalog is None:
            self._catalog = self._engine.catalog_of(self._snapshot or self._open())
        return self._catalog

    def _open(self) -> Snapshot:
        snapshot = self._engine.snapshots.begin()
        self._snapshot = snapshot
        self.connection = snapshot.reader.connection
        self.execute_sql = snapshot.reader.execute
        return snapshot

    def connection_state(self) -> ConnectionState:
        if self._state is None:
            self._state = state_of(self.connection)
        return self._state


_NO_TABLES: frozenset[Oid] = frozenset()
