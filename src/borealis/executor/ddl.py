"""DDL statements in a transaction: catalog rows, sent with COMMIT. What follows from them physically is storage's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.executor.compile.compilation import Output
from borealis.executor.result import Result
from borealis.sql.parse import Parsed
from borealis.sql.utility import plan_ddl
from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.executor.engine import Engine
    from borealis.executor.transaction import Transaction


class DdlAction:
    outputs: tuple[Output, ...] = ()

    def __init__(self, parsed: Parsed, engine: Engine) -> None:
        self._parsed = parsed
        self._engine = engine

    def execute(self, transaction: Transaction, arguments: tuple[Value, ...]) -> Result:
        scope = transaction.scope
        catalog = transaction.catalog
        ddl = plan_ddl(self._parsed, catalog, scope.search_path, scope.style)
        transaction.add_ddl(ddl.changes)
        return DdlResult(ddl.notices)


class DdlResult(Result):
    __slots__ = ("notices",)

    def __init__(self, notices: tuple[tuple[str, str], ...]) -> None:
        super().__init__((), 0)
        self.notices = notices
