"""CALL sys.wait_for_job(id): returns once a job has ended. Source: dsql-facts.md §5.3.

Where it is a transaction by itself it holds no snapshot between two looks, so that the log can be begun anew however long it waits; a
cancel request ends it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from borealis.errors import (
    FeatureNotSupported,
    InvalidTextRepresentation,
    UndefinedFunction,
    UndefinedObject,
)
from borealis.executor.encoders import row_encoder
from borealis.executor.engine import Column
from borealis.limits import TRANSACTION_AGE_S_MAX, transaction_age_exceeded
from borealis.session.block import Access
from borealis.session.commands.base import Command
from borealis.session.commands.shapes import Shape
from borealis.session.rows import FixedRows, send_rows
from borealis.sql.parse import Node, Parsed
from borealis.types import oids
from borealis.types.base import PLAIN, Oid, Style, Value
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.executor.engine import Plan
    from borealis.session.portal import Portal
    from borealis.session.session import Session

_JOB_ID = re.compile(r"[a-z2-7]{26}\Z")
LOOK_S = 0.02
_SUCCEEDED = Field(name="succeeded", table=0, attnum=0, type=oids.BOOL, type_length=1, typmod=-1, format=0)

_RESULT = Column("succeeded", oids.BOOL, -1, PLAIN)


def call_command(session: Session, parsed: Parsed, parameter_types: tuple[Oid, ...]) -> WaitForJob:
    """Prepare a CALL.

    Raises:
        FeatureNotSupported: 0A000, a subquery among the arguments.
        UndefinedFunction: 42883, any other procedure: there are no user's own.
    """
    call = parsed.node["funccall"]
    names = [part["String"]["sval"] for part in call["funcname"]]
    arguments = call.get("args", ())
    if _has_subquery(arguments):
        raise FeatureNotSupported("cannot use subquery in CALL argument")
    if names != ["sys", "wait_for_job"] or len(arguments) != 1:
        raise UndefinedFunction(
            f"procedure {'.'.join(names)}({', '.join(['unknown'] * len(arguments))}) does not exist",
            hint="No procedure matches the given name and argument types. You might need to add explicit type casts.",
            position=parsed.position(call.get("location")),
        )
    text = {"TypeCast": {"arg": arguments[0], "typeName": _TEXT, "location": -1}}
    select = {
        "targetList": [{"ResTarget": {"val": text}}],
        "limitOption": "LIMIT_OPTION_DEFAULT",
        "op": "SETOP_NONE",
    }
    plan = session.engine.prepare(Parsed(parsed.text, "SelectStmt", select), parameter_types, session.scope)
    return WaitForJob(plan)


_TEXT: Node = {"names": [{"String": {"sval": "pg_catalog"}}, {"String": {"sval": "text"}}], "typemod": -1}


def _has_subquery(node: Any) -> bool:
    if isinstance(node, dict):
        return "SubLink" in node or any(_has_subquery(value) for value in node.values())
    return isinstance(node, list | tuple) and any(_has_subquery(value) for value in node)


class WaitForJob(Command):
    __slots__ = ("_argument", "fields", "parameter_types")

    def __init__(self, argument: Plan) -> None:
        self._argument = argument
        self.parameter_types = argument.parameter_types
        self.fields: tuple[Field, ...] = (_SUCCEEDED,)

    def shape(self, formats: tuple[int, ...], style: Style) -> Shape:
        return Shape(self.fields, formats, row_encoder((_RESULT,), formats, style))

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        if portal.result is not None:
            return self._send(session, portal, rows_max)
        is_alone = session.is_alone
        transaction = session.block.enter(Access.READ, "CALL", session.scope)
        ((job_id,),) = transaction.execute(self._argument, portal.values, session.scope).fetch(None)
        if not isinstance(job_id, str) or not _JOB_ID.match(job_id):
            raise InvalidTextRepresentation("Unable to convert text to UUID")
        if is_alone:
            transaction.rollback()
        return self._wait(session, portal, rows_max, job_id)

    async def _wait(self, session: Session, portal: Portal, rows_max: int, job_id: str) -> None:
        deadline_s = asyncio.get_running_loop().time() + TRANSACTION_AGE_S_MAX
        while (status := job_status(session, job_id)) not in ("completed", "failed"):
            if status is None:
                raise UndefinedObject(f'job "{job_id}" does not exist')
            if asyncio.get_running_loop().time() > deadline_s:
                raise transaction_age_exceeded(TRANSACTION_AGE_S_MAX)
            await asyncio.sleep(LOOK_S)
            session.check_cancel()
        portal.result = FixedRows([(int(status == "completed"),)])
        pending = self._send(session, portal, rows_max)
        if pending is not None:
            await pending

    def _send(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        pending = send_rows(session, portal, rows_max, "")
        if portal.completion is not None:
            portal.completion = backend.command_complete("CALL")
        return pending


def job_status(session: Session, job_id: str) -> Value:
    snapshot = session.engine.snapshots.begin()
    try:
        found = snapshot.reader.connection.execute(
            "SELECT status FROM job WHERE job_id=?", (job_id,)
        ).fetchone()
    finally:
        snapshot.close()
    return None if found is None else found[0]
