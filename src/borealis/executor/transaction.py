"""Transaction: a snapshot taken with the first statement, a write set, and what statements need while they run.

    execute(plan, arguments, scope)   one statement; its result may have to be run off the event loop (Result.is_long)
    await commit()                    sends the intent to the journal; nothing written: gives the snapshot back
    rollback()                        drops everything

After an error the transaction is of no use any more but for rollback(): there are no savepoints (DESIGN §3).
Invariant: one statement at a time; the snapshot's connection is used by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import apsw

from borealis.catalog.relations import Catalog
from borealis.errors import FeatureNotSupported, SerializationFailure, SqlError
from borealis.executor.compile.compilation import CompiledStatement
from borealis.executor.connections import INLINE_TICKS, ConnectionState, state_of
from borealis.executor.dml.unique import Entries, UniqueIndex
from borealis.executor.overlay import Overlay, create_statement, overlay_name
from borealis.executor.plan import Plan
from borealis.executor.result import BATCH_ROWS, LongResult, Result, Row, StreamedResult
from borealis.executor.scope import Scope
from borealis.executor.sqlite_errors import is_stale_schema, translate
from borealis.limits import TRANSACTION_AGE_S_MAX, TRANSACTION_BYTES_MAX, transaction_age_exceeded
from borealis.transaction.intent import Change, Intent, Key
from borealis.transaction.snapshot import Snapshot
from borealis.transaction.write_set import Pending, WriteSet
from borealis.types.base import Oid, Style, Value

if TYPE_CHECKING:
    from borealis.executor.engine import Engine

_ROW_ID_RANDOM_BITS = 22
"""A hidden row id is milliseconds since 2000 (41 bits: to 2069) and chance, so that rows come in the order of their making."""

_FEW_ROWS = 4
"""So many rows of the largest size, index entries included, are below DSQL's limit of bytes a transaction."""


class _OverBudget(Exception):
    """A statement used up its inline budget."""


