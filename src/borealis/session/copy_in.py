"""COPY FROM STDIN while it runs: CopyData to rows to executions of a prepared INSERT.

Errors say where in the input they arose, as PostgreSQL's CONTEXT does.
Source: PostgreSQL 16 COPY; dsql-facts.md §4.2 (rows count against the transaction's limits).
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING

from borealis.errors import QueryCanceled, SqlError, UniqueViolation
from borealis.limits import TRANSACTION_ROWS_MAX
from borealis.session.parameters import Decode, refined
from borealis.types.base import Value
from borealis.wire import backend
from borealis.wire.copy.rows import Row, RowDecoder

if TYPE_CHECKING:
    from borealis.executor.engine import Plan
    from borealis.executor.transaction import Transaction
    from borealis.session.scope import Scope


class CopyIn:
    """One COPY FROM STDIN.

    commits_as_it_goes: with the transaction limits lifted and no transaction block, every 3,000 rows are committed by
    themselves, so that a load of any size takes bounded memory; what was committed before an error stays.
    """

    __slots__ = ("_commits_as_it_goes", "_decode_all", "_decoder", "_plan", "_rows", "_scope", "_transaction")

    def __init__(
        self,
        decoder: RowDecoder,
        decode_all: tuple[Decode, ...],
        plan: Plan,
        transaction: Transaction,
        scope: Scope,
        *,
        commits_as_it_goes: bool = False,
    ) -> None:
        self._commits_as_it_goes = commits_as_it_goes
        self._decoder = decoder
        self._decode_all = decode_all
        self._plan = plan
        self._transaction = transaction
        self._scope = scope
        self._rows = 0
        transaction.hold_references()

    def feed(self, data: bytes) -> Awaitable[None] | None:
        """Insert the rows that these bytes complete; what is returned has to be waited for before the next."""
        self._insert(self._decoder.feed(data))
        transaction = self._transaction
        if self._commits_as_it_goes and transaction.write_set.rows_count >= TRANSACTION_ROWS_MAX:
            return self._commit()
        return None

    def finish(self) -> bytes:
        """Insert what the end of the input completes; return CommandComplete."""
        self._insert(self._decoder.finish())
        self._transaction.fire_references()
        return backend.command_complete(f"COPY {self._rows}")

    async def _commit(self) -> None:
        await self._transaction.commit()
        self._transaction.hold_references()

    def failed(self, message: str) -> QueryCanceled:
        """Return the error of a COPY that the client gave up."""
        return QueryCanceled(f"COPY from stdin failed: {message}", where=self.where_next)

    @property
    def where_next(self) -> str:
        """The CONTEXT of an error that came while waiting for the next line."""
        return f"COPY {self._decoder.relation}, line {self._decoder.line + 1}"

    def _insert(self, rows: Iterator[Row]) -> None:
        execute, plan, scope = self._transaction.execute, self._plan, self._scope
        for row in rows:
            values = self._values(row)
            try:
                execute(plan, values, scope).close()
            except SqlError as error:
                self._locate(error)
                raise
            self._rows += 1

    def _values(self, row: Row) -> tuple[Value, ...]:
        values: list[Value] = []
        try:
            for decode, data in zip(self._decode_all, row, strict=True):
                values.append(None if data is None else decode(data))
        except SqlError as error:
            ordinal = len(values)
            told = refined(error, self._plan.parameter_types[ordinal], row[ordinal] or b"", "")
            told.where = told.where or self._decoder.where(ordinal)
            raise told from error
        return tuple(values)

    def _locate(self, error: SqlError) -> None:
        """Add the CONTEXT of an error in a row that could be read."""
        error.position = None  # of our INSERT, which the client never wrote
        is_index = isinstance(error, UniqueViolation)
        error.where = error.where or (self._decoder.where_line() if is_index else self._decoder.where())
