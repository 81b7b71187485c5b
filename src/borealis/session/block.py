"""Block: which transaction a statement runs in, and what may run in it.

                     statement                     Sync, or end of the Query message
         ┌───────┐ ───────────▶ ┌──────────┐ ─────────────────────────────────────▶ IDLE, committed
    ───▶ │ IDLE  │              │ IMPLICIT │ ── BEGIN ──▶ ┌────────┐
         └───────┘ ── BEGIN ──────────────────────────▶ │ BLOCK  │ ── COMMIT, ROLLBACK ──▶ IDLE
                                └──────────┘             └────────┘
                                   error: rolled back       │ error ▼
                                   to IDLE               ┌────────┐
                                                         │ FAILED │ ── COMMIT, ROLLBACK ──▶ IDLE, rolled back
                                                         └────────┘
Several statements of one Query message, and all Executes before a Sync, share one implicit transaction, and BEGIN takes
it over with what was done so far, as in PostgreSQL. The executor's transaction, and so the snapshot, begins with the
first statement that needs one. There are no savepoints: an error drops the whole transaction at once.

Must hold: `transaction` is None in IDLE and FAILED; settings changed in a transaction share its fate.
Source: dsql-facts.md §3.1, §3.3, §3.4; PostgreSQL's xact.c for who wins where.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.clock import Clock
from borealis.errors import FeatureNotSupported, InFailedSqlTransaction, ReadOnlySqlTransaction, SqlError
from borealis.limits import TRANSACTION_AGE_S_MAX, transaction_age_exceeded
from borealis.session.scope import Scope
from borealis.settings.values import Settings

if TYPE_CHECKING:
    from borealis.executor.engine import Engine
    from borealis.executor.transaction import Transaction


class State(enum.Enum):
    IDLE = b"I"
    IMPLICIT = b"I?"
    BLOCK = b"T"
    FAILED = b"E"


class Access(enum.Enum):
    """What a statement does to the database, as far as transactions restrict it."""

    READ = enum.auto()
    LOCK = enum.auto()  # SELECT FOR UPDATE: forbidden in READ ONLY, else like READ
    WRITE = enum.auto()
    DDL = enum.auto()


class Block:
    __slots__ = (
        "_clock",
        "_deadline_s",
        "_engine",
        "_has_ddl",
        "_has_dml",
        "_settings",
        "is_read_only",
        "now_us",
        "state",
        "transaction",
    )

    def __init__(self, engine: Engine, settings: Settings, clock: Clock) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self.state = State.IDLE
        self.transaction: Transaction | None = None
        self.is_read_only = False
        self.now_us = 0
        """When the transaction began, as timestamptz."""
        self._deadline_s = 0.0
        self._has_ddl = False
        self._has_dml = False

    @property
    def status(self) -> bytes:
        """Return the status ReadyForQuery reports."""
        state = self.state
        return b"I" if state is State.IMPLICIT else state._value_  # what .value costs a call for

    @property
    def is_failed(self) -> bool:
        return self.state is State.FAILED

    @property
    def is_explicit(self) -> bool:
        return self.state is State.BLOCK or self.state is State.FAILED

    # Statements

    def enter(self, access: Access, name: str, scope: Scope) -> Transaction:
        """Return the transaction a statement is to run in, begun if there is none. name is its command tag.

        Raises:
            InFailedSqlTransaction: 25P02.
            ReadOnlySqlTransaction: 25006.
            FeatureNotSupported: 0A000, DDL beside other DDL or DML.
            ProgramLimitExceeded: 54000, the transaction is too old.
        """
        transaction = self.transaction
        if transaction is None:
            self.start()
        if access is not Access.READ:
            self._admit(access, name)
        if transaction is None:
            started_s = self._deadline_s - TRANSACTION_AGE_S_MAX
            transaction = self.transaction = self._engine.begin(scope, self.now_us, started_s)
        return transaction  # which looks at its age itself

    def start(self) -> None:
        """Begin an implicit transaction if there is none; statements that touch no data need no more."""
        state = self.state
        if state is State.IDLE:
            self._open(State.IMPLICIT, self._settings[_DEFAULT_READ_ONLY] == "on")
        elif state is State.FAILED:
            raise aborted()
        elif self._clock.monotonic_s() > self._deadline_s:
            raise self.too_old()

    def _admit(self, access: Access, name: str) -> None:
        if self.is_read_only:
            raise ReadOnlySqlTransaction(f"cannot execute {name} in a read-only transaction")
        self.check_apart(access)
        self._has_ddl |= access is Access.DDL
        self._has_dml |= access is Access.WRITE

    def check_apart(self, access: Access) -> None:
        """Raise 0A000 where a statement may not follow what the transaction has done already."""
        if access is Access.DDL and self._has_ddl:
            raise FeatureNotSupported("multiple ddl statements not supported in a transaction")
        if (access is Access.DDL and self._has_dml) or (access is Access.WRITE and self._has_ddl):
            raise FeatureNotSupported("ddl and dml are not supported in the same transaction")  # live, §3.4

    def _open(self, state: State, is_read_only: bool) -> None:
        self.state = state
        self.is_read_only = is_read_only
        self._settings.read_only = is_read_only
        self.now_us = self._clock.now_us()
        self._deadline_s = self._clock.monotonic_s() + TRANSACTION_AGE_S_MAX
        self._has_ddl = self._has_dml = False

    # Transaction control

    def begin(self, is_read_only: bool | None) -> None:
        """BEGIN: open a block, or take the implicit transaction over. None is the session's default."""
        if self.state is State.IDLE:
            default = self._settings[_DEFAULT_READ_ONLY] == "on"
            self._open(State.BLOCK, default if is_read_only is None else is_read_only)
            return
        self.state = State.BLOCK
        if is_read_only is not None:
            self.is_read_only = is_read_only
            self._settings.read_only = is_read_only

    def commit(self) -> Awaitable[None] | None:
        """End the transaction, whichever it is, and keep what it did; None if nothing has to be waited for.

        Whatever the commit raises, the block is idle after it.
        """
        transaction = self._close()
        if transaction is None or not transaction.has_changes:
            if transaction is not None:
                transaction.rollback()
            self._settings.commit()
            return None
        try:
            answer = transaction.send_intent()
        except BaseException:
            self._settings.rollback()
            raise
        return self._await(answer)

    async def _await(self, answer: Awaitable[object]) -> None:
        try:
            await answer
        except BaseException:
            self._settings.rollback()
            raise
        self._settings.commit()

    def rollback(self) -> None:
        """End the transaction, whichever it is, and undo what it did."""
        transaction = self._close()
        self._settings.rollback()
        if transaction is not None:
            transaction.rollback()

    def fail(self) -> None:
        """A statement failed: undo everything; an explicit block stays, failed, until the client ends it."""
        state = self.state
        self.rollback()
        if state is State.BLOCK or state is State.FAILED:
            self.state = State.FAILED

    def _close(self) -> Transaction | None:
        transaction = self.transaction
        self.transaction = None
        self.state = State.IDLE
        self._settings.read_only = None
        return transaction

    # Age

    @property
    def deadline_s(self) -> float | None:
        """When the transaction grows too old, on the clock's monotonic scale; None without one."""
        return self._deadline_s if self.transaction is not None else None

    def expire(self) -> None:
        """Give the snapshot of a transaction that idles too long back; its next statement will say 54000."""
        if self.transaction is not None and self._clock.monotonic_s() > self._deadline_s:
            transaction, self.transaction = self.transaction, None
            transaction.rollback()

    def end_if_too_old(self) -> None:
        """Raise 54000 and be idle, if the transaction is too old to be committed."""
        if self.state is not State.IDLE and self._clock.monotonic_s() > self._deadline_s:
            error = self.too_old()
            self.rollback()
            raise error

    def too_old(self) -> SqlError:
        """Return the error of a transaction beyond its age limit."""
        return transaction_age_exceeded(self._clock.monotonic_s() - self._deadline_s + TRANSACTION_AGE_S_MAX)


_DEFAULT_READ_ONLY = "default_transaction_read_only"


def aborted() -> InFailedSqlTransaction:
    return InFailedSqlTransaction(
        "current transaction is aborted, commands ignored until end of transaction block"
    )
