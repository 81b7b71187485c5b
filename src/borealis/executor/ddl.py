"""DDL statements in a transaction: catalog rows, sent with COMMIT. What follows from them physically is storage's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.catalog.job_ids import new_job_id
from borealis.errors import FeatureNotSupported
from borealis.executor.compile.compilation import Output
from borealis.executor.result import Result
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility import Ddl, plan_ddl
from borealis.sql.utility.ddl import SYNC_REFUSED, Job
from borealis.storage.catalog_tables import SYS_JOB
from borealis.transaction.intent import Change, Mode
from borealis.types import oids
from borealis.types.base import PLAIN, Value

if TYPE_CHECKING:
    from borealis.executor.engine import Engine
    from borealis.executor.transaction import Transaction

JOB_ID = "job_id"
"""The one column that a statement with a job returns."""


class DdlAction:
    def __init__(self, parsed: Parsed, engine: Engine, ddl: Ddl) -> None:
        """ddl is the statement as it was planned: it tells whether there will be rows."""
        self._parsed = parsed
        self._engine = engine
        self.outputs: tuple[Output, ...] = (Output(oids.TEXT, -1, PLAIN),) if ddl.told else ()

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        scope = transaction.scope
        ddl = plan_ddl(
            self._parsed, transaction.catalog, scope.search_path, scope.style, scope.user, scope.setting
        )
        if ddl.empty and transaction.query(f"SELECT 1 FROM t{ddl.empty} LIMIT 1", ()):
            raise FeatureNotSupported(SYNC_REFUSED)
        for type_name in ddl.null_casts:
            transaction.execute_inner(_cast_of_null(type_name), (), ())
        transaction.add_ddl(ddl.changes)
        told = []
        for job in ddl.jobs:
            job_id = new_job_id(self._engine.random.randbytes(16))
            transaction.add_ddl((submitted(job, job_id, self._engine.clock.now_us()),))
            if job.is_told:
                told.append((job_id,))
        return DdlResult(ddl.notices, tuple(told))


def _cast_of_null(type_name: Node) -> Parsed:
    cast = {"TypeCast": {"arg": {"A_Const": {"isnull": True}}, "typeName": type_name}}
    return Parsed("", "SelectStmt", {"targetList": [{"ResTarget": {"val": cast}}]})


class DdlResult(Result):
    __slots__ = ("notices",)

    def __init__(
        self, notices: tuple[tuple[str, ...], ...], rows: tuple[tuple[Value, ...], ...] = ()
    ) -> None:
        super().__init__(list(rows), len(rows))
        self.notices = notices


def submitted(job: Job, job_id: str, now_us: int) -> Change:
    row = (job_id, "submitted", "", job.type, job.catalog, job.object, job.object_name, now_us, now_us)
    return Change(SYS_JOB, (job_id,), Mode.INSERT, row)
