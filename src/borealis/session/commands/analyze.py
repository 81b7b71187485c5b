"""ANALYZE by hand: submits an ANALYZE job for each table and returns when they have ended.

The work is the job's (jobs/analyze.py), in bounded pieces beside running commits; no transaction is open meanwhile, so there is no age limit.
Source: dsql-facts.md §5.4; PostgreSQL 16, ANALYZE for texts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.catalog.job_ids import new_job_id
from borealis.catalog.relations import Table
from borealis.errors import (
    ActiveSqlTransaction,
    FeatureNotSupported,
    InternalError,
    SqlError,
    UndefinedColumn,
)
from borealis.executor.ddl import submitted
from borealis.session.block import Access
from borealis.session.commands.base import Command
from borealis.session.commands.wait_for_job import LOOK_S, job_status
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_relation
from borealis.sql.bind.privileges import role_of_session
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility.ddl import Job
from borealis.wire import backend

if TYPE_CHECKING:
    from borealis.session.portal import Portal
    from borealis.session.session import Session

_TAG = "ANALYZE"
_OPTIONS = frozenset({"verbose", "skip_locked"})
"""Options without an effect here: there is nothing to tell between, and nothing is locked."""


def analyze_command(parsed: Parsed) -> Analyze:
    """Prepare an ANALYZE. Raises 0A000 for options DSQL does not have."""
    for option in parsed.node.get("options", ()):
        name = option["DefElem"]["defname"]
        if name not in _OPTIONS:
            raise FeatureNotSupported(f"ANALYZE option {name.upper()} not supported")
    return Analyze(parsed)


class Analyze(Command):
    __slots__ = ("_parsed",)

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        if session.is_in_block:
            raise ActiveSqlTransaction("ANALYZE cannot run inside a transaction block")
        return self._run(session, portal)

    async def _run(self, session: Session, portal: Portal) -> None:
        scope, engine = session.scope, session.engine
        transaction = session.block.enter(Access.DDL, _TAG, scope)
        context = BindContext(self._parsed, transaction.catalog, (), scope.search_path, scope.style)
        ids = []
        for table in _tables(session, context):
            job_id = new_job_id(engine.random.randbytes(16))
            job = Job("ANALYZE", table.oid, f"{table.schema.name}.{table.name}", is_told=False)
            transaction.add_ddl((submitted(job, job_id, engine.clock.now_us()),))
            ids.append((job_id, table))
        pending = session.block.commit()
        if pending is not None:
            await pending
        for job_id, table in ids:
            while (status := job_status(session, job_id)) not in ("completed", "failed"):
                await asyncio.sleep(LOOK_S)
                session.check_cancel()
            if status == "failed":
                raise InternalError(f'table "{table.name}" could not be analyzed')
        portal.completion = backend.command_complete(_TAG)
        portal.is_run = True


def _tables(session: Session, context: BindContext) -> list[Table]:
    """Return the tables named, all of them where none is; what is no table is skipped with a warning."""
    items = context.parsed.node.get("rels", ())
    if not items:
        role = role_of_session(context.catalog, session.scope.user)
        return [table for table in context.catalog.tables if table.owner == role.oid]
    found: dict[int, Table] = {}
    for item in items:
        try:
            relation = find_relation(context, item["VacuumRelation"]["relation"])
        except SqlError as error:
            error.position = None  # PostgreSQL gives none here
            raise
        if not isinstance(relation, Table):
            session.warn(
                "01000", f'skipping "{relation.name}" --- cannot analyze non-tables or special system tables'
            )
            continue
        if relation.owner != role_of_session(context.catalog, session.scope.user).oid:
            session.warn("01000", f'permission denied to analyze "{relation.name}", skipping it')
            continue
        _check_columns(relation, item["VacuumRelation"].get("va_cols", ()))
        found[relation.oid] = relation
    return list(found.values())


def _check_columns(table: Table, items: list[Node]) -> None:
    names = {column.name for column in table.live_columns}
    for item in items:
        name = item["String"]["sval"]
        if name not in names:
            raise UndefinedColumn(f'column "{name}" of relation "{table.name}" does not exist')
