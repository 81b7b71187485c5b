"""A whole engine in one process, for tests: a cluster in a temporary directory, statements in, answers out.

Answers come through the row encoders, as a client would get them, in text format.
"""

from __future__ import annotations

import asyncio
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from borealis.clock import Clock, SystemClock
from borealis.executor.encoders import TEXT, row_encoder
from borealis.executor.engine import Engine, Plan
from borealis.executor.scope import PlainScope
from borealis.executor.transaction import Transaction
from borealis.functions.install import install
from borealis.sql.parse import Parsed, parse
from borealis.storage.database import Database
from borealis.transaction.committer import Committer, Jobs
from borealis.transaction.local_journal import LocalJournal
from borealis.transaction.snapshot import SnapshotSource
from borealis.types.base import Value
from borealis.types.registry import type_of


@dataclass(frozen=True, slots=True)
class Answer:
    tag: str  # INSERT 0 2
    columns: tuple[tuple[str, int], ...]  # name, type
    rows: list[tuple[str | None, ...]]


class EmbeddedEngine:
    def __init__(
        self,
        clock: Clock | None = None,
        seed: int = 1,
        jobs: Callable[[Database, Clock], Jobs] | None = None,
    ) -> None:
        """jobs makes what does the jobs, a part above this one: borealis.jobs.runner.JobRunner."""
        self._directory = tempfile.TemporaryDirectory(prefix="borealis-engine-")
        self.clock = clock or SystemClock()
        self.database = Database.create(Path(self._directory.name) / "c", "test", installation_key=None)
        self.pool = self.database.reader_pool(install)
        self.jobs = jobs(self.database, self.clock) if jobs is not None else None
        self.journal = LocalJournal(Committer(self.database, self.clock, jobs=self.jobs))
        self.engine = Engine(
            SnapshotSource(self.pool, self.database.signal),
            self.journal,
            self.clock,
            random.Random(seed),  # noqa: S311 - a test's, to be repeated
            "test",
        )
        self.scope = PlainScope()
        self.loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.loop.run_until_complete(self.journal.close())
        self.loop.close()
        self.pool.close()
        if self.jobs is not None:
            self.jobs.close()
        self.database.close()
        self._directory.cleanup()

    def session(self) -> EngineSession:
        return EngineSession(self)


class EngineSession:
    """One client: statements in autocommit, or between BEGIN and COMMIT."""

    def __init__(self, owner: EmbeddedEngine) -> None:
        self.owner = owner
        self.transaction: Transaction | None = None

    def run(self, sql: str, *arguments: str | None) -> Answer:
        """Run the statements of one text, each argument in its text form; returns the last one's answer."""
        answer = Answer("", (), [])
        for parsed in parse(sql):
            if parsed.node_name == "TransactionStmt":
                answer = self._control(parsed.node["kind"])
            else:
                answer = self._statement(parsed, arguments)
        return answer

    def rows(self, sql: str, *arguments: str | None) -> list[tuple[str | None, ...]]:
        return self.run(sql, *arguments).rows

    def plan(self, sql: str) -> Plan:
        return self.owner.engine.prepare(parse(sql)[0], (), self.owner.scope)

    def _control(self, kind: str) -> Answer:
        if kind == "TRANS_STMT_BEGIN":
            self.transaction = self.owner.engine.begin(self.owner.scope)
            return Answer("BEGIN", (), [])
        transaction, self.transaction = self.transaction, None
        assert transaction is not None
        if kind == "TRANS_STMT_COMMIT":
            self.owner.loop.run_until_complete(transaction.commit())
            return Answer("COMMIT", (), [])
        transaction.rollback()
        return Answer("ROLLBACK", (), [])

    def _statement(self, parsed: Parsed, arguments: Sequence[str | None]) -> Answer:
        owner = self.owner
        plan = owner.engine.prepare(parsed, (), owner.scope)
        values = tuple(
            None if text is None else type_of(oid).decode_text(text, owner.scope.style)
            for text, oid in zip(arguments, plan.parameter_types, strict=False)
        )
        transaction = self.transaction or owner.engine.begin(owner.scope)
        try:
            answer = self._execute(plan, values, transaction)
        except BaseException:
            transaction.rollback()
            self.transaction = None
            raise
        if self.transaction is None:
            owner.loop.run_until_complete(transaction.commit())
        return answer

    def _execute(self, plan: Plan, values: tuple[Value, ...], transaction: Transaction) -> Answer:
        result = transaction.execute(plan, values, self.owner.scope)
        if result.is_long:
            self.owner.loop.run_until_complete(result.run())
        encode = row_encoder(plan.outputs, [TEXT] * len(plan.outputs), self.owner.scope.style)
        rows = [fields_of(encode(row)) for row in result.fetch(None)] if plan.columns is not None else []
        columns = tuple((column.name, int(column.type)) for column in plan.outputs)
        return Answer(_tag(plan, len(rows) if plan.tag == "SELECT" else result.row_count), columns, rows)


def _tag(plan: Plan, count: int) -> str:
    if plan.tag == "INSERT":
        return f"INSERT 0 {count}"
    return f"{plan.tag} {count}" if plan.tag in ("SELECT", "UPDATE", "DELETE") else plan.tag


def fields_of(message: bytes) -> tuple[str | None, ...]:
    """Read a DataRow message back: its fields as text."""
    kind, length, count = struct.unpack_from("!ciH", message)
    assert kind == b"D", message
    assert length == len(message) - 1, message
    fields: list[str | None] = []
    at = 7
    for _ in range(count):
        (size,) = struct.unpack_from("!i", message, at)
        at += 4
        fields.append(None if size < 0 else message[at : at + size].decode())
        at += max(size, 0)
    assert at == len(message), message
    return tuple(fields)