class Transaction:
    __slots__ = (
        "_alone",
        "_canceled",
        "_catalog",
        "_ddl",
        "_engine",
        "_entries",
        "_last_row_id",
        "_overlays",
        "_scope",
        "_snapshot",
        "_started_s",
        "_started_us",
        "_state",
        "_streams",
        "_styles",
        "_told",
        "connection",
        "execute_sql",
        "write_set",
    )

    def __init__(self, engine: Engine, scope: Scope, now_us: int, *, alone: bool = False) -> None:
        self._engine = engine
        self._scope = scope
        self._started_s = engine.clock.monotonic_s()
        self._started_us = now_us
        self._styles: tuple[Style, Style] | None = None  # a session's style, and the same with our time in it
        self._snapshot: Snapshot | None = None
        self._state: ConnectionState | None = None
        self._alone = alone
        self._told: Scope | None = None  # whose settings the connection's functions know
        self._canceled = False
        self._catalog: Catalog | None = None
        self._streams: list[StreamedResult] = []
        self._overlays: dict[Oid, Overlay] = {}
        self._entries: dict[Oid, Entries] = {}
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
            snapshot = self._open(single=self._alone and not plan.writes)
        elif self._alone:
            snapshot = self._open_after_all()
        elif self._engine.clock.monotonic_s() - self._started_s > TRANSACTION_AGE_S_MAX:
            raise transaction_age_exceeded(self._engine.clock.monotonic_s() - self._started_s)
        if plan.catalog_version != snapshot.catalog_version:
            plan = self._engine.renewed(plan, snapshot, scope)
        self._scope = scope
        if plan.needs_context:
            self._set_context(snapshot, scope)
        try:
            if plan.is_long:
                return LongResult(self, lambda: self._run_unlimited(plan, arguments))
            return plan.action.execute(self, arguments)
        except _OverBudget:
            plan.is_long = True
            return LongResult(self, lambda: self._run_unlimited(plan, arguments))
        except apsw.Error as error:
            raise self._failure(error) from error

    def _run_unlimited(self, plan: Plan, arguments: tuple[Value, ...]) -> Result:
        """Run a statement with no budget; off the event loop."""
        state = self._connection_state()
        with self.guarded():
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
            self.connection.interrupt()

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
        state = self._connection_state()
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
        """Return those of the tables that have pending rows, their overlays brought up to date."""
        write_set = self.write_set
        found = frozenset(
            oid
            for oid in tables
            if any(pending.hides_base for pending in write_set.tables.get(oid, _NOTHING).values())
            or oid in self._overlays
        )
        for oid in found:
            self._update_overlay(oid)
        return found

    def _update_overlay(self, oid: Oid) -> None:
        overlay = self._overlays.get(oid)
        if overlay is None:
            overlay = self._overlays[oid] = self._make_overlay(oid)
        if not overlay.is_current(self.write_set):
            for stream in tuple(self._streams):
                stream.detach()
            overlay.update(self.write_set)

    def _make_overlay(self, oid: Oid) -> Overlay:
        table = self.catalog.tables_by_oid[oid]
        name, state = overlay_name(table), self._connection_state()
        if name not in state.overlays and name not in state.wanted:
            state.wanted[name] = create_statement(table)
            self.execute_sql(state.wanted[name])
        return Overlay(table, self.connection)

    def entries(self, index: UniqueIndex) -> Entries:
        """Return the index entries of the pending rows of its table."""
        entries = self._entries.get(index.index.oid)
        if entries is None:
            entries = self._entries[index.index.oid] = index.entries_of(self)
        return entries

    def known_entries(self, index: UniqueIndex) -> Entries | None:
        return self._entries.get(index.index.oid)

    def new_row_id(self) -> int:
        """Return a hidden row id, greater than all the transaction has made."""
        if self._last_row_id == 0:
            chance = self._engine.random.getrandbits(_ROW_ID_RANDOM_BITS)
            self._last_row_id = (max(self._started_us, 0) // 1_000 << _ROW_ID_RANDOM_BITS) + chance
        self._last_row_id += 1
        return self._last_row_id

    @property
    def style(self) -> Style:
        return self.dated(self._scope.style)

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas of the session's search path that are there."""
        schemas = self.catalog.schemas_by_name
        return tuple(name for name in self._scope.search_path if name in schemas)

    def dated(self, style: Style) -> Style:
        """Return a style by which 'now' is when the transaction began."""
        if self._styles is None or self._styles[0] is not style:
            self._styles = (style, replace(style, now_us=self._started_us))
        return self._styles[1]

    def runtime_value(self, name: str) -> Value:
        """Return what SQL's CURRENT_TIMESTAMP, CURRENT_USER and the like stand for."""
        match name:
            case "current_timestamp":
                return self._started_us
            case "current_user" | "current_role" | "user" | "session_user":
                return self._scope.user
            case "current_catalog":
                return "postgres"
            case "current_schema":
                return next(iter(self.search_path), None)
        raise FeatureNotSupported(f"{name} is not supported yet")

    # DDL

    def add_ddl(self, changes: tuple[Change, ...]) -> None:
        """Take the catalog rows of the transaction's one DDL statement."""
        self._ddl += changes

    # The end

    @property
    def has_changes(self) -> bool:
        """Whether commit has anything to send."""
        return bool(self._ddl) or bool(self.write_set)

    async def commit(self) -> None:
        """Make the transaction's changes durable and visible.

        Raises:
            SerializationFailure: 40001, OC000 or OC001.
            ProgramLimitExceeded: 54000, too much was written, or too late.
            DiskFull: 53100.
        """
        snapshot = self._snapshot
        if snapshot is None or not self.has_changes:
            self.rollback()
            return
        try:
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
        await self._engine.journal.commit(intent)

    def _check_limits(self) -> None:
        age_s = self._engine.clock.monotonic_s() - self._started_s
        if age_s > TRANSACTION_AGE_S_MAX:
            raise transaction_age_exceeded(age_s)
        if not self._ddl:
            bytes_max = self._engine.limits.bytes_max
            if bytes_max is not None and (bytes_max < TRANSACTION_BYTES_MAX or self._has_many_rows()):
                self.write_set.check_size(self._index_ordinals, bytes_max)

    def _has_many_rows(self) -> bool:
        return sum(map(len, self.write_set.tables.values())) > _FEW_ROWS

    def rollback(self) -> None:
        """Drop everything and give the snapshot back. Idempotent."""
        snapshot, self._snapshot = self._snapshot, None
        if self._streams:
            for stream in tuple(self._streams):
                stream.close_cursor()
        if self.write_set.tables:
            self.write_set = WriteSet(self._engine.limits.rows_max)
            self._entries.clear()
            self._overlays.clear()
        self._ddl = ()
        if snapshot is None:
            return
        self._catalog = None
        state, self._state = self._state, None
        snapshot.close()
        if state is not None and state.wanted:
            self._keep_overlays(snapshot, state)

    def _keep_overlays(self, snapshot: Snapshot, state: ConnectionState) -> None:
        """Make the overlay tables of this transaction again, to stay: making one costs every prepared statement."""
        wanted, state.wanted = state.wanted, {}
        try:
            for name, sql in wanted.items():
                snapshot.reader.connection.execute(sql)
                state.overlays.add(name)
        except apsw.Error:
            return  # the connection has been closed, or will be: the next transaction makes its own

    # Inside

    @property
    def catalog(self) -> Catalog:
        """The catalog the transaction's snapshot stands at."""
        if self._catalog is None:
            self._catalog = self._engine.catalog_of(self._snapshot or self._open())
        return self._catalog

    def _index_ordinals(self, table: Oid) -> Sequence[Sequence[int]]:
        """Return, per secondary index, the ordinals an entry holds (write_set.IndexOrdinals)."""
        found = self.catalog.tables_by_oid[table]
        key = found.primary_key
        primary = [attnum - 1 for attnum in key.columns] if key is not None else [len(found.columns)]
        return [
            [*(attnum - 1 for attnum in index.columns + index.included), *primary]
            for index in found.secondary_indexes
        ]

    def _open(self, *, single: bool = False) -> Snapshot:
        self._alone = single
        snapshots = self._engine.snapshots
        snapshot = snapshots.single_read() if single else snapshots.begin()
        self._snapshot = snapshot
        self._told = None
        self.connection = snapshot.reader.connection
        self.execute_sql = snapshot.reader.execute
        return snapshot

    def _open_after_all(self) -> Snapshot:
        """Take a real snapshot: what was to be the transaction's one statement was not."""
        self.rollback()
        return self._open()

    def _connection_state(self) -> ConnectionState:
        if self._state is None:
            self._state = state_of(self.connection)
        return self._state

    def _set_context(self, snapshot: Snapshot, scope: Scope) -> None:
        """Tell the connection's functions whose statement they serve."""
        context = snapshot.reader.context
        engine = self._engine
        context.statement_us = engine.clock.now_us()  # type: ignore[attr-defined] # functions.install's Context
        if self._told is scope:
            return
        self._told = scope
        context.style = self.dated(scope.style)  # type: ignore[attr-defined]
        context.transaction_us = self._started_us  # type: ignore[attr-defined]
        context.clock_us = engine.clock.now_us  # type: ignore[attr-defined]
        context.random_bytes = engine.random.randbytes  # type: ignore[attr-defined]
        context.random_float = engine.random.random  # type: ignore[attr-defined]
        context.session_user = scope.user  # type: ignore[attr-defined]
        context.search_path = self.search_path  # type: ignore[attr-defined]
        context.setting = scope.setting  # type: ignore[attr-defined]
        context.error = None  # type: ignore[attr-defined]

    @property
    def scope(self) -> Scope:
        return self._scope


_NOTHING: dict[Key, Pending] = {}
