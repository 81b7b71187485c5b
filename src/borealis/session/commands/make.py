"""Which command a parse tree is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from borealis.catalog.relations import Table
from borealis.errors import FeatureNotSupported
from borealis.session.commands import transactions
from borealis.session.commands.analyze import analyze_command
from borealis.session.commands.base import Command
from borealis.session.commands.copy import copy_command
from borealis.session.commands.query import query_command
from borealis.session.commands.refusals import Refused, refusal
from borealis.session.commands.settings import Show, set_command
from borealis.session.commands.small import DeallocateAll, SetConstraints
from borealis.session.commands.wait_for_job import call_command
from borealis.sql.bind import is_bindable
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility import is_ddl
from borealis.types.base import Oid

if TYPE_CHECKING:
    from borealis.session.session import Session


def _deallocate(session: Session, parsed: Parsed) -> Command:
    return DeallocateAll() if parsed.node.get("isall") else Refused(parsed)


def _analyze(session: Session, parsed: Parsed) -> Command:
    return Refused(parsed) if parsed.node.get("is_vacuumcmd") else analyze_command(parsed)


_MAKERS: dict[str, Callable[[Session, Parsed], Command]] = {
    "ConstraintsSetStmt": lambda session, parsed: SetConstraints(parsed.node),
    "CopyStmt": copy_command,
    "DeallocateStmt": _deallocate,
    "TransactionStmt": lambda session, parsed: transactions.transaction_command(parsed.node),
    "VacuumStmt": _analyze,
    "VariableSetStmt": lambda session, parsed: set_command(parsed.node),
    "VariableShowStmt": lambda session, parsed: Show(session, parsed.node),
}


def make_command(session: Session, parsed: Parsed, parameter_types: tuple[Oid, ...] = ()) -> Command:
    """Prepare one statement. Raises what parsing and binding it raises, and what it was refused with on the engine's day."""
    if session.engine.day is not None:
        _check_day(session.engine.day, session, parsed)
    if parsed.node_name == "CallStmt":
        return call_command(session, parsed, parameter_types)
    if parsed.node_name == "ExplainStmt":
        # With it come deparsing and the formats, which no start has to wait for.
        from borealis.session.commands.explain import explain_command

        return explain_command(session, parsed, parameter_types)
    maker = _MAKERS.get(parsed.node_name)
    if maker is not None:
        return maker(session, parsed)
    if "intoClause" in parsed.node:
        raise FeatureNotSupported(refusal("CreateTableAsStmt", parsed.node))
    if is_bindable(parsed) or is_ddl(parsed):
        return query_command(session, parsed, parameter_types)
    return Refused(parsed)


def _check_day(day: date, session: Session, parsed: Parsed) -> None:
    """Refuse what DSQL did not have on a day. It is asked where a plan is wanted, never where one runs."""
    from borealis.sql.compatibility import refusal_on

    catalog, path = session.engine.catalog, session.scope.search_path

    def find_table(range_var: Node) -> Table | None:
        schemas = (range_var["schemaname"],) if "schemaname" in range_var else path
        found = (catalog.table(schema, range_var["relname"]) for schema in schemas)
        return next((table for table in found if table is not None), None)

    error = refusal_on(day, parsed, find_table)
    if error is not None:
        raise error


def ends_block(parsed: Parsed) -> bool:
    """Return whether the statement may run in a failed block."""
    return parsed.node_name == "TransactionStmt" and transactions.ends_block(parsed.node)
